import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.brief import passages_of
from matching.language.text import Language
from matching.themes.clusters import Member, split, stacked, term_frequencies
from matching.themes.finder import LEAST_GROUPS, FieldSeed, SeedText, ThemeFinder, ThemeSignal
from matching.themes.labels import class_terms

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
    assert themes["solid0"].label_ko.startswith("이차전지: ")
    assert any("전해질" in term for term in themes["solid0"].terms_ko)
    assert any("ceramic" in term for term in themes["solid0"].terms_en)
    assert any("재활용" in term for term in themes["waste0"].terms_ko)
    assert any("recycling" in term.lower() for term in themes["waste0"].terms_en)
    assert themes["waste0"].label_en.startswith("Secondary battery: ")


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


FARM = ["cattle", "wheat", "rice", "hay", "barn", "silo", "plough", "tractor", "seed", "soil"]


def member(group, text, vector=None):
    return Member(group, passages_of(text), vector)


def test_who_is_near_no_core_becomes_a_part_of_its_own_when_enough_groups_are():
    solid = [member(f"g{at}", f"ceramic battery electrolyte {at}") for at in range(6)]
    waste = [member(f"g{at}", f"metal recovery recycling {at}") for at in range(6)]
    odd = [member(f"h{at}", f"{word} {word}ing") for at, word in enumerate(FARM[:6])]
    parts = split([*solid, *waste, *odd], least_groups=5)
    assert sorted(parts) == [list(range(6)), list(range(6, 12)), list(range(12, 18))]
    few = split([*solid, *waste, *odd[:2]], least_groups=5)
    assert sorted(at for part in few for at in part) == list(range(14))
    assert len(few) == 2


def test_texts_that_are_all_alike_or_all_different_are_not_split():
    alike = [member(f"g{at}", "ceramic battery electrolyte") for at in range(14)]
    assert split(alike, least_groups=5) == [list(range(14))]
    different = [member(f"g{at}", word) for at, word in enumerate(FARM)]
    assert split(different, least_groups=5) == [list(range(10))]


def test_texts_without_words_are_not_split():
    assert split([member(f"g{at}", "…") for at in range(12)], least_groups=5) == [list(range(12))]


def test_vectors_split_what_words_cannot():
    left, right = np.eye(2, 3, dtype=np.float32)
    members = [member(f"g{at}", "demand", left if at < 6 else right) for at in range(12)]
    assert split(members, least_groups=5) == [list(range(6)), list(range(6, 12))]


def test_absent_vectors_are_rows_of_zeros():
    row = np.ones(3, dtype=np.float32)
    assert stacked([None, row]).tolist() == [[0, 0, 0], [1, 1, 1]]
    assert stacked([None]).shape == (1, 0)


def test_term_rows_have_unit_length():
    rows = term_frequencies([passages_of("battery battery cell"), passages_of("the of"), passages_of("cell")])
    assert np.sqrt((rows.toarray() ** 2).sum(axis=1)).tolist() == pytest.approx([1, 0, 1])


def test_names_use_the_usual_spelling_and_prefer_pairs_that_stand_together():
    texts = ["SiC power semiconductor", "Power semiconductors on SiC wafers", "SiC power semiconductors, cheap"]
    classes = {
        "one": [(f"g{at}", passages_of(text)) for at, text in enumerate(texts)],
        "other": [(f"h{at}", passages_of("물류 로봇", "cheap robots")) for at in range(3)],
    }
    terms = class_terms(classes)
    assert terms["one"][Language.ENGLISH][:2] == ("power semiconductors", "SiC")
    assert terms["other"][Language.KOREAN] == ("물류 로봇",)
    assert "cheap" not in terms["one"][Language.ENGLISH]


def test_a_single_class_is_named_by_what_its_texts_share():
    terms = class_terms({"one": [(f"g{at}", passages_of("graphene film")) for at in range(3)]})
    assert terms["one"] == {Language.ENGLISH: ("graphene film",), Language.KOREAN: ()}


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
