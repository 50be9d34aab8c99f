import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from matching.brief import passages_of
from matching.themes.finder import LEAST_GROUPS, FieldSeed, SeedText, ThemeFinder, ThemeSignal
from matching.themes.stability import Standing

SEEDS = [
    FieldSeed(
        code="07",
        name_ko="수소",
        name_en="Hydrogen",
        texts=(SeedText(passages=passages_of("수소 연료전지 수전해 저장", "hydrogen fuel cell electrolysis storage")),),
    ),
    FieldSeed(
        code="02",
        name_ko="이차전지",
        name_en="Secondary battery",
        texts=(
            SeedText(passages=passages_of("리튬 배터리 전해질 양극재", "lithium battery electrolyte cathode")),
            SeedText(passages=passages_of("사용후 배터리 재활용", "battery recycling")),
        ),
    ),
]
SOLID = ["전고체 배터리 세라믹 전해질", "Solid-state battery with ceramic electrolyte"]
WASTE = ["폐배터리 재활용 금속 회수", "Recycling of spent batteries and metal recovery"]
FARM = ["cattle", "wheat", "rice", "hay", "barn", "silo", "plough", "tractor", "seed", "soil"]
STYLES = [("최근", "We want"), ("관심 있는", "Looking for"), ("투자 대상은", "Seeking"), ("우리는", "Our fund wants")]


def demand(key, group, texts, *, fields=frozenset(), style=0, vector=None):
    passages = passages_of(*(f"{lead} {text}" for lead, text in zip(STYLES[style % 4], texts, strict=True)))
    return ThemeSignal(key=key, group=group, passages=passages, fields=frozenset(fields), vector=vector)


def two_topics(groups=6):
    return [
        demand(f"{name}{at}", f"g{at}", texts, fields={"02"}, style=at)
        for name, texts in (("solid", SOLID), ("waste", WASTE))
        for at in range(groups)
    ]


def test_a_field_falls_into_parts_that_enough_groups_speak_for():
    found = ThemeFinder(SEEDS).find(two_topics())
    assert [theme.code for theme in found.themes] == ["02-1", "02-2"]
    assert {theme.members for theme in found.themes} == {
        tuple(f"{name}{at}" for at in range(6)) for name in ("solid", "waste")
    }
    assert {theme.field for theme in found.themes} == {"02"}
    assert found.unclassified == ()


def test_parts_are_named_after_what_sets_them_apart_in_both_languages():
    themes = {theme.members[0]: theme for theme in ThemeFinder(SEEDS).find(two_topics()).themes}
    assert any("전해질" in term for term in themes["solid0"].terms_ko)
    assert any("ceramic" in term for term in themes["solid0"].terms_en)
    assert any("재활용" in term for term in themes["waste0"].terms_ko)
    assert any("recycling" in term.lower() for term in themes["waste0"].terms_en)
    assert {theme.label_ko for theme in themes.values()} == {
        "이차전지: 고체 배터리 세라믹, 전해질",
        "재활용 금속 회수, 폐배터리",
    }


def test_where_groups_are_few_the_field_is_the_theme():
    found = ThemeFinder(SEEDS).find(two_topics(groups=LEAST_GROUPS - 1))
    assert [(theme.code, len(theme.members)) for theme in found.themes] == [("02", 8)]
    many_signals_of_few = [demand(f"s{at}", f"g{at % 3}", SOLID, fields={"02"}) for at in range(20)]
    assert [theme.code for theme in ThemeFinder(SEEDS).find(many_signals_of_few).themes] == ["02"]


def test_a_label_gives_away_no_word_that_fewer_than_three_groups_used():
    signals = [demand(f"s{at}", f"g{at % 2}", SOLID, fields={"02"}) for at in range(12)]
    [theme] = ThemeFinder(SEEDS).find(signals).themes
    assert (theme.terms_ko, theme.terms_en) == ((), ())
    assert (theme.label_ko, theme.label_en) == ("이차전지", "Secondary battery")


def test_a_part_without_words_to_name_it_is_told_apart_by_its_number():
    towards, away = np.eye(2, 4, dtype=np.float32)
    signals = [
        demand(f"s{at:02d}", f"g{at}", ["", f"w{at}"], fields={"02"}, vector=towards if at < 6 else away)
        for at in range(12)
    ]
    labels = {theme.label_en for theme in ThemeFinder(SEEDS).find(signals).themes}
    assert labels == {"Secondary battery (1)", "Secondary battery (2)"}


def test_two_compounds_say_enough_without_the_field():
    signals = two_topics()
    labels = [theme.label_en for theme in ThemeFinder(SEEDS).find(signals).themes]
    assert not any(label.startswith("Secondary battery") for label in labels)
    [field] = ThemeFinder(SEEDS).find(signals[:8]).themes
    assert field.label_en.startswith("Secondary battery: ")


def test_what_is_left_of_a_field_is_called_so_and_does_not_stand():
    odd = [
        ThemeSignal(key=f"odd{at}", group=f"h{at}", passages=passages_of(f"{word} {word}ing"), fields=frozenset({"02"}))
        for at, word in enumerate(FARM)
    ]
    themes = ThemeFinder(SEEDS).find([*two_topics(), *odd]).themes
    assert [theme.label_en for theme in themes if theme.standing is Standing.DISSOLVES] == ["Secondary battery: other"]
    assert [theme.label_ko for theme in themes if theme.standing is Standing.DISSOLVES] == ["이차전지: 그 밖"]


