"""The choice by trying every set: slow, plain, and sure; the yardstick of the solver on small problems."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from hypothesis import strategies as st

from fund_service.portfolio.checker import check
from fund_service.portfolio.problem import BASIS_POINTS, Position, Problem, Rule, RuleKind

FACTORS = st.sampled_from([1, 7, 1_000_003, 10**9, 10**9 + 7])
"""Amounts are small numbers times one of these: round won, odd won, and billions of both."""
PARTIES = {
    RuleKind.COMPANY_CONCENTRATION: lambda position: position.company,
    RuleKind.GROUP_CONCENTRATION: lambda position: position.group,
}
SHARES = {RuleKind.MAIN_PURPOSE_SHARE, RuleKind.REGIONAL_FLOOR, RuleKind.LARGE_PROJECT_SHARE}


def every_set(problem: Problem) -> Iterator[frozenset[str]]:
    """Give every set that respects the wishes."""
    free = [it.key for it in problem.candidates if it.key not in problem.wanted | problem.unwanted]
    for size in range(len(free) + 1):
        for some in combinations(free, size):
            yield problem.wanted | set(some)


def broken_krw(problem: Problem, chosen: frozenset[str]) -> int:
    """Add up what held rules are broken by, as the checker finds it, less what no candidate has a part in."""
    return sum(breach_krw(part, chosen) for part in parts(problem).values())


def breach_krw(part: Problem, chosen: frozenset[str]) -> int:
    """Give what a set breaks one part by."""
    (finding,) = check(part, chosen & {it.key for it in part.candidates})
    return finding.breach_krw


def parts(problem: Problem) -> dict[tuple[str, str], Problem]:
    """Take held rules apart: each alone, one of concentration for each company or group that a candidate belongs to.

    A company over its limit with no candidate stays over it whatever is chosen: that is no break of a set.
    """
    found = {}
    for rule in problem.rules:
        inside = [it for it in problem.candidates if rule.vehicles is None or it.vehicle in rule.vehicles]
        party = PARTIES.get(rule.kind, lambda _: "")
        for subject in {party(it) for it in inside} if rule.held else ():
            theirs = [it for it in inside if party(it) == subject]
            part = Problem.of(theirs, [rule], funded=[it for it in problem.funded if party(it) == subject])
            if not beyond_reach(part):
                found[rule.key, subject] = part
    return found


def beyond_reach(part: Problem) -> bool:
    """Say whether a share of all won is asked for and all candidates count: they add nothing to what is missing."""
    (rule,) = part.rules
    if rule.kind not in SHARES or rule.number < BASIS_POINTS:
        return False
    return not breach_krw(replace(part, funded=()), frozenset(it.key for it in part.candidates))


def worth(problem: Problem, chosen: frozenset[str]) -> int:
    """Add up the values of a set."""
    return sum(it.value for it in problem.candidates if it.key in chosen)


def best_value(problem: Problem) -> int | None:
    """Give the value of the best set that keeps every held rule; none where there is none."""
    return max((worth(problem, some) for some in every_set(problem) if not broken_krw(problem, some)), default=None)


@st.composite
def problems(draw, *, most: int = 6) -> Problem:
    """Make small problems with every kind of rule, tight and loose, in one or two vehicles, with and without wishes."""
    factor = draw(FACTORS)
    small = st.integers(1, 12)

    def position(key: str) -> Position:
        company = draw(st.sampled_from("AB"))
        return Position(
            key,
            draw(small) * factor,
            value=draw(st.integers(0, 12)) * factor,
            vehicle=draw(st.sampled_from("VW")),
            company=company,
            group="G" if company == "A" else draw(st.sampled_from("GH")),
            main_purpose=draw(st.booleans()),
            region=draw(st.sampled_from(["", "N", "S"])),
            large=draw(st.booleans()),
            envelopes=frozenset(draw(st.sets(st.sampled_from(["E", "F"])))),
        )

    candidates = [position(f"deal-{n}") for n in range(draw(st.integers(1, most)))]
    # Beside a candidate's company, group and vehicle, or of others that no candidate belongs to.
    funded = [
        replace(draw(st.sampled_from(candidates)), key=f"funded-{n}", amount_krw=draw(small) * factor)
        if draw(st.booleans())
        else position(f"funded-{n}")
        for n in range(draw(st.integers(0, 2)))
    ]
    scope = st.sampled_from([None, frozenset("V")])
    share = st.integers(0, 10_000)
    rules = [
        Rule("E", RuleKind.ENVELOPE, draw(st.integers(0, 40)) * factor),
        Rule("F", RuleKind.ENVELOPE, draw(st.integers(0, 40)) * factor + draw(st.integers(0, 1))),
        Rule("vehicle", RuleKind.VEHICLE, draw(st.integers(0, 40)) * factor, vehicles=frozenset("V")),
        Rule("company", RuleKind.COMPANY_CONCENTRATION, draw(share), vehicles=draw(scope), size_krw=60 * factor),
        Rule("group", RuleKind.GROUP_CONCENTRATION, draw(share), size_krw=60 * factor),
        Rule("purpose", RuleKind.MAIN_PURPOSE_SHARE, draw(share), vehicles=draw(scope)),
        Rule("large", RuleKind.LARGE_PROJECT_SHARE, draw(share)),
        Rule("floor", RuleKind.REGIONAL_FLOOR, draw(share), region="N"),
    ]
    held = [replace(rule, held=draw(st.booleans())) for rule in rules]
    keys = [candidate.key for candidate in candidates]
    wanted = draw(st.sets(st.sampled_from(keys), max_size=2))
    unwanted = draw(st.sets(st.sampled_from(keys), max_size=2)) - wanted
    return Problem.of(candidates, held, funded=funded, wanted=wanted, unwanted=unwanted)
