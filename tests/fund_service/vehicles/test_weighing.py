from collections.abc import Sequence
from fractions import Fraction
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from fund_service.vehicles.weighing import (
    CEILINGS,
    Placement,
    Portfolio,
    Rule,
    rules_in_force,
    vehicles_below,
    weigh,
)
from models.vehicle import LimitForce, LimitKind

VEHICLES = [UUID(int=number) for number in range(1, 5)]
"""1 is the mother fund; 2 and 3 draw on it, 4 on 3."""
PARENTS = {VEHICLES[0]: None, VEHICLES[1]: VEHICLES[0], VEHICLES[2]: VEHICLES[0], VEHICLES[3]: VEHICLES[2]}
COMPANIES = [UUID(int=number) for number in range(11, 15)]
REGIONS = ["capital", "honam", "jeju", None]
WON = st.integers(1, 10**13) | st.integers(1, 50)

placements = st.builds(
    Placement,
    vehicle_id=st.sampled_from(VEHICLES),
    company_id=st.sampled_from(COMPANIES),
    group_id=st.just(UUID(int=21)) | st.just(UUID(int=22)),
    amount_krw=WON,
    main_purpose=st.booleans(),
    mega_region_code=st.sampled_from(REGIONS),
    large=st.booleans(),
)
portfolios = st.builds(
    Portfolio,
    parents=st.just(PARENTS),
    sizes=st.fixed_dictionaries({vehicle: st.integers(0, 10**13) for vehicle in VEHICLES}),
    placed=st.lists(placements, max_size=8),
)


@st.composite
def some_rules(draw: st.DrawFn) -> Rule:
    kind = draw(st.sampled_from(LimitKind))
    return Rule(
        id=draw(st.uuids()),
        kind=kind,
        force=draw(st.sampled_from(LimitForce)),
        share_bp=draw(st.integers(0, 10_000)),
        vehicle_id=draw(st.none() | st.sampled_from(VEHICLES)),
        mega_region_code=draw(st.sampled_from(REGIONS[:3])) if kind is LimitKind.REGIONAL_FLOOR else None,
        year=2026 if kind is LimitKind.LARGE_PROJECT_SHARE else None,
    )


def counted(rule: Rule, placements: Sequence[Placement]) -> list[Placement]:
    """The placements a rule looks at, found without the code under test."""
    inside = {
        None: set(VEHICLES), VEHICLES[0]: set(VEHICLES), VEHICLES[1]: {VEHICLES[1]}, VEHICLES[2]: set(VEHICLES[2:]),
        VEHICLES[3]: {VEHICLES[3]},
    }[rule.vehicle_id]  # fmt: skip
    return [placement for placement in placements if placement.vehicle_id in inside]


def holds(rule: Rule, portfolio: Portfolio, placements: Sequence[Placement], subject: object) -> bool:
    """Say whether a rule holds, by exact fractions."""
    looked_at = counted(rule, placements)
    limit = Fraction(rule.share_bp, 10_000)
    if rule.kind in CEILINGS:
        size = portfolio.sizes[rule.vehicle_id or VEHICLES[0]]
        name = "company_id" if rule.kind is LimitKind.COMPANY_CONCENTRATION else "group_id"
        part = sum(one.amount_krw for one in looked_at if getattr(one, name) == subject)
        return Fraction(part) <= limit * size
    whole = sum(one.amount_krw for one in looked_at)
    test = {
        LimitKind.MAIN_PURPOSE_SHARE: lambda one: one.main_purpose,
        LimitKind.LARGE_PROJECT_SHARE: lambda one: one.large,
        LimitKind.REGIONAL_FLOOR: lambda one: one.mega_region_code == rule.mega_region_code,
    }[rule.kind]
    part = sum(one.amount_krw for one in looked_at if test(one))
    return whole == 0 or Fraction(part, whole) >= limit


@given(some_rules(), portfolios, st.lists(placements, max_size=4))
def test_a_rule_passes_exactly_when_fractions_say_it_holds(rule, portfolio, added):
    [finding] = weigh([rule], portfolio, added=added)
    after = [*portfolio.placed, *added]
    assert finding.passes == holds(rule, portfolio, after, finding.subject)
    assert (finding.breach_before_krw == 0) == holds(rule, portfolio, portfolio.placed, finding.subject)


