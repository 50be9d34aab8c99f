"""Split texts of one field into parts that each speak for enough ownership groups, the same parts on every run."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.dense import is_present
from matching.themes.communities import RESOLUTION, Graph, agreed, communities, graph_of, resampled
from matching.themes.space import DENSE_SHARE, coordinates, term_weights
from matching.themes.stability import recovery

CONTRAST = 0.03
"""By this much the mean similarity within a part must exceed that to all others."""

NEAR_ENOUGH = 0.3
"""Share of a part's own mean similarity that a text must have with it to join."""


RESOLUTIONS = (RESOLUTION, RESOLUTION / 2, RESOLUTION / 4, RESOLUTION / 8)
"""How readily communities part, the finest first; thousands of texts part at the first, a dozen at the third."""


COVERAGE = 0.75
"""Share of the texts that parts should have; where they have less, coarser ones are tried."""


LEAST_COVERAGE = 0.5
"""Share below which a field does not fall into parts: most of it would be a rest."""


class Texts(NamedTuple):
    """Texts to be grouped: the key and the ownership group of each, how often it uses each word, and its vector."""

    keys: Sequence[str]
    groups: Sequence[str]
    counts: sparse.csr_array
    vectors: NDArray[np.float32]
    """A row of zeros where there is none."""


class Part(NamedTuple):
    """Places of the texts in one part, and how well it is found again in resamples: 1 is always, whole."""

    places: list[int]
    stability: float
    rest: bool = False
    """Whether it is what was left over."""


def split(texts: Texts, *, least_groups: int) -> list[Part]:
    """Return the parts, the largest first and the rest last; one part where no split holds.

    Communities that resamples agree on are kept where they speak for ``least_groups`` distinct groups and are clearly
    closer within than to the others. Who is in none joins the part nearest enough; what is left is a part too, or
    joins the nearest when it speaks for too few. One part alone is not a matter of clustering, so it is stable. Ties
    are broken by the order of the texts, which must not depend on chance.
    """
    everything = list(range(len(texts.keys)))
    if len(everything) < 2 * least_groups or len(set(texts.groups)) < least_groups:
        return [Part(everything, 1.0)] if everything else []
    weights = term_weights(texts.counts)
    located = coordinates(weights, texts.vectors)
    cores, stability = _cores(texts, weights, graph_of(located), least_groups=least_groups)
    if not cores:
        return [Part(everything, 1.0)]
    gathered, rest = _gathered(cores, located)
    if _speaks(texts, rest) < least_groups:
        gathered = _joined(gathered, cores, rest, located)
        rest = []
    parts = [Part(sorted(part), stable) for part, stable in zip(gathered, stability, strict=True)]
    left = [Part(rest, 0.0, rest=True)] if rest else []
    return sorted(parts, key=lambda part: (-len(part.places), part.places)) + left


def _cores(
    texts: Texts, weights: sparse.csr_array, graph: Graph, *, least_groups: int
) -> tuple[list[list[int]], list[float]]:
    """Return the communities that hold, and how well each is found again; coarser ones where data is thin.

    From the finest resolution on, the first at which those that hold have ``COVERAGE`` of the texts is taken; where
    none has, the one at which they have most, and none where that is less than ``LEAST_COVERAGE``.
    """
    best: tuple[list[list[int]], list[float]] = ([], [])
    legs = _legs(weights, texts.vectors)
    for resolution in RESOLUTIONS:
        rounds = resampled(graph, texts.keys, resolution)
        found = _members(communities(agreed(graph, rounds), resolution))
        cores = [
            core
            for core in found
            if len(core) < graph.nodes and _speaks(texts, core) >= least_groups and _stands_apart(core, legs)
        ]
        if _size(cores) > _size(best[0]):
            best = (cores, recovery(cores, rounds))
        if _size(best[0]) >= COVERAGE * graph.nodes:
            break
    return best if _size(best[0]) >= LEAST_COVERAGE * graph.nodes else ([], [])


def _size(parts: Sequence[Sequence[int]]) -> int:
    return sum(len(part) for part in parts)


def _members(labels: NDArray[np.int64]) -> list[list[int]]:
    """Return the places of each label, in order of labels."""
    order = np.argsort(labels, kind="stable")
    return [part.tolist() for part in np.split(order, np.cumsum(np.bincount(labels))[:-1])]


def _speaks(texts: Texts, places: Sequence[int]) -> int:
    """Return how many distinct groups the texts at some places speak for."""
    return len({texts.groups[at] for at in places})


def _legs(
    weights: sparse.csr_array, vectors: NDArray[np.float32]
) -> list[tuple[float, sparse.csr_array | NDArray[np.float64]]]:
    """Return what texts are compared by with its share: vectors, where there are any, and words."""
    if not is_present(vectors).any():
        return [(1.0, weights)]
    return [(DENSE_SHARE, vectors.astype(np.float64)), (1 - DENSE_SHARE, weights)]


def _stands_apart(core: list[int], legs: Sequence[tuple[float, sparse.csr_array | NDArray[np.float64]]]) -> bool:
    """Tell whether texts, not all there are, are clearly closer to each other than to all others."""
    inside = len(core)
    outside = legs[0][1].shape[0] - inside
    contrast = 0.0
    for share, rows in legs:
        own = np.asarray(rows[core].sum(axis=0)).ravel()
        others = np.asarray(rows.sum(axis=0)).ravel() - own
        squares = float(np.asarray((rows[core] * rows[core]).sum()))
        within = (own @ own - squares) / (inside * (inside - 1))
        contrast += share * (within - own @ others / (inside * outside))
    return bool(contrast >= CONTRAST)


def _gathered(cores: Sequence[list[int]], located: NDArray[np.float32]) -> tuple[list[list[int]], list[int]]:
    """Return each core with those who are near enough to it, and the rest."""
    parts = [list(core) for core in cores]
    rest: list[int] = []
    loose = np.setdiff1d(np.arange(len(located)), np.concatenate(cores))
    near = _mean_products(loose, cores, located)
    for at, products in zip(loose.tolist(), near, strict=True):
        nearest = int(products.argmax())
        near_enough = products[nearest] > 0 and products[nearest] >= NEAR_ENOUGH * _within(cores[nearest], located)
        (parts[nearest] if near_enough else rest).append(at)
    return parts, rest


def _joined(
    parts: list[list[int]], cores: Sequence[list[int]], rest: Sequence[int], located: NDArray[np.float32]
) -> list[list[int]]:
    """Return the parts with each of the rest in the one it is nearest to."""
    joined = [list(part) for part in parts]
    for at, products in zip(rest, _mean_products(np.array(rest, dtype=np.int64), cores, located), strict=True):
        joined[int(products.argmax())].append(at)
    return joined


def _mean_products(
    places: NDArray[np.int64], cores: Sequence[list[int]], located: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the mean product of each text at some places with each core's; sums of whole numbers, so exact."""
    sums = np.stack([located[core].sum(axis=0, dtype=np.float64) for core in cores])
    products: NDArray[np.float64] = located[places].astype(np.float64) @ sums.T / [len(core) for core in cores]
    return products


def _within(core: list[int], located: NDArray[np.float32]) -> float:
    """Return the mean product of different texts of a core."""
    total = located[core].sum(axis=0, dtype=np.float64)
    squares = np.square(located[core], dtype=np.float64).sum()
    return float((total @ total - squares) / (len(core) * (len(core) - 1)))
