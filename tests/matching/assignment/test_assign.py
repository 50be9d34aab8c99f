from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from matching.assignment import exact as assignment_exact
from matching.assignment.assign import InvestorQuota, Lot, Pairs, ProjectQuota, Quota, assign
from matching.assignment.rounding import WHOLE, draw
from tests.matching.assignment.assignment_check import best_by_trying, breaches, missing_looks


def make_pairs(rows):
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return Pairs(
        investor=np.array(columns[0], dtype=np.int64),
        project=np.array(columns[1], dtype=np.int64),
        value=np.array(columns[2], dtype=np.float64),
        ticket_krw=np.array(columns[3], dtype=np.int64),
    )


@st.composite
def rounds(draw, most_pairs=8, most=4, tickets=(0, 1, 2, 3, 5, 8)):
    heads, tails = draw(st.integers(1, most)), draw(st.integers(1, most))
    cells = st.tuples(st.integers(0, heads - 1), st.integers(0, tails - 1))
    places = draw(st.lists(cells, unique=True, max_size=most_pairs))
    values = st.integers(0, 20).map(lambda it: it / 20)
    rows = [(i, j, draw(values), draw(st.sampled_from(tickets))) for i, j in places]
    limits = st.none() | st.integers(0, 12)
    investors = [InvestorQuota(f"i{at}", draw(st.integers(0, 3)), draw(limits)) for at in range(heads)]
    floors = st.sampled_from([0, 0, 1, 3])
    projects = [
        ProjectQuota(f"p{at}", draw(st.none() | st.integers(0, 3)), draw(limits), floor=draw(floors))
        for at in range(tails)
    ]
    return investors, projects, make_pairs(rows)


def unfloored(projects):
    return [replace(it, floor=0) for it in projects]


def random_round(heads, tails, *, seed, money=False):
    rng = np.random.default_rng(seed)
    value = 1 / (1 + np.exp(-(rng.normal(size=(heads, 4)) @ rng.normal(size=(tails, 4)).T)))
    investor, project = np.nonzero(value > np.quantile(value, 0.3))
    ticket = rng.integers(1, 50, size=len(investor)) * 10**8
    krw = rng.integers(60, 300, size=heads + tails) * 10**8 if money else [None] * (heads + tails)
    investors = [InvestorQuota(f"i{at:04}", 5, krw[at] if krw[at] is None else int(krw[at])) for at in range(heads)]
    projects = [
        ProjectQuota(f"p{at:04}", 4, krw[heads + at] if krw[heads + at] is None else int(krw[heads + at]))
        for at in range(tails)
    ]
    return investors, projects, Pairs(investor, project, value[investor, project], ticket)


def test_where_money_does_not_hold_the_most_wanted_pairs_the_best_that_it_holds_are_found():
    rows = [(0, 0, 0.9, 6), (0, 1, 0.6, 5), (0, 2, 0.5, 5)]
    projects = [ProjectQuota(f"p{at}", None, None) for at in range(3)]
    found = assign([InvestorQuota("i0", 3, 10)], projects, pairs=make_pairs(rows), min_exposure=0)
    assert list(found.chosen) == [1, 2]
    assert found.exact
    assert found.total == pytest.approx(1.1)


@given(rounds(), st.integers(0, 3))
@settings(deadline=None, max_examples=60)
def test_a_small_round_is_the_best_of_all_there_are_with_and_without_money(it, floor):
    investors, projects, pairs = it
    found = assign(investors, projects, pairs=pairs, min_exposure=floor)
    assert breaches(investors, projects, pairs, found.chosen) == []
    assert found.exact
    lacking, value = best_by_trying(investors, projects, pairs, floor)
    assert missing_looks(projects, pairs, found.chosen, floor) == -lacking
    assert found.total == pytest.approx(value)
    assert found.with_floor == pytest.approx(found.total)
    assert found.without_floor == pytest.approx(best_by_trying(investors, unfloored(projects), pairs, 0)[1])
    assert found.price_of_fairness >= 0
    assert found.total <= found.bound + 1e-9 <= found.unconstrained + 1e-6


@given(rounds(most_pairs=14), st.integers(0, 3), st.none() | st.integers(1, 10_000), st.integers(0, 5))
@settings(deadline=None, max_examples=60)
def test_no_quota_is_exceeded_whatever_is_drawn_and_what_is_missing_is_named(it, floor, most_bp, seed):
    investors, projects, pairs = it
    lot = None if most_bp is None else Lot(most_bp, seed)
    found = assign(investors, projects, pairs=pairs, min_exposure=floor, lot=lot)
    assert breaches(investors, projects, pairs, found.chosen) == []
    named = {key for shortage in found.shortages for key in shortage.projects}
    held = np.bincount(pairs.project[found.chosen], minlength=len(projects))
    eligible = np.bincount(pairs.project, minlength=len(projects))
    wanted = np.array([max(it.floor, floor) for it in projects])
    assert {projects[at].key for at in np.flatnonzero((held < wanted) & (eligible > 0))} <= named
    assert all(shortage.missing > 0 for shortage in found.shortages)
    if lot is not None:
        assert found.probability.max(initial=0) <= most_bp / 10_000
        assert (found.probability[found.chosen] > 0).all()
        assert found.expected <= found.bound + 1e-9


