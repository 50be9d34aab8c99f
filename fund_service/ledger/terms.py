"""Terms: what each kind of instruction asks beyond amount, date and parties; closed, so that nothing is smuggled in."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from fund_service.wire import ClosedModel, Day, Won, WonOrNone, clean_text
from models.errors import ValueNotAllowed
from models.instruction import CallPurpose, InstructionKind

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(clean_text)
]
MAX_TRANCHES = 50


class NoTerms(ClosedModel):
    """Nothing beyond amount, date and parties."""


class VehicleCommitmentTerms(ClosedModel):
    """A promise to a child vehicle."""

    child_id: UUID


class TrancheIn(ClosedModel):
    """A part of a commitment and the milestone it waits for."""

    milestone: Words
    due_on: Day | None = None
    amount_krw: Won


class DealCommitmentTerms(ClosedModel):
    """A commitment to a deal; its tranches may be planned with it."""

    tranches: list[TrancheIn] = Field(default_factory=list, max_length=MAX_TRANCHES)


class ReleaseTerms(ClosedModel):
    """A release of what a deal has not drawn, and the unpaid tranches that are cancelled with it."""

    tranche_ids: list[UUID] = Field(default_factory=list, max_length=MAX_TRANCHES)


class CallItem(ClosedModel):
    """A part of a capital call with its purpose."""

    purpose: CallPurpose
    amount_krw: Won


class CapitalCallTerms(ClosedModel):
    """A capital call, itemised, and when it is due."""

    due_on: Day
    items: list[CallItem] = Field(min_length=1, max_length=len(CallPurpose))

    @model_validator(mode="after")
    def check_purposes(self) -> Self:
        """Refuse one purpose in two items."""
        if len({item.purpose for item in self.items}) < len(self.items):
            raise ValueNotAllowed("Each purpose of a call is one item.", field="terms")
        return self


class ReceiptTerms(ClosedModel):
    """What came in on a call."""

    call_id: UUID


class DisbursementTerms(ClosedModel):
    """The tranche that is paid."""

    tranche_id: UUID


class ExpenseTerms(ClosedModel):
    """What a vehicle pays for."""

    purpose: CallPurpose

    @model_validator(mode="after")
    def check_purpose(self) -> Self:
        """Refuse an investment: that is a disbursement to a deal."""
        if self.purpose is CallPurpose.INVESTMENT:
            raise ValueNotAllowed("An investment is paid to a deal, tranche by tranche.", field="purpose")
        return self


class DistributionTerms(ClosedModel):
    """How a distribution is made up."""

    capital_krw: WonOrNone = Field(default=0, description="Returned capital: it lessens the parent vehicle's holding.")
    recallable_krw: WonOrNone = Field(default=0, description="May be called again (재출자 가능분).")


class ProceedsTerms(ClosedModel):
    """How proceeds are made up."""

    cost_krw: WonOrNone = Field(description="Cost that the proceeds return; the rest is gain, or loss below it.")


class ValuationTerms(ClosedModel):
    """How a fair value was found."""

    method: Words


class SettlementTerms(ClosedModel):
    """A settlement, or the taking back of one."""

    entry_id: UUID | None = None


class ReversalTerms(ClosedModel):
    """The entry that is taken back."""

    entry_id: UUID


Terms = (
    NoTerms | VehicleCommitmentTerms | DealCommitmentTerms | ReleaseTerms | CapitalCallTerms | ReceiptTerms
    | DisbursementTerms | ExpenseTerms | DistributionTerms | ProceedsTerms | ValuationTerms | SettlementTerms
    | ReversalTerms
)  # fmt: skip

_K = InstructionKind
TERMS: Mapping[InstructionKind, type[Terms]] = MappingProxyType(
    {
        _K.FUND_SIZE: NoTerms,
        _K.ENVELOPE_BUDGET: NoTerms,
        _K.VEHICLE_COMMITMENT: VehicleCommitmentTerms,
        _K.DEAL_COMMITMENT: DealCommitmentTerms,
        _K.COMMITMENT_RELEASE: ReleaseTerms,
        _K.CAPITAL_CALL: CapitalCallTerms,
        _K.CALL_RECEIPT: ReceiptTerms,
        _K.DISBURSEMENT: DisbursementTerms,
        _K.EXPENSE: ExpenseTerms,
        _K.DISTRIBUTION: DistributionTerms,
        _K.PROCEEDS: ProceedsTerms,
        _K.REPAYMENT: NoTerms,
        _K.ROYALTY: NoTerms,
        _K.WRITE_OFF: NoTerms,
        _K.VALUATION: ValuationTerms,
        _K.SETTLEMENT: SettlementTerms,
        _K.UNSPENT_RETURN: NoTerms,
        _K.REVERSAL: ReversalTerms,
    }
)
"""The terms of each kind."""


_VEHICLE, _DEAL = frozenset({"vehicle_id"}), frozenset({"vehicle_id", "deal_id"})
PARTIES: Mapping[InstructionKind, frozenset[str]] = MappingProxyType(
    {
        _K.FUND_SIZE: _VEHICLE,
        _K.ENVELOPE_BUDGET: frozenset({"envelope_id"}),
        _K.VEHICLE_COMMITMENT: _VEHICLE,
        _K.DEAL_COMMITMENT: _DEAL,
        _K.COMMITMENT_RELEASE: _DEAL,
        _K.CAPITAL_CALL: _VEHICLE,
        _K.CALL_RECEIPT: _VEHICLE,
        _K.DISBURSEMENT: _DEAL,
        _K.EXPENSE: _VEHICLE,
        _K.DISTRIBUTION: _VEHICLE,
        _K.PROCEEDS: _DEAL,
        _K.REPAYMENT: _DEAL,
        _K.ROYALTY: _DEAL,
        _K.WRITE_OFF: _DEAL,
        _K.VALUATION: _DEAL,
        _K.SETTLEMENT: _DEAL,
        _K.UNSPENT_RETURN: _DEAL,
        _K.REVERSAL: frozenset(),
    }
)
"""The records each kind names; a reversal names those of what it takes back."""

ASKED_BY_HAND = tuple(kind for kind in InstructionKind if kind is not InstructionKind.SETTLEMENT)
"""Kinds that people make; settlements are posted with the claims they settle."""
