"""What the committee's pages and programs are shown of meetings, agendas, votes and decisions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.committee.recusals import RecusalReason
from fund_service.deals.heads import DealHead
from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from models.committee import ItemState, MeetingState, VoteChoice
from models.deal import DealStage


class MeetingItem(BaseModel):
    """A meeting in a list."""

    id: UUID
    title: str
    meets_at: datetime
    place: str
    state: MeetingState
    chair_name: str
    members: int
    items: int
    decided: int


class PendingVote(BaseModel):
    """An item that waits for the reader's vote."""

    item_id: UUID
    meeting_id: UUID
    meeting_title: str
    title_ko: str | None
    title_en: str | None


class MeetingsPage(Listing):
    """The committee's meetings: those to come first, those that are over page by page."""

    upcoming: list[MeetingItem] = Field(description="Planned and open ones, the next first; 100 at most.")
    items: list[MeetingItem] = Field(description="Closed and cancelled ones, the newest first.")
    my_votes: list[PendingVote] = Field(description="What waits for the reader's vote.")


class RecusalView(BaseModel):
    """Why a member is recused, and the party that binds them."""

    reason: RecusalReason
    party_ko: str | None
    party_en: str | None


class MemberView(BaseModel):
    """A member on an item; how they voted is shown when the vote is closed, and to themselves."""

    person_id: UUID
    name: str
    recusal: RecusalView | None
    voted: bool
    choice: VoteChoice | None
    words: str | None


class TallyView(BaseModel):
    """Votes of those not recused. The counts are hidden until the vote is closed."""

    eligible: int
    voted: int
    needed: int = Field(description="Voters that make the quorum.")
    reachable: bool = Field(description="As many are called and not recused as make the quorum.")
    quorum: bool
    votes_for: int | None
    votes_against: int | None
    abstentions: int | None
    carries: bool | None = Field(description="Quorum and majority are there.")


class ConditionView(BaseModel):
    """A condition precedent."""

    id: UUID
    words: str
    evidence_document_id: UUID | None
    evidence_name: str | None
    met_at: datetime | None
    met_by_name: str | None


class ListedDeal(BaseModel):
    """A deal as an agenda shows it."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    company_name_ko: str | None
    company_name_en: str | None
    amount_krw: int
    stage: DealStage
    lead_id: UUID
    lead_name: str


class ItemView(BaseModel):
    """An agenda item, as the reader may see it."""

    id: UUID
    meeting_id: UUID
    meeting_title: str
    meets_at: datetime
    position: int
    state: ItemState
    deal: ListedDeal
    terms_digest: str
    outdated: bool = Field(description="Pending, and the deal was edited since: it must be put on the agenda anew.")
    vote_closed_at: datetime | None = Field(description="When the last who may vote did, or the vote was closed.")
    outcome: ItemState | None = Field(
        description="What the votes decide, once the vote is closed; null: the item can only be deferred."
    )
    decided_at: datetime | None
    decided_by_name: str | None
    words: str
    members: list[MemberView]
    tally: TallyView
    conditions: list[ConditionView]
    open_flags: int = Field(description="Interests declared after the decision that nobody has looked at yet.")
    may_vote: bool
    may_decide: bool
    may_close_vote: bool
    may_relist: bool
    reader_leads: bool = Field(description="The reader leads the deal, or led it once.")
    reader_recused: bool = Field(description="The reader leads the deal, led it, or has an interest in it today.")


class MeetingView(BaseModel):
    """A meeting with its agenda."""

    id: UUID
    version: int
    title: str
    meets_at: datetime
    place: str
    state: MeetingState
    chair_id: UUID
    chair_name: str
    quorum_bp: int
    approval_bp: int
    cancel_reason: str | None
    members: list[str]
    items: list[ItemView]
    may_preside: bool = Field(description="The reader may open and close it.")
    choices: Sequence[VoteChoice] = tuple(VoteChoice)


class DealCommitteeView(BaseModel):
    """What the committee did with a deal, the newest first."""

    deal: DealHead
    items: list[ItemView]
    standing: UUID | None = Field(description="The approval that stands on the deal's present terms.")
    documents: Sequence[Choice] = Field(description="What is on file, to be given as evidence.")
    may_confirm: bool = Field(description="The reader may confirm that a condition is met.")