@given(some_rules(), portfolios, st.lists(placements, max_size=4))
def test_a_ceiling_passes_only_when_nobody_is_above_it(rule, portfolio, added):
    assume(rule.kind in CEILINGS)
    [finding] = weigh([rule], portfolio, added=added)
    name = "company_id" if rule.kind is LimitKind.COMPANY_CONCENTRATION else "group_id"
    concerned = counted(rule, added) or counted(rule, [*portfolio.placed, *added])
    parties = {getattr(one, name) for one in concerned}
    everything = [*portfolio.placed, *added]
    assert finding.passes == all(holds(rule, portfolio, everything, party) for party in parties)


@given(some_rules(), portfolios, st.lists(placements, max_size=4))
def test_the_breach_is_the_fewest_won_that_would_mend_it(rule, portfolio, added):
    [finding] = weigh([rule], portfolio, added=added)
    limit = Fraction(rule.share_bp, 10_000) * finding.whole_after_krw
    by = finding.breach_krw
    if rule.kind in CEILINGS:
        assert finding.part_after_krw - by <= limit
        assert by == 0 or finding.part_after_krw - by + 1 > limit
    else:
        assert finding.part_after_krw + by >= limit
        assert by == 0 or finding.part_after_krw + by - 1 < limit


@given(some_rules(), portfolios)
def test_adding_nothing_changes_nothing(rule, portfolio):
    [now] = weigh([rule], portfolio)
    assert (now.part_before_krw, now.whole_before_krw) == (now.part_after_krw, now.whole_after_krw)
    assert now.breach_before_krw == now.breach_krw
    assert not now.blocks
    nothing = Placement(
        vehicle_id=VEHICLES[0], company_id=UUID(int=99), group_id=UUID(int=98), amount_krw=0, main_purpose=False,
        mega_region_code=None, large=False,
    )  # fmt: skip
    assert weigh([rule], portfolio, added=[nothing]) == [now]


@given(st.lists(some_rules(), max_size=4), portfolios, st.lists(placements, max_size=5), st.randoms())
def test_the_order_of_what_is_there_and_added_does_not_matter(rules, portfolio, added, random):
    placed, shuffled = list(portfolio.placed), list(added)
    random.shuffle(placed)
    random.shuffle(shuffled)
    other = Portfolio(parents=portfolio.parents, sizes=portfolio.sizes, placed=placed)
    assert weigh(rules, other, added=shuffled) == weigh(rules, portfolio, added=added)


@given(some_rules(), portfolios, st.lists(placements, max_size=4))
def test_what_was_added_at_once_weighs_as_if_it_had_been_there(rule, portfolio, added):
    [finding] = weigh([rule], portfolio, added=added)
    whole = Portfolio(parents=PARENTS, sizes=portfolio.sizes, placed=[*portfolio.placed, *added])
    [there] = weigh([rule], whole)
    assert there.whole_before_krw == finding.whole_after_krw
    if rule.kind not in CEILINGS:
        assert there.breach_before_krw == finding.breach_krw
    else:
        assert there.breach_krw >= finding.breach_krw


@given(some_rules(), portfolios, st.lists(placements, max_size=4))
def test_shares_shown_never_look_better_than_they_are(rule, portfolio, added):
    [finding] = weigh([rule], portfolio, added=added)
    assume(finding.after_bp is not None)
    exact = Fraction(finding.part_after_krw, finding.whole_after_krw) * 10_000
    if rule.kind in CEILINGS:
        assert finding.after_bp >= exact
        assert finding.passes == (finding.after_bp <= rule.share_bp)
    else:
        assert finding.after_bp <= exact
        assert finding.passes == (finding.after_bp >= rule.share_bp)


@given(some_rules(), portfolios, st.lists(placements, max_size=4))
def test_a_rule_blocks_only_what_it_forbids_and_what_makes_it_worse(rule, portfolio, added):
    [finding] = weigh([rule], portfolio, added=added)
    worse = not finding.passes and finding.breach_krw > finding.breach_before_krw
    assert finding.blocks == (rule.force is LimitForce.BLOCKS and worse)


def placement(krw, **values):
    return Placement(
        **{
            "vehicle_id": VEHICLES[0], "company_id": COMPANIES[0], "group_id": UUID(int=21), "amount_krw": krw,
            "main_purpose": True, "mega_region_code": "honam", "large": True,
        } | values
    )  # fmt: skip


def rule_of(kind, share_bp, **values):
    return Rule(**{"id": UUID(int=1), "kind": kind, "force": LimitForce.BLOCKS, "share_bp": share_bp} | values)


def portfolio_of(*placed, size=0):
    return Portfolio(parents=PARENTS, sizes={VEHICLES[0]: size}, placed=placed)


