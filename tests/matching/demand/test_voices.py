from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.demand.policy import DEFAULT_POLICY, MICRO, DemandPolicy
from matching.demand.voices import Promises, SignalVoice, Voices, kept_promise_factor, voices_of
from tests.matching.demand.voices_makers import (
    EOK,
    THEMES,
    TODAY,
    any_memberships,
    any_promises,
    any_signal,
    any_signals,
    make_signal,
)

ENOUGH = settings(max_examples=60, deadline=None)
NEWCOMER = 0.8


def voices(signals: list[SignalVoice], promises: dict[str, Promises] | None = None) -> Voices:
    return voices_of(signals, themes=THEMES, as_of=TODAY, promises=promises)


def said(heard: Voices, theme: str, group: str = "g") -> tuple[int, int]:
    """What a group says on a theme: backed, spoken."""
    for at in range(len(heard.group)):
        if (heard.themes[heard.theme[at]], heard.groups[heard.group[at]]) == (theme, group):
            return int(heard.backed[at]), int(heard.spoken[at])
    return 0, 0


def same(one: Voices, other: Voices) -> bool:
    return one.digest == other.digest


def test_one_signature_of_a_hundred_eok_by_a_group_that_keeps_its_word_is_one_voice():
    kept = {"g": Promises(due=10**9, kept=10**9)}
    heard = voices([make_signal(level=4, verified_krw=100 * EOK)], kept)
    assert said(heard, "chip") == (MICRO, MICRO // 5)


def test_a_voice_halves_in_a_year():
    fresh, old = (
        voices([make_signal(level=4, verified_krw=100 * EOK, said_on=TODAY - timedelta(days=days))])
        for days in (0, 365)
    )
    assert [2 * it for it in said(old, "chip")] == list(said(fresh, "chip"))


def test_a_letter_of_intent_counts_less_than_a_signature():
    counts = [said(voices([make_signal(level=level, verified_krw=EOK)]), "chip")[0] for level in range(2, 6)]
    assert counts == sorted(counts)
    assert counts[0] < counts[1] < counts[2] == counts[3]


def test_a_group_that_broke_its_promises_is_heard_less_the_next_time():
    broken, unknown, kept = (
        voices([make_signal(level=2, verified_krw=EOK)], promises)
        for promises in ({"g": Promises(due=5, kept=0)}, None, {"g": Promises(due=5, kept=5)})
    )
    assert said(broken, "chip") < said(unknown, "chip") < said(kept, "chip")
    assert kept_promise_factor(None) == NEWCOMER
    with pytest.raises(ValueError, match="between none and all"):
        kept_promise_factor(Promises(due=1, kept=2))


def test_the_square_root_of_money_speaks():
    one, four = (voices([make_signal(level=5, verified_krw=krw * EOK)]) for krw in (25, 100))
    assert 2 * said(one, "chip")[0] == said(four, "chip")[0]


def test_a_commitment_in_several_parts_counts_as_one():
    parts = [
        make_signal(key=f"s{at}", digest=f"w{at}", level=4, verified_krw=krw * EOK)
        for at, krw in enumerate((10, 40, 50))
    ]
    whole = [make_signal(level=4, verified_krw=100 * EOK)]
    assert said(voices(parts), "chip") == said(voices(whole), "chip")


@ENOUGH
@given(any_signals, any_promises, st.randoms())
def test_the_order_of_signals_changes_nothing(signals, promises, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert same(voices(signals, promises), voices(shuffled, promises))


@ENOUGH
@given(any_signals, st.data())
def test_copies_of_a_groups_signals_change_nothing(signals, data):
    copied = data.draw(st.lists(st.sampled_from(signals), max_size=10)) if signals else []
    copies = [
        replace(one, key=f"copy {at} of {one.key}", said_on=one.said_on - timedelta(days=data.draw(st.integers(0, 60))))
        for at, one in enumerate(copied)
    ]
    assert same(voices(signals), voices([*signals, *copies]))


@ENOUGH
@given(any_signals, any_signal(), st.integers(1, 60))
def test_flooding_in_other_words_changes_nothing(signals, flooded, times):
    once = replace(flooded, level=1, verified_krw=0)
    flood = [replace(once, key=f"flood {at}", digest=f"flood {at}") for at in range(times)]
    assert same(voices([*signals, once]), voices([*signals, once, *flood]))


@ENOUGH
@given(any_signals)
def test_words_have_one_budget_however_many_themes(signals):
    heard = voices(signals)
    loudest = round(MICRO * DEFAULT_POLICY.spoken_weight[1] * NEWCOMER)
    for group in heard.groups:
        spoken = [said(heard, theme, group)[1] for theme in THEMES]
        assert sum(spoken) <= loudest + len(THEMES)


@ENOUGH
@given(any_signals, any_signal())
def test_more_words_never_lift_a_theme_above_what_one_signal_gives(signals, extra):
    words = [replace(one, verified_krw=0, group="g") for one in (*signals, extra)]
    heard = voices(words)
    for theme in THEMES:
        alone = max(said(voices([one]), theme)[1] for one in words)
        assert said(heard, theme)[1] <= alone + 1


@ENOUGH
@given(any_signals, st.data())
def test_verifying_money_of_a_signal_lowers_no_theme(signals, data):
    if not signals:
        return
    at = data.draw(st.integers(0, len(signals) - 1))
    base = replace(signals[at], level=max(1, signals[at].level), said_on=TODAY)
    higher = replace(
        base,
        level=data.draw(st.integers(max(2, base.level), 5)),
        verified_krw=base.verified_krw + data.draw(st.integers(1, 10**12)),
    )
    others = [one for place, one in enumerate(signals) if place != at]
    before, after = voices([*others, base]), voices([*others, higher])
    for group in before.groups:
        for theme in THEMES:
            assert all(
                new >= old for new, old in zip(said(after, theme, group), said(before, theme, group), strict=True)
            )


@ENOUGH
@given(any_signals, any_signal(), st.sampled_from(THEMES), st.integers(2, 5))
def test_a_new_commitment_to_a_theme_never_lowers_it(signals, added, theme, level):
    new = replace(added, key="new", digest="new", memberships={theme: 1.0}, level=level, verified_krw=EOK)
    before, after = said(voices(signals), theme, added.group), said(voices([*signals, new]), theme, added.group)
    assert after[0] >= before[0]
    assert after[1] >= before[1] - 1


@ENOUGH
@given(any_signals, st.integers(2, 10**6))
def test_the_unit_of_money_changes_nothing(signals, factor):
    policy = DemandPolicy(voice_krw=DEFAULT_POLICY.voice_krw * factor)
    scaled = [replace(one, verified_krw=one.verified_krw * factor) for one in signals]
    one = voices(signals)
    other = voices_of(scaled, themes=THEMES, as_of=TODAY, policy=policy)
    assert one.groups == other.groups
    assert abs(one.backed - other.backed).max(initial=0) <= 1
    assert (one.spoken == other.spoken).all()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"memberships": {"tulips": 1.0}}, "not among those"),
        ({"memberships": {"chip": 0.0}}, "shares above zero"),
        ({"memberships": {"chip": 0.7, "robot": 0.7}}, "at most one"),
        ({"level": 6}, "level from 0 to 5"),
        ({"level": 1, "verified_krw": 1}, "none below L2"),
        ({"level": 2, "verified_krw": -1}, "zero or more"),
        ({"said_on": TODAY + timedelta(days=1)}, "after the day"),
    ],
)
def test_a_bad_signal_is_refused(facts, reason):
    with pytest.raises(ValueError, match=reason):
        voices([make_signal(**facts)])


@pytest.mark.parametrize(
    "numbers",
    [
        {"group_cap_bp": 0},
        {"group_cap_bp": 10_000},
        {"spoken_cap_bp": 10_000},
        {"phantom_micro": 0},
        {"voice_krw": 0},
        {"half_life_days": 0},
    ],
)
def test_a_policy_without_sense_is_refused(numbers):
    with pytest.raises(ValueError, match=r"cap|phantom"):
        DemandPolicy(**numbers)


@given(any_memberships())
def test_a_signal_of_several_themes_shares_its_words_among_them(memberships):
    heard = voices([make_signal(memberships=memberships)])
    for theme, share in memberships.items():
        assert said(heard, theme)[1] == pytest.approx(share * 0.2 * NEWCOMER * MICRO, abs=1)


def test_where_words_count_nothing_only_money_speaks():
    policy = DemandPolicy(spoken_weight=(0.0,) * 6)
    signals = [make_signal(level=4, verified_krw=100 * EOK)]
    heard = voices_of(signals, themes=THEMES, as_of=TODAY, policy=policy)
    assert said(heard, "chip") == (round(NEWCOMER * MICRO), 0)
