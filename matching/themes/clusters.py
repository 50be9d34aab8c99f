"""Split texts of one field into parts that each speak for enough ownership groups, the same parts on every run."""

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from matching.brief import Passage
from matching.dense import exact_cosines, is_present, on_grid
from matching.language.terms import function_stems, terms_of

TOPIC_DIMENSIONS = 50
"""Dimensions of the latent semantic space in which the terms of texts are compared."""

CONTRAST = 0.05
"""By this much the mean similarity within a part must exceed that to all others."""

MOST_PARTS = 8
"""Parts into which a field may fall, those gathered from the rest not counted."""

NEAR_ENOUGH = 0.5
"""Share of a part's own mean similarity that a member must have with it to join."""

_DECIMALS = 6  # similarities are rounded so that the last bits of linear algebra decide nothing


class Member(NamedTuple):
    """One text to be grouped, the ownership group behind it, and its dense vector if there is one."""

    group: str
    passages: Sequence[Passage]
    vector: NDArray[np.float32] | None


def split(members: Sequence[Member], *, least_groups: int) -> list[list[int]]:
    """Return the parts as lists of places in ``members``, the largest first; one part where no split holds.

    Average linkage builds a tree over hybrid similarities. It is cut where most clusters (up to ``MOST_PARTS``) speak
    for ``least_groups`` distinct groups, and there where they hold most members. Those that are clearly closer within
    than to the others become parts; who is in none joins the part nearest enough, and the rest is a part too, or joins
    the nearest when it speaks for too few. The order of ``members`` must not depend on chance: equal distances are
    taken in that order.
    """
    everything = list(range(len(members)))
    if len(members) < 2 * least_groups or _groups(members, everything) < least_groups:
        return [everything] if members else []
    similarity = similarities(members)
    cores = [core for core in _best_cut(members, similarity, least_groups) if _stands_apart(core, similarity)]
    if not cores:
        return [everything]
    parts, rest = _gathered(cores, similarity)
    if _groups(members, rest) >= least_groups:
        parts.append(rest)
    else:
        for at in rest:
            parts[_nearest(at, cores, similarity)].append(at)
    return sorted((sorted(part) for part in parts), key=lambda part: (-len(part), part))


def stacked(vectors: Sequence[NDArray[np.float32] | None]) -> NDArray[np.float32]:
    """Return vectors as rows, zeros for absent ones; no columns at all when every one is absent."""
    dimensions = next((len(vector) for vector in vectors if vector is not None), 0)
    rows = np.zeros((len(vectors), dimensions), dtype=np.float32)
    for row, vector in enumerate(vectors):
        if vector is not None:
            rows[row] = vector
    return rows


def similarities(members: Sequence[Member]) -> NDArray[np.float64]:
    """Return the similarity of every two texts: the mean of dense and latent cosine, the latter alone where need be."""
    latent = _latent_cosines(members)
    vectors = on_grid(stacked([member.vector for member in members]))
    present = is_present(vectors)
    both = present[:, None] & present[None, :]
    blended = np.where(both, (latent + exact_cosines(vectors, vectors)) / 2, latent)
    similarity: NDArray[np.float64] = np.round(np.clip(blended, 0, 1), _DECIMALS)
    np.fill_diagonal(similarity, 1)
    return similarity


def _latent_cosines(members: Sequence[Member]) -> NDArray[np.float64]:
    """Return cosines in the space of the leading singular vectors of the TF-IDF matrix (latent semantic analysis).

    The eigenvectors of the rows' Gram matrix, scaled by the root of their eigenvalues, are the rows' coordinates: no
    random start, and their signs cancel in the cosines.
    """
    rows = term_frequencies([member.passages for member in members])
    gram = (rows @ rows.T).toarray()
    kept = min(TOPIC_DIMENSIONS, len(members))
    values, axes = linalg.eigh(gram, subset_by_index=(len(members) - kept, len(members) - 1))
    coordinates = axes * np.sqrt(np.clip(values, 0, None))
    lengths = np.sqrt(np.square(coordinates).sum(axis=1, keepdims=True))
    units = np.divide(coordinates, lengths, out=np.zeros_like(coordinates), where=lengths > 0)
    cosines: NDArray[np.float64] = units @ units.T
    return cosines


