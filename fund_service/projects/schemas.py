"""What crosses the wire of R&D projects."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from fund_service.consultations.schemas import ConsultationItem
from fund_service.deals.thread import DealsThread
from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.regional.schemas import AnchorDemandView, ConsortiumPicture, SpilloverSummary
from fund_service.wire import Abstract, ClosedModel, Day, FieldCode, RegionCode, Title, Trl, Won
from models.errors import ValueNotAllowed
from models.organisation import OrganisationKind
from models.project import (
    LEAP_BEGINS,
    LEAP_INITIATIVE,
    ConsortiumRole,
    DevelopmentStage,
    LeapPhase,
    ProjectState,
    ProjectType,
)

InitiativeCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]


class MemberIn(ClosedModel):
    """An organisation's part in a project."""

    organisation_id: UUID
    role: ConsortiumRole


class ProjectIn(ClosedModel):
    """An R&D project as it is recorded."""

    title_ko: Title | None = None
    title_en: Title | None = None
    abstract_ko: Abstract | None = None
    abstract_en: Abstract | None = None
    field_codes: list[FieldCode] = Field(default_factory=list, max_length=12)
    stage: DevelopmentStage | None = Field(
        default=None, description="Stage of development as stated; none: the TRL tells."
    )
    trl_now: Trl | None = None
    trl_target: Trl | None = None
    region_code: RegionCode | None = None
    budget_krw: Won | None = None
    need_krw: Won | None = Field(default=None, description="Whole won still sought from the fund and investors.")
    starts_on: Day | None = None
    ends_on: Day | None = None
    initiative_code: InitiativeCode | None = None
    state: ProjectState = ProjectState.PLANNED
    project_type: ProjectType = Field(
        default=ProjectType.NATIONWIDE, description="For the whole country, or a region-specific type."
    )
    host_region_codes: list[RegionCode] = Field(
        default_factory=list, max_length=17, description="The provinces a region-specific project is made for."
    )
    leap_phase: LeapPhase | None = Field(
        default=None,
        description="Of a Leap project: it has exactly one anchor company and a partner firm outside its group.",
    )
    consortium: list[MemberIn] = Field(default_factory=list, max_length=100)

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse values that contradict one another."""
        if self.title_ko is None and self.title_en is None:
            raise ValueNotAllowed("Give a title in Korean, English or both.", field="title_ko")
        if self.trl_now is not None and self.trl_target is not None and self.trl_now > self.trl_target:
            raise ValueNotAllowed(
                "The TRL aimed at ({target}) is below the present one ({now}).",
                field="trl_target",
                target=self.trl_target,
                now=self.trl_now,
            )
        if self.starts_on is not None and self.ends_on is not None and self.starts_on > self.ends_on:
            raise ValueNotAllowed("The project ends before it starts.", field="ends_on")
        if len({member.organisation_id for member in self.consortium if member.role is ConsortiumRole.LEAD}) > 1:
            raise ValueNotAllowed("A consortium has one lead organisation.", field="consortium")
        self._check_hosts()
        self._check_phase()
        return self

    def _check_hosts(self) -> None:
        self.host_region_codes = sorted(set(self.host_region_codes))
        if self.project_type is ProjectType.NATIONWIDE:
            if self.host_region_codes:
                raise ValueNotAllowed(
                    "A nationwide project has no host regions; choose a region-specific type.", field="project_type"
                )
            return
        if not self.host_region_codes:
            raise ValueNotAllowed("Choose the regions that the project is made for.", field="host_region_codes")
        if self.region_code is not None and self.region_code not in self.host_region_codes:
            raise ValueNotAllowed("The project lies outside the regions it is made for.", field="host_region_codes")

    def _check_phase(self) -> None:
        if self.leap_phase is None:
            return
        if self.initiative_code != LEAP_INITIATIVE:
            raise ValueNotAllowed(
                "Only a project of the Industrial Leap Technology Project has a phase of it.", field="leap_phase"
            )
        begins = LEAP_BEGINS[self.leap_phase]
        if self.starts_on is not None and self.starts_on < begins:
            raise ValueNotAllowed(
                "Leap projects of this phase begin in {year} or later.", field="starts_on", year=begins.year
            )


class ProjectFilters(BaseModel):
    """What a list of projects is narrowed to."""

    state: ProjectState | None = None
    field_code: str | None = None
    region_code: str | None = None
    mega_region_code: str | None = None
    initiative_code: str | None = None
    project_type: ProjectType | None = None
    region_specific: bool | None = Field(default=None, description="Of any region-specific type, or nationwide.")
    leap: bool | None = Field(default=None, description="Leap projects, or all others.")
    large: bool | None = Field(default=None, description="Budget of at least ten billion won, or a stated one below.")
    q: str | None = Field(default=None, description="Words that all stand in the titles.")


class ProjectItem(BaseModel):
    """A project in a list."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    state: ProjectState
    fields: list[Choice]
    region: Choice | None
    initiative: Choice | None
    trl_now: int | None
    trl_target: int | None
    budget_krw: int | None
    need_krw: int | None
    large: bool
    project_type: ProjectType
    host_regions: list[Choice]
    leap_phase: LeapPhase | None
    starts_on: date | None
    ends_on: date | None


