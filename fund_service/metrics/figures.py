"""Which ledger lines make each figure: one table, read by the report and by the list of lines behind a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.ledger import AccountKind


class FigureKey(StrEnum):
    """The figures of fund performance."""

    COMMITTED = "committed"
    """What contributors promised (출자약정)."""
    CALLED = "called"
    """What was called of it, received or not (납입요청)."""
    PAID_IN = "paid_in"
    """What was received on calls (납입)."""
    DISTRIBUTED = "distributed"
    """What was paid out to contributors (분배)."""
    RECALLABLE = "recallable"
    """The part of distributions open to be called again (재출자 가능분)."""
    UNFUNDED = "unfunded"
    """What may still be called: what never was, and what was distributed as recallable and not called again."""
    UNCOMMITTED = "uncommitted"
    """Dry powder: what may still be promised to deals, in all vehicles looked through to."""
    DEAL_COMMITMENTS = "deal_commitments"
    """What is promised to deals, drawn or not, less what was released or returned unspent (투자약정)."""
    UNDRAWN = "undrawn"
    """The part of it that deals have not drawn."""
    INVESTED = "invested"
    """What was paid to deals, less what was returned unspent (투자집행)."""
    REALISED = "realised"
    """What came back from deals: proceeds, repayments, royalties."""
    NAV = "nav"
    """Net asset value: cash, investments at cost, fair value adjustment, of all vehicles looked through to."""
    CASH = "cash"
    """Cash."""
    COST = "cost"
    """Investments at cost, less what was returned or written off."""
    FAIR_VALUE_ADJUSTMENT = "fair_value_adjustment"
    """Fair value above or below cost."""
    GRANTS_IN_NAV = "grants_in_nav"
    """The part of NAV that lies in grants, which nobody can sell."""
    HOLDINGS = "holdings"
    """Shares in child vehicles at cost; in NAV the children's own assets stand in their place."""
    WRITTEN_OFF = "written_off"
    """Cost that was written off."""
    EXPENSES = "expenses"
    """Fees and expenses of all vehicles looked through to."""
    PIC = "pic"
    """Paid in to committed."""
    DPI = "dpi"
    """Distributed to paid in."""
    RVPI = "rvpi"
    """NAV to paid in."""
    TVPI = "tvpi"
    """Distributed and NAV to paid in."""
    MOIC = "moic"
    """Realised and fair value to what was invested."""
    MAIN_PURPOSE_SHARE = "main_purpose_share"
    """Share of deal commitments in the stated purpose, as the limit rules count it (주목적 투자비율)."""
    MAIN_PURPOSE_OF_COMMITTED = "main_purpose_of_committed"
    """Main-purpose investment to committed capital, as Korean fund agreements count it."""
    GROSS_XIRR = "gross_xirr"
    """Yearly return on deals, before fees and expenses."""
    NET_XIRR = "net_xirr"
    """Yearly return to contributors."""


class Reach(StrEnum):
    """Whose books a term reads."""

    OWN = "own"
    """Of the vehicle itself; for the whole fund, of the mother funds: where contributors pay in."""
    THROUGH = "through"
    """Also of every vehicle below it."""


class DealSet(StrEnum):
    """Which deals' accounts a part reads."""

    ALL = "all"
    """All, and accounts of no deal."""
    MAIN_PURPOSE = "main_purpose"
    """Deals of the stated purpose."""
    GRANTS = "grants"
    """Grants."""
    REPAYABLE = "repayable"
    """Deals whose money is to come back: all but grants."""


class PartName(StrEnum):
    """What a part is within its figure."""

    AMOUNT = "amount"
    """The figure itself."""
    NUMERATOR = "numerator"
    """What is divided."""
    DENOMINATOR = "denominator"
    """What it is divided by."""
    FLOWS = "flows"
    """Dated flows of a rate of return."""
    VALUE = "value"
    """What is left at the day of the report: the last flow of a rate of return."""


@dataclass(frozen=True, slots=True)
class Term:
    """The lines of one kind of account, counted with a sign: ledger credits are negative."""

    kind: AccountKind
    sign: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class Part:
    """A sum of terms over some deals; each kind of account occurs once."""

    name: PartName
    terms: tuple[Term, ...]
    deals: DealSet = DealSet.ALL


def own(name: PartName, signs: Mapping[str, int]) -> Part:
    """Make a part of the vehicle's own books, from kinds of account and their signs."""
    return Part(name, tuple(Term(AccountKind(kind), sign, Reach.OWN) for kind, sign in signs.items()))


