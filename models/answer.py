"""Answers of both sides to a signal and a project, what they were shown before, and the models learned from them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import Row, by_value


class AnswerSide(StrEnum):
    """Who answers: each side of a pair has one voice, whoever of the organisation speaks."""

    INVESTOR = "investor"
    """The organisation that owns the signal."""
    PROJECT = "project"
    """The organisation that leads the project."""


class AnswerKind(StrEnum):
    """What a side says to a pair; the latest answer counts."""

    INTERESTED = "interested"
    """Open to it, nothing more yet (관심)."""
    MEETING = "meeting"
    """Asks for a meeting (미팅 요청)."""
    INVESTED = "invested"
    """Has put money in, by its own account (투자 완료); the investor's side alone says so."""
    PASSED = "passed"
    """Not this one, or not now; for a reason (보류)."""
    TAKEN_BACK = "taken_back"
    """As if never answered: what was said before no longer holds (답 철회)."""


WANTED = frozenset({AnswerKind.INTERESTED, AnswerKind.MEETING, AnswerKind.INVESTED})
"""Answers that say yes."""


class PassReason(StrEnum):
    """Why a side passes."""

    SUBSTANCE = "substance"
    """It is not what was asked for."""
    FIELD = "field"
    """Another technology field."""
    STAGE = "stage"
    """Too early or too far: the wrong TRL."""
    TICKET = "ticket"
    """Too much or too little money."""
    REGION = "region"
    """The wrong place."""
    CONSORTIUM = "consortium"
    """The wrong partners, or a needed one is missing."""
    NO_MONEY_NOW = "no_money_now"
    """No money, or no need of any, at this time."""
    TIMING = "timing"
    """Later perhaps; other things come first."""
    SERVED = "served"
    """One such is in hand already."""
    CONFLICT = "conflict"
    """A competitor, or another conflict of interest."""
    OTHER = "other"
    """Said in words."""


ABOUT_FIT = frozenset(
    {
        PassReason.SUBSTANCE, PassReason.FIELD, PassReason.STAGE, PassReason.TICKET, PassReason.REGION,
        PassReason.CONSORTIUM,
    }
)  # fmt: skip
"""Reasons that say that the two do not fit. The others say nothing of it: who has no money today may want the very same
project tomorrow, so what is learned from answers leaves those out, as if they had not been given."""


class AdoptionCause(StrEnum):
    """Why another model ranks from then on."""

    BETTER = "better"
    """It did better than the one before on answers neither had seen."""
    BY_HAND = "by_hand"
    """A manager adopted one that had done better."""
    ROLLED_BACK = "rolled_back"
    """A manager went back to one that ranked before; until one is adopted by hand, none takes over by itself."""


class MatchShown(Row, table=True):
    """A ranked list as a person of a side saw it; whatever in it was never answered is missing, not refused.

    Written when the list differs from the one last shown to this person.
    """

    __tablename__ = "match_shown"
    __table_args__ = (
        CheckConstraint("(side = 'investor') = (signal_id IS NOT NULL)", name="list_of_a_signal"),
        CheckConstraint("(side = 'project') = (project_id IS NOT NULL)", name="list_of_a_project"),
        CheckConstraint("cardinality(shown) >= 1", name="something_shown"),
        Index("ix_match_shown_reading", "person_id", "signal_id", "project_id", "id"),
    )

    side: AnswerSide = Field(sa_type=by_value(AnswerSide))
    person_id: UUID = Field(foreign_key="person.id")
    signal_id: UUID | None = Field(default=None, foreign_key="demand_signal.id", index=True)
    """Whose list of projects it was, on the investor's side."""
    project_id: UUID | None = Field(default=None, foreign_key="rnd_project.id", index=True)
    """Whose list of signals it was, on the project's side."""
    shown: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    """What was listed, best first; the first stands at position 1."""


