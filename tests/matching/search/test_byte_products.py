import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.search import byte_products
from matching.search.byte_products import LANES, packed_queries, packed_targets, products, products_anywhere
from matching.search.vector_codes import VectorCodes

ANYWHERE = numba.njit(products_anywhere)
SIZES = st.integers(1, 80)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 15), SIZES, st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_products_of_bytes_are_exact_with_and_without_the_instruction(queries, targets, terms, seed):
    random = np.random.default_rng(seed)
    left = random.integers(0, 256, (queries, terms)).astype(np.uint8)
    right = random.integers(-128, 128, (targets, terms)).astype(np.int8)
    packed = packed_queries(left), packed_targets(right)
    expected = left.astype(np.int64) @ right.astype(np.int64).T
    for multiply in (products, ANYWHERE):
        out = np.full((len(packed[0]), len(packed[1]) * LANES), -1, dtype=np.int32)
        multiply(*packed, out)
        assert np.array_equal(out[:queries, :targets], expected)
        assert not out[queries:].any()
        assert not out[:, targets:].any()


@pytest.mark.skipif(byte_products.HAS_INSTRUCTION, reason="the processor has the instruction")
def test_a_processor_without_the_instruction_takes_the_plain_loop():
    assert products.py_func is products_anywhere


def test_vectors_as_bytes_are_no_further_off_than_they_say():
    random = np.random.default_rng(3)
    vectors = random.standard_normal((50, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[7] = 0
    codes = VectorCodes.of(vectors)
    again = codes.codes * codes.step[:, None]
    assert np.all(np.linalg.norm(vectors - again, axis=1) <= codes.error)
    assert np.all(codes.error < 0.02)
    assert np.array_equal(codes.total, codes.codes.sum(axis=1))
    assert not codes.codes[7].any()
    assert np.array_equal(codes.shifted(), codes.codes.astype(int) + 128)
