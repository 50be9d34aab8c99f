"""The records of the invented fund: what a line of each file holds."""

import hashlib
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from models.deal import DealStage, DeclineReason, InvestmentInstrument
from models.money import MAX_KRW
from models.organisation import OrganisationKind
from models.person import Role
from models.project import DevelopmentStage, LeapPhase, ProjectState, ProjectType
from models.signal import CommitmentLevel, Confidentiality, SignalState
from models.vehicle import VehicleKind

Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Won = Annotated[int, Field(ge=1, le=MAX_KRW)]
WonFromZero = Annotated[int, Field(ge=0, le=MAX_KRW)]
Trl = Annotated[int, Field(ge=1, le=9)]


class _Record(BaseModel):
    """A line of a file: no unknown field, no value of another type than the one written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def digest(self) -> str:
        """Give the sha256 of what the record says, in hexadecimal; what it leaves open says nothing."""
        return hashlib.sha256(self.model_dump_json(exclude_unset=True).encode()).hexdigest()


class GroupRecord(_Record):
    """An ownership group."""

    external_id: Name
    name_ko: Name
    name_en: Name


class OrganisationRecord(_Record):
    """An organisation; one without ``ownership_group`` has no affiliates."""

    external_id: Name
    kind: OrganisationKind
    name_ko: Name
    name_en: Name
    ownership_group: Name | None
    region_code: str
    registration_number: Annotated[str, StringConstraints(pattern=r"^000[0-9]{7}$")] | None
    """Begins with 000, a tax-office code that does not exist, so that it cannot be a real firm's."""


class PersonRecord(_Record):
    """A person with an account."""

    email: Annotated[str, StringConstraints(pattern=r"^[a-z.]+@demo\.fund\.example$")]
    """Under ``.example``, which nobody can own (RFC 2606)."""
    name: Name
    organisation: Name | None
    roles: Annotated[list[Role], Field(min_length=1)]


class ProjectRecord(_Record):
    """An R&D project with its consortium."""

    external_id: Name
    title_ko: Text
    title_en: Text
    abstract_ko: Text
    abstract_en: Text
    field_codes: Annotated[list[str], Field(min_length=1)]
    technology_codes: Annotated[list[str], Field(min_length=1)]
    trl_now: Trl
    trl_target: Trl
    stage: DevelopmentStage | None = None
    region_code: str
    budget_krw: Won
    need_krw: Won
    starts_on: date
    ends_on: date
    initiative_code: str
    state: ProjectState
    project_type: ProjectType = ProjectType.NATIONWIDE
    host_region_codes: list[str] = []
    leap_phase: LeapPhase | None = None
    lead: Name
    anchor: Name | None
    partners: list[Name]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse values that contradict one another."""
        if self.trl_now > self.trl_target or self.starts_on > self.ends_on:
            raise ValueError("expected trl_now <= trl_target and starts_on <= ends_on")
        if self.need_krw > self.budget_krw:
            raise ValueError("expected need_krw <= budget_krw")
        if {code[:2] for code in self.technology_codes} != set(self.field_codes):
            raise ValueError("expected field_codes to be the fields of technology_codes")
        return self


class SignalRecord(_Record):
    """A demand signal, in the words of its investor."""

    external_id: Name
    organisation: Name
    submitted_by: str | None
    text: Text
    field_codes: Annotated[list[str], Field(min_length=1)]
    region_codes: list[str]
    region_bound: bool = False
    stages: list[DevelopmentStage] = []
    anchor_wanted: bool = False
    region_specific_wanted: bool = False
    trl_min: Trl | None
    trl_max: Trl | None
    ticket_min_krw: Won | None
    ticket_max_krw: Won | None
    available_krw: Won | None
    horizon_months: Annotated[int, Field(ge=1, le=240)]
    expires_on: date
    excluded_field_codes: list[str]
    excluded_terms: list[Name]
    commitment_level: CommitmentLevel
    confidentiality: Confidentiality
    state: SignalState
    received_on: date

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse ranges that run backwards."""
        if (self.trl_min or 1) > (self.trl_max or 9):
            raise ValueError("expected trl_min <= trl_max")
        if (self.ticket_min_krw or 1) > (self.ticket_max_krw or MAX_KRW):
            raise ValueError("expected ticket_min_krw <= ticket_max_krw")
        if self.received_on > self.expires_on:
            raise ValueError("expected received_on <= expires_on")
        return self


class VehicleRecord(_Record):
    """A vehicle, with what was promised to it and what it has called of that."""

    external_id: Name
    kind: VehicleKind
    parent: Name | None
    name_ko: Name
    name_en: Name
    manager: Name | None
    formed_on: date
    ends_on: date | None
    size_krw: Won
    called_krw: Won
    main_purpose_share_bp: Annotated[int, Field(ge=0, le=10_000)]
    fiscal_contribution_krw: WonFromZero
    private_commitments_krw: WonFromZero


class EnvelopeRecord(_Record):
    """An envelope with its budget."""

    external_id: Name
    name_ko: Name
    name_en: Name
    year: int | None
    initiative_code: str | None
    mega_region_code: str | None
    budget_krw: Won


class DealRecord(_Record):
    """A deal and how far it has come; the service's own commands take it there, by several people."""

    external_id: Name
    project: Name
    signal: Name | None
    """The demand signal whose match led to it."""
    stage: DealStage
    vehicle: Name | None
    instrument: InvestmentInstrument
    amount_krw: Won
    private_krw: WonFromZero
    other_public_krw: WonFromZero
    lead: str
    found_on: date
    summary: Text
    additionality: Text
    decline_reason: DeclineReason | None
    decline_words: Text | None
