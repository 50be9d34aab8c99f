"""Measure one ranking against what was judged: nDCG, recall, reciprocal rank."""

import math
from collections.abc import Mapping, Sequence


def ndcg_at_k(ranking: Sequence[str], judged: Mapping[str, int], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first ``k`` ranks, gains as judged.

    As trec_eval's ndcg_cut: a judged document's gain at rank r is divided by log2(r + 1), and the sum by that of the
    best ranking there is; 0 where nothing is relevant.
    """
    gains = [max(judged.get(document, 0), 0) for document in ranking[:k]]
    ideal = _discounted(sorted((gain for gain in judged.values() if gain > 0), reverse=True)[:k])
    return _discounted(gains) / ideal if ideal else 0.0


def recall_at_k(ranking: Sequence[str], judged: Mapping[str, int], k: int) -> float:
    """Return the share of the relevant documents among the first ``k`` ranks; 0 where nothing is relevant."""
    relevant = {document for document, gain in judged.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def mrr_at_k(ranking: Sequence[str], judged: Mapping[str, int], k: int) -> float:
    """Return one over the rank of the first relevant document, 0 when none is among the first ``k``."""
    return next((1 / rank for rank, found in enumerate(ranking[:k], 1) if judged.get(found, 0) > 0), 0.0)


def _discounted(gains: Sequence[int]) -> float:
    """Return the discounted cumulative gain of gains in rank order."""
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
