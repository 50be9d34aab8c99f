"""Scenarios: what a reader would change, as a query string that can be kept, and as a change of the problem."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from fund_service.portfolio.problem import BASIS_POINTS, MONEY, Position, Problem, Rule
from fund_service.portfolio.schemas import Scenario
from models.deal import DealStage
from models.errors import ValueNotAllowed
from models.money import MAX_KRW

MAX_QUERY = 8_000
"""Characters of a scenario's query string."""


def scenario_of(
    *,
    wanted: Sequence[UUID] = (),
    unwanted: Sequence[UUID] = (),
    dropped: Sequence[str] = (),
    held: Sequence[str] = (),
    rules: Sequence[str] = (),
    numbers: Sequence[int] = (),
    keep_approved: bool = True,
) -> Scenario:
    """Put a scenario together; ``rules`` and ``numbers`` belong together one by one.

    Raises
    ------
    ValueNotAllowed
        When they do not, a number is out of range, or a deal or rule is asked for both ways.
    """
    if len(rules) != len(numbers):
        raise ValueNotAllowed("Name one number for each rule that is moved.", field="to")
    if any(not 0 <= number <= MAX_KRW for number in numbers):
        raise ValueNotAllowed("A rule cannot be moved to {number}.", field="to", number=max(numbers, key=abs))
    if set(wanted) & set(unwanted):
        raise ValueNotAllowed("A deal cannot be both in and out.", field="in")
    if set(dropped) & set(held):
        raise ValueNotAllowed("A rule cannot be both held and let go.", field="hold")
    return Scenario(
        wanted=sorted(set(wanted)),
        unwanted=sorted(set(unwanted)),
        dropped=sorted(set(dropped)),
        held=sorted(set(held)),
        moved=dict(sorted(zip(rules, numbers, strict=True))),
        keep_approved=keep_approved,
    )


def query_of(scenario: Scenario) -> str:
    """Write a scenario as a query string; that of a scenario that changes nothing is empty."""
    pairs: list[tuple[str, str]] = [("in", str(deal_id)) for deal_id in scenario.wanted]
    pairs += [("out", str(deal_id)) for deal_id in scenario.unwanted]
    pairs += [("drop", key) for key in scenario.dropped]
    pairs += [("hold", key) for key in scenario.held]
    for key, number in scenario.moved.items():
        pairs += [("rule", key), ("to", str(number))]
    if not scenario.keep_approved:
        pairs.append(("keep_approved", "false"))
    return urlencode(pairs)


def read_query(query: str) -> Scenario:
    """Read a scenario from a query string.

    Raises
    ------
    ValueNotAllowed
        When it is not one that `query_of` could have written.
    """
    try:
        found = parse_qs(query, max_num_fields=2_000)
        return scenario_of(
            wanted=[UUID(text) for text in found.get("in", [])],
            unwanted=[UUID(text) for text in found.get("out", [])],
            dropped=found.get("drop", []),
            held=found.get("hold", []),
            rules=found.get("rule", []),
            numbers=[_whole(text) for text in found.get("to", [])],
            keep_approved=found.get("keep_approved", ["true"])[-1] != "false",
        )
    except ValueError as error:
        raise ValueNotAllowed("This is not the query string of a scenario.", field="against") from error


def problem_of(
    scenario: Scenario,
    *,
    candidates: Sequence[Position],
    stages: Mapping[str, DealStage],
    funded: Sequence[Position],
    rules: Sequence[Rule],
) -> Problem:
    """Make the problem as a scenario has it; what it names that is not there any more is left aside.

    Raises
    ------
    ValueNotAllowed
        When a share is moved beyond 100 %.
    """
    keys = {candidate.key for candidate in candidates}
    unwanted = {str(deal_id) for deal_id in scenario.unwanted} & keys
    wanted = {str(deal_id) for deal_id in scenario.wanted} & keys
    if scenario.keep_approved:
        wanted |= {key for key in keys if stages[key] is DealStage.APPROVED} - unwanted
    return Problem.of(
        candidates, [_changed(rule, scenario) for rule in rules], funded=funded, wanted=wanted, unwanted=unwanted
    )


def gone(scenario: Scenario, *, candidates: Sequence[Position], rules: Sequence[Rule]) -> int:
    """Count what a scenario names that is no candidate or rule now."""
    named = {str(deal_id) for deal_id in (*scenario.wanted, *scenario.unwanted)}
    named |= {*scenario.dropped, *scenario.held, *scenario.moved}
    return len(named - {candidate.key for candidate in candidates} - {rule.key for rule in rules})


def _changed(rule: Rule, scenario: Scenario) -> Rule:
    number = scenario.moved.get(rule.key, rule.number)
    if rule.kind not in MONEY and number > BASIS_POINTS:
        raise ValueNotAllowed("A share cannot be above 10,000 basis points (100 %).", field="to")
    held = (rule.held or rule.key in scenario.held) and rule.key not in scenario.dropped
    return replace(rule, number=number, held=held)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_KRW)):
        raise ValueError(text)
    return int(text)
