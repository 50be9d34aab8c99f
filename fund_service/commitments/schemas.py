"""What crosses the wire of the commitment ladder: claims, decisions, where signals and groups stand."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from fund_service.paging import Listing
from fund_service.settlement.schemas import DocumentIn
from fund_service.wire import ClosedModel, Day, Share, Won, clean_text
from models.commitment import RevokingSide, StepOutcome
from models.errors import ValueNotAllowed
from models.ladder import StepState
from models.signal import CommitmentLevel

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(clean_text)
]
Conditions = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class StepIn(ClosedModel):
    """A claim that a signal has reached a rung; its document comes beside it."""

    level: CommitmentLevel
    amount_krw: Won | None = Field(
        default=None, description="What the document speaks of; of named interest (L1) the signal's largest ticket."
    )
    conditions: Conditions | None = Field(default=None, description="Of a conditional commitment (L3) alone.")
    round_share_bp: Share | None = Field(default=None, description="Share of the round; of L3 alone.")
    dated_on: Day = Field(description="The date of the document.")
    expires_on: Day = Field(description="Last day in Seoul on which it holds.")
    shown_to_verifier: bool = Field(
        default=False,
        description="Needed for a confidential signal: the fund's verifiers may see this document, its amount and "
        "dates and your organisation's name; not the signal's text.",
    )

    @model_validator(mode="after")
    def check_rung(self) -> Self:
        """Refuse what does not belong to the rung, and ask for what does."""
        if self.level is CommitmentLevel.VIEW:
            raise ValueNotAllowed("A view needs no proof; choose a higher level.", field="level")
        if self.level is not CommitmentLevel.NAMED_INTEREST and self.amount_krw is None:
            raise ValueNotAllowed("Say the amount that the document speaks of.", field="amount_krw")
        for name in ("conditions", "round_share_bp"):
            given = getattr(self, name) is not None
            if given and self.level is not CommitmentLevel.CONDITIONAL:
                raise ValueNotAllowed("Only a conditional commitment has conditions and a share.", field=name)
            if not given and self.level is CommitmentLevel.CONDITIONAL:
                raise ValueNotAllowed("Say what the commitment waits for, and its share of the round.", field=name)
        if self.expires_on < self.dated_on:
            raise ValueNotAllowed("A document expires after its date.", field="expires_on")
        return self


class DocumentedStepIn(StepIn):
    """A claim with its document, as a program sends it."""

    document: DocumentIn


class DecisionIn(ClosedModel):
    """What a fund manager finds of a step."""

    outcome: StepOutcome
    evidence_sha256: Sha256 = Field(description="The document as it was seen.")
    words: Words | None = Field(
        default=None,
        description="Needed for a refusal, and for a signature or payment that the ledger does not bear out.",
    )

    @model_validator(mode="after")
    def check_words(self) -> Self:
        """Refuse a refusal without a reason."""
        if self.outcome is StepOutcome.REFUSED and self.words is None:
            raise ValueNotAllowed("Say why the step is refused; the organisation reads it.", field="words")
        return self


class RevocationIn(ClosedModel):
    """Why a step is taken back."""

    reason: Words


class StepFilter(StrEnum):
    """Which steps a list holds."""

    WAITING = "waiting"
    """Claims that wait for a verifier, the oldest first."""
    EXPIRING = "expiring"
    """In force, and expiring within 60 days."""
    EXPIRED = "expired"
    """Verified once, expired, and not renewed."""
    ALL = "all"
    """All of them, the newest first."""


class StepView(BaseModel):
    """A step, whole but for the bytes of its document."""

    id: UUID
    signal_id: UUID | None = Field(description="None where the reader sees the step by leave, and not its signal.")
    organisation_name_ko: str | None
    organisation_name_en: str | None
    confidential: bool
    level: CommitmentLevel
    number: int
    state: StepState
    amount_krw: int
    conditions: str | None
    round_share_bp: int | None
    dated_on: date
    due_on: date | None
    expires_on: date
    days_left: int = Field(description="Days it still holds after today; negative when it has expired.")
    document_name: str
    media_type: str
    size_bytes: int
    sha256: str
    claimed_by: str
    recorded_at: datetime
    outcome: StepOutcome | None
    decided_by: str | None
    decided_at: datetime | None
    decision_words: str | None
    borne_out: bool = Field(description="An entry of the ledger bears it out.")
    revoked_by: RevokingSide | None
    revoked_at: datetime | None
    revocation_reason: str | None


class RungState(StrEnum):
    """Where a rung of a signal's ladder stands."""

    HELD = "held"
    """Verified and in force."""
    WAITING = "waiting"
    """Claimed; waits for a verifier."""
    FALLEN = "fallen"
    """Verified once, and no longer in force."""
    OPEN = "open"
    """Nothing has been verified here."""


