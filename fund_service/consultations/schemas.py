"""What crosses the wire of regulatory consultations."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from fund_service.deals.heads import DealHead
from fund_service.paging import Listing
from fund_service.settlement.schemas import DocumentIn
from fund_service.wire import ClosedModel, Day, Name, clean_text, whole_number
from models.consultation import (
    DEFAULT_DAYS,
    HOLDABLE_STAGES,
    LONGEST_VALIDITY_DAYS,
    MOST_DAYS,
    PERMITTING,
    RAPID_DAYS,
    ConsultationKind,
    ConsultationOutcome,
    ConsultationStanding,
    ConsultationState,
    ConsultationStepKind,
)
from models.deal import DealStage
from models.errors import ValueNotAllowed

Rule = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]
Question = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000), AfterValidator(clean_text)
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), AfterValidator(clean_text)
]
WhyItWaits = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(clean_text)
]
WhyWaived = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]
DaysAllowed = Annotated[int, Field(ge=1, le=MOST_DAYS), BeforeValidator(whole_number)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_K = ConsultationStepKind
SAID_WHY = frozenset({_K.SUPPLEMENT_ASKED, _K.REOPENED, _K.REVOKED, _K.WITHDRAWN})
"""Steps that need words."""
PROVED = frozenset({_K.ANSWERED, _K.DOCUMENTED})
"""Steps that need a document."""


class ConsultationIn(ClosedModel):
    """What an authority is asked, as it is drafted."""

    kind: ConsultationKind
    authority: Name = Field(description="The ministry or agency that is asked.")
    rule: Rule = Field(description="The rule in question: act, article, and what it forbids or leaves open.")
    question: Question = Field(description="What the project would do, and what is asked.")
    days_allowed: DaysAllowed | None = Field(
        default=None,
        description=f"Days until the answer is due: {RAPID_DAYS} for a rapid confirmation and no others; of the other "
        f"kinds {DEFAULT_DAYS} where nothing is said.",
    )

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """Refuse other days than the thirty of a rapid confirmation."""
        if self.kind is ConsultationKind.RAPID_CONFIRMATION and self.days_allowed not in {None, RAPID_DAYS}:
            raise ValueNotAllowed("A rapid confirmation is answered within 30 days.", field="days_allowed")
        return self

    @property
    def days(self) -> int:
        """The days that count."""
        standard = RAPID_DAYS if self.kind is ConsultationKind.RAPID_CONFIRMATION else DEFAULT_DAYS
        return standard if self.days_allowed is None else self.days_allowed


class ConsultationStepIn(ClosedModel):
    """A step of a consultation; its document comes beside it."""

    kind: ConsultationStepKind
    on_day: Day = Field(description="Day in Seoul on which it happened.")
    words: Words | None = Field(
        default=None, description="What was asked or answered, the conditions of a permit, or why."
    )
    reply_by: Day | None = Field(default=None, description="Day by which the authority wants a supplement.")
    outcome: ConsultationOutcome | None = Field(default=None, description="Of an answer alone.")
    valid_from: Day | None = Field(default=None, description="First day of a permit or an exemption.")
    valid_until: Day | None = Field(default=None, description="Last day of it.")
    seen_sha256: Sha256 | None = Field(
        default=None, description="Of a confirmation alone: the document of the answer as it was seen."
    )

    @model_validator(mode="after")
    def check_step(self) -> Self:
        """Ask for what belongs to the step, and refuse what does not."""
        belonging = {
            "outcome": self.kind is _K.ANSWERED,
            "seen_sha256": self.kind is _K.CONFIRMED,
            "valid_from": self.outcome in PERMITTING,
            "valid_until": self.outcome in PERMITTING,
            "reply_by": self.kind is _K.SUPPLEMENT_ASKED,
        }
        for name, belongs in belonging.items():
            if getattr(self, name) is not None and not belongs:
                raise ValueNotAllowed("This does not belong to such a step.", field=name)
        if self.kind is _K.ANSWERED and self.outcome is None:
            raise ValueNotAllowed("Say what the authority answered.", field="outcome")
        if self.kind is _K.CONFIRMED and self.seen_sha256 is None:
            raise ValueNotAllowed("Say which document you have compared the answer with.", field="seen_sha256")
        if self.words is None and self.kind in SAID_WHY:
            raise ValueNotAllowed("Say in words what was asked, or why.", field="words")
        if self.words is None and self.outcome is ConsultationOutcome.PERMITTED_CONDITIONALLY:
            raise ValueNotAllowed("Say the conditions of the permit.", field="words")
        self._check_days()
        return self

    def _check_days(self) -> None:
        if self.reply_by is not None and self.reply_by < self.on_day:
            raise ValueNotAllowed("A supplement is wanted after it was asked for.", field="reply_by")
        if (self.valid_from is None) != (self.valid_until is None):
            raise ValueNotAllowed("A validity has a first and a last day.", field="valid_until")
        if self.valid_from is None or self.valid_until is None:
            return
        if not 0 <= (self.valid_until - self.valid_from).days <= LONGEST_VALIDITY_DAYS:
            raise ValueNotAllowed(
                "A permit or exemption ends after it begins, and within four years.", field="valid_until"
            )


class DocumentedConsultationStepIn(ConsultationStepIn):
    """A step with its document, as a program sends it."""

    document: DocumentIn | None = Field(default=None, description="Needed for an answer, and to put one on file.")


class HoldIn(ClosedModel):
    """What ties a step of a deal to a consultation."""

    consultation_id: UUID
    stage: DealStage = Field(description="contracted: before money is committed; disbursing: before each payment.")
    words: WhyItWaits

    @model_validator(mode="after")
    def check_stage(self) -> Self:
        """Refuse steps with which no money goes."""
        if self.stage not in HOLDABLE_STAGES:
            raise ValueNotAllowed("A deal waits before its money is committed or paid.", field="stage")
        return self


class WaiverIn(ClosedModel):
    """Why a deal need not wait any more."""

    reason: WhyWaived


class ConsultationLists(StrEnum):
    """Which consultations a list holds."""

    AWAITED = "awaited"
    """With the authority, or waiting for our supplement."""
    OVERDUE = "overdue"
    """What is awaited is late."""
    DUE_SOON = "due_soon"
    """What is awaited is due within 14 days."""
    EXPIRING = "expiring"
    """Permits and exemptions in force that end within 60 days, or have ended within the last 60."""
    ALL = "all"
    """All of them, those that are late first."""


class ConsultationFilters(BaseModel):
    """What a list is narrowed to."""

    which: ConsultationLists
    kind: ConsultationKind | None = None
    authority: str | None = None


class ConsultationItem(BaseModel):
    """A consultation in a list."""

    id: UUID
    project_id: UUID
    project_title_ko: str | None
    project_title_en: str | None
    kind: ConsultationKind
    authority: str
    rule: str
    state: ConsultationState
    standing: ConsultationStanding = Field(description="What a gate that waits for it finds today.")
    filed_on: date | None
    due_on: date | None
    reply_by: date | None
    days_left: int | None = Field(description="Days until what is awaited is due; negative when late.")
    overdue_days: int = Field(description="Days that the authority's answer or our supplement is late.")
    outcome: ConsultationOutcome | None
    confirmed: bool = Field(description="Somebody else has compared the answer with its document.")
    valid_from: date | None
    valid_until: date | None
    valid_days_left: int | None = Field(description="Days that a permit holds after today; negative when expired.")


class ConsultationCounts(BaseModel):
    """How many consultations ask for something, under the filters of kind and authority."""

    awaited: int
    overdue: int
    due_soon: int
    expiring: int
    all: int


class ConsultationsPage(Listing):
    """A page of consultations, those that are late first, then by the day they are due."""

    items: list[ConsultationItem]
    filters: ConsultationFilters
    counts: ConsultationCounts
    authorities: Sequence[str]
    chart: dict[str, Any] | None = Field(description="Vega-Lite; none where there is nothing to draw.")


class ConsultationStepView(BaseModel):
    """One step that was taken."""

    id: UUID
    number: int
    kind: ConsultationStepKind
    on_day: date
    person_name: str
    words: str | None
    reply_by: date | None
    outcome: ConsultationOutcome | None
    valid_from: date | None
    valid_until: date | None
    document_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    recorded_at: datetime


class HoldView(BaseModel):
    """That a step of a deal waits for a consultation."""

    id: UUID
    deal_id: UUID
    deal_title_ko: str | None
    deal_title_en: str | None
    consultation_id: UUID
    stage: DealStage
    kind: ConsultationKind
    authority: str
    standing: ConsultationStanding
    open: bool = Field(description="Whether the step may be taken: in force, or waived.")
    due_on: date | None
    valid_until: date | None
    words: str
    tied_by: str
    recorded_at: datetime
    waived_by: str | None
    waiver_reason: str | None
    waived_at: datetime | None
    may_waive: bool


class ConsultationView(ConsultationItem):
    """A consultation, whole."""

    version: int
    question: str
    days_allowed: int
    opened_by: str
    recorded_at: datetime
    asked_on: date | None
    due_if_supplied: date | None = Field(description="The deadline, were the supplement that is awaited there today.")
    answered_by: str | None
    confirmed_by: str | None
    answer_sha256: str | None = Field(description="The document of the answer that stands.")
    silent: bool = Field(description="A rapid confirmation whose days have passed without an answer.")
    steps: list[ConsultationStepView]
    may_edit: bool
    may_take: list[ConsultationStepKind]
    holds: list[HoldView] | None = Field(description="Deals that wait for it; none for readers who may not read deals.")


class ConsultationForm(BaseModel):
    """The form to draft a consultation: beside which project, what was typed, what is at fault."""

    project_id: UUID
    project_title_ko: str | None
    project_title_en: str | None
    consultation_id: UUID | None = None
    version: int | None = None
    kinds: Sequence[ConsultationKind] = tuple(ConsultationKind)
    authorities: Sequence[str]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class ConsultationStepForm(BaseModel):
    """The form to record a step."""

    consultation: ConsultationView
    kind: ConsultationStepKind
    outcomes: Sequence[ConsultationOutcome] = tuple(ConsultationOutcome)
    needs_words: bool
    needs_document: bool
    takes_document: bool
    today: date
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class HoldForm(BaseModel):
    """The form to tie a step of a deal to a consultation of its project."""

    deal: DealHead
    consultations: list[ConsultationItem]
    stages: Sequence[DealStage] = HOLDABLE_STAGES
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class WaiverForm(BaseModel):
    """The form to waive a hold."""

    hold: HoldView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
