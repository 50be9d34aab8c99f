"""Releases over time: what changes, what waits, and what differences of two releases tell."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.disclosure.changes import MIN_CHANGED, Sum, admitted, groups_changed
from matching.disclosure.demand import ALL, EVERYTHING, Measure, Place, Voice
from matching.disclosure.release import Earlier, PublishedPlace, contributions, make_release
from tests.benchmarks.disclosure import demand_of, frame, next_release

SMALL = frame(fields=4, themes=3)
WIDE = 0.15


def said_by(group: int, *, won: int = 10**10, field: str = "f00", number: int = 0, verified: int = 0) -> Voice:
    return Voice(
        key=f"{group}-{number}-{field}", group=f"g{group}", stated_krw=won, verified_krw=verified,
        fields=(field,), regions=("r0",), theme="t00",
    )  # fmt: skip


def demand(seed: int, count: int) -> list[Voice]:
    return demand_of(seed, signals=count, groups=max(12, count // 3), fields=4, themes=3)


def test_the_first_release_counts_everything():
    voices = demand(0, 120)
    release = make_release(voices, SMALL)
    assert release.waiting == 0
    assert dict(release.voices) == {voice.key: voice for voice in voices}
    assert {said.since for said in release.places.values()} == {1}
    assert release.places[EVERYTHING].groups is not None


def test_places_of_few_groups_and_empty_ones_look_the_same():
    release = make_release([said_by(group) for group in range(4)], SMALL)
    assert set(release.places.values()) == {PublishedPlace(since=1)}
    assert Place("f01", "r1") in release.empty
    assert Place("f00", "r0") not in release.empty


def test_groups_without_money_are_counted_and_their_nothing_is_published():
    release = make_release([said_by(group, won=0) for group in range(6)], SMALL)
    assert release.places[EVERYTHING] == PublishedPlace(groups="5-9", stated_krw=0, verified_krw=0, since=1)


def test_one_late_signal_changes_nothing_and_three_groups_do():
    voices = [said_by(group) for group in range(8)]
    first = make_release(voices, SMALL)
    one = next_release(first, [*voices, said_by(9)], SMALL)
    assert one.places == first.places
    assert one.waiting == 1
    three = next_release(first, [*voices, said_by(9), said_by(10), said_by(11)], SMALL)
    assert three.waiting == 0
    assert three.places[EVERYTHING] == PublishedPlace(groups="10-19", stated_krw=11 * 10**10, verified_krw=0, since=2)


def test_a_change_that_stands_out_among_three_waits():
    voices = [said_by(group) for group in range(8)]
    first = make_release(voices, SMALL)
    second = next_release(first, [*voices, said_by(9, won=9 * 10**11), said_by(10), said_by(11)], SMALL)
    assert second.places == first.places


def test_three_signals_of_one_group_are_one_change():
    voices = [said_by(group) for group in range(8)]
    first = make_release(voices, SMALL)
    again = next_release(first, [*voices, *(said_by(9, number=number) for number in range(500))], SMALL)
    assert again.places == first.places


def test_a_withdrawn_signal_is_counted_until_others_change_too():
    voices = [said_by(group) for group in range(9)]
    first = make_release(voices, SMALL)
    second = next_release(first, voices[1:], SMALL)
    assert second.places == first.places
    assert voices[0].key in second.voices


def test_what_waited_comes_with_a_later_release():
    voices = [said_by(group) for group in range(8)]
    first = make_release(voices, SMALL)
    second = next_release(first, [*voices, said_by(9)], SMALL)
    earlier = Earlier(number=2, places=second.places, counted={1: first.voices, 2: second.voices})
    third = make_release([*voices, *(said_by(group) for group in (9, 10, 11))], SMALL, earlier=earlier)
    assert third.waiting == 0
    assert third.places[EVERYTHING].since == 3
    assert {said.since for said in third.places.values()} == {1, 3}


def test_money_verified_by_one_group_waits_though_nothing_else_changed():
    voices = [said_by(group, verified=10**10) for group in range(8)] + [said_by(8)]
    first = make_release(voices, SMALL)
    second = next_release(first, [*voices[:8], said_by(8, verified=10**10)], SMALL)
    assert second.places == first.places


def differences(first, second):
    """Give every amount that two releases both publish, by how much it changed and how many groups did."""
    before, after = contributions(first.voices.values()), contributions(second.voices.values())
    for place, said in first.places.items():
        for measure in (Measure.STATED, Measure.VERIFIED):
            then, now = (
                getattr(it, f"{measure.value}_krw") for it in (said, second.places.get(place, PublishedPlace()))
            )
            if then is not None and now is not None:
                old, new = before.get((place, measure), {}), after.get((place, measure), {})
                yield place, measure, then, now, groups_changed(old, new)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 80), st.integers(0, 20))
def test_no_published_amount_changes_by_fewer_than_three_groups(seed, more, fewer):
    voices = demand(seed, 160 + more)
    first = make_release(voices[:160], SMALL)
    second = next_release(first, voices[fewer:], SMALL)
    for place, measure, then, now, changed in differences(first, second):
        assert changed == 0 or changed >= MIN_CHANGED, (place, measure)
        assert then == now or changed


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_the_remainders_of_two_releases_differ_by_nobody_or_by_three(seed, more):
    """What follows from a total less what is published of it is as good as published."""
    voices = demand(seed, 160 + more)
    first = make_release(voices[:160], SMALL)
    second = next_release(first, voices, SMALL)
    before, after = contributions(first.voices.values()), contributions(second.voices.values())

    def hidden(release, parts):
        return {part for part in parts if release.places[part].stated_krw is None}

    for total, parts in SMALL.sums():
        if first.places[total].stated_krw is None or second.places[total].stated_krw is None:
            continue
        if hidden(first, parts) != hidden(second, parts):
            continue
        sums = [{}, {}]
        for part in hidden(first, parts):
            for together, brought in zip(sums, (before, after), strict=True):
                for group, won in brought.get((part, Measure.STATED), {}).items():
                    together[group] = together.get(group, 0) + won
        assert groups_changed(*sums) not in {1, 2}


def test_the_same_demand_gives_the_same_release():
    voices = demand(3, 150)
    assert make_release(voices, SMALL) == make_release(voices[::-1], SMALL)


def test_changes_that_cannot_be_hidden_wait(monkeypatch):
    """Whatever is exposed, nothing of it is published: in the end everything stays as it was."""
    voices = demand(5, 200)
    first = make_release(voices[:120], SMALL)
    monkeypatch.setattr("matching.disclosure.release._Draft.exposed_places", lambda *_: {EVERYTHING})
    second = next_release(first, voices, SMALL)
    assert second.places == first.places
    assert second.waiting == sum(voice.key not in second.voices for voice in voices)


def test_a_barred_signal_waits_with_all_that_hangs_on_it():
    old = {voice.key: voice for voice in (said_by(group) for group in range(5))}
    new = old | {voice.key: voice for voice in (said_by(group) for group in (7, 8, 9))}
    known = [Sum(frozenset({EVERYTHING}), Measure.STATED)]
    assert admitted(old, new, known) == new
    assert admitted(old, new, known, barred=[said_by(7).key]) == old


def test_a_theme_that_is_gone_is_still_known_and_a_new_one_begins():
    voices = [said_by(group) for group in range(8)]
    first = make_release(voices, frame(fields=4, themes=1))
    second = next_release(first, voices, frame(fields=4, themes=2))
    assert second.places[Place(ALL, ALL, "t01")] == PublishedPlace(since=2)
    assert np.array_equal(
        [first.places[place] for place in first.places], [second.places[place] for place in first.places]
    )
    dropped = next_release(make_release(voices, frame(fields=4, themes=2)), voices, frame(fields=4, themes=1))
    assert Place(ALL, ALL, "t01") not in dropped.places
    assert dropped.places[EVERYTHING] == first.places[EVERYTHING]
