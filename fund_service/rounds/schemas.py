"""What crosses the wire of matching rounds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.rounds.bodies import QuotaSide
from matching.assignment.assign import Quota
from models.matching_round import RoundState


class RoundHead(BaseModel):
    """A round in a list."""

    id: UUID
    name: str
    state: RoundState
    field_codes: list[str]
    attention: int
    min_exposure: int
    regional_exposure: int
    most_bp: int | None
    version: int
    opened_at: datetime
    opened_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None


class RoundsPage(Listing):
    """Rounds, the newest first."""

    items: list[RoundHead]


class Figures(BaseModel):
    """What a round comes to among open signals; totals are sums of how likely both sides accept."""

    investors: int = Field(description="Investors taking part by open signals.")
    projects: int
    pairs: int = Field(description="Pairs that may meet.")
    meetings: int
    projects_met: int = Field(description="Projects that somebody looks at.")
    regional_projects: int = Field(default=0, description="Region-specific ones among the projects.")
    regional_met: int = Field(default=0, description="Those of them that somebody looks at.")
    regional_meetings: int = Field(default=0, description="Meetings about them.")
    tickets_krw: int | None = Field(
        description="Smallest tickets of all meetings, in won; told to those who know the investors."
    )
    total: float
    expected: float = Field(description="What the lot is worth on average; without a lot the total.")
    bound: float = Field(description="No assignment within the quotas is worth more, whatever the floor.")
    unconstrained: float = Field(description="Worth of the investors' looks if nothing else held anything back.")
    without_floor: float = Field(description="Worth without the floor, before any lot.")
    with_floor: float = Field(description="Worth with the floor, before any lot.")
    exact: bool = Field(description="Whether the choice before any lot is proven to be the best.")

    @property
    def price_of_fairness(self) -> float:
        """What the floor costs."""
        return self.without_floor - self.with_floor

    @property
    def price_of_lot(self) -> float:
        """What the lot costs on average."""
        return self.with_floor - self.expected


class Named(BaseModel):
    """A record by its name."""

    id: UUID
    name_ko: str | None
    name_en: str | None


class ShortageView(BaseModel):
    """A quota that kept projects below the floor."""

    quota: Quota
    regional: bool = Field(description="Whether it is the floor of region-specific projects that is missed.")
    projects: list[Named] = Field(description="The first of them.")
    more_projects: int
    investors: list[Named] = Field(description="The first of those whose quota binds and whom the reader may know.")
    more_investors: int
    wanted: int
    available: int
    missing: int


class AssignmentView(BaseModel):
    """An investor is to look at a project."""

    investor: Named
    project: Named
    signal_id: UUID
    value: float
    chance: float = Field(description="How likely the pair was to be drawn; 1 without a lot.")
    ticket_krw: int


class RoundView(RoundHead):
    """A round: what it would come to, or what it came to."""

    figures: Figures | None = Field(description="None once it was called off.")
    shortages: list[ShortageView]
    more_shortages: int
    digest: str | None = Field(description="Of all a draft's assignment is made from; sent back to confirm it.")
    seed: int | None = Field(description="What the lot was drawn with.")
    sees_investors: bool = Field(description="Whether the reader may know who the investors are.")
    assignments: list[AssignmentView] = Field(description="The first; all of them are in the file to download.")
    listed: int = Field(description="Assignments that the reader may know of.")


class QuotaView(Named):
    """A quota of one who takes part."""

    side: QuotaSide
    meetings: int | None
    krw: int | None


class QuotasView(BaseModel):
    """The quotas of a round."""

    round: RoundHead
    investors: list[QuotaView] = Field(description="By their open signals; the first of them.")
    investor_count: int
    projects: list[QuotaView] = Field(description="The first of them.")
    project_count: int
    sees_investors: bool


class OwnProject(BaseModel):
    """A project that the reader's organisation is to look at."""

    project: Named
    signal_id: UUID
    value: float
    ticket_krw: int


class OwnRound(BaseModel):
    """A round as one who takes part sees it."""

    id: UUID
    name: str
    confirmed_at: datetime
    projects: list[OwnProject] = Field(description="What the reader's organisation is to look at.")
    looked_at: list[tuple[Named, int]] = Field(
        description="Projects the reader's organisation leads, with how many investors by open signals look at them."
    )


class OwnRounds(Listing):
    """Confirmed rounds with the reader's part in them, the newest first."""

    items: list[OwnRound]


class RoundForm(BaseModel):
    """The form to open or edit a round."""

    round_id: UUID | None = None
    version: int | None = None
    fields: Sequence[Choice]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class QuotaForm(BaseModel):
    """The form of one quota."""

    round: RoundHead
    quota: QuotaView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class QuotaFileForm(BaseModel):
    """The form to set quotas from a file."""

    round: RoundHead
    columns: list[str]
    most_rows: int
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