class AcceptanceRecord(Row, table=True):
    """A model of one side's acceptance, learned from answers, beside how it did against the one that ranked then."""

    __tablename__ = "acceptance_model"
    __table_args__ = (
        UniqueConstraint("side", "digest"),
        CheckConstraint("answers >= 1", name="answers_from_one"),
        CheckConstraint("accepted BETWEEN 0 AND answers", name="accepted_within_answers"),
    )

    side: AnswerSide = Field(sa_type=by_value(AnswerSide))
    kind: str = Field(max_length=32)
    """Which family it is of, as matching/acceptance.py names it."""
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    digest: str = Field(max_length=64)
    answers: int
    """Answers it was learned from."""
    accepted: int
    """How many of them said yes."""
    method_digest: str | None = Field(default=None, max_length=64)
    """The method of matching in force then: what its components meant."""
    against_id: UUID | None = Field(default=None, foreign_key="acceptance_model.id")
    """The model it was compared with; none: the prior weights."""
    better: bool
    """Whether it did better on answers neither had seen; only such a model may be adopted."""
    comparison: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class ModelAdoption(Row, table=True):
    """That another model ranks a side from now on; the one with the highest number is live."""

    __tablename__ = "model_adoption"
    __table_args__ = (
        UniqueConstraint("side", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("(cause = 'better') = (adopted_by_id IS NULL)", name="by_somebody_or_itself"),
        CheckConstraint("(adopted_by_id IS NULL) = (reason IS NULL)", name="by_hand_with_a_reason"),
        CheckConstraint("model_id IS NOT NULL OR cause = 'rolled_back'", name="back_to_the_prior"),
    )

    side: AnswerSide = Field(sa_type=by_value(AnswerSide))
    number: int
    model_id: UUID | None = Field(default=None, foreign_key="acceptance_model.id", index=True)
    """None: the prior weights rank again."""
    cause: AdoptionCause = Field(sa_type=by_value(AdoptionCause))
    adopted_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    """None: it was adopted by itself, for it did better."""
    reason: str | None = Field(default=None, max_length=1_000)


class MatchAnswer(Row, table=True):
    """What a person said for their side to a signal and a project; added, never changed.

    It hangs on the pair and not on a match: matching anew replaces matches, and an answer outlives them. What the
    matcher said of the pair is copied as it stood.
    """

    __tablename__ = "match_answer"
    __table_args__ = (
        UniqueConstraint("signal_id", "project_id", "side", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("(kind = 'passed') = (reason IS NOT NULL)", name="passed_for_a_reason"),
        CheckConstraint("kind <> 'invested' OR side = 'investor'", name="investors_invest"),
        CheckConstraint("position >= 1", name="position_from_one"),
        CheckConstraint("(position IS NULL) = (shown_id IS NULL)", name="position_in_a_list"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score_range"),
        CheckConstraint("probability > 0 AND probability < 1", name="probability_range"),
        CheckConstraint(
            "(score IS NULL) = (components IS NULL) AND (score IS NULL) = (method_digest IS NULL) "
            "AND (score IS NULL) = (probability IS NULL)",
            name="copied_whole",
        ),
    )

    signal_id: UUID = Field(foreign_key="demand_signal.id")
    project_id: UUID = Field(foreign_key="rnd_project.id", index=True)
    side: AnswerSide = Field(sa_type=by_value(AnswerSide))
    number: int
    """Counts the answers of this side to this pair."""
    person_id: UUID = Field(foreign_key="person.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    """For whom they spoke."""
    kind: AnswerKind = Field(sa_type=by_value(AnswerKind))
    reason: PassReason | None = Field(default=None, sa_type=by_value(PassReason))
    words: str | None = Field(default=None, max_length=1_000)
    shown_id: UUID | None = Field(default=None, foreign_key="match_shown.id")
    position: int | None = None
    """Where the pair stood in the list that the person saw last; none: they came to it another way."""
    score: float | None = None
    """What the matcher said of the pair; none: the matcher had not proposed it."""
    components: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    method_digest: str | None = Field(default=None, max_length=64)
    model_id: UUID | None = Field(default=None, foreign_key="acceptance_model.id")
    """The model of this side that ranked; none: the prior weights."""
    probability: float | None = None
    """What that model said of this side."""