def test_one_won_above_a_fifth_of_a_trillion_breaks_the_rule_by_one_won():
    rule = rule_of(LimitKind.COMPANY_CONCENTRATION, 2_000)
    fifth = placement(200_000_000_000)
    trillion = portfolio_of(size=10**12)
    assert weigh([rule], trillion, added=[fifth])[0].passes
    [finding] = weigh([rule], trillion, added=[fifth, placement(1)])
    assert (finding.passes, finding.breach_krw, finding.blocks, finding.after_bp) == (False, 1, True, 2_001)


def test_a_vehicle_without_size_can_give_nobody_anything():
    [finding] = weigh([rule_of(LimitKind.COMPANY_CONCENTRATION, 10_000)], portfolio_of(), added=[placement(5)])
    assert (finding.passes, finding.breach_krw, finding.after_bp) == (False, 5, None)


def test_no_floor_is_broken_on_an_empty_portfolio():
    rule = rule_of(LimitKind.REGIONAL_FLOOR, 10_000, mega_region_code="jeju")
    [finding] = weigh([rule], portfolio_of())
    assert (finding.passes, finding.before_bp, finding.breach_krw) == (True, None, 0)
    [finding] = weigh([rule], portfolio_of(), added=[placement(7)])
    assert (finding.passes, finding.breach_krw, finding.blocks) == (False, 7, True)


def test_a_decision_that_mends_a_broken_rule_in_part_is_not_forbidden():
    rule = rule_of(LimitKind.MAIN_PURPOSE_SHARE, 6_000)
    broken = portfolio_of(placement(40), placement(60, main_purpose=False))
    [mended] = weigh([rule], broken, added=[placement(10)])
    [worse] = weigh([rule], broken, added=[placement(10, main_purpose=False)])
    assert (mended.passes, mended.blocks, mended.breach_before_krw, mended.breach_krw) == (False, False, 20, 16)
    assert (worse.passes, worse.blocks, worse.breach_krw) == (False, True, 26)


def test_companies_of_one_group_count_together_for_the_group_alone():
    affiliates = [placement(60), placement(60, company_id=COMPANIES[1])]
    rules = [rule_of(LimitKind.COMPANY_CONCENTRATION, 1_000), rule_of(LimitKind.GROUP_CONCENTRATION, 1_000)]
    company, group = weigh(rules, portfolio_of(size=1_000), added=affiliates)
    assert (company.passes, company.part_after_krw) == (True, 60)
    assert (group.passes, group.breach_krw) == (False, 20)


def test_a_rule_of_a_vehicle_looks_through_to_those_below_it_and_nowhere_else():
    rule = rule_of(LimitKind.COMPANY_CONCENTRATION, 10_000, vehicle_id=VEHICLES[2])
    placed = [placement(1, vehicle_id=VEHICLES[number]) for number in range(4)]
    [finding] = weigh([rule], Portfolio(parents=PARENTS, sizes={VEHICLES[2]: 10}, placed=placed))
    assert (finding.part_after_krw, finding.whole_after_krw) == (2, 10)
    assert vehicles_below(PARENTS, VEHICLES[0]) == set(VEHICLES)


@given(st.lists(st.integers(2026, 2035), unique=True), st.integers(2020, 2040))
def test_the_latest_step_of_a_path_that_has_begun_holds(years, now):
    path = [
        rule_of(LimitKind.LARGE_PROJECT_SHARE, index, id=UUID(int=index), year=year) for index, year in enumerate(years)
    ]
    held = [rule.year for rule in rules_in_force(path, year=now)]
    assert held == [max(year for year in years if year <= now)] if any(year <= now for year in years) else held == []


def test_paths_of_different_vehicles_and_rules_without_a_year_do_not_replace_one_another():
    kinds = LimitKind.LARGE_PROJECT_SHARE
    rules = [
        rule_of(kinds, 1, id=UUID(int=1), year=2026),
        rule_of(kinds, 2, id=UUID(int=2), year=2027, vehicle_id=VEHICLES[1]),
        rule_of(LimitKind.MAIN_PURPOSE_SHARE, 3, id=UUID(int=3)),
    ]
    assert {rule.share_bp for rule in rules_in_force(rules, year=2030)} == {1, 2, 3}


def test_of_two_that_hold_the_same_the_rule_is_told_of_one_whatever_their_order():
    rule = rule_of(LimitKind.COMPANY_CONCENTRATION, 1_000)
    two = [placement(5, company_id=company) for company in COMPANIES[:2]]
    findings = [weigh([rule], portfolio_of(*order, size=10)) for order in (two, two[::-1])]
    assert findings[0] == findings[1]
