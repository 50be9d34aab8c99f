"""The choice as a table to export: every candidate with its figures and the reason, one a line."""

from collections.abc import Iterator

from fund_service import locales
from fund_service.exports import BETWEEN_ENTRIES, Cell
from fund_service.portfolio.schemas import CandidateView, DealRef, Name, PortfolioView, RuleRef

HEADINGS = (
    "Deal", "Company", "Stage", "Vehicle", "Asked for (won)", "Review score", "Standard error", "Reviews",
    "Value (won)", "In the set", "Reason", "Value with the opposite decided (won)", "Difference (won)",
    "Figures are approximate", "Would leave", "Would enter", "Rule that weighs most", "Price of that rule",
    "Forbidden by", "Across the samples", "Chosen in samples", "Samples",
)  # fmt: skip


def headings() -> list[str]:
    """Give the headings in the language at hand."""
    return [locales.gettext(heading) for heading in HEADINGS]


def portfolio_rows(view: PortfolioView) -> Iterator[list[Cell]]:
    """Give the candidates as the page lists them."""
    for candidate in view.candidates:
        yield _row(candidate, view.samples)


def _row(candidate: CandidateView, samples: int) -> list[Cell]:
    return [
        _said(candidate.title),
        _said(candidate.company),
        locales.label(candidate.stage),
        _said(candidate.vehicle),
        candidate.amount_krw,
        candidate.score,
        candidate.score_error,
        candidate.reviews,
        candidate.value_krw,
        _yes(said=candidate.chosen),
        locales.label(candidate.verdict),
        candidate.other_value_krw,
        candidate.difference_krw,
        _yes(said=candidate.approximate),
        _deals(candidate.leave),
        _deals(candidate.enter),
        None if candidate.rule is None else rule_name(candidate.rule),
        None if candidate.rule_price is None else round(candidate.rule_price, 4),
        BETWEEN_ENTRIES.join(map(rule_name, candidate.blocked_by)),
        locales.label(candidate.standing),
        candidate.chosen_in,
        samples,
    ]


def rule_name(rule: RuleRef) -> str:
    """Say a rule: its kind, its name and the company or group it is about."""
    parts = [locales.label(rule.kind), _said(rule.name), "" if rule.subject is None else _said(rule.subject)]
    return " · ".join(part for part in parts if part)


def _yes(*, said: bool) -> str:
    return locales.gettext("yes") if said else locales.gettext("no")


def _said(name: Name) -> str:
    return locales.pick(name.ko, name.en)


def _deals(deals: list[DealRef]) -> str:
    return BETWEEN_ENTRIES.join(_said(deal.title) for deal in deals)
