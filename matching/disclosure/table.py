"""An additive table: cells, what each ownership group brings into them, and which cells add up to which."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Amounts = NDArray[np.int64]
Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Relation:
    """The amount of one cell is the sum of others'; cells are named by their positions."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditiveTable:
    """Cells in a fixed order with their contributions and relations.

    ``contributions`` has a row for each cell and a column for each group, whole won; ``loss`` is what a reader loses
    when a cell is withheld, in any unit.
    """

    keys: tuple[Hashable, ...]
    groups: tuple[Hashable, ...]
    contributions: sparse.csr_array
    relations: tuple[Relation, ...]
    loss: NDArray[np.float64]
    amounts: Amounts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "amounts", np.asarray(self.contributions.sum(axis=1), dtype=np.int64).ravel())

    def of(self, cell: int) -> dict[int, int]:
        """Give what each group brings into a cell, by the group's position."""
        begin, end = self.contributions.indptr[cell : cell + 2]
        return dict(
            zip(
                self.contributions.indices[begin:end].tolist(),
                self.contributions.data[begin:end].tolist(),
                strict=True,
            )
        )

    def by_group(self) -> Mapping[int, Mapping[int, int]]:
        """Give for each group that brings anything what it brings into which cell."""
        columns = self.contributions.tocsc()
        return {
            group: dict(
                zip(
                    columns.indices[columns.indptr[group] : columns.indptr[group + 1]].tolist(),
                    columns.data[columns.indptr[group] : columns.indptr[group + 1]].tolist(),
                    strict=True,
                )
            )
            for group in range(len(self.groups))
            if columns.indptr[group] < columns.indptr[group + 1]
        }

    def sums(self) -> sparse.csr_array:
        """Give the relations as a matrix whose product with the cells' amounts is zero."""
        rows, columns, signs = [], [], []
        for row, relation in enumerate(self.relations):
            rows += [row] * (1 + len(relation.parts))
            columns += [relation.total, *relation.parts]
            signs += [-1.0, *[1.0] * len(relation.parts)]
        return sparse.csr_array((signs, (rows, columns)), shape=(len(self.relations), len(self.keys)))


def additive_table(
    entries: Iterable[tuple[Hashable, Hashable, int]],
    relations: Sequence[tuple[Hashable, Sequence[Hashable]]],
    *,
    keys: Sequence[Hashable],
    loss: Callable[[Hashable, int], float] = lambda _, amount: float(amount),
) -> AdditiveTable:
    """Build a table from ``(cell, group, won)`` entries and from relations told by the cells' keys.

    Entries are of every cell, totals included; several of one group in a cell add up, and such as bring no money are
    left out. ``loss`` says what it is worth to publish a cell of so much money.

    Raises
    ------
    ValueError
        When a relation does not hold of the entries, group by group.
    """
    position = {key: number for number, key in enumerate(keys)}
    said = [(position[cell], group, won) for cell, group, won in entries if won]
    names = tuple(sorted({group for _, group, _ in said}, key=str))
    column = {group: number for number, group in enumerate(names)}
    matrix = sparse.coo_array(
        (
            np.array([won for _, _, won in said], dtype=np.int64),
            ([cell for cell, _, _ in said], [column[group] for _, group, _ in said]),
        ),
        shape=(len(keys), len(names)),
    ).tocsr()
    table = AdditiveTable(
        keys=tuple(keys),
        groups=names,
        contributions=matrix,
        relations=tuple(
            Relation(position[total], tuple(position[part] for part in parts)) for total, parts in relations
        ),
        loss=np.zeros(len(keys)),
    )
    if (table.sums().astype(np.int64) @ matrix).nnz and np.any((table.sums().astype(np.int64) @ matrix).data):
        raise ValueError("the parts of a relation do not add up to its total")
    table.loss[:] = [loss(key, int(amount)) for key, amount in zip(keys, table.amounts, strict=True)]
    return table
