"""Tables that look the same from outside: how far an amount that is not published could lie from what it is.

An attacker knows every published amount exactly, every relation, which cells are empty, and each withheld amount to
within the whole of itself (between nothing and twice what it is). A change of cells that breaks none of this is a
`Trace`; since all of it is symmetric, the opposite change breaks nothing either. A trace that moves a cell by the
share it must be hidden by, using withheld cells alone, proves that the cell is hidden; the cheapest one that uses
others too says which to withhold beside it (the network heuristic for cell suppression: Kelly, Golden and Assad, 1992;
Fischetti and Salazar, 2000).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from matching.disclosure.table import AdditiveTable, Cells

HIDDEN_PERCENT = 15
"""How far a withheld amount must be able to lie from what it is, to either side, in per cent of it."""
MARGIN = 1.02
"""Traces go a little further than they must, so that no rounding of the solver decides."""
FARTHEST = 20.0
"""No cell of a trace moves by more than so many times what its target does."""
MOVED = 1e-5
"""What moves by less than this share of the target does not move."""
FREE = 1e-3
"""Cost of moving a cell that is withheld anyway: enough that traces stay short, and too little to withhold another."""

Box = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A change that moves its target by one unit: the cells it moves, and by how many units."""

    target: int
    cells: NDArray[np.intp]
    moves: NDArray[np.float64]

    def hides(self, box: Box, need: float) -> bool:
        """Say whether it can be followed until the target has moved by ``need`` and no cell leaves its box."""
        return bool(np.all(np.abs(self.moves) * need <= box[self.cells]))

    def about(self, cell: int) -> "Trace":
        """Give the same change measured in units of another cell it moves."""
        unit = self.moves[np.flatnonzero(self.cells == cell)[0]]
        return Trace(target=cell, cells=self.cells, moves=self.moves / unit)


def need_of(amount: float) -> float:
    """Give by how much a withheld amount must be able to move."""
    return amount * HIDDEN_PERCENT / 100


class Tracer:
    """Finds traces through a table's relations."""

    def __init__(self, table: AdditiveTable) -> None:
        self._sums = table.sums().tocsc()
        typical = float(np.median(table.loss[table.loss > 0])) if np.any(table.loss > 0) else 1.0
        self._costs = 0.01 + table.loss / typical

    def trace(self, target: int, box: Box, *, withheld: Cells, open_cells: Cells) -> Trace | None:
        """Find the cheapest change of the target by what it must be hidden by, through open cells; None: there is none.

        ``box`` is how far each cell could move, in won. What is withheld costs next to nothing, every other cell what
        it would be a loss to withhold.
        """
        for among in (open_cells & withheld, open_cells):
            trace = self._cheapest(target, box, withheld=withheld, open_cells=among)
            if trace is not None:
                return trace
        return None

    def _cheapest(self, target: int, box: Box, *, withheld: Cells, open_cells: Cells) -> Trace | None:
        unit = need_of(float(box[target])) * MARGIN
        usable = np.flatnonzero(open_cells & (box >= unit * MOVED))
        place = int(np.searchsorted(usable, target))
        limits = np.minimum(box[usable] / unit, FARTHEST)
        upper = np.concatenate([limits, limits])
        lower = np.zeros_like(upper)
        lower[place] = upper[place] = 1.0
        upper[place + len(usable)] = 0.0
        costs = np.where(withheld[usable], FREE, self._costs[usable])
        sums = self._sums[:, usable]
        rows = np.flatnonzero(np.diff(sums.tocsr().indptr))
        sums = sums[rows]
        found = linprog(
            np.concatenate([costs, costs]),
            A_eq=sparse.hstack([sums, -sums]).tocsc(),
            b_eq=np.zeros(len(rows)),
            bounds=np.column_stack([lower, upper]),
            method="highs-ds",
        )
        if not found.success:
            return None
        moves = found.x[: len(usable)] - found.x[len(usable) :]
        moved = np.flatnonzero(np.abs(moves) > MOVED)
        return Trace(target=target, cells=usable[moved], moves=moves[moved])
