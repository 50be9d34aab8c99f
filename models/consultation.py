"""Regulatory consultations beside projects (규제프리 R&D), their steps, and the deals whose gates wait for them.

A consultation's state is what its steps have made of it: the database takes each step, writes state, dates and outcome
of the consultation from it, and refuses whoever writes them otherwise. Steps, holds and waivers are added once.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row, VersionedRow, by_value
from models.deal import DealStage

MAX_DOCUMENT_BYTES = 10 * 2**20
RAPID_DAYS = 30
"""Days in which the authorities answer a request for rapid confirmation."""
DEFAULT_DAYS = 90
"""Days that a permit or an exemption is expected in where the one who opens it says nothing else: what this service
plans with, no period of a statute."""
MOST_DAYS = 730
LONGEST_VALIDITY_DAYS = 4 * 366
"""A permit or exemption holds two years and is extended once for two more: what lies beyond is a slip of the pen."""


class ConsultationKind(StrEnum):
    """What is asked of the authority."""

    RAPID_CONFIRMATION = "rapid_confirmation"
    """Whether any rule applies, answered within 30 days (신속확인)."""
    TEMPORARY_PERMIT = "temporary_permit"
    """Leave to market where a rule is missing or does not fit (임시허가)."""
    DEMONSTRATION_EXEMPTION = "demonstration_exemption"
    """Exemption from a rule to try something in a place and a period (실증특례)."""


class ConsultationState(StrEnum):
    """Where a consultation stands."""

    DRAFT = "draft"
    """Being written; nothing has been sent."""
    FILED = "filed"
    """With the authority; its days run."""
    SUPPLEMENT = "supplement"
    """The authority has asked for a supplement; its days stand still until it has it."""
    ANSWERED = "answered"
    """The authority has answered."""
    REVOKED = "revoked"
    """The authority has taken a favourable answer back."""
    WITHDRAWN = "withdrawn"
    """Given up by those who had opened it."""


OPEN_CONSULTATION_STATES = (ConsultationState.FILED, ConsultationState.SUPPLEMENT)
"""States in which an answer is awaited."""


class ConsultationOutcome(StrEnum):
    """What the authority answered."""

    NO_REGULATION = "no_regulation"
    """No rule applies."""
    PERMITTED = "permitted"
    """Permitted as asked."""
    PERMITTED_CONDITIONALLY = "permitted_conditionally"
    """Permitted with conditions."""
    REFUSED = "refused"
    """Not permitted."""


FAVOURABLE = frozenset(ConsultationOutcome) - {ConsultationOutcome.REFUSED}
"""Outcomes that open a gate while they are in force."""
PERMITTING = FAVOURABLE - {ConsultationOutcome.NO_REGULATION}
"""Outcomes that hold for a period."""


class ConsultationStepKind(StrEnum):
    """What happened to a consultation."""

    FILED = "filed"
    """It was filed with the authority."""
    SUPPLEMENT_ASKED = "supplement_asked"
    """The authority asked for a supplement."""
    SUPPLIED = "supplied"
    """The supplement reached the authority."""
    DOCUMENTED = "documented"
    """A document was put on file."""
    ANSWERED = "answered"
    """The authority's answer was entered, with the document that says so."""
    CONFIRMED = "confirmed"
    """Somebody else has compared the answer with its document."""
    REOPENED = "reopened"
    """Somebody found that the answer was entered wrong: it is awaited again."""
    REVOKED = "revoked"
    """The authority took its answer back."""
    WITHDRAWN = "withdrawn"
    """It was given up."""


_S, _K = ConsultationState, ConsultationStepKind
CONSULTATION_STEPS: Mapping[ConsultationStepKind, Mapping[ConsultationState, ConsultationState]] = MappingProxyType(
    {
        _K.FILED: {_S.DRAFT: _S.FILED},
        _K.SUPPLEMENT_ASKED: {_S.FILED: _S.SUPPLEMENT},
        _K.SUPPLIED: {_S.SUPPLEMENT: _S.FILED},
        _K.DOCUMENTED: {state: state for state in (_S.DRAFT, _S.FILED, _S.SUPPLEMENT, _S.ANSWERED)},
        _K.ANSWERED: {_S.FILED: _S.ANSWERED, _S.SUPPLEMENT: _S.ANSWERED},
        _K.CONFIRMED: {_S.ANSWERED: _S.ANSWERED},
        _K.REOPENED: {_S.ANSWERED: _S.FILED},
        _K.REVOKED: {_S.ANSWERED: _S.REVOKED},
        _K.WITHDRAWN: {_S.DRAFT: _S.WITHDRAWN, _S.FILED: _S.WITHDRAWN, _S.SUPPLEMENT: _S.WITHDRAWN},
    }
)
"""Where each step leads from each state in which it can be taken; who confirmed or not narrows the last ones."""


