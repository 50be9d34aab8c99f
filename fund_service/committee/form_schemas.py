"""What the committee's forms are filled from: meetings, agendas, votes, decisions and evidence."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.committee.schemas import ConditionView, ItemView, ListedDeal
from fund_service.deals.heads import DealHead
from fund_service.plan.schemas import Choice
from models.committee import VoteChoice
from models.deal import DeclineReason


class MeetingForm(BaseModel):
    """The form to call or edit a meeting."""

    meeting_id: UUID | None = None
    version: int | None = None
    members: Sequence[Choice]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class CancelForm(BaseModel):
    """The form to cancel a meeting."""

    meeting_id: UUID
    title: str
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class AgendaForm(BaseModel):
    """The form of an agenda: every deal before the committee, with its place in the order."""

    meeting_id: UUID
    version: int
    title: str
    deals: list[ListedDeal]
    outdated: list[UUID] = Field(description="Listed deals that were edited since; saving lists them anew.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class DecisionForm(BaseModel):
    """The form that closes an item: what the votes say, and what is still asked of who closes it."""

    item: ItemView
    decline_reasons: Sequence[DeclineReason] = tuple(DeclineReason)
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class VoteForm(BaseModel):
    """The form to vote, apart from the agenda: shown again when something is at fault."""

    item: ItemView
    choices: Sequence[VoteChoice] = tuple(VoteChoice)
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class EvidenceForm(BaseModel):
    """The form to confirm a condition, shown again when something is at fault."""

    deal: DealHead
    condition: ConditionView
    documents: Sequence[Choice]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
