"""What crosses the wire of the first page."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.commitments.schemas import CommitmentDesk
from fund_service.settlement.schemas import SettlementDesk
from fund_service.signals.schemas import MatchingStatus, SignalView
from models.course import ProgressState
from models.person import Role
from models.project import ProjectState


class NewMatch(BaseModel):
    """The best match of a signal that was matched lately."""

    match_id: UUID
    signal_id: UUID
    signal_text: str = Field(description="The first 200 characters.")
    project_id: UUID
    title_ko: str | None
    title_en: str | None
    score: float
    matched_at: datetime


class OwnDemand(BaseModel):
    """For investors: the demand of their own organisation."""

    live_signals: int
    matching: Mapping[MatchingStatus, int] = Field(description="Live signals by how their matching stands.")
    newest_signals: list[SignalView]
    newest_matches: list[NewMatch]


class DealFlow(BaseModel):
    """For fund managers and committee members: projects, and the demand that is not confidential."""

    open_projects: int
    live_signals: int
    newest_signals: list[SignalView]
    newest_matches: list[NewMatch]


class DueTarget(BaseModel):
    """A target of the plan that is due next."""

    code: str
    name_ko: str
    name_en: str
    initiative_name_ko: str
    initiative_name_en: str
    quantity: int | None
    unit: str
    due_on: date
    days_left: int


class PlanningDesk(BaseModel):
    """For planners: the newest market summary, and what the plan has promised next."""

    release: int | None = Field(description="Number of the newest release of market demand.")
    release_as_of: date | None
    published_themes: int = Field(description="Themes that the release publishes.")
    open_projects: int
    due_next: list[DueTarget]
    standing: Mapping[ProgressState, int] = Field(description="Targets of the plan by how they stand.")
    reports_waiting: int = Field(description="Reported figures that wait for a second person.")


class Totals(BaseModel):
    """For auditors: how much of everything there is."""

    organisations: int
    ownership_groups: int
    projects: Mapping[ProjectState, int]
    signals: int
    live_signals: int
    eligible_matches: int
    market_summaries: int


class Accounts(BaseModel):
    """For administrators and auditors: how many accounts there are."""

    accounts: int
    active: int


class HomeView(BaseModel):
    """The first page; a part is there for those whose roles it serves."""

    name: str
    roles: list[Role]
    own_demand: OwnDemand | None = None
    deal_flow: DealFlow | None = None
    planning: PlanningDesk | None = None
    totals: Totals | None = None
    settlement: SettlementDesk | None = None
    commitments: CommitmentDesk | None = None
    accounts: Accounts | None = None
