import numpy as np
import pytest

from matching.brief import passages_of
from matching.themes.clusters import Texts, split
from matching.themes.reading import read
from matching.themes.space import coordinates, stacked, term_counts, term_weights

FARM = ["cattle", "wheat", "rice", "hay", "barn", "silo", "plough", "tractor", "seed", "soil"]


def texts_of(said, *, groups=None, vectors=None):
    reading = read([passages_of(text) for text in said])
    return Texts(
        keys=[f"s{at:03d}" for at in range(len(said))],
        groups=groups or [f"g{at}" for at in range(len(said))],
        counts=term_counts(reading),
        vectors=stacked(vectors or [None] * len(said)),
    )


def places(parts):
    return sorted(part.places for part in parts)


SOLID = [f"ceramic battery electrolyte {at}" for at in range(6)]
WASTE = [f"metal recovery recycling {at}" for at in range(6)]
ODD = [f"{word} {word}ing" for word in FARM]


def test_who_is_near_no_core_becomes_the_rest_when_enough_groups_are():
    parts = split(texts_of([*SOLID, *WASTE, *ODD[:6]]), least_groups=5)
    assert places(parts) == [list(range(6)), list(range(6, 12)), list(range(12, 18))]
    assert [(part.rest, part.stability) for part in parts if part.places[0] == 12] == [(True, 0.0)]
    assert all(part.stability > 0.9 for part in parts if not part.rest)


def test_a_rest_of_too_few_groups_joins_what_it_is_nearest_to():
    few = split(texts_of([*SOLID, *WASTE, *ODD[:2]]), least_groups=5)
    assert sorted(at for part in few for at in part.places) == list(range(14))
    assert len(few) == 2


def test_who_is_near_a_core_joins_it_though_its_community_is_too_small():
    lone = ["ceramic battery electrolyte and a barn"]
    parts = split(texts_of([*SOLID, *WASTE, *lone]), least_groups=5)
    assert [12 in part.places for part in parts if 0 in part.places] == [True]


def test_a_part_speaks_for_enough_groups_however_many_texts_it_has():
    groups = [f"g{at}" for at in range(6)] + ["flood"] * 30
    parts = split(
        texts_of([*SOLID, *(f"metal recovery recycling {at}" for at in range(30))], groups=groups), least_groups=5
    )
    assert places(parts) == [list(range(36))]


@pytest.mark.parametrize("said", [["ceramic battery electrolyte"] * 14, FARM, ["…"] * 12])
def test_texts_that_are_all_alike_all_different_or_silent_are_not_split(said):
    [part] = split(texts_of(said), least_groups=5)
    assert (part.places, part.stability) == (list(range(len(said))), 1.0)


def test_a_field_of_which_most_would_be_a_rest_is_not_split():
    [part] = split(texts_of([*SOLID, *ODD[:10]]), least_groups=5)
    assert (part.places, part.stability) == (list(range(16)), 1.0)


def test_no_texts_have_no_parts():
    assert split(texts_of([]), least_groups=5) == []


def test_vectors_split_what_words_cannot():
    left, right = np.eye(2, 3, dtype=np.float32)
    parts = split(texts_of(["demand"] * 12, vectors=[left] * 6 + [right] * 6), least_groups=5)
    assert places(parts) == [list(range(6)), list(range(6, 12))]


def test_absent_vectors_are_rows_of_zeros():
    row = np.ones(3, dtype=np.float32)
    assert stacked([None, row]).tolist() == [[0, 0, 0], [1, 1, 1]]
    assert stacked([None]).shape == (1, 0)


def test_term_rows_have_unit_length():
    counts = term_counts(read([passages_of(text) for text in ("battery battery cell", "the of", "cell")]))
    assert np.sqrt((term_weights(counts).toarray() ** 2).sum(axis=1)).tolist() == pytest.approx([1, 0, 1])


def test_coordinates_are_whole_numbers_that_single_precision_multiplies_exactly():
    counts = term_counts(read([passages_of(f"{a} {b}") for a in FARM for b in FARM]))
    located = coordinates(term_weights(counts), np.random.default_rng(1).standard_normal((100, 40)).astype(np.float32))
    assert (located == np.rint(located)).all()
    exact = located.astype(np.float64)
    assert (located @ located.T == exact @ exact.T).all()
    assert np.abs(exact @ exact.T).max() < 2**24 - 1
