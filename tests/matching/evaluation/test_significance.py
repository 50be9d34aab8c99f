import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.evaluation.significance import Interval, bootstrap_interval, randomisation_p

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)


@given(VALUES)
def test_an_interval_is_ordered_within_the_values_and_always_the_same(values):
    interval = bootstrap_interval(values)
    assert values.min() - 1e-12 <= interval.low <= interval.high <= values.max() + 1e-12
    assert bootstrap_interval(values) == interval


def test_an_interval_is_that_of_the_normal_distribution_where_there_are_many_values():
    values = np.random.default_rng(1).normal(0.6, 0.2, size=400)
    interval = bootstrap_interval(values)
    error = values.std() / np.sqrt(len(values))
    assert interval.low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert interval.high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_equal_values_leave_no_doubt():
    assert bootstrap_interval(np.full(7, 0.5)) == Interval(low=0.5, high=0.5)


def test_no_values_have_no_interval():
    with pytest.raises(ValueError, match="no query"):
        bootstrap_interval(np.array([]))


def exact_p(differences):
    signs = itertools.product((-1, 1), repeat=len(differences))
    seen = abs(sum(differences))
    sums = [abs(sum(s * d for s, d in zip(some, differences, strict=True))) for some in signs]
    return sum(each >= seen - 1e-12 for each in sums) / len(sums)


@pytest.mark.parametrize("differences", [[0.3, 0.1, 0.2, -0.05, 0.4, 0.15], [0.1, -0.1, 0.2, -0.3], [0.0, 0.0, 0.0]])
def test_p_is_that_of_all_signs(differences):
    assert randomisation_p(np.array(differences)) == pytest.approx(exact_p(differences), abs=0.015)


def test_p_does_not_tell_better_from_worse_and_is_never_nought():
    differences = np.linspace(0.05, 0.4, 60)
    assert randomisation_p(differences) == randomisation_p(-differences) == pytest.approx(1 / 10_001)
