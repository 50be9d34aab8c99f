"""Attacks on tables with withheld cells, by linear programs that know nothing of how cells were chosen."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.disclosure.demand import ALL, EVERYTHING, Frame, Measure, Place, Voice, demand_table, themes_of
from matching.disclosure.rules import is_safe
from matching.disclosure.suppression import suppress
from matching.disclosure.table import additive_table
from tests.disclosure_attacks import bounds, width

HIDDEN = 0.15
FRAME = Frame(fields=["a", "b", "c"], regions=["x", "y", "z"], themes=["s", "t"])

voices = st.lists(
    st.builds(
        Voice,
        key=st.uuids().map(str),
        group=st.sampled_from([f"g{number}" for number in range(9)]),
        stated_krw=st.sampled_from([10**8, 3 * 10**8, 10**9, 7 * 10**9, 40 * 10**9]),
        verified_krw=st.just(0),
        fields=st.sampled_from([("a",), ("b",), ("c",), ("a", "b")]),
        regions=st.sampled_from([("x",), ("y",), ("z",), ("x", "z")]),
        theme=st.sampled_from(["s", "t"]),
    ).flatmap(
        lambda voice: st.sampled_from([0, voice.stated_krw, voice.stated_krw // 3]).map(
            lambda krw: dataclasses.replace(voice, verified_krw=krw)
        )
    ),
    min_size=1,
    max_size=60,
)


def attack(table, withheld):
    """Prepare what a reader knows: names, true amounts, exact published amounts, sums."""
    names = [f"{place.field}|{place.region}|{place.theme}|{measure}" for place, measure in table.keys]
    amounts = dict(zip(names, map(float, table.amounts), strict=True))
    known = {
        name: amounts[name]
        for name, hidden, (_, measure) in zip(names, withheld, table.keys, strict=True)
        if not hidden and measure is not Measure.UNVERIFIED
    }
    sums = [(names[it.total], [names[part] for part in it.parts]) for it in table.relations]
    return names, amounts, known, sums


@settings(max_examples=40, deadline=None)
@given(voices)
def test_no_withheld_amount_is_known_to_within_fifteen_per_cent(said):
    table = demand_table(said, FRAME)
    chosen = suppress(table)
    names, amounts, known, sums = attack(table, chosen.withheld)
    assert not chosen.exposed
    assert not np.any(chosen.unsafe & ~chosen.withheld)
    wanted = [
        name
        for name, cell, (_, measure) in zip(names, range(len(names)), table.keys, strict=True)
        if chosen.withheld[cell] and amounts[name] and (measure is not Measure.UNVERIFIED or chosen.unsafe[cell])
    ]
    found = bounds(known, sums, wanted)
    assert all(width(amounts[name], found[name]) >= HIDDEN for name in wanted)


@settings(max_examples=25, deadline=None)
@given(voices, st.sampled_from([f"g{number}" for number in range(9)]))
def test_no_group_that_subtracts_its_own_knows_more(said, attacker):
    table = demand_table(said, FRAME)
    chosen = suppress(table)
    names, amounts, known, sums = attack(table, chosen.withheld)
    if attacker not in table.groups:
        return
    group = table.groups.index(attacker)
    own = {names[cell]: float(table.of(cell).get(group, 0)) for cell in range(len(names))}
    wanted = [names[cell] for cell in np.flatnonzero(chosen.unsafe) if amounts[names[cell]] > own[names[cell]]]
    found = bounds(known, sums, wanted, least=own)
    for name in wanted:
        low, high = found[name]
        others = amounts[name] - own[name]
        assert width(others, (low - own[name], high - own[name])) >= HIDDEN


@settings(max_examples=25, deadline=None)
@given(voices)
def test_what_is_withheld_of_a_published_total_is_safe_as_a_sum(said):
    table = demand_table(said, FRAME)
    chosen = suppress(table)
    for relation in table.relations:
        if chosen.withheld[relation.total]:
            continue
        together: dict[int, int] = {}
        for part in relation.parts:
            if chosen.withheld[part]:
                for group, won in table.of(part).items():
                    together[group] = together.get(group, 0) + won
        assert is_safe(together.values())


@given(voices)
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_signals_changes_nothing(said):
    first, other = (suppress(demand_table(order, FRAME)).withheld for order in (said, said[::-1]))
    assert np.array_equal(first, other)


def test_a_group_that_repeats_itself_counts_once():
    said = [
        Voice(key=f"{n}", group="loud", stated_krw=10**9, verified_krw=0, fields=("a",), regions=("x",), theme="s")
        for n in range(500)
    ]
    assert suppress(demand_table(said, FRAME)).unsafe[0]
    assert themes_of(said) == ["s"]


def test_two_cells_of_one_group_do_not_hide_each_other():
    """Each could be anything between nothing and both, but both together are that group's, to the won."""
    entries = [("a", "one", 50), ("b", "one", 50), *((cell, f"g{n}", 100) for cell in "cd" for n in range(9))]
    entries += [("*", group, won) for _, group, won in entries]
    table = additive_table(entries, [("*", ["a", "b", "c", "d"])], keys=["a", "b", "c", "d", "*"])
    withheld = suppress(table).withheld
    assert withheld[:2].all()
    assert withheld[2:].any()


