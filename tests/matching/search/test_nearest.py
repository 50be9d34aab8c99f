import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.dense import exact_cosines, on_grid
from matching.search import nearest
from matching.search.nearest import NearestVectors


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exhaustive(vectors, queries, count):
    cosines = exact_cosines(on_grid(queries), on_grid(vectors.astype(np.float32)))
    rows = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    return rows, np.take_along_axis(cosines, rows, axis=1)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 90), st.integers(1, 7), st.integers(1, 12), st.integers(0, 999),
    st.sampled_from([np.float32, np.float16]), st.integers(1, 40),
)  # fmt: skip
def test_the_nearest_are_those_of_an_exhaustive_search(size, asked, count, seed, precision, block):  # noqa: PLR0917 - Hypothesis fills them in order
    random = np.random.default_rng(seed)
    centres = random.standard_normal((3, 24))
    vectors = unit(centres[random.integers(0, 3, size)] + 0.1 * random.standard_normal((size, 24))).astype(precision)
    vectors[random.integers(0, size, size // 3)] = vectors[0]  # twins stand in the order of their rows
    queries = unit(random.standard_normal((asked, 24)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "VECTORS_A_BLOCK", block)
        patch.setattr(nearest, "QUERIES_AT_ONCE", 4)
        for threads in (1, 2):
            rows, cosines = NearestVectors(vectors, threads=threads).search(queries, count)
            expected = exhaustive(vectors, queries, count)
            assert np.array_equal(rows, expected[0])
            assert np.array_equal(cosines, expected[1])


def test_no_vectors_have_no_nearest():
    rows, cosines = NearestVectors(np.empty((0, 8), dtype=np.float32)).search(np.eye(8, dtype=np.float32)[:2], 3)
    assert rows.shape == cosines.shape == (2, 0)


def test_no_queries_find_nothing():
    rows, _ = NearestVectors(np.eye(8, dtype=np.float32)).search(np.empty((0, 8), dtype=np.float32), 3)
    assert rows.shape == (0, 3)