class RungView(BaseModel):
    """A rung of a signal's ladder."""

    level: CommitmentLevel
    state: RungState
    reached: bool = Field(description="It counts: it and all rungs below are in force.")
    expires_on: date | None
    amount_krw: int | None
    waiting: bool = Field(description="A newer document waits for a verifier.")
    may_claim: bool = Field(description="Whether the reader may claim it now.")


class LadderView(BaseModel):
    """How high a signal stands today, and by what."""

    level: CommitmentLevel
    verified_krw: int
    renew_by: date | None = Field(description="The first day on which a rung it stands on expires.")
    rungs: list[RungView]
    steps: list[StepView] = Field(description="All steps, the newest first.")


class LadderPage(BaseModel):
    """The ladder of a signal on a page of its own."""

    signal_id: UUID
    ladder: LadderView


class StepForm(BaseModel):
    """The form to claim a step: what may be claimed, what was typed, what is at fault."""

    signal_id: UUID
    signal_text: str = Field(description="The first 200 characters.")
    confidential: bool
    stated_krw: int
    ticket_min_krw: int | None
    ticket_max_krw: int | None
    levels: list[CommitmentLevel]
    today: date
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class StepCounts(BaseModel):
    """How many steps ask for something."""

    waiting: int
    expiring: int
    expired: int


class StepsPage(Listing):
    """A page of steps that the reader may see."""

    items: list[StepView]
    which: StepFilter
    counts: StepCounts
    of_own: bool = Field(description="The reader's own organisation's, and nobody else's.")


class LedgerWord(BaseModel):
    """What the ledger knows of a signature or a payment: it knows the fund's deals, and no investor's own money."""

    deals: int = Field(description="Deals under way or done that came of the signal.")
    instruction_id: UUID | None = Field(description="The posted entry's instruction that bears the step out.")
    amount_krw: int | None


class StepPage(BaseModel):
    """A step with what the reader may do about it, and the form to do it."""

    step: StepView
    level_now: CommitmentLevel
    level_after: CommitmentLevel = Field(description="Where the signal would stand if the step were verified now.")
    ledger: LedgerWord | None = Field(description="Of signatures and payments alone.")
    may_decide: bool
    not_verified_because: str | None = Field(description="What stands in the way of verifying it.")
    may_revoke: bool
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class GroupPromises(BaseModel):
    """How an ownership group has kept its promises that came due."""

    ownership_group_id: UUID
    name_ko: str
    name_en: str | None
    due: int
    signed: int
    called: int
    due_krw: int
    signed_krw: int
    called_krw: int
    rate_by_number: float = Field(description="Shrunk towards the prior.")
    rate_by_amount: float = Field(description="Shrunk towards the prior.")
    factor: float = Field(description="What the group's next words weigh.")


class PromisesPage(BaseModel):
    """Promises kept, of the groups that the reader may see."""

    as_of: date
    prior_kept: float
    prior_broken: float
    newcomer_factor: float = Field(description="What a group weighs of which nothing has come due.")
    groups: list[GroupPromises]


class CommitmentDesk(BaseModel):
    """What the ladder asks of a reader, on their first page."""

    counts: StepCounts
    refused: int = Field(description="Of an investor's own claims, those refused in the last 30 days.")
