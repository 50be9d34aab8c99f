"""What goes out over the wire: the fund, its vehicles and envelopes as they are shown."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.vehicles.finding_views import FindingView
from models.vehicle import VehicleKind

Values = Mapping[str, str | list[str]]


class VehicleName(BaseModel):
    """A vehicle by name."""

    id: UUID
    name_ko: str
    name_en: str


class VehicleFigures(BaseModel):
    """A vehicle's won, each the sum of its ledger lines: size = uncommitted + promised + committed + drawn."""

    size_krw: int = Field(description="Promised to it in all.")
    uncommitted_krw: int = Field(description="Promised to nobody yet.")
    promised_krw: int = Field(description="Promised to vehicles that draw on it.")
    committed_krw: int = Field(description="Promised to deals and not yet drawn.")
    drawn_krw: int = Field(description="Drawn by deals.")
    cash_krw: int
    through_committed_krw: int = Field(description="Committed to deals and not drawn, here and in vehicles below.")
    through_drawn_krw: int = Field(description="Drawn by deals, here and in vehicles below.")


class VehicleRow(VehicleName):
    """A vehicle in the tree, after the one it draws on."""

    kind: VehicleKind
    parent_id: UUID | None
    depth: int
    formed_on: date
    ends_on: date | None
    figures: VehicleFigures


class EnvelopeRow(BaseModel):
    """An envelope with its dimensions and its won, each the sum of its ledger lines."""

    id: UUID
    name_ko: str
    name_en: str
    initiative: Choice | None
    mega_region: Choice | None
    region: Choice | None
    year: int | None
    vehicle: VehicleName | None
    budget_krw: int
    drawn_krw: int
    available_krw: int = Field(description="What commitments may still draw.")


class Commitments(BaseModel):
    """Where the fund's won are, looking through all vehicles; they sum to its size."""

    size_krw: int
    drawn_krw: int = Field(description="Drawn by deals.")
    committed_krw: int = Field(description="Committed to deals and not drawn.")
    in_vehicles_krw: int = Field(description="Promised to vehicles, which have not committed them.")
    available_krw: int = Field(description="With the mother fund, promised to nobody.")


class FundView(BaseModel):
    """The fund at a glance."""

    as_of: date
    total: Commitments
    chart: dict[str, Any] | None = Field(description="Vega-Lite; none while the fund has no won.")
    vehicles: list[VehicleRow]
    envelopes: list[EnvelopeRow] = Field(description="Those with the largest budgets, 20 at most.")
    envelope_count: int
    findings: list[FindingView]


class VehicleView(VehicleRow):
    """A vehicle, whole."""

    version: int
    parent: VehicleName | None
    children: list[VehicleRow]
    manager_organisation_id: UUID | None
    manager_name_ko: str | None
    manager_name_en: str | None
    main_purpose_share_bp: int
    fiscal_contribution_krw: int
    private_commitments_krw: int
    findings: list[FindingView] = Field(description="Rules that hold in it, as they stand now.")
    updated_at: datetime


class VehicleForm(BaseModel):
    """The form to record or edit a vehicle."""

    vehicle_id: UUID | None = None
    version: int | None = None
    kinds: Sequence[VehicleKind] = tuple(VehicleKind)
    vehicles: Sequence[VehicleName]
    managers: Sequence[Choice]
    values: Values = {}
    faults: dict[str, str] = {}


class EnvelopeFilters(BaseModel):
    """What a list of envelopes is narrowed to."""

    initiative_code: str | None = None
    mega_region_code: str | None = None
    region_code: str | None = None
    year: int | None = None
    vehicle_id: UUID | None = None


class EnvelopeChoices(BaseModel):
    """What envelopes can be narrowed to, and set aside for."""

    initiatives: Sequence[Choice]
    mega_regions: Sequence[Choice]
    regions: Sequence[Choice]
    vehicles: Sequence[VehicleName]


class EnvelopesPage(Listing):
    """A page of envelopes, newest first."""

    items: list[EnvelopeRow]
    filters: EnvelopeFilters
    choices: EnvelopeChoices


class EnvelopeUse(BaseModel):
    """What a commitment drew from an envelope when it was made; what was given back since is in the sums alone."""

    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    amount_krw: int
    drawn_at: datetime


class EnvelopeView(EnvelopeRow):
    """An envelope, whole."""

    version: int
    uses: list[EnvelopeUse] = Field(description="The latest draws, 50 at most.")
    has_money: bool = Field(description="Whether the ledger knows it: its dimensions are fixed then.")
    updated_at: datetime


class EnvelopeForm(BaseModel):
    """The form to record or edit an envelope."""

    envelope_id: UUID | None = None
    version: int | None = None
    choices: EnvelopeChoices
    values: Values = {}
    faults: dict[str, str] = {}
