"""What the committee is sent: meetings to call, agendas, votes, decisions, evidence, interests and how flags end."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fund_service.wire import EARLIEST, LATEST, Abstract, ClosedModel, Day, Name, Share
from models.clock import SEOUL
from models.committee import InterestKind, ItemState, VoteChoice
from models.deal import DeclineReason
from models.errors import ValueNotAllowed

MAX_MEMBERS, MAX_ITEMS, MAX_CONDITIONS = 50, 50, 20


def _moment_in_seoul(value: Any) -> Any:  # noqa: ANN401 - what a program sent
    """Read ``2026-12-01T14:00`` as a moment in Seoul; another offset may be written out."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or "T" not in value:
        raise PydanticCustomError("moment_parsing", "Must be a date and time such as 2026-12-01T14:00.")
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


def _in_calendar(moment: datetime) -> datetime:
    if not EARLIEST <= moment.date() <= LATEST:
        raise PydanticCustomError(
            "outside_calendar",
            "Must be a date between {first} and {last}.",
            {"first": EARLIEST.isoformat(), "last": LATEST.isoformat()},
        )
    return moment


Moment = Annotated[
    datetime,
    BeforeValidator(_moment_in_seoul),
    AfterValidator(_in_calendar),
    Field(description="Seoul time, unless an offset is written."),
]
Reasoning = Annotated[Abstract, Field(max_length=2_000)]
Condition = Annotated[Abstract, Field(max_length=1_000)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MoreThanHalf = Annotated[Share, Field(ge=5_001)]
"""A share that who calls a meeting may raise, and not lower to less than more than half."""


class MeetingIn(ClosedModel):
    """A meeting as it is called."""

    title: Name
    meets_at: Moment
    place: Name | None = None
    chair_id: UUID = Field(description="One of the members.")
    member_ids: list[UUID] = Field(min_length=1, max_length=MAX_MEMBERS)
    quorum_bp: MoreThanHalf = 5_001
    approval_bp: MoreThanHalf = 6_667


class CancelIn(ClosedModel):
    """Why a meeting is cancelled."""

    reason: Condition


class AgendaIn(ClosedModel):
    """The deals of a meeting, in order."""

    deal_ids: list[UUID] = Field(max_length=MAX_ITEMS)


class VoteIn(ClosedModel):
    """A vote, on the terms that the voter read."""

    choice: VoteChoice
    terms_digest: Digest = Field(description="``terms_digest`` of the item as it was read.")
    words: Reasoning | None = None


class DecisionIn(ClosedModel):
    """The closing of an agenda item: with what the votes say, once the vote is closed, or put off."""

    outcome: ItemState = Field(description="approved, rejected or deferred")
    terms_digest: Digest = Field(description="``terms_digest`` of the item as it was read.")
    words: Reasoning = Field(description="The reasoning, for the minutes.")
    decline_reason: DeclineReason | None = None
    conditions: list[Condition] = Field(default_factory=list, max_length=MAX_CONDITIONS)

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse an outcome that is none, a rejection without its reason code, conditions of what is not approved."""
        if self.outcome not in {ItemState.APPROVED, ItemState.REJECTED, ItemState.DEFERRED}:
            raise ValueNotAllowed("An item is approved, rejected or deferred.", field="outcome")
        if (self.outcome is ItemState.REJECTED) != (self.decline_reason is not None):
            raise ValueNotAllowed(
                "A rejection has a reason code, and only a rejection has one.", field="decline_reason"
            )
        if self.conditions and self.outcome is not ItemState.APPROVED:
            raise ValueNotAllowed("Conditions belong to an approval.", field="conditions")
        return self


class ConditionMetIn(ClosedModel):
    """The evidence that a condition is met."""

    evidence_document_id: UUID = Field(description="A document on the deal's file.")


class InterestIn(ClosedModel):
    """An interest as its bearer declares it, in one organisation or in one ownership group."""

    kind: InterestKind
    organisation_id: UUID | None = None
    ownership_group_id: UUID | None = None
    known_on: Day = Field(description="When it began to exist: today or earlier.")
    ends_on: Day | None = None
    words: Condition

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse values that contradict one another."""
        if (self.organisation_id is None) == (self.ownership_group_id is None):
            raise ValueNotAllowed("Name an organisation or an ownership group.", field="organisation_id")
        if self.ends_on is not None and self.ends_on < self.known_on:
            raise ValueNotAllowed("The interest ends before it begins.", field="ends_on")
        return self


class InterestEndIn(ClosedModel):
    """The last day of an interest: today or later, so that nothing is undone."""

    ends_on: Day


class ResolutionIn(ClosedModel):
    """What was found when a flagged decision was looked at, and what follows."""

    resolution: Reasoning
