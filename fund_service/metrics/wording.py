"""The formula of each figure in words, in the language at hand."""

from fund_service import locales
from fund_service.metrics.figures import FigureKey
from fund_service.metrics.leverage import LeverageKind

_K, _L = FigureKey, LeverageKind

SENTENCES = {
    _K.COMMITTED: "Everything contributors promised to the vehicle: the credit lines of its size account.",
    _K.CALLED: "Capital calls, whether the money has come in or not.",
    _K.PAID_IN: "Money received on capital calls; a call that nobody paid counts nothing.",
    _K.DISTRIBUTED: "Money paid out to contributors, the recallable part included.",
    _K.RECALLABLE: "The part of distributions that may be called again and has not been.",
    _K.UNFUNDED: (
        "What was never called of the committed capital, and what was distributed as recallable and not called "
        "again: what may still be called."
    ),
    _K.UNCOMMITTED: (
        "What the vehicle and those below it may still promise to deals (dry powder). What may still be called is"
        " shown apart."
    ),
    _K.DEAL_COMMITMENTS: "Promised to deals, drawn or not, less what was released or came back unspent.",
    _K.UNDRAWN: "Promised to deals and not drawn yet.",
    _K.INVESTED: "Paid to deals, less what came back unspent.",
    _K.REALISED: "Proceeds, repayments and royalties received from deals.",
    _K.NAV: (
        "Cash + investments at cost + fair value adjustment, of the vehicle and all below it. A holding in a "
        "child vehicle counts nothing itself: the child's own assets stand in its place, in full, since a child's"
        " book holds only the fund's own part."
    ),
    _K.CASH: "Cash of the vehicle and those below it.",
    _K.COST: "Paid to deals, less cost returned and cost written off.",
    _K.FAIR_VALUE_ADJUSTMENT: "Fair value of deals above (or below) their cost; a deal nobody valued stands at cost.",
    _K.GRANTS_IN_NAV: (
        "The part of NAV that was granted to research teams: it stands at cost until it is written off, though "
        "nobody could sell it."
    ),
    _K.HOLDINGS: "Paid to child vehicles, at cost, less capital returned; not part of NAV with look-through.",
    _K.WRITTEN_OFF: "Cost of deals that will not come back.",
    _K.EXPENSES: "Fees and expenses paid by the vehicle and those below it.",
    _K.PIC: "Paid in / committed.",
    _K.DPI: "Distributed / paid in.",
    _K.RVPI: "NAV / paid in.",
    _K.TVPI: "(Distributed + NAV) / paid in; exactly DPI + RVPI before rounding.",
    _K.MOIC: "(Realised + fair value) / invested, before fees and expenses.",
    _K.MAIN_PURPOSE_SHARE: "Commitments to deals of the stated purpose / all deal commitments, as limit rules count.",
    _K.MAIN_PURPOSE_OF_COMMITTED: "Paid to deals of the stated purpose / committed capital, as fund agreements count.",
    _K.GROSS_XIRR: (
        "The yearly rate at which payments to deals and what came back, with the fair value left at the day, come"
        " to nothing: days / 365, as in spreadsheets. Before fees and expenses."
    ),
    _K.NET_XIRR: (
        "The yearly rate at which what contributors paid in and were paid out, with NAV at the day, comes to "
        "nothing: days / 365, as in spreadsheets. After fees and expenses."
    ),
    _L.FUND_RAISING: (
        "Committed capital with private commitments to the vehicles / fiscal contribution. Says how much was "
        "gathered, not how much reached companies."
    ),
    _L.FINANCING: "Financing of companies that is to be repaid or sold, grants left out / fiscal contribution.",
    _L.INVESTMENT: (
        "The fund's, private and other public money around the deals / fiscal contribution. Counts what might "
        "have come anyway."
    ),
    _L.PROGRAMME: (
        "The fund's, private and other public money around the deals / the fund's own money in them. Never below "
        "1, since the fund's own is counted above the line too."
    ),
    _L.PRIVATE_ONLY: "Private money around the deals / the fund's own money in them; no public money above the line.",
    _L.PRIVATE_ATTRIBUTED: (
        "As before, but private money beside other public money is shared out by what each put in, so that two "
        "funds do not both count it whole."
    ),
}
"""The formula of each figure, as it stands on the page and in the report."""


def formula_of(key: FigureKey | LeverageKind) -> str:
    """Say the formula of a figure."""
    return locales.gettext(SENTENCES[key])
