"""Decision trees as plain numbers: what gradient boosting has learned, without the library that learned it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A binary tree: from node 0, a row whose ``feature`` is at most ``threshold`` goes ``left``, else ``right``.

    Attributes
    ----------
    feature : int array
        Column looked at by each node, -1 for a leaf.
    threshold, value : float64 arrays
        Where a node divides; what a leaf adds.
    left, right : int arrays
        Next nodes, 0 for a leaf.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value of the leaf that each row reaches."""
        feature, threshold = np.array(self.feature), np.array(self.threshold)
        left, right = np.array(self.left), np.array(self.right)
        node = np.zeros(len(rows), dtype=np.intp)
        inside = np.flatnonzero(feature[node] >= 0)
        while len(inside):
            at = node[inside]
            goes_left = rows[inside, feature[at]] <= threshold[at]
            node[inside] = np.where(goes_left, left[at], right[at])
            inside = inside[feature[node[inside]] >= 0]
        return np.array(self.value)[node]

    def to_dict(self) -> dict[str, list[int] | list[float]]:
        """Return the tree as plain JSON values."""
        return {
            "feature": list(self.feature),
            "threshold": list(self.threshold),
            "left": list(self.left),
            "right": list(self.right),
            "value": list(self.value),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the tree that ``to_dict`` wrote; ``KeyError`` or ``ValueError`` when it is none."""
        tree = cls(
            feature=tuple(map(int, stored["feature"])),
            threshold=tuple(map(float, stored["threshold"])),
            left=tuple(map(int, stored["left"])),
            right=tuple(map(int, stored["right"])),
            value=tuple(map(float, stored["value"])),
        )
        if len({len(tree.feature), len(tree.threshold), len(tree.left), len(tree.right), len(tree.value)}) != 1:
            raise ValueError("the parts of a tree are not of one length")
        return tree


def summed(trees: Sequence[Tree], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of what the trees say of each row, added up in their order."""
    total = np.zeros(len(rows))
    for tree in trees:
        total += tree.values(rows)
    return total
