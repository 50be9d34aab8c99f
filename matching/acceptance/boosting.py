"""Monotone gradient boosting, learned by scikit-learn and kept as plain trees."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matching.acceptance.features import FEATURES
from matching.acceptance.shrinkage import Evidence, Line
from matching.acceptance.trees import Tree

ROUNDS = 100
"""Trees. Where no line can say the preference 100 of 8 leaves gain 3 % of nDCG@10 over the line at 2,000 to 8,000
answers and 5 % of the Brier score, 60 of 6 leaves slightly less; where a line can, neither changes anything."""

LEARNING_RATE = 0.05
"""What a tree adds of what it would."""

LEAVES = 8
"""Most leaves of a tree: at most seven components together."""

LEAST_IN_LEAF = 40
"""Fewest answers in a leaf."""

BINS = 64
"""Places at which a component may be divided; scikit-learn's 255 take four times as long to find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """Scikit-learn's classifier over the components, the line over them, and the place on the list."""

    classifier: Any
    line: Line

    def log_odds(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return the log odds of what was answered, at the place where it was shown."""
        with threadpool_limits(1, user_api="openmp"):
            odds: NDArray[np.float64] = self.classifier.decision_function(_rows(evidence, self.line))
        return odds


def fit_boosting(evidence: Evidence, line: Line, *, seed: int) -> Boosted:
    """Return boosted trees that rise with every component and with the line, and fall with the place on the list."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - a second that only this needs

    rows = _rows(evidence, line)
    columns = rows.shape[1]
    classifier = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE,
        max_iter=ROUNDS,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_IN_LEAF,
        max_bins=BINS,
        l2_regularization=1.0,
        monotonic_cst=[1] * (columns - 1) + [-1],
        early_stopping=False,
        random_state=seed,
    )
    # One thread: some thousand rows are quick, and threads that wait for each other on a busy machine are not.
    with threadpool_limits(1, user_api="openmp"):
        classifier.fit(rows, evidence.accepted, sample_weight=evidence.weight)
    return Boosted(classifier=classifier, line=line)


def trees_of(boosted: Boosted) -> tuple[Tree, ...]:
    """Return the trees as plain numbers, for rows of components and line: the place is a middling one ever after.

    Summed in their order they give ``log_odds`` at such a place to the last bit. The first is a leaf with the log odds
    from which boosting started.
    """
    started = float(boosted.classifier._baseline_prediction.item())  # noqa: SLF001 - nothing public tells it
    grown = [_tree(found.nodes) for (found,) in boosted.classifier._predictors]  # noqa: SLF001 - the same
    return (Tree(feature=(-1,), threshold=(0.0,), left=(0,), right=(0,), value=(started,)), *grown)


def _rows(evidence: Evidence, line: Line) -> NDArray[np.float64]:
    """Return what the trees look at: components, line, place."""
    return np.column_stack([evidence.components, line.values(evidence.components), evidence.place])


def _tree(nodes: NDArray[np.void]) -> Tree:
    """Return a tree from scikit-learn's nodes; one that divides by the place, the last column, leads one way."""
    leaf, feature = nodes["is_leaf"].astype(bool), nodes["feature_idx"].astype(int)
    threshold, left, right = nodes["num_threshold"], nodes["left"].astype(int), nodes["right"].astype(int)
    by_place = ~leaf & (feature == len(FEATURES) + 1)
    onward = np.where(threshold >= 0.0, left, right)
    return Tree(
        feature=tuple(np.where(leaf, -1, np.where(by_place, 0, feature)).tolist()),
        threshold=tuple(np.where(leaf | by_place, 0.0, threshold).tolist()),
        left=tuple(np.where(by_place, onward, left).tolist()),
        right=tuple(np.where(by_place, onward, right).tolist()),
        value=tuple(nodes["value"].tolist()),
    )
