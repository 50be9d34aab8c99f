"""The independent check: every rule again, for a set given, in whole won, by code that did not build the model.

It reads the rules from the problem and adds up what is funded and what would be. It shares no row, no coefficient and
no rounding with `model`, so that a mistake there is seen here.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind


@dataclass(frozen=True, slots=True)
class Finding:
    """How a rule stands with a set: what counts, what it may or must be, and what is over or missing, all in won.

    For a ceiling ``limit_krw`` is the most and ``breach_krw`` what is over, of concentration over all companies or
    groups. For a share that must be reached it is the least, rounded up to a whole won, and ``breach_krw`` what is
    missing. ``subject`` names the company or group that stands worst, ``total_krw`` the sum a share is taken of.
    """

    rule: str
    counted_krw: int
    limit_krw: int
    total_krw: int
    breach_krw: int
    subject: str = ""
    ceiling: bool = True

    @property
    def slack_krw(self) -> int:
        """What is left, zero where the rule is broken."""
        return max(0, self.limit_krw - self.counted_krw if self.ceiling else self.counted_krw - self.limit_krw)


def check(problem: Problem, chosen: Iterable[str]) -> list[Finding]:
    """Find how every rule stands, held or not, with a set of candidates on top of what is funded.

    Raises
    ------
    ValueError
        When the set names a deal that is no candidate, lacks a wanted one, or holds an unwanted one.
    """
    keys = set(chosen)
    by_key = {candidate.key: candidate for candidate in problem.candidates}
    if not keys <= by_key.keys() or not problem.wanted <= keys or problem.unwanted & keys:
        raise ValueError("the set is not one of the problem's")
    taken = [by_key[key] for key in sorted(keys)]
    return [_finding(rule, taken, [*problem.funded, *taken]) for rule in problem.rules]


def unexplained(problem: Problem, chosen: Iterable[str], *, excused: Collection[str]) -> list[Finding]:
    """Give the breaks of held rules that a set is to blame for: not excused, and more than what is funded breaks.

    Rules that cannot all hold are excused by whoever found that out; an empty answer is what every set shown must have.
    """
    nothing = replace(problem, wanted=frozenset(), unwanted=frozenset())
    before = {finding.rule: finding.breach_krw for finding in check(nothing, ())}
    held = {rule.key for rule in problem.rules if rule.held} - set(excused)
    return [it for it in check(problem, chosen) if it.rule in held and it.breach_krw > before[it.rule]]


def _finding(rule: Rule, taken: list[Position], everything: list[Position]) -> Finding:
    if rule.kind is RuleKind.ENVELOPE:
        return _ceiling(rule, sum(deal.amount_krw for deal in taken if rule.key in deal.envelopes))
    if rule.kind is RuleKind.VEHICLE:
        return _ceiling(rule, sum(deal.amount_krw for deal in taken if _inside(rule, deal)))
    inside = [deal for deal in everything if _inside(rule, deal)]
    if rule.kind is RuleKind.COMPANY_CONCENTRATION:
        return _concentration(rule, [(deal.company, deal.amount_krw) for deal in inside])
    if rule.kind is RuleKind.GROUP_CONCENTRATION:
        return _concentration(rule, [(deal.group, deal.amount_krw) for deal in inside])
    total = sum(deal.amount_krw for deal in inside)
    counted = sum(deal.amount_krw for deal in inside if _counts(rule, deal))
    least = -(-rule.number * total // 10_000)
    return Finding(rule.key, counted, least, total, max(0, least - counted), ceiling=False)


def _inside(rule: Rule, deal: Position) -> bool:
    return rule.vehicles is None or deal.vehicle in rule.vehicles


def _counts(rule: Rule, deal: Position) -> bool:
    if rule.kind is RuleKind.REGIONAL_FLOOR:
        return deal.region == rule.region
    return deal.large if rule.kind is RuleKind.LARGE_PROJECT_SHARE else deal.main_purpose


def _ceiling(rule: Rule, asked_krw: int) -> Finding:
    return Finding(rule.key, asked_krw, rule.number, asked_krw, max(0, asked_krw - rule.number))


def _concentration(rule: Rule, amounts: list[tuple[str, int]]) -> Finding:
    sums = Counter[str]()
    for subject, amount_krw in amounts:
        sums[subject] += amount_krw
    most = rule.number * rule.size_krw // 10_000
    subject, counted = min(sums.items(), key=lambda entry: (-entry[1], entry[0]), default=("", 0))
    over = sum(max(0, held - most) for held in sums.values())
    return Finding(rule.key, counted, most, sums.total(), over, subject=subject)