def term_frequencies(texts: Sequence[Sequence[Passage]]) -> sparse.csr_array:
    """Return a unit row of TF-IDF weights for each text, function words left out.

    A weight is (1 + ln tf) (1 + ln((1 + n) / (1 + df))), as scikit-learn's with sublinear counts.
    """
    found = iter(terms_of([passage for passages in texts for passage in passages]))
    counts = [sum((next(found).counts() for _ in passages), Counter[str]()) for passages in texts]
    columns = {term: at for at, term in enumerate(sorted({term for row in counts for term in row} - function_stems()))}
    holding = Counter(term for row in counts for term in row)
    values, places, across = array("d"), array("i"), array("i")
    for row, counter in enumerate(counts):
        weights = {
            columns[term]: (1 + math.log(count)) * (1 + math.log((1 + len(texts)) / (1 + holding[term])))
            for term, count in counter.items()
            if term in columns
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
        values.extend(weight / length for weight in weights.values())
        places.extend([row] * len(weights))
        across.extend(weights)
    return sparse.csr_array(
        (np.array(values), (np.array(places), np.array(across))), shape=(len(texts), max(len(columns), 1))
    )


def _best_cut(members: Sequence[Member], similarity: NDArray[np.float64], least_groups: int) -> list[list[int]]:
    """Return the clusters that speak for enough groups, from the best cut through the tree."""
    tree = hierarchy.linkage(squareform(1 - similarity, checks=False), method="average")
    groups = [{member.group} for member in members]
    sizes = [1] * len(members)
    large: set[int] = set()
    best: tuple[int, int] = (0, 0)
    chosen: frozenset[int] = frozenset()
    for node, (left, right) in enumerate(tree[:, :2].astype(int).tolist(), len(members)):
        groups.append(groups[left] | groups[right])
        groups[left], groups[right] = set(), set()  # nobody looks at the halves again
        sizes.append(sizes[left] + sizes[right])
        large -= {left, right}
        if len(groups[node]) >= least_groups:
            large.add(node)
        rank = (len(large), sum(sizes[cluster] for cluster in large))
        if len(large) <= MOST_PARTS and rank > best:
            best, chosen = rank, frozenset(large)
    return [_leaves(node, tree) for node in sorted(chosen)]


def _leaves(node: int, tree: NDArray[np.float64]) -> list[int]:
    """Return the members below a node, in order."""
    leaves, waiting = [], [node]
    while waiting:
        node = waiting.pop()
        if node <= len(tree):
            leaves.append(node)
        else:
            waiting += tree[node - len(tree) - 1, :2].astype(int).tolist()
    return sorted(leaves)


def _stands_apart(core: list[int], similarity: NDArray[np.float64]) -> bool:
    """Tell whether a cluster is clearly closer within than to all others; never for one that holds everybody."""
    inside = np.zeros(len(similarity), dtype=np.bool_)
    inside[core] = True
    between = 1.0 if inside.all() else float(similarity[np.ix_(inside, ~inside)].mean())
    return _mean_within(core, similarity) >= between + CONTRAST


def _gathered(cores: Sequence[list[int]], similarity: NDArray[np.float64]) -> tuple[list[list[int]], list[int]]:
    """Return each core with those who are near enough to it, and the rest."""
    parts = [list(core) for core in cores]
    within = [_mean_within(core, similarity) for core in cores]
    rest: list[int] = []
    for at in np.setdiff1d(np.arange(len(similarity)), np.concatenate(cores)).tolist():
        nearest = _nearest(at, cores, similarity)
        near_enough = float(similarity[at, cores[nearest]].mean()) >= NEAR_ENOUGH * within[nearest]
        (parts[nearest] if near_enough else rest).append(at)
    return parts, rest


def _nearest(at: int, cores: Sequence[Sequence[int]], similarity: NDArray[np.float64]) -> int:
    """Return the number of the core that a member is most similar to on average."""
    return max(range(len(cores)), key=lambda part: float(similarity[at, cores[part]].mean()))


def _mean_within(places: Sequence[int], similarity: NDArray[np.float64]) -> float:
    """Return the mean similarity of different members."""
    number = len(places)
    return (float(similarity[np.ix_(list(places), list(places))].sum()) - number) / (number * (number - 1))


def _groups(members: Sequence[Member], places: Sequence[int]) -> int:
    """Return how many distinct groups the members at some places speak for."""
    return len({members[at].group for at in places})
