import numpy as np
import pytest

from matching.themes.communities import RESAMPLES, agreed, communities, graph_of, resampled
from matching.themes.stability import Standing, recovery, standing_of


def test_a_part_found_again_whole_is_stable_and_one_halved_is_not():
    whole = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    halved = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    assert recovery([[0, 1, 2, 3], [4, 5, 6, 7]], [whole, halved]) == [1.0, 0.75]


def test_only_those_not_left_out_are_compared():
    labels = np.array([0, -1, 0, 1])
    assert recovery([[0, 1, 2], [1], [3]], [labels]) == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("stability", "standing"),
    [
        (1, Standing.STABLE),
        (0.75, Standing.STABLE),
        (0.7499, Standing.DOUBTFUL),
        (0.6, Standing.DOUBTFUL),
        (0.5999, Standing.DISSOLVES),
        (0, Standing.DISSOLVES),
    ],
)
def test_the_thresholds_are_hennigs(stability, standing):
    assert standing_of(stability) is standing


def blobs(*, seed=0, size=40):
    centres = np.random.default_rng(seed).standard_normal((4, 16)) * 3
    rows = np.concatenate(
        [np.random.default_rng(at).standard_normal((size, 16)) + centre for at, centre in enumerate(centres)]
    )
    return np.rint(rows / np.linalg.norm(rows, axis=1, keepdims=True) * 2**11).astype(np.float32)


def test_resamples_leave_out_a_fifth_by_the_keys_alone():
    graph = graph_of(blobs())
    keys = [f"k{at}" for at in range(160)]
    rounds = resampled(graph, keys)
    assert len(rounds) == RESAMPLES
    left_out = np.mean([labels < 0 for labels in rounds])
    assert 0.15 < left_out < 0.25
    again = resampled(graph, ["other", *keys[1:]])
    assert all(((labels < 0) == (other < 0))[1:].all() for labels, other in zip(rounds, again, strict=True))


def test_what_resamples_agree_on_are_the_groups_there_are():
    graph = graph_of(blobs())
    rounds = resampled(graph, [f"k{at}" for at in range(160)])
    labels = communities(agreed(graph, rounds))
    assert [len(set(labels[start : start + 40])) for start in range(0, 160, 40)] == [1] * 4
    assert len(set(labels)) == 4


def test_neighbours_are_those_that_comparing_all_with_all_finds():
    rows = blobs(size=20)
    graph = graph_of(rows)
    products = rows.astype(np.float64) @ rows.T
    np.fill_diagonal(products, -np.inf)
    nearest = {(at, int(other)) for at in range(80) for other in np.argsort(-products[at], kind="stable")[:15]}
    owners = np.repeat(np.arange(80), np.diff(graph.starts))
    joined = set(zip(owners.tolist(), graph.ends.tolist(), strict=True))
    positive = {(a, b) for a, b in nearest if products[a, b] > 0}
    assert joined == positive | {(b, a) for a, b in positive}