@given(rounds(most_pairs=14), st.integers(0, 2), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_in_which_a_round_is_given_changes_nothing(it, floor, random):
    investors, projects, pairs = it

    def named(investors, projects, pairs, lot):
        found = assign(investors, projects, pairs=pairs, min_exposure=floor, lot=lot)
        chosen = [(investors[pairs.investor[at]].key, projects[pairs.project[at]].key) for at in found.chosen]
        return chosen, found.total, found.bound, found.shortages, found.expected

    heads = random.sample(range(len(investors)), len(investors))
    tails = random.sample(range(len(projects)), len(projects))
    order = random.sample(range(len(pairs.value)), len(pairs.value))
    other = Pairs(
        investor=np.array([heads.index(pairs.investor[at]) for at in order], dtype=np.int64),
        project=np.array([tails.index(pairs.project[at]) for at in order], dtype=np.int64),
        value=pairs.value[order],
        ticket_krw=pairs.ticket_krw[order],
    )
    for lot in (None, Lot(6_000, 3)):
        assert named(investors, projects, pairs, lot) == named(
            [investors[at] for at in heads], [projects[at] for at in tails], other, lot
        )


@given(rounds(most_pairs=16, most=5, tickets=(0,)), st.integers(1, 3))
@settings(deadline=None, max_examples=80)
def test_a_set_left_short_asks_for_more_than_the_investors_it_can_reach_have(it, floor):
    """Hall's condition, counted anew: the named investors' looks and the pairs with all others do not reach."""
    investors, projects, pairs = it
    projects = [ProjectQuota(it.key) for it in projects]
    found = assign(investors, projects, pairs=pairs, min_exposure=floor)
    for shortage in found.shortages:
        tails = {at for at, it in enumerate(projects) if it.key in shortage.projects}
        heads = {at for at, it in enumerate(investors) if it.key in shortage.investors}
        rows = [(i, j) for i, j in zip(pairs.investor.tolist(), pairs.project.tolist(), strict=True) if j in tails]
        if shortage.quota is Quota.PAIRS:
            assert len(rows) < floor
            assert shortage.available == len(rows)
        else:
            assert shortage.quota is Quota.ATTENTION
            others = sum(1 for i, _ in rows if i not in heads)
            looks = sum(investors[at].attention for at in heads)
            assert shortage.available == looks + others < shortage.wanted


def test_a_project_with_a_floor_of_its_own_is_met_before_more_worth_elsewhere():
    """One investor, one look: it goes to the region-specific project although the other is worth more."""
    rows = [(0, 0, 0.9, 0), (0, 1, 0.2, 0), (1, 1, 0.1, 0)]
    one_look = [InvestorQuota("a", 1), InvestorQuota("b", 1)]
    for floor, chosen in ((0, [0, 2]), (1, [0, 2]), (2, [1, 2])):
        projects = [ProjectQuota("x"), ProjectQuota("y", floor=floor)]
        found = assign(one_look, projects, pairs=make_pairs(rows))
        assert found.chosen.tolist() == chosen, floor
    assert found.price_of_fairness == pytest.approx(0.7)
    refused = [ProjectQuota("x"), ProjectQuota("y", floor=3)]
    assert short_of(one_look, refused, rows) == [(Quota.PAIRS, ("y",), (), 3, 2)]
    with pytest.raises(ValueError, match="the floor is a whole number from zero"):
        assign(one_look, [ProjectQuota("x"), ProjectQuota("y", floor=-1)], pairs=make_pairs(rows))


def short_of(investors, projects, rows, **options):
    found = assign(investors, projects, pairs=make_pairs(rows), **options)
    return [(it.quota, it.projects, it.investors, it.wanted, it.available) for it in found.shortages]


def test_each_quota_that_binds_is_named_with_whose_it_is_and_how_much_is_missing():
    two = [InvestorQuota("a", 1), InvestorQuota("b", 1)]
    one = [ProjectQuota("x")]
    rows = [(0, 0, 0.5, 10), (1, 0, 0.5, 10)]
    assert short_of(two, one, rows, min_exposure=3) == [(Quota.PAIRS, ("x",), (), 3, 2)]
    assert short_of(two, [ProjectQuota("x", 1)], rows, min_exposure=2) == [(Quota.PLACES, ("x",), (), 2, 1)]
    assert short_of(two, [ProjectQuota("x", None, 19)], rows, min_exposure=2) == [(Quota.NEED, ("x",), (), 2, 1)]
    poor = [InvestorQuota("a", 1), InvestorQuota("b", 1, 9)]
    assert short_of(poor, one, rows, min_exposure=2) == [(Quota.MONEY, ("x",), ("b",), 2, 1)]
    assert short_of(two, one, rows, min_exposure=2, lot=Lot(5_000, 1)) == [(Quota.CHANCE, ("x",), (), 2, 1)]
    assert short_of(two, one, rows, min_exposure=2) == []


def test_a_set_short_of_attention_or_of_money_is_told_with_its_investors():
    projects = [ProjectQuota("x"), ProjectQuota("y"), ProjectQuota("z")]
    rows = [(0, 0, 0.5, 10), (0, 1, 0.5, 10), (1, 2, 0.5, 10)]
    ample = InvestorQuota("b", 5)
    assert short_of([InvestorQuota("a", 1), ample], projects, rows, min_exposure=1) == [
        (Quota.ATTENTION, ("x", "y"), ("a",), 2, 1)
    ]
    assert short_of([InvestorQuota("a", 5, 15), ample], projects, rows, min_exposure=1) == [
        (Quota.MONEY, ("x", "y"), ("a",), 2, 1)
    ]


def test_a_need_that_the_tickets_of_others_fill_is_named():
    """By a lot only one meeting can be promised where two tickets may or may not fit; both are known to be eligible."""
    investors = [InvestorQuota("a", 1), InvestorQuota("b", 1), InvestorQuota("c", 1)]
    found = short_of(
        investors,
        [ProjectQuota("x", None, 5)],
        [(0, 0, 1.0, 4), (1, 0, 0.1, 1), (2, 0, 0.1, 1)],
        min_exposure=3,
    )
    assert found == [(Quota.NEED, ("x",), (), 3, 2)]


@pytest.mark.parametrize("floor", [0, 1, 2])
def test_a_round_with_money_too_large_to_search_is_within_its_quotas_and_near_its_bound(floor):
    investors, projects, pairs = random_round(40, 120, seed=1, money=True)
    found = assign(investors, projects, pairs=pairs, min_exposure=floor)
    assert not found.exact
    assert breaches(investors, projects, pairs, found.chosen) == []
    assert 0.95 * found.bound <= found.without_floor <= found.bound
    drawn = assign(investors, projects, pairs=pairs, min_exposure=floor, lot=Lot(7_000, 1))
    assert breaches(investors, projects, pairs, drawn.chosen) == []


def test_a_round_too_large_to_relax_is_repaired_within_its_quotas(monkeypatch):
    monkeypatch.setattr(assignment_exact, "MOST_RELAXED", 0)
    investors, projects, pairs = random_round(40, 120, seed=2, money=True)
    found = assign(investors, projects, pairs=pairs, min_exposure=1)
    assert breaches(investors, projects, pairs, found.chosen) == []
    assert missing_looks(projects, pairs, found.chosen, 1) == 0
    assert found.with_floor >= 0.9 * found.bound


@pytest.mark.parametrize("after", [0, 1])
def test_a_search_that_does_not_end_gives_way_to_the_relaxation(monkeypatch, after):
    def giving_up(cost, **options):
        nonlocal after
        result = milp(cost, **options)
        if "integrality" in options:
            result.success = after > 0
            after -= 1
        return result

    milp = assignment_exact.milp
    monkeypatch.setattr(assignment_exact, "milp", giving_up)
    investors, projects, pairs = random_round(6, 14, seed=3, money=True)
    found = assign(investors, projects, pairs=pairs, min_exposure=1)
    assert not found.exact
    assert breaches(investors, projects, pairs, found.chosen) == []


def test_a_choice_that_slips_by_a_won_is_not_taken():
    investors = [InvestorQuota("a", 2, 2**53 - 2)]
    pairs = make_pairs([(0, 0, 0.5, 2**52), (0, 1, 0.6, 2**52 - 1), (0, 2, 0.1, 1)])
    found = assign(investors, [ProjectQuota(key) for key in "xyz"], pairs=pairs)
    assert breaches(investors, [ProjectQuota(key) for key in "xyz"], pairs, found.chosen) == []
    assert len(found.chosen) == 2
    assert not found.exact


def test_a_relaxation_that_fails_is_an_error(monkeypatch):
    class Failed:
        success = False
        message = "no"

    monkeypatch.setattr(assignment_exact, "milp", lambda *_, **__: Failed)
    investors, projects, pairs = random_round(6, 14, seed=3, money=True)
    with pytest.raises(RuntimeError, match="not solved: no"):
        assign(investors, projects, pairs=pairs)


def test_a_flow_that_fails_is_an_error(monkeypatch):
    monkeypatch.setattr(SimpleMinCostFlow, "solve", lambda _: SimpleMinCostFlow.BAD_RESULT)
    investors, projects, pairs = random_round(2, 2, seed=3)
    with pytest.raises(RuntimeError, match="not solved"):
        assign(investors, projects, pairs=pairs)


def test_where_no_quota_binds_the_total_is_the_best_there_is():
    investors, projects, pairs = random_round(20, 400, seed=4)
    projects = [replace(it, places=None) for it in projects]
    found = assign(investors, projects, pairs=pairs)
    assert found.total == pytest.approx(found.unconstrained)
    best = sum(sum(sorted(pairs.value[pairs.investor == at])[-5:]) for at in range(20))
    assert found.unconstrained == pytest.approx(best, abs=1e-4)


def test_the_floor_is_met_at_a_price():
    investors, projects, pairs = random_round(60, 100, seed=5)
    found = assign(investors, projects, pairs=pairs, min_exposure=2)
    assert missing_looks(projects, pairs, found.chosen, 2) == 0
    assert found.shortages == ()
    assert 0 < found.price_of_fairness < 0.1 * found.without_floor


def test_a_lot_meets_every_floor_in_every_draw_and_the_same_seed_draws_the_same():
    investors, projects, pairs = random_round(60, 100, seed=5)
    draws = [assign(investors, projects, pairs=pairs, min_exposure=2, lot=Lot(5_000, seed)) for seed in range(8)]
    for found in draws:
        assert breaches(investors, projects, pairs, found.chosen) == []
        assert missing_looks(projects, pairs, found.chosen, 2) == 0
        assert found.price_of_lot > 0
    again = assign(investors, projects, pairs=pairs, min_exposure=2, lot=Lot(5_000, 3))
    assert again.chosen.tolist() == draws[3].chosen.tolist()
    assert len({tuple(found.chosen.tolist()) for found in draws}) == len(draws)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_draws_keep_every_sum_within_the_whole_numbers_around_it_and_every_pair_its_chance(data):
    cells = data.draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), unique=True, min_size=1, max_size=14))
    parts = np.array(data.draw(st.lists(st.integers(0, WHOLE), min_size=len(cells), max_size=len(cells))))
    heads, tails = (np.array(it) for it in zip(*cells, strict=True))
    draws = np.array([draw(heads, tails, parts, rng=np.random.default_rng(seed)) for seed in range(200)])
    for node in (heads, tails):
        for at in range(5):
            wanted = parts[node == at].sum()
            sums = draws[:, node == at].sum(axis=1)
            assert sums.min() >= wanted // WHOLE
            assert sums.max() <= -(-wanted // WHOLE)
    assert np.abs(draws.mean(axis=0) - parts / WHOLE).max() < 0.2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"investors": [InvestorQuota("a", 1)] * 2}, "once on each side"),
        ({"investors": [InvestorQuota("a", -1)]}, "from zero"),
        ({"projects": [ProjectQuota("x", None, -5)]}, "from zero"),
        ({"pairs": make_pairs([(0, 0, 0.5, 0), (0, 0, 0.4, 0)])}, "comes once"),
        ({"pairs": make_pairs([(1, 0, 0.5, 0)])}, "of the round"),
        ({"pairs": make_pairs([(0, -1, 0.5, 0)])}, "of the round"),
        ({"pairs": make_pairs([(0, 0, 1.5, 0)])}, "between 0 and 1"),
        ({"pairs": make_pairs([(0, 0, float("nan"), 0)])}, "between 0 and 1"),
        ({"pairs": make_pairs([(0, 0, 0.5, -1)])}, "number of won"),
        ({"pairs": make_pairs([(0, 0, 0.5, 2**62)])}, "too large"),
        ({"pairs": replace(make_pairs([(0, 0, 0.5, 0)]), value=np.zeros(2))}, "one length"),
        ({"min_exposure": -1}, "the floor"),
        ({"lot": Lot(0, 1)}, "the floor"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(changes, message):
    plain = {"investors": [InvestorQuota("a", 1)], "projects": [ProjectQuota("x")], "pairs": make_pairs([])}
    given = {**plain, **changes}
    with pytest.raises(ValueError, match=message):
        assign(given.pop("investors"), given.pop("projects"), **given)


def test_a_round_without_anybody_is_empty():
    found = assign([], [], pairs=make_pairs([]), min_exposure=1, lot=Lot(5_000, 1))
    assert len(found.chosen) == 0
    assert found.total == found.bound == found.unconstrained == 0
    assert found.shortages == ()
