"""What crosses the wire of demand signals."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from fund_service.commitments.schemas import LadderView
from fund_service.deals.thread import DealsThread
from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.wire import ClosedModel, Day, FieldCode, Months, RegionCode, Statement, Term, Trl, Won
from models.errors import ValueNotAllowed
from models.project import DevelopmentStage
from models.signal import CommitmentLevel, Confidentiality, SignalOrigin, SignalState

FIELD_LISTS = ("field_codes", "region_codes", "stages", "excluded_field_codes", "excluded_terms")
"""The fields of a signal that hold several values."""


class MatchingStatus(StrEnum):
    """Whether a signal's stored matches still say what the matcher would say."""

    WAITING = "waiting"
    """Not matched yet, or edited since: matching is queued."""
    FRESH = "fresh"
    """Matched as it stands, by the method in use."""
    OUTDATED = "outdated"
    """Matched as it stands, but encoder, parameters or reference corpus have changed since."""


class SignalIn(ClosedModel):
    """A demand signal as its organisation states it."""

    text: Statement = Field(description="What technology would be funded, and why the market wants it.")
    field_codes: list[FieldCode] = Field(default_factory=list, max_length=12)
    region_codes: list[RegionCode] = Field(default_factory=list, max_length=17, description="None: the whole country.")
    region_bound: bool = Field(
        default=False, description="Law or statute binds the money to the regions; otherwise they are a wish."
    )
    stages: list[DevelopmentStage] = Field(
        default_factory=list,
        max_length=5,
        description="Stages of development that the rules of the money allow. None: all.",
    )
    anchor_wanted: bool = Field(default=False, description="The consortium should have an anchor company.")
    region_specific_wanted: bool = Field(
        default=False, description="The project should be region-specific: made for its regions."
    )
    trl_min: Trl | None = None
    trl_max: Trl | None = None
    ticket_min_krw: Won | None = None
    ticket_max_krw: Won | None = None
    available_krw: Won | None = None
    horizon_months: Months | None = None
    expires_on: Day | None = Field(default=None, description="Last day in Seoul on which the signal speaks.")
    excluded_field_codes: list[FieldCode] = Field(default_factory=list, max_length=12)
    excluded_terms: list[Term] = Field(default_factory=list, max_length=20)
    confidentiality: Confidentiality = Confidentiality.CONFIDENTIAL

    @model_validator(mode="after")
    def check_ranges(self) -> Self:
        """Refuse limits that contradict one another."""
        _in_order("trl_min", self.trl_min, self.trl_max)
        _in_order("ticket_min_krw", self.ticket_min_krw, self.ticket_max_krw)
        _in_order("ticket_min_krw", self.ticket_min_krw, self.available_krw)
        if self.region_bound and not self.region_codes:
            raise ValueNotAllowed("Choose the regions to which the money is bound.", field="region_codes")
        self.stages = sorted(set(self.stages), key=list(DevelopmentStage).index)
        both = sorted(set(self.field_codes) & set(self.excluded_field_codes))
        if both:
            raise ValueNotAllowed(
                "Field {code} is both wanted and excluded; take it out of one list.",
                field="excluded_field_codes",
                code=both[0],
            )
        return self


def _in_order(field: str, lower: int | None, upper: int | None) -> None:
    if lower is not None and upper is not None and lower > upper:
        raise ValueNotAllowed(
            "The lower limit {lower} is above the upper limit {upper}.", field=field, lower=lower, upper=upper
        )


class SignalView(BaseModel):
    """A demand signal, whole."""

    id: UUID
    version: int
    organisation_id: UUID
    organisation_name_ko: str | None
    organisation_name_en: str | None
    text: str
    field_codes: list[str]
    region_codes: list[str]
    region_bound: bool
    stages: list[DevelopmentStage]
    anchor_wanted: bool
    region_specific_wanted: bool
    origin: SignalOrigin
    excluded_field_codes: list[str]
    excluded_terms: list[str]
    trl_min: int | None
    trl_max: int | None
    ticket_min_krw: int | None
    ticket_max_krw: int | None
    available_krw: int | None
    amount_as_stated: str | None
    horizon_months: int | None
    received_on: date
    expires_on: date | None
    expired: bool
    commitment_level: CommitmentLevel = Field(description="What its verified, unexpired steps say today.")
    claimed_level: CommitmentLevel = Field(description="What its submitter or a file says; nobody has verified it.")
    confidentiality: Confidentiality
    state: SignalState
    recorded_at: datetime
    updated_at: datetime
    matching: MatchingStatus
    matched_at: datetime | None
    eligible_matches: int
    mine: bool = Field(description="Whether the reader's own organisation submitted it, and so may change it.")


class SignalPage(SignalView):
    """A demand signal on its own page, with what came of it."""

    ladder: LadderView = Field(description="What holds on each rung of its commitment, and until when.")
    deals: DealsThread = Field(description="Deals it led to; to an investor only their stages.")


class SignalBoard(Listing):
    """A page of demand signals, newest first."""

    items: list[SignalView]
    state: SignalState | None = None
    field_code: str | None = None
    q: str | None = None


class SignalForm(BaseModel):
    """The form to submit or edit a signal: what may be chosen, what was typed, what is at fault."""

    signal_id: UUID | None = None
    version: int | None = None
    fields: Sequence[Choice]
    regions: Sequence[Choice]
    stages: Sequence[DevelopmentStage] = tuple(DevelopmentStage)
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