class Consultation(VersionedRow, table=True):
    """A consultation of an authority on a rule that a project meets; edited while it is a draft, then led by its steps.

    The columns from ``state`` on are written by the database alone.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("authority <> ''", name="authority_not_empty"),
        CheckConstraint("rule <> ''", name="rule_not_empty"),
        CheckConstraint("question <> ''", name="question_not_empty"),
        CheckConstraint(f"days_allowed BETWEEN 1 AND {MOST_DAYS}", name="days_allowed_range"),
        CheckConstraint(f"kind <> 'rapid_confirmation' OR days_allowed = {RAPID_DAYS}", name="rapid_in_thirty_days"),
        CheckConstraint("(filed_on IS NULL) = (due_on IS NULL)", name="due_once_filed"),
        CheckConstraint("due_on >= filed_on + days_allowed", name="due_after_its_days"),
        CheckConstraint("state IN ('draft', 'withdrawn') OR filed_on IS NOT NULL", name="filed_on_a_day"),
        CheckConstraint("(state = 'supplement') = (asked_on IS NOT NULL)", name="asked_on_a_day"),
        CheckConstraint("state = 'supplement' OR reply_by IS NULL", name="reply_to_a_supplement"),
        CheckConstraint("(state IN ('answered', 'revoked')) = (outcome IS NOT NULL)", name="answered_somehow"),
        CheckConstraint("(outcome IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"),
        CheckConstraint("outcome IS NOT NULL OR confirmed_by_id IS NULL", name="confirmed_once_answered"),
        CheckConstraint("confirmed_by_id <> answered_by_id", name="confirmed_by_another"),
        CheckConstraint("valid_from <= valid_until", name="validity_in_order"),
    )

    project_id: UUID = Field(foreign_key="rnd_project.id", index=True)
    kind: ConsultationKind = Field(sa_type=by_value(ConsultationKind))
    authority: str = Field(max_length=200)
    """The ministry or agency that is asked."""
    rule: str = Field(max_length=2_000)
    """The rule in question: act, article, and what it forbids or leaves open."""
    question: str = Field(max_length=8_000)
    """What the project would do, and what is asked."""
    days_allowed: int
    """Days until the answer is due, counted from the day after filing."""
    opened_by_id: UUID = Field(foreign_key="person.id", index=True)
    state: ConsultationState = Field(default=ConsultationState.DRAFT, sa_type=by_value(ConsultationState), index=True)
    steps: int = 0
    filed_on: date | None = None
    due_on: date | None = None
    """Day in Seoul by which the answer is due; days that a supplement took are not counted (`due_after`)."""
    asked_on: date | None = None
    """Day on which the supplement that is awaited was asked for."""
    reply_by: date | None = None
    """Day by which the authority wants that supplement, where it named one."""
    outcome: ConsultationOutcome | None = Field(default=None, sa_type=by_value(ConsultationOutcome))
    valid_from: date | None = None
    valid_until: date | None = None
    """Last day in Seoul on which a permit or an exemption is in force."""
    answered_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Who entered the answer."""
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Another, who compared it with its document: only then does a gate go by it."""

    @property
    def awaited_by(self) -> date | None:
        """Day by which something is due: the authority's answer, or our supplement; none where nothing is."""
        return {ConsultationState.FILED: self.due_on, ConsultationState.SUPPLEMENT: self.reply_by}.get(self.state)

    def overdue_days(self, today: date) -> int:
        """Count the days that what is awaited is late; 0 while it is not."""
        return 0 if self.awaited_by is None else max(0, (today - self.awaited_by).days)

    def standing_on(self, today: date) -> "ConsultationStanding":
        """Say what a gate that waits for it finds on a day."""
        if self.state is not ConsultationState.ANSWERED:
            return (
                ConsultationStanding.AWAITED
                if self.state is not ConsultationState.REVOKED
                else ConsultationStanding.ENDED
            )
        if self.outcome not in FAVOURABLE:
            return ConsultationStanding.AGAINST
        if self.confirmed_by_id is None:
            return ConsultationStanding.UNCONFIRMED
        if self.valid_until is not None and self.valid_until < today:
            return ConsultationStanding.ENDED
        if self.valid_from is not None and self.valid_from > today:
            return ConsultationStanding.AWAITED
        return ConsultationStanding.IN_FORCE


class ConsultationStanding(StrEnum):
    """What a gate that waits for a consultation finds."""

    IN_FORCE = "in_force"
    """Favourable, confirmed and in force: the gate is open."""
    UNCONFIRMED = "unconfirmed"
    """Favourable as entered by one person; nobody else has confirmed it."""
    AWAITED = "awaited"
    """No answer yet, or not yet in force."""
    AGAINST = "against"
    """Refused."""
    ENDED = "ended"
    """Expired, or taken back by the authority."""