def test_cells_that_must_stay_published_expose_what_they_would_hide():
    """A row of two cells, one of a single group; the total and the other cell must stay as they are."""
    entries = [("a", "one", 100), *(("b", f"g{n}", 100) for n in range(9))]
    entries += [("*", group, won) for _, group, won in entries]
    table = additive_table(entries, [("*", ["a", "b"])], keys=["a", "b", "*"])
    free = suppress(table)
    assert free.withheld[0]
    assert free.withheld.sum() > 1
    assert not free.exposed
    bound = suppress(table, published=np.array([False, True, True]))
    assert bound.exposed == (0,)
    assert list(bound.withheld) == [True, False, False]


def test_what_is_withheld_from_the_start_stays_so():
    entries = [(cell, f"g{n}", 100) for cell in "ab" for n in range(9)]
    entries += [("*", group, won) for _, group, won in entries]
    table = additive_table(entries, [("*", ["a", "b"])], keys=["a", "b", "*"])
    assert not suppress(table).withheld.any()
    chosen = suppress(table, withheld=np.array([True, False, False]))
    assert chosen.withheld[0]
    assert chosen.withheld.sum() > 1


@pytest.mark.parametrize("place", [EVERYTHING, Place("a", ALL), Place(ALL, "x"), Place(ALL, ALL, "s")])
def test_a_signal_adds_up_to_its_money_along_every_dimension(place):
    voice = Voice(key="1", group="g", stated_krw=100, verified_krw=31, fields=("a", "b"), regions=("x", "z"), theme="s")
    shares = voice.shares()
    whole = place in {EVERYTHING, Place(ALL, ALL, "s")}
    assert sum(shares[place]) == 100 if whole else 49 <= sum(shares[place]) <= 51


def a_row(**groups):
    """A row of cells with their total; ``groups`` gives what each group brought into each cell."""
    entries = [(cell, group, won) for cell, brought in groups.items() for group, won in brought.items()]
    return [*entries, *(("*", group, won) for _, group, won in entries)], [("*", [*groups])], [*groups, "*"]


def test_a_total_goes_where_its_parts_must_stay():
    entries, relations, keys = a_row(a={"one": 100}, b={f"g{n}": 10 for n in range(9)})
    table = additive_table(entries, relations, keys=keys)
    chosen = suppress(table, published=np.array([False, True, False]))
    assert list(chosen.withheld) == [True, False, True]
    assert not chosen.exposed


def test_a_total_worth_less_than_its_parts_goes_first():
    entries, relations, keys = a_row(a={"one": 100}, b={f"g{n}": 100 for n in range(9)})
    table = additive_table(entries, relations, keys=keys, loss=lambda key, amount: 0.0 if key == "*" else float(amount))
    assert list(suppress(table).withheld) == [True, False, True]


def test_a_cell_is_exposed_to_the_group_whose_own_money_hides_it_from_everybody_else():
    entries, relations, keys = a_row(a={"one": 60, "two": 40}, b={"one": 100}, c={f"g{n}": 100 for n in range(9)})
    table = additive_table(entries, relations, keys=keys)
    bound = suppress(table, published=np.array([False, False, True, True]))
    assert list(bound.withheld) == [True, True, False, False]
    assert 0 in bound.exposed
