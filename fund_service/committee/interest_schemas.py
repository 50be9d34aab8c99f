"""What is shown of declared interests and of the decisions they flag."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.paging import Listing
from models.committee import InterestKind


class InterestView(BaseModel):
    """A declared interest."""

    id: UUID
    person_id: UUID
    person_name: str
    kind: InterestKind
    party_ko: str | None
    party_en: str | None
    whole_group: bool = Field(description="It reaches every organisation of the ownership group.")
    known_on: date
    ends_on: date | None
    words: str
    recorded_at: datetime
    flags: int = Field(description="Earlier decisions that it flagged.")
    own: bool


class InterestsPage(Listing):
    """Declared interests, the newest first: one's own, or everybody's for an auditor."""

    items: list[InterestView]
    everybody: bool


class InterestForm(BaseModel):
    """The form to declare an interest."""

    kinds: Sequence[InterestKind] = tuple(InterestKind)
    today: date
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class FlaggedDecision(StrEnum):
    """What was decided by somebody whose interest became known later."""

    VOTE = "vote"
    """A vote or a decision in the committee."""
    CHECK = "check"
    """The check of an instruction."""
    REVIEW = "review"
    """A review of a deal."""


class FlagView(BaseModel):
    """A decision flagged by a late declaration."""

    id: UUID
    decision: FlaggedDecision
    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    item_id: UUID | None
    instruction_id: UUID | None
    review_id: UUID | None
    person_name: str
    kind: InterestKind
    party_ko: str | None
    party_en: str | None
    known_on: date
    declared_at: datetime
    resolved_at: datetime | None
    resolved_by_name: str | None
    resolution: str | None
    may_resolve: bool


class FlagsPage(Listing):
    """Flagged decisions: the open ones, or all."""

    items: list[FlagView]
    resolved: bool = Field(description="Resolved ones are listed too.")
    open_count: int


class ResolutionForm(BaseModel):
    """The form to resolve a flag."""

    flag: FlagView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