class ConsultationStep(Row, table=True):
    """One step of a consultation: what happened, on which day, who recorded it, on which document."""

    __tablename__ = "consultation_step"
    __table_args__ = (
        UniqueConstraint("consultation_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("words <> ''", name="words_not_empty"),
        CheckConstraint("(kind = 'answered') = (outcome IS NOT NULL)", name="answered_somehow"),
        CheckConstraint("(kind = 'supplement_asked') OR reply_by IS NULL", name="reply_to_a_supplement"),
        CheckConstraint("reply_by >= on_day", name="reply_after_it_was_asked"),
        CheckConstraint(
            "coalesce(outcome IN ('permitted', 'permitted_conditionally'), false) OR valid_from IS NULL",
            name="valid_where_permitted",
        ),
        CheckConstraint("(valid_from IS NULL) = (valid_until IS NULL)", name="valid_from_and_until"),
        CheckConstraint(
            f"valid_until BETWEEN valid_from AND valid_from + {LONGEST_VALIDITY_DAYS}", name="validity_range"
        ),
        CheckConstraint(
            "(document_name IS NULL) = (sha256 IS NULL) AND (document_name IS NULL) = (size_bytes IS NULL) "
            "AND (document_name IS NULL) = (media_type IS NULL)",
            name="document_whole",
        ),
        CheckConstraint("kind NOT IN ('answered', 'documented') OR sha256 IS NOT NULL", name="proved_by_a_document"),
        CheckConstraint(
            "kind NOT IN ('supplement_asked', 'reopened', 'revoked', 'withdrawn') OR words IS NOT NULL",
            name="said_why",
        ),
        CheckConstraint("outcome <> 'permitted_conditionally' OR words IS NOT NULL", name="conditions_said"),
        CheckConstraint("(kind = 'confirmed') = (seen_sha256 IS NOT NULL)", name="confirmed_as_seen"),
        CheckConstraint(f"size_bytes BETWEEN 1 AND {MAX_DOCUMENT_BYTES}", name="size_range"),
    )

    consultation_id: UUID = Field(foreign_key="consultation.id")
    number: int
    """Counts the steps of a consultation."""
    kind: ConsultationStepKind = Field(sa_type=by_value(ConsultationStepKind))
    on_day: date
    """Business date in Seoul on which it happened, which may lie before the day it was recorded."""
    person_id: UUID = Field(foreign_key="person.id", index=True)
    words: str | None = Field(default=None, max_length=4_000)
    """What was asked or answered, the conditions of a permit, or why."""
    reply_by: date | None = None
    outcome: ConsultationOutcome | None = Field(default=None, sa_type=by_value(ConsultationOutcome))
    valid_from: date | None = None
    valid_until: date | None = None
    seen_sha256: str | None = Field(default=None, max_length=64)
    """The document of the answer as the one who confirmed it saw it."""
    document_name: str | None = Field(default=None, max_length=255)
    media_type: str | None = Field(default=None, max_length=100)
    size_bytes: int | None = None
    sha256: str | None = Field(default=None, max_length=64, index=True)


class ConsultationContent(Row, table=True):
    """The bytes of a step's document, apart, so that lists do not read them; the database holds them to its sha256."""

    __tablename__ = "consultation_content"

    step_id: UUID = Field(foreign_key="consultation_step.id", unique=True)
    content: bytes


HOLDABLE_STAGES = (DealStage.CONTRACTED, DealStage.DISBURSING)
"""Steps of a deal that can wait: before its money is committed, and before each payment."""


class ConsultationHold(Row, table=True):
    """That a step of a deal waits until a consultation of its project is favourable, confirmed and in force."""

    __tablename__ = "consultation_hold"
    __table_args__ = (
        UniqueConstraint("deal_id", "consultation_id", "stage"),
        CheckConstraint("stage IN ('contracted', 'disbursing')", name="of_a_step_with_money"),
        CheckConstraint("words <> ''", name="words_not_empty"),
    )

    deal_id: UUID = Field(foreign_key="deal.id")
    consultation_id: UUID = Field(foreign_key="consultation.id", index=True)
    stage: DealStage = Field(sa_type=by_value(DealStage))
    tied_by_id: UUID = Field(foreign_key="person.id")
    words: str = Field(max_length=1_000)
    """Why the step waits."""


class ConsultationWaiver(Row, table=True):
    """That a deal need not wait any more, said by another than who had tied it, with the reason."""

    __tablename__ = "consultation_waiver"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_not_empty"),)

    hold_id: UUID = Field(foreign_key="consultation_hold.id", unique=True)
    waived_by_id: UUID = Field(foreign_key="person.id")
    reason: str = Field(max_length=2_000)


def due_after(due_on: date, *, asked_on: date, supplied_on: date, counted_from: date) -> date:
    """Move a deadline by the days that a supplement took, the day it was asked and the day it came included.

    So Korean administrative procedure counts (행정절차법 시행령 art. 11: the days from sending the request for a
    supplement to its arrival belong to no processing period). A deadline that had passed when the supplement was asked
    stays where it was; a day already taken out (before ``counted_from``) is not taken out twice.
    """
    first = max(asked_on, counted_from)
    paused = (supplied_on - first).days + 1
    return due_on if asked_on > due_on or paused <= 0 else due_on + timedelta(days=paused)