def through(name: PartName, signs: Mapping[str, int], *, deals: DealSet = DealSet.ALL) -> Part:
    """Make a part of the books of the vehicle and all below it, from kinds of account and their signs."""
    return Part(name, tuple(Term(AccountKind(kind), sign, Reach.THROUGH) for kind, sign in signs.items()), deals)


_K, _A, _N, _D = FigureKey, PartName.AMOUNT, PartName.NUMERATOR, PartName.DENOMINATOR
_PER_PAID_IN = own(_D, {"paid_in": -1})
_ASSETS = {"cash": 1, "investment": 1, "fair_value": 1}

PARTS: Mapping[FigureKey, tuple[Part, ...]] = MappingProxyType(
    {
        _K.COMMITTED: (own(_A, {"size": -1}),),
        _K.CALLED: (own(_A, {"called": 1, "received": 1}),),
        _K.PAID_IN: (own(_A, {"paid_in": -1}),),
        _K.DISTRIBUTED: (own(_A, {"distributed": 1}),),
        _K.RECALLABLE: (own(_A, {"recallable": 1}),),
        _K.UNFUNDED: (own(_A, {"callable": 1}),),
        _K.UNCOMMITTED: (through(_A, {"uncommitted": 1}),),
        _K.DEAL_COMMITMENTS: (through(_A, {"committed": 1, "drawn": 1}),),
        _K.UNDRAWN: (through(_A, {"committed": 1}),),
        _K.INVESTED: (through(_A, {"drawn": 1}),),
        _K.REALISED: (through(_A, {"drawn": 1, "investment": -1, "realised": -1, "royalty": -1, "written_off": -1}),),
        _K.NAV: (through(_A, _ASSETS),),
        _K.CASH: (through(_A, {"cash": 1}),),
        _K.COST: (through(_A, {"investment": 1}),),
        _K.FAIR_VALUE_ADJUSTMENT: (through(_A, {"fair_value": 1}),),
        _K.GRANTS_IN_NAV: (through(_A, {"investment": 1, "fair_value": 1}, deals=DealSet.GRANTS),),
        _K.HOLDINGS: (own(_A, {"holding": 1}),),
        _K.WRITTEN_OFF: (through(_A, {"written_off": 1}),),
        _K.EXPENSES: (through(_A, {"expense": 1}),),
        _K.PIC: (own(_N, {"paid_in": -1}), own(_D, {"size": -1})),
        _K.DPI: (own(_N, {"distributed": 1}), _PER_PAID_IN),
        _K.RVPI: (through(_N, _ASSETS), _PER_PAID_IN),
        _K.TVPI: (Part(_N, (*own(_N, {"distributed": 1}).terms, *through(_N, _ASSETS).terms)), _PER_PAID_IN),
        _K.MOIC: (
            through(_N, {"drawn": 1, "realised": -1, "royalty": -1, "written_off": -1, "fair_value": 1}),
            through(_D, {"drawn": 1}),
        ),
        _K.MAIN_PURPOSE_SHARE: (
            through(_N, {"committed": 1, "drawn": 1}, deals=DealSet.MAIN_PURPOSE),
            through(_D, {"committed": 1, "drawn": 1}),
        ),
        _K.MAIN_PURPOSE_OF_COMMITTED: (
            through(_N, {"drawn": 1}, deals=DealSet.MAIN_PURPOSE),
            own(_D, {"size": -1}),
        ),
        _K.GROSS_XIRR: (
            through(PartName.FLOWS, {"investment": -1, "realised": -1, "royalty": -1, "written_off": -1}),
            through(PartName.VALUE, {"investment": 1, "fair_value": 1}),
        ),
        _K.NET_XIRR: (own(PartName.FLOWS, {"paid_in": 1, "distributed": 1}), through(PartName.VALUE, _ASSETS)),
    }
)
"""What each figure sums. The books balance, so a deal's flow is the other side of its cash: less what its accounts of
cost, gain, royalty and loss took up. A write-off moves cost to loss and is no flow; a reversal mirrors all of it."""

MONEY = tuple(key for key, parts in PARTS.items() if parts[0].name is _A)
RATIOS = tuple(key for key, parts in PARTS.items() if parts[0].name is _N)
RATES = (_K.GROSS_XIRR, _K.NET_XIRR)
SHARES = frozenset({_K.PIC, _K.MAIN_PURPOSE_SHARE, _K.MAIN_PURPOSE_OF_COMMITTED})
"""Ratios told in per cent; the others are multiples."""
