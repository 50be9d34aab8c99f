"""What goes out over the wire: limit rules, figures of policy, and what a decision would do to them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.heads import DealHead
from fund_service.plan.schemas import Choice
from fund_service.vehicles.finding_views import FindingView
from fund_service.vehicles.views import Values, VehicleName
from models.vehicle import LimitForce, LimitKind


class LimitRuleView(BaseModel):
    """A limit rule with where it comes from."""

    id: UUID
    version: int
    kind: LimitKind
    force: LimitForce
    vehicle: VehicleName | None
    mega_region: Choice | None
    year: int | None
    share_bp: int
    ceiling: bool = Field(description="Whether the share may not exceed it; else it may not fall short of it.")
    basis_ko: str
    basis_en: str
    updated_at: datetime


class LimitChange(BaseModel):
    """What a limit rule was set to: who, when, why."""

    share_bp: int
    force: LimitForce
    reason: str
    person_name: str | None
    set_at: datetime


class LimitRulePage(BaseModel):
    """A limit rule with how it stands and how it came to be."""

    rule: LimitRuleView
    finding: FindingView | None = Field(description="None while a later or earlier step of its path holds.")
    history: list[LimitChange] = Field(description="Newest first.")


class LimitRulesView(BaseModel):
    """All limit rules, and how those in force stand now."""

    as_of: date
    rules: list[LimitRuleView]
    findings: list[FindingView]


class LimitRuleForm(BaseModel):
    """The form to record or edit a limit rule."""

    rule: LimitRuleView | None = None
    version: int | None = None
    kinds: Sequence[LimitKind] = tuple(LimitKind)
    forces: Sequence[LimitForce] = tuple(LimitForce)
    vehicles: Sequence[VehicleName]
    mega_regions: Sequence[Choice]
    values: Values = {}
    faults: dict[str, str] = {}


class ShareRow(BaseModel):
    """A part of the won committed to deals, before and after a decision, wherever they are held."""

    name: str
    before_krw: int
    after_krw: int
    before_bp: int | None
    after_bp: int | None
    floor_bp: int | None = Field(description="The least share that a rule in force asks of it.")


class EnvelopeFit(BaseModel):
    """An envelope that a commitment would draw on, before and after."""

    id: UUID
    name_ko: str
    name_en: str
    available_krw: int
    missing_krw: int = Field(description="By how many won it falls short of the amount.")


class WhatIf(BaseModel):
    """What is asked about a deal's limits, beside or in place of what the deal says."""

    amount_krw: int | None = None
    vehicle_id: UUID | None = None
    with_approved: bool = False


class DealLimitsView(BaseModel):
    """What a commitment to a deal would do to rules, portfolio, vehicle and envelopes; nothing is changed by asking."""

    deal: DealHead
    as_of: date
    amount_krw: int = Field(description="Weighed: as asked for, else what the deal still lacks of its amount.")
    committed_krw: int = Field(description="On the ledger for this deal already.")
    vehicle: VehicleName | None = Field(description="The vehicle that would commit; without one nothing is added.")
    differs: bool = Field(description="Whether amount or vehicle differ from the deal's.")
    with_approved: bool = Field(description="Whether deals approved and not yet committed count as committed.")
    uncommitted_krw: int | None = Field(description="What the vehicle has promised to nobody.")
    missing_krw: int = Field(description="By how many won the vehicle falls short of the amount.")
    envelopes: list[EnvelopeFit]
    findings: list[FindingView]
    total_before_krw: int
    total_after_krw: int
    regions: list[ShareRow]
    shares: list[ShareRow] = Field(description="Main purpose, large projects, and this deal's company and group.")
    chart: dict[str, Any] | None
    vehicles: list[VehicleName] = Field(description="Those that could commit.")