def test_the_share_that_belongs_nowhere_is_told():
    signals = [
        demand("lithium", "a", ["리튬 배터리 전해질", "lithium battery"]),
        demand("cow", "b", ["한우", "cattle"]),
    ]
    assert ThemeFinder(SEEDS).find(signals).unclassified_share == 0.5
    assert ThemeFinder(SEEDS).find([]).unclassified_share == 0


def test_the_centroid_is_the_mean_direction_of_the_members():
    towards, away = np.eye(2, 4, dtype=np.float32)
    signals = [demand(f"s{at}", f"g{at}", SOLID, fields={"02"}, vector=(towards, away)[at % 2]) for at in range(4)]
    [theme] = ThemeFinder(SEEDS).find(signals).themes
    assert theme.centroid == pytest.approx((0.5**0.5, 0.5**0.5, 0, 0), abs=1e-6)
    assert ThemeFinder(SEEDS).find(two_topics()[:1]).themes[0].centroid == ()


def test_the_number_of_threads_changes_nothing():
    generator = random.Random(4)  # noqa: S311 - a made-up world
    vectors = np.random.default_rng(4).standard_normal((600, 48)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    signals = [
        demand(f"s{at}", f"g{at}", ["", " ".join(generator.choices(FARM, k=5))], fields={"02"}, vector=vector)
        for at, vector in enumerate(vectors)
    ]
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(ThemeFinder(SEEDS).find(signals))
    assert found[0] == found[1]


def test_a_signal_goes_to_the_field_its_text_is_nearest_to():
    signals = [
        demand("lithium", "a", ["리튬 배터리 전해질", "lithium battery electrolyte"]),
        demand("fuel", "b", ["수소 연료전지", "hydrogen fuel cell"]),
        demand("both", "c", ["수소 연료전지", "hydrogen fuel cell"], fields={"02", "07"}),
        demand("named", "d", ["수소 연료전지", "hydrogen fuel cell"], fields={"02"}),
        demand("elsewhere", "e", ["한우 사육", "cattle breeding"]),
        demand("unknown field", "f", ["한우 사육", "cattle breeding"], fields={"99"}),
        demand("far but named", "g", ["한우 사육", "cattle breeding"], fields={"02", "07"}),
    ]
    found = ThemeFinder(SEEDS).find(signals)
    members = {theme.code: set(theme.members) for theme in found.themes}
    assert members["07"] >= {"fuel", "both"}
    assert members["02"] >= {"lithium", "named"}
    assert "far but named" in members["02"] | members["07"]
    assert found.unclassified == ("elsewhere", "unknown field")


def test_vectors_help_where_words_do_not_meet():
    towards, away = np.eye(2, 4, dtype=np.float32)
    seeds = [
        FieldSeed(code="01", name_ko="가", name_en="A", texts=(SeedText(passages=(), vector=towards),)),
        FieldSeed(
            code="02", name_ko="나", name_en="B", texts=(SeedText(passages=(), vector=away), SeedText(passages=()))
        ),
    ]
    signals = [demand("s", "g", ["", "synonym"], vector=away), demand("t", "h", ["", "synonym"])]
    found = ThemeFinder(seeds).find(signals)
    assert [(theme.code, theme.members) for theme in found.themes] == [("02", ("s",))]
    assert found.unclassified == ("t",)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_signals_and_seeds_changes_nothing(shuffler):
    signals = [*two_topics(), demand("x", "g9", ["수소", "hydrogen"]), demand("y", "g8", ["소", "cattle"])]
    expected = ThemeFinder(SEEDS).find(signals)
    mixed = shuffler.sample(signals, len(signals))
    assert ThemeFinder(shuffler.sample(SEEDS, len(SEEDS))).find(mixed) == expected


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_handful_of_signals_is_enough_and_none_is_no_error(count):
    found = ThemeFinder(SEEDS).find(two_topics()[:count])
    assert sum(len(theme.members) for theme in found.themes) == count


def test_every_signal_is_in_exactly_one_place():
    generator = random.Random(5)  # noqa: S311 - a made-up world
    words = ["laser", "battery", "cell", "drug", "robot", "radar", "fuel", "wafer", "수소", "전해질", "양극재", "위성"]
    signals = [
        ThemeSignal(
            key=f"s{at:03d}",
            group=f"g{generator.randrange(30)}",
            passages=passages_of(" ".join(generator.choices(words, k=6))),
            fields=frozenset(generator.sample(["02", "07"], generator.randrange(3))),
        )
        for at in range(120)
    ]
    found = ThemeFinder(SEEDS).find(signals)
    placed = [key for theme in found.themes for key in theme.members] + list(found.unclassified)
    assert sorted(placed) == [signal.key for signal in signals]
    groups = {signal.key: signal.group for signal in signals}
    for theme in found.themes:
        assert "-" not in theme.code or len({groups[key] for key in theme.members}) >= LEAST_GROUPS


@pytest.mark.slow
def test_six_hundred_signals_are_grouped_in_good_time():
    generator = random.Random(3)  # noqa: S311 - a made-up world
    topics = [[f"t{topic}w{word}" for word in range(12)] for topic in range(10)]
    signals = [
        ThemeSignal(
            key=f"s{at:04d}",
            group=f"g{generator.randrange(80)}",
            passages=passages_of(" ".join(generator.choices(topics[at % 10], k=15))),
            fields=frozenset({"02"}),
        )
        for at in range(600)
    ]
    started = time.perf_counter()
    found = ThemeFinder(SEEDS).find(signals)
    assert time.perf_counter() - started < 60
    pure = [theme for theme in found.themes if len({int(key[1:]) % 10 for key in theme.members}) == 1]
    assert len(pure) >= 6
