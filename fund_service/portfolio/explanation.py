"""Why each deal is in or out, and what each rule costs, by choosing again with the opposite decided.

Up to 30 candidates every figure is exact: the best set with the deal decided the other way, the best set without the
rule. Beyond, the linear relaxation stands in, which cuts deals into parts, and its figures are marked approximate.
Prices (value for one more won) are always of the relaxation: a choice of whole deals has none.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from fund_service.portfolio.choice import EXACT, Choice, Effort, solve
from fund_service.portfolio.conflicts import blocking
from fund_service.portfolio.greedy import Chosen
from fund_service.portfolio.model import Floats, Model, build, mask, named
from fund_service.portfolio.parallel import at_once
from fund_service.portfolio.problem import Problem, Rule
from fund_service.portfolio.relaxation import relax

EXACT_CANDIDATES = 30
"""Up to so many candidates every decision is chosen again exactly."""
MOST_DIAGNOSED = 12
"""Deals that no set can hold are told which rules keep them out, so many at most; each takes up to a hundred solves."""
PRICE_ROUNDING = 1e-9


class Verdict(StrEnum):
    """Why a deal is in or out."""

    WANTED = "wanted"
    """In, because it was asked for."""
    UNWANTED = "unwanted"
    """Out, because that was asked for."""
    WORTH_IT = "worth_it"
    """In: every set without it is worth less."""
    EQUALLY_GOOD = "equally_good"
    """Another set with the opposite decision is worth the same."""
    WORTH_LESS = "worth_less"
    """Out: every set with it is worth less."""
    IMPOSSIBLE = "impossible"
    """Out: no set with it keeps the rules."""
    NEEDED = "needed"
    """In: no set without it keeps the rules."""


@dataclass(frozen=True, slots=True)
class DealReason:
    """Why a deal is in or out.

    ``other_value`` is that of the best set with the opposite decision, none where there is no such set; ``leave`` and
    ``enter`` are what that set has less and more beside the deal. ``rule`` (with its subject) is the one that charges
    the deal most, or that it serves most, and ``price`` the value that one won of it is worth in the relaxation.
    """

    key: str
    verdict: Verdict
    other_value: int | None
    difference: int | None
    approximate: bool
    leave: tuple[str, ...] = ()
    enter: tuple[str, ...] = ()
    rule: tuple[str, str] | None = None
    price: float | None = None
    blocked_by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleReason:
    """What a rule costs: the value of the best set without it less that of the best set with it.

    ``price`` is the value that one more won of room would bring, in the relaxation. ``cost`` is none where a rule not
    held could be held by no set; what is funded of companies or groups without a candidate counts for nothing in that.
    """

    rule: str
    cost: int | None
    price: float
    approximate: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons for all deals, in the order of their keys, and for all rules, in the order of theirs."""

    deals: tuple[DealReason, ...]
    rules: tuple[RuleReason, ...]


def explain(choice: Choice, *, effort: Effort = EXACT) -> Explanation:
    """Explain a choice; what not all rules could hold to is allowed in every other choice as well."""
    problem, model = choice.problem, choice.model
    wanted, unwanted = mask(model, problem.wanted), mask(model, problem.unwanted)
    allowed = [choice.broken.get((row.rule, row.subject), 0) for row in model.rows]
    relaxed = relax(model, model.values, wanted=wanted, unwanted=unwanted, allowed=allowed)
    if relaxed is None:
        raise RuntimeError("a choice was made where its relaxation has none")
    exact = len(model.candidates) <= EXACT_CANDIDATES
    columns = range(len(model.candidates))
    prices = np.array([price * row.units_of_won for price, row in zip(relaxed.prices, model.rows, strict=True)])
    if exact:
        found = at_once(lambda column: _decided_otherwise(choice, column, effort=effort), columns)
    else:
        found = [_estimated(choice, column, relaxed.losses) for column in columns]
    return Explanation(
        deals=tuple(_charged(model, reason, column, prices) for column, reason in enumerate(_diagnosed(choice, found))),
        rules=tuple(_rule_reasons(choice, prices, bound=relaxed.bound, exact=exact, effort=effort)),
    )


def _decided_otherwise(choice: Choice, column: int, *, effort: Effort) -> DealReason:
    problem, model = choice.problem, choice.model
    key = model.candidates[column].key
    taken = key in choice.chosen
    other = _best_with(choice, column, taken=not taken, effort=effort)
    wish = _wish(problem, key)
    if other is None:
        return DealReason(key, wish or (Verdict.NEEDED if taken else Verdict.IMPOSSIBLE), None, None, approximate=False)
    set_of_other, value = named(model, other), model.worth(other)
    difference = choice.value - value
    verdict = Verdict.EQUALLY_GOOD if difference == 0 else Verdict.WORTH_IT if taken else Verdict.WORTH_LESS
    return DealReason(
        key,
        wish or verdict,
        value,
        difference,
        approximate=False,
        leave=tuple(sorted(choice.chosen - set_of_other - {key})),
        enter=tuple(sorted(set_of_other - choice.chosen - {key})),
    )


