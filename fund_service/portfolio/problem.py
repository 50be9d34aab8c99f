"""What is to be chosen, as plain values: deals that could be funded, deals that are, and the rules between them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

BASIS_POINTS = 10_000


class RuleKind(StrEnum):
    """What a rule of the choice holds."""

    ENVELOPE = "envelope"
    """Deals that draw on an envelope ask for no more than it has left."""
    VEHICLE = "vehicle"
    """Deals of a vehicle ask for no more than it has left to promise."""
    COMPANY_CONCENTRATION = "company_concentration"
    """No company gets more than a share of the size of the vehicles in scope."""
    GROUP_CONCENTRATION = "group_concentration"
    """No ownership group gets more than a share of that size."""
    MAIN_PURPOSE_SHARE = "main_purpose_share"
    """At least a share of the won committed goes to the stated purpose."""
    REGIONAL_FLOOR = "regional_floor"
    """At least a share of the won committed goes to one mega-region or special province."""
    LARGE_PROJECT_SHARE = "large_project_share"
    """At least a share of the won committed goes to projects of KRW 10 billion or more."""


MONEY = frozenset({RuleKind.ENVELOPE, RuleKind.VEHICLE})
"""Kinds whose number is available won; the number of all others is a share in basis points."""
CONCENTRATION = frozenset({RuleKind.COMPANY_CONCENTRATION, RuleKind.GROUP_CONCENTRATION})


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A deal that could be funded, or one that is: whole won, and everything that a rule may ask of it.

    ``value`` is what choosing it is worth, a whole number of any unit; it means nothing for a deal already funded.
    """

    key: str
    amount_krw: int
    value: int = 0
    vehicle: str = ""
    company: str = ""
    group: str = ""
    main_purpose: bool = False
    region: str = ""
    large: bool = False
    envelopes: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its number is available won for money, else a share in basis points.

    ``vehicles`` are those whose deals it counts, none for all; ``size_krw`` is their size, of which concentration is a
    share. A rule that is not held is shown and priced, and binds nothing.
    """

    key: str
    kind: RuleKind
    number: int
    vehicles: frozenset[str] | None = None
    region: str = ""
    size_krw: int = 0
    held: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """The whole choice; candidates stand in the order of their keys, so that the order they came in says nothing.

    ``wanted`` must be chosen, ``unwanted`` must not.
    """

    candidates: tuple[Position, ...]
    rules: tuple[Rule, ...]
    funded: tuple[Position, ...] = ()
    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        candidates: Iterable[Position],
        rules: Iterable[Rule],
        *,
        funded: Iterable[Position] = (),
        wanted: Iterable[str] = (),
        unwanted: Iterable[str] = (),
    ) -> Self:
        """Put a problem in order.

        Raises
        ------
        ValueError
            When two candidates or rules share a key, an amount is not positive, a value is negative, or a deal is
            both wanted and unwanted or no candidate.
        """
        ordered = tuple(sorted(candidates, key=lambda candidate: candidate.key))
        problem = cls(
            candidates=ordered,
            rules=tuple(sorted(rules, key=lambda rule: rule.key)),
            funded=tuple(sorted(funded, key=lambda position: position.key)),
            wanted=frozenset(wanted),
            unwanted=frozenset(unwanted),
        )
        keys = {candidate.key for candidate in ordered}
        if len(keys) < len(ordered) or len({rule.key for rule in problem.rules}) < len(problem.rules):
            raise ValueError("two candidates or two rules share a key")
        if any(candidate.amount_krw < 1 or candidate.value < 0 for candidate in ordered):
            raise ValueError("a candidate asks for at least one won and is worth at least nothing")
        if problem.wanted & problem.unwanted or not problem.wanted | problem.unwanted <= keys:
            raise ValueError("a deal cannot be both wanted and unwanted, and must be a candidate")
        return problem

    def with_rule_held(self, key: str, *, held: bool) -> "Problem":
        """Give the same choice with one rule held or not."""
        rules = tuple(replace(rule, held=held) if rule.key == key else rule for rule in self.rules)
        return replace(self, rules=rules)


def in_scope(rule: Rule, position: Position) -> bool:
    """Say whether a rule counts a deal at all."""
    if rule.kind is RuleKind.ENVELOPE:
        return rule.key in position.envelopes
    return rule.vehicles is None or position.vehicle in rule.vehicles


def qualifies(rule: Rule, position: Position) -> bool:
    """Say whether a deal counts towards a share that must be reached."""
    if rule.kind is RuleKind.MAIN_PURPOSE_SHARE:
        return position.main_purpose
    if rule.kind is RuleKind.LARGE_PROJECT_SHARE:
        return position.large
    return position.region == rule.region
