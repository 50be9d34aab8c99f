"""What the lines of each kind of instruction must come to, told apart from the code that posts them."""

from collections.abc import Mapping
from types import MappingProxyType

from models.instruction import InstructionKind
from models.ledger import AccountKind

_A, _K = AccountKind, InstructionKind

EXPECTED_LINES: Mapping[InstructionKind, Mapping[AccountKind, int]] = MappingProxyType(
    {
        _K.FUND_SIZE: {_A.UNCOMMITTED: 1, _A.SIZE: -1, _A.CALLABLE: 1, _A.CALLS: -1},
        _K.ENVELOPE_BUDGET: {_A.ENVELOPE_AVAILABLE: 1, _A.ENVELOPE_BUDGET: -1},
        _K.VEHICLE_COMMITMENT: {_A.PROMISED: 1, _A.UNCOMMITTED: -1},
        _K.DEAL_COMMITMENT: {_A.COMMITTED: 1, _A.UNCOMMITTED: -1},
        _K.COMMITMENT_RELEASE: {_A.UNCOMMITTED: 1, _A.COMMITTED: -1},
        _K.CAPITAL_CALL: {_A.CALLED: 1, _A.CALLABLE: -1},
        _K.CALL_RECEIPT: {_A.RECEIVED: 1, _A.CALLED: -1, _A.CASH: 1, _A.PAID_IN: -1},
        _K.DISBURSEMENT: {_A.INVESTMENT: 1, _A.CASH: -1, _A.DRAWN: 1, _A.COMMITTED: -1},
        _K.EXPENSE: {_A.EXPENSE: 1, _A.CASH: -1},
        _K.DISTRIBUTION: {_A.DISTRIBUTED: 1, _A.CASH: -1},
        _K.PROCEEDS: {_A.CASH: 1},
        _K.REPAYMENT: {_A.CASH: 1, _A.INVESTMENT: -1},
        _K.ROYALTY: {_A.CASH: 1, _A.ROYALTY: -1},
        _K.WRITE_OFF: {_A.WRITTEN_OFF: 1, _A.INVESTMENT: -1},
        _K.SETTLEMENT: {_A.SETTLED: 1, _A.UNSETTLED: -1},
        _K.UNSPENT_RETURN: {
            _A.CASH: 1, _A.INVESTMENT: -1, _A.ADVANCED: 1, _A.UNSETTLED: -1, _A.UNCOMMITTED: 1, _A.DRAWN: -1
        },
    }
)  # fmt: skip
"""For each kind the accounts of the instruction's own vehicle or envelope, and deal, that move by its amount, with the
sign. Other lines of the entry, in the parent's book or the envelopes', are held by the checks of their instruments; a
valuation is held by the value after it, a reversal by its mirror."""