class ProjectChoices(BaseModel):
    """What projects can be narrowed to, and described with."""

    fields: Sequence[Choice]
    regions: Sequence[Choice]
    mega_regions: Sequence[Choice]
    initiatives: Sequence[Choice]


class ProjectsPage(Listing):
    """A page of projects, newest first."""

    items: list[ProjectItem]
    filters: ProjectFilters
    counts: Mapping[ProjectState, int] = Field(
        description="Projects in each state, under all filters but that of the state."
    )
    choices: ProjectChoices


class MemberView(BaseModel):
    """A member of a project's consortium."""

    organisation_id: UUID
    role: ConsortiumRole
    kind: OrganisationKind
    region_code: str | None
    name_ko: str | None
    name_en: str | None


class AnsweredSignal(BaseModel):
    """A demand signal, among those the reader may read, that the project answers."""

    signal_id: UUID
    match_id: UUID
    score: float
    organisation_name_ko: str | None
    organisation_name_en: str | None


class ProjectDemand(BaseModel):
    """How much demand, among the signals the reader may read, the project answers."""

    eligible_matches: int
    best: list[AnsweredSignal] = Field(description="The best scored, 10 at most.")


class ProjectView(ProjectItem):
    """A project, whole."""

    version: int
    stage: DevelopmentStage | None
    abstract_ko: str | None
    abstract_en: str | None
    consortium: list[MemberView]
    amount_as_stated: str | None
    days_left: int | None = Field(
        description="Days until its last day in Seoul; negative after it, none if not stated."
    )
    source: str
    external_id: str | None
    recorded_at: datetime
    updated_at: datetime
    demand: ProjectDemand | None = Field(description="None for readers who may not read demand.")
    deals: DealsThread | None = Field(description="Deals that fund it; none for readers who may not read deals.")
    picture: ConsortiumPicture | None = Field(
        description="The consortium around its anchor company; none of one alone."
    )
    spillover: SpilloverSummary
    anchor_demand: list[AnchorDemandView] = Field(
        description="What its anchor company stated, among what the reader may read; it is no demand that it answers."
    )
    may_state_demand: bool = Field(description="Whether the reader speaks for the anchor company of this Leap project.")
    consultations: list[ConsultationItem] = Field(description="Regulatory consultations the reader may see.")


class ProjectForm(BaseModel):
    """The form to record or edit a project: what may be chosen, what was typed, what is at fault."""

    project_id: UUID | None = None
    version: int | None = None
    states: Sequence[ProjectState] = tuple(ProjectState)
    stages: Sequence[DevelopmentStage] = tuple(DevelopmentStage)
    project_types: Sequence[ProjectType] = tuple(ProjectType)
    leap_phases: Sequence[LeapPhase] = tuple(LeapPhase)
    choices: ProjectChoices
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
