"""Random choices that look like the fund's: odd won, envelopes by initiative and region, every kind of limit."""

import numpy as np

from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind

REGIONS = tuple(f"region-{number}" for number in range(8))
REGION_WEIGHTS = (0.3, 0.15, 0.13, 0.12, 0.1, 0.08, 0.07, 0.05)
VEHICLES = ("mother", "sub-1", "sub-2", "direct")


def random_problem(count: int, *, seed: int, money_share: float = 0.2) -> Problem:
    """Make a choice among ``count`` deals that ask for about ``1 / money_share`` times what there is.

    What is funded so far keeps every rule.
    """
    draw = np.random.default_rng(seed)
    candidates = [_position(draw, f"deal-{number:05}", count) for number in range(count)]
    asked = sum(candidate.amount_krw for candidate in candidates)
    funded = [
        Position(
            f"funded-{number}",
            int(asked * money_share) // 100,
            vehicle="mother",
            company=f"earlier-{number}",
            group=f"earlier-{number}",
            main_purpose=True,
            region=REGIONS[number],
            large=True,
        )
        for number in range(len(REGIONS))
    ]
    size = int(asked * money_share) + sum(position.amount_krw for position in funded)
    rules = [
        *(_money(candidates, RuleKind.VEHICLE, vehicle, money_share) for vehicle in VEHICLES),
        *(_money(candidates, RuleKind.ENVELOPE, f"initiative-{n}", money_share * 1.3) for n in range(12)),
        *(_money(candidates, RuleKind.ENVELOPE, f"envelope-{region}", money_share * 1.2) for region in REGIONS),
        Rule("company", RuleKind.COMPANY_CONCENTRATION, max(300, 60_000 // count), size_krw=size),
        Rule("group", RuleKind.GROUP_CONCENTRATION, max(500, 90_000 // count), size_krw=size),
        Rule("purpose", RuleKind.MAIN_PURPOSE_SHARE, 6_000),
        Rule("large", RuleKind.LARGE_PROJECT_SHARE, 3_000),
        *(Rule(f"floor-{region}", RuleKind.REGIONAL_FLOOR, 500, region=region) for region in REGIONS),
    ]
    return Problem.of(candidates, rules, funded=funded)


def _position(draw: np.random.Generator, key: str, count: int) -> Position:
    amount_krw = int(draw.lognormal(22.5, 0.7))
    region = REGIONS[int(draw.choice(8, p=REGION_WEIGHTS))]
    quality_bp = int(np.clip(draw.normal(6_000, 1_800), 500, 10_000))
    company = int(draw.integers(0, max(2, count * 2 // 3)))
    return Position(
        key,
        amount_krw,
        value=amount_krw * quality_bp // 10_000,
        vehicle=VEHICLES[int(draw.integers(0, 4))],
        company=f"company-{company}",
        group=f"group-{company // 2}",
        main_purpose=bool(draw.random() < 0.5),
        region=region,
        large=bool(draw.random() < 0.25),
        envelopes=frozenset({f"initiative-{int(draw.integers(0, 12))}", f"envelope-{region}"}),
    )


def _money(candidates: list[Position], kind: RuleKind, key: str, share: float) -> Rule:
    inside = [it for it in candidates if (key in it.envelopes if kind is RuleKind.ENVELOPE else it.vehicle == key)]
    available = int(sum(candidate.amount_krw for candidate in inside) * share)
    vehicles = frozenset({key}) if kind is RuleKind.VEHICLE else None
    return Rule(key, kind, available, vehicles=vehicles)
