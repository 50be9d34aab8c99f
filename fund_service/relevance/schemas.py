"""What crosses the wire of the relevance watch."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fund_service.deals.thread import DealLink
from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.wire import ClosedModel, Day, Won, clean_text
from models.relevance import DataMissing, ProposalOutcome, RelevanceFinding, ReviewCause, ReviewCourse

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), AfterValidator(clean_text)
]
Change = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]


class RelevanceShown(StrEnum):
    """Which projects of a run are listed."""

    FLAGGED = "flagged"
    """Flagged ones, and those under review."""
    NONE = "none"
    """Those without a finding."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """Those of which nothing can be told yet."""


class RelevanceState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    """Somebody has to propose what to do."""
    PROPOSED = "proposed"
    """A proposal waits for another person."""
    DECIDED = "decided"
    """Decided."""


class DemandLeft(StrEnum):
    """What is left of the demand at approval, beside what is left of its field."""

    QUARTER = "quarter"
    """Less than a quarter."""
    HALF = "half"
    """A quarter to a half."""
    MOST = "most"
    """A half to three quarters."""
    ALL = "all"
    """About as much."""
    MORE = "more"
    """More than then."""


class FigureView(BaseModel):
    """A running project as a run saw it, in bands."""

    project_id: UUID
    title_ko: str | None
    title_en: str | None
    field_codes: list[str]
    finding: RelevanceFinding
    missing: DataMissing | None = Field(description="What a decline could not be told for.")
    missing_months: int | None = Field(description="How many months more it takes.")
    events_needed: int = Field(description="Ownership groups' requests needed before the approval.")
    approved_on: date | None
    events_at_approval: str = Field(description="Requests counted before the approval, as a band.")
    events_now: str = Field(description="Requests counted in the last six months, as a band.")
    percent_at_approval: float | None = Field(description="Of all demand; none where fewer than five groups asked.")
    percent_now: float | None = Field(description="Of all demand; none where fewer than five groups asked.")
    ratio: DemandLeft | None = Field(description="What is left of the demand, beside what is left of its field.")
    sure: bool = Field(description="The probability of a fall below half is at least 95 %, now and a quarter ago.")
    withdrawn: bool = Field(description="A named commitment behind it was withdrawn.")
    review_id: UUID | None
    review_state: RelevanceState | None


class RunView(BaseModel):
    """One look at all running projects."""

    number: int
    as_of: date
    made_at: datetime
    projects: int
    flagged: int
    not_enough_data: int


class RelevanceList(Listing):
    """The projects of the last run, flagged ones first."""

    run: RunView | None
    items: list[FigureView]
    shown: RelevanceShown | None = None
    field: str | None = None
    fields: Sequence[Choice] = ()


class QuarterBar(BaseModel):
    """Three months of demand for a project."""

    began: date
    before_approval: bool
    groups: str = Field(description="Ownership groups that asked, counted once a month each, as a band.")
    level: int = Field(description="Step of the band, 1 for the lowest.")
    percent_of_field: float | None = Field(description="Of the field's demand; none where fewer than five groups.")


class ProjectName(BaseModel):
    """Another project."""

    id: UUID
    title_ko: str | None
    title_en: str | None


class SignalHeard(BaseModel):
    """A signal that the reader may read."""

    id: UUID
    text: str
    received_on: date


class Milestone(BaseModel):
    """A milestone whose tranche is not paid."""

    deal_id: UUID
    milestone: str
    due_on: date | None
    amount_krw: int


class MoneyView(BaseModel):
    """Won and milestones of a project."""

    deals: int
    committed_krw: int
    paid_krw: int
    rounded: bool
    open_milestones: int
    links: list[DealLink] = Field(description="The deals, for readers of the fund.")
    milestones: list[Milestone] = Field(description="The open ones, for readers of the fund.")


class DecisionView(BaseModel):
    """What another person made of a proposal."""

    outcome: ProposalOutcome
    words: str
    decided_by: str
    decided_at: datetime
    meeting: str | None = Field(description="The committee's meeting that decided.")


class ProposalView(BaseModel):
    """What was proposed for a project, and what became of it."""

    id: UUID
    course: ReviewCourse
    words: str
    scope: str | None
    budget_krw: int | None
    ends_on: date | None
    agreement: str | None
    proposed_by: str
    proposed_at: datetime
    decision: DecisionView | None


class ContributionView(BaseModel):
    """What the project's team says."""

    words: str
    person: str
    at: datetime


class ReviewView(BaseModel):
    """A review: the case for and against, and what is proposed."""

    id: UUID
    cause: ReviewCause
    state: RelevanceState
    opened_at: datetime
    run: RunView
    figure: FigureView
    quarters: list[QuarterBar]
    field_falls: bool = Field(description="Demand in its whole field has fallen too.")
    shared_with: list[ProjectName] = Field(description="Running projects that the same demand asks for.")
    new_signals: list[SignalHeard] = Field(description="New signals that it answers, as far as the reader may read.")
    reads_signals: bool
    money: MoneyView
    ends_on: date | None
    budget_krw: int | None
    contributions: list[ContributionView]
    proposals: list[ProposalView]
    committee_needed: bool = Field(description="Money is committed: a change or an end is the committee's to decide.")
    may_propose: bool
    may_decide: bool
    may_contribute: bool


class ProposalIn(ClosedModel):
    """What is proposed for a project under review; a revision says what exactly changes."""

    course: ReviewCourse
    words: Words
    scope: Change | None = Field(default=None, description="What of the work is added, changed or left out.")
    budget_krw: Won | None = Field(default=None, description="The whole budget it shall have.")
    ends_on: Day | None = Field(default=None, description="The day it shall end.")
    agreement: Change | None = Field(default=None, description="What else of the agreement changes.")

    @model_validator(mode="after")
    def check_changes(self) -> Self:
        """Ask a revision for what it changes, and nothing else for that."""
        changes = (self.scope, self.budget_krw, self.ends_on, self.agreement)
        if (self.course is ReviewCourse.REVISE) != any(change is not None for change in changes):
            raise PydanticCustomError(
                "revised_in_something",
                "A revision says what changes: scope, budget, period or agreement; no other course changes any.",
            )
        return self


class ProposalDecisionIn(ClosedModel):
    """What another person makes of a proposal."""

    outcome: ProposalOutcome
    words: Words
    meeting_id: UUID | None = Field(default=None, description="The meeting in session that decided.")


class ContributionIn(ClosedModel):
    """What the project's team says to a review."""

    words: Words


class ReviewForm(BaseModel):
    """A form of a review: to propose, to decide, or for the team to contribute."""

    review: ReviewView
    proposal: ProposalView | None = None
    meetings: Sequence[Choice] = ()
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