def _best_with(choice: Choice, column: int, *, taken: bool, effort: Effort) -> Chosen | None:
    """Find the best set in which a deal is decided as told; none where there is none."""
    model = choice.model
    wanted, unwanted = _wishes(choice, model)
    wanted[column], unwanted[column] = taken, not taken
    here = mask(model, choice.chosen)
    here[column] = taken
    best = solve(model, wanted=wanted, unwanted=unwanted, broken=choice.broken, effort=effort, known=here)
    return None if best is None else best.chosen


def _estimated(choice: Choice, column: int, losses: Floats) -> DealReason:
    key = choice.model.candidates[column].key
    loss = max(0, round(float(losses[column])))
    verdict = _wish(choice.problem, key) or (Verdict.WORTH_IT if key in choice.chosen else Verdict.WORTH_LESS)
    return DealReason(key, verdict, choice.value - loss, loss, approximate=True)


def _wish(problem: Problem, key: str) -> Verdict | None:
    if key in problem.wanted:
        return Verdict.WANTED
    return Verdict.UNWANTED if key in problem.unwanted else None


def _diagnosed(choice: Choice, reasons: list[DealReason]) -> list[DealReason]:
    """Say of deals that no set can hold which rules keep them out."""
    model, problem = choice.model, choice.problem
    wanted, unwanted = mask(model, problem.wanted), mask(model, problem.unwanted)
    left = MOST_DIAGNOSED
    told = []
    for column, reason in enumerate(reasons):
        if reason.verdict is Verdict.IMPOSSIBLE and left:
            left -= 1
            blocked_by = blocking(model, column, wanted=wanted, unwanted=unwanted, broken=choice.broken)
            told.append(replace(reason, blocked_by=tuple(blocked_by)))
        else:
            told.append(reason)
    return told


def _charged(model: Model, reason: DealReason, column: int, prices: Floats) -> DealReason:
    """Add the rule that weighs most on the deal: against it where it is out, for it where it is in."""
    charges = [
        (prices[number] * coefficient / model.rows[number].units_of_won, number)
        for number, coefficient in model.columns_rows[column]
        if prices[number] > PRICE_ROUNDING
    ]
    served = reason.verdict in {Verdict.WANTED, Verdict.WORTH_IT, Verdict.NEEDED}
    weight, number = min(charges, default=(0.0, -1)) if served else max(charges, default=(0.0, -1))
    if number < 0 or (weight >= 0) == served:
        return reason
    row = model.rows[number]
    return replace(reason, rule=(row.rule, row.subject), price=float(prices[number]))


def _rule_reasons(choice: Choice, prices: Floats, *, bound: float, exact: bool, effort: Effort) -> list[RuleReason]:
    highest: dict[str, float] = {}
    for row, price in zip(choice.model.rows, prices, strict=True):
        highest[row.rule] = max(highest.get(row.rule, 0.0), float(price))

    def reason(rule: Rule) -> RuleReason:
        other = build(choice.problem.with_rule_held(rule.key, held=not rule.held))
        sign = 1 if rule.held else -1
        cost: int | None = 0
        if other.rows != choice.model.rows:
            value = _value_of(choice, other, effort=effort) if exact else _bound_of(choice, other)
            base = choice.value if exact else round(bound)
            cost = None if value is None else max(0, sign * (value - base))
        price = highest.get(rule.key, 0.0)
        return RuleReason(rule.key, cost, price if price > PRICE_ROUNDING else 0.0, approximate=not exact)

    return at_once(reason, choice.problem.rules)


def _value_of(choice: Choice, model: Model, *, effort: Effort) -> int | None:
    wanted, unwanted = _wishes(choice, model)
    known = mask(model, choice.chosen)
    found = solve(model, wanted=wanted, unwanted=unwanted, broken=choice.broken, effort=effort, known=known)
    return None if found is None else found.value


def _bound_of(choice: Choice, model: Model) -> int | None:
    wanted, unwanted = _wishes(choice, model)
    allowed = [choice.broken.get((row.rule, row.subject), 0) for row in model.rows]
    found = relax(model, model.values, wanted=wanted, unwanted=unwanted, allowed=allowed)
    return None if found is None else round(found.bound)


def _wishes(choice: Choice, model: Model) -> tuple[Chosen, Chosen]:
    return mask(model, choice.problem.wanted), mask(model, choice.problem.unwanted)
