from dataclasses import replace

import numpy as np
import pytest

from matching.dense import exact_cosines, is_present, on_grid
from matching.encoding.encoder import vectors_of
from matching.language.text import Language
from matching.parameters import MatchParameters
from matching.scale import Scale
from matching.yardstick import DENSE_SCALE, LEXICAL_SCALES, Yardstick
from tests.matching.makers import ENCODER, make_project

WORDS = ["laser", "optics", "battery", "cell", "drug", "cancer", "robot", "arm", "radar", "fuel", "wafer", "virus"]
KOREAN = ["레이저", "광학", "배터리", "전지", "신약", "항암", "로봇", "안테나", "연료", "수소", "백신", "위성"]


def many(count, words=WORDS):
    generator = np.random.default_rng(7)
    texts = [" ".join(generator.choice(words, 12)) for _ in range(count)]
    return [make_project(f"p{at:03d}", text) for at, text in enumerate(texts)]


@pytest.fixture(scope="module")
def corpus():
    projects = many(110) + [make_project(f"k{p.key}", *(t.text for t in p.passages)) for p in many(110, KOREAN)]
    return projects, vectors_of(projects, ENCODER)


@pytest.fixture(scope="module")
def yardstick(corpus):
    """A yardstick fitted by a quantile low enough for a collection this small."""
    return Yardstick.fit(*corpus, parameters=MatchParameters(reference_high=0.99))


def test_a_yardstick_stays_itself_when_stored(yardstick):
    again = Yardstick.from_bytes(yardstick.to_bytes())
    assert again == yardstick
    assert again.digest == yardstick.digest
    assert len(yardstick.digest) == 64


@pytest.mark.parametrize("references", [60, 256])
def test_the_order_of_the_collection_changes_nothing(corpus, references):
    projects, vectors = corpus
    parameters = MatchParameters(reference_queries=references, reference_high=0.98)
    forwards = Yardstick.fit(projects, vectors, parameters=parameters)
    assert Yardstick.fit(projects[::-1], vectors[::-1], parameters=parameters).digest == forwards.digest


def test_scales_are_measured_where_there_are_pairs_enough(yardstick):
    assert yardstick.dense != DENSE_SCALE
    for language in Language:
        assert yardstick.lexical[language] != LEXICAL_SCALES[language]


def test_a_resubmitted_project_moves_no_scale_of_a_small_collection(corpus):
    projects, _ = corpus
    again = [replace(project, key=f"again {project.key}") for project in projects[:3]]
    again = [
        replace(p, passages=(*p.passages[:-1], replace(p.passages[-1], text=p.passages[-1].text + " 2"))) for p in again
    ]
    before = Yardstick.fit(projects, vectors_of(projects, ENCODER))
    after = Yardstick.fit(projects + again, vectors_of(projects + again, ENCODER))
    assert (after.dense, after.lexical) == (before.dense, before.lexical)


def test_the_scale_is_set_by_the_declared_quantiles(corpus):
    projects, vectors = corpus
    parameters = MatchParameters(reference_low=0.25, reference_high=0.75, headroom=2.0, reference_queries=220)
    scale = Yardstick.fit(projects, vectors, parameters=parameters).dense
    cosines = exact_cosines(on_grid(vectors), on_grid(vectors))
    pairs = cosines[~np.eye(len(projects), dtype=bool)]
    low, high = np.quantile(pairs, [0.25, 0.75])
    assert scale.low == pytest.approx(low, abs=1e-4)
    assert scale.full == pytest.approx(low + 2 * (high - low), abs=3e-4)


@pytest.mark.parametrize("projects", [[], many(3), [make_project(f"p{at}", "the same text") for at in range(150)]])
def test_a_collection_too_small_or_all_alike_is_read_on_the_declared_scales(projects):
    yardstick = Yardstick.fit(projects, vectors_of(projects, ENCODER))
    assert yardstick.dense == DENSE_SCALE
    assert yardstick.lexical == LEXICAL_SCALES


def test_pairs_without_any_difference_give_no_scale():
    projects = [make_project(f"p{at}", f"word{at}") for at in range(150)]
    vectors = np.tile(ENCODER.encode(["one"]), (150, 1))
    assert Yardstick.fit(projects, vectors, parameters=MatchParameters(reference_high=0.9)).dense == DENSE_SCALE


def test_a_scale_is_a_straight_line_between_its_ends():
    scale = Scale(low=0.2, full=0.6)
    assert scale.worth(np.array([0.0, 0.2, 0.4, 0.6, 0.9])) == pytest.approx([0, 0, 0.5, 1, 1])


def test_cosines_on_the_grid_do_not_depend_on_how_they_are_added_up():
    generator = np.random.default_rng(1)
    vectors = generator.standard_normal((40, 384)).astype(np.float32)
    vectors = on_grid(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    together = exact_cosines(vectors, vectors)
    backwards = exact_cosines(vectors[:, ::-1], vectors[:, ::-1])
    assert np.array_equal(together, backwards)
    assert np.array_equal(together[3, 5], sum(map(float, vectors[3].astype(float) * vectors[5].astype(float))))
    assert is_present(np.array([[0, 0], [0, 1]], dtype=np.float32)).tolist() == [False, True]


def test_parameters_are_known_by_their_digest():
    assert MatchParameters().digest == MatchParameters().digest
    assert MatchParameters().digest != MatchParameters(dense_share=0.6).digest
