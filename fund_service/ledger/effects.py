"""Which effect each kind of instruction has."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from fund_service.ledger import calls, commitments, payments, returns, reversal, settling, valuations
from fund_service.ledger.books import Effect
from fund_service.ledger.terms import TERMS
from models.instruction import Instruction, InstructionKind

_K = InstructionKind
EFFECTS: Mapping[InstructionKind, Callable[[Session, Instruction, Any], Effect]] = MappingProxyType(
    {
        _K.FUND_SIZE: commitments.fund_size,
        _K.ENVELOPE_BUDGET: commitments.envelope_budget,
        _K.VEHICLE_COMMITMENT: commitments.vehicle_commitment,
        _K.DEAL_COMMITMENT: commitments.deal_commitment,
        _K.COMMITMENT_RELEASE: commitments.commitment_release,
        _K.CAPITAL_CALL: calls.capital_call,
        _K.CALL_RECEIPT: calls.call_receipt,
        _K.DISBURSEMENT: payments.disbursement,
        _K.EXPENSE: payments.expense,
        _K.DISTRIBUTION: returns.distribution,
        _K.PROCEEDS: returns.proceeds,
        _K.REPAYMENT: returns.repayment,
        _K.ROYALTY: returns.royalty,
        _K.WRITE_OFF: valuations.write_off,
        _K.VALUATION: valuations.valuation,
        _K.SETTLEMENT: settling.settlement,
        _K.UNSPENT_RETURN: returns.unspent_return,
        _K.REVERSAL: reversal.reversal,
    }
)

WORKED_OUT_AHEAD = frozenset({_K.DEAL_COMMITMENT})
"""Kinds whose effect is worked out and carried out before the ledger is locked, so that others wait for less.

All that follows from rows which no posting changes: the deal, whose own row is held; what the committee approved of it,
which is voided only by who holds that row; envelopes, vehicles and rules, of which nothing is held under the ledger's
lock either, so that a change to them comes before this decision or after it. What depends on balances is asked by the
effect's ``weigh``, under the lock; what was written ahead is undone with the transaction if that refuses."""


def effect_of(session: Session, asked: Instruction) -> Effect:
    """Work out what an instruction would do to the world as it is now.

    Raises
    ------
    FundError
        When its terms, or the world, do not permit it; what balances do not permit is found when its lines are weighed.
    """
    terms = TERMS[asked.kind].model_validate(asked.terms)
    return EFFECTS[asked.kind](session, asked, terms)
