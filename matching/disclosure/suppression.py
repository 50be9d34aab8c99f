"""Secondary suppression: withhold beside the unsafe cells what is needed so that none of them can be recovered."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.disclosure.rules import is_safe
from matching.disclosure.table import AdditiveTable, Cells, Relation
from matching.disclosure.tracing import Box, Trace, Tracer, need_of

OUTSIDER = -1
"""The attacker who brought nothing into the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Which cells of a table are withheld: the unsafe ones, and others so that those stay hidden."""

    unsafe: Cells
    withheld: Cells
    exposed: tuple[int, ...]
    """Cells that could not be hidden, since what would hide them must stay published; none in a table seen first."""


def suppress(
    table: AdditiveTable,
    *,
    withheld: Cells | None = None,
    published: Cells | None = None,
    min_groups: int | None = None,
) -> Suppression:
    """Choose what to withhold: every cell that breaks a primary rule, those ``withheld`` from the start, and more.

    More is withheld until, for an outsider and for every single group that subtracts its own contributions, each
    withheld amount could be at least `HIDDEN_PERCENT` larger or smaller, and until what is withheld within one relation
    is safe even as the sum that follows from what is published. Cells ``published`` stay so. Each choice takes the
    least loss at that moment; the same table gives the same choice.
    """
    return _Suppressor(table, withheld, published, min_groups).run()


class _Suppressor:
    def __init__(
        self, table: AdditiveTable, withheld: Cells | None, published: Cells | None, min_groups: int | None
    ) -> None:
        self.table = table
        self.tracer = Tracer(table)
        count = len(table.keys)
        self.rule = {} if min_groups is None else {"min_groups": min_groups}
        self.kept = np.zeros(count, dtype=np.bool_) if published is None else published.copy()
        self.unsafe = np.array([not is_safe(table.of(cell).values(), **self.rule) for cell in range(count)])
        self.withheld = self.unsafe & ~self.kept
        if withheld is not None:
            self.withheld |= withheld
        self.amounts = table.amounts.astype(np.float64)
        self.own: Mapping[int, Mapping[int, int]] = table.by_group()
        largest = [max(table.of(cell).values(), default=0) for cell in range(count)]
        self.others = self.amounts - largest
        self.traces: dict[int, list[Trace]] = {}
        self.exposed: set[int] = set()
        self.waiting = self._largest_first(np.flatnonzero(self.withheld))

    def _largest_first(self, cells: "np.typing.NDArray[np.intp]") -> list[int]:
        return sorted((int(cell) for cell in cells), key=lambda cell: (-self.table.amounts[cell], cell))

    def run(self) -> Suppression:
        """Hide every withheld cell and every remainder, until nothing more is withheld for it."""
        self._withhold_remainders()
        while self.waiting:
            hidden = self.waiting.pop(0)
            if self.table.amounts[hidden] > 0 and (self.unsafe[hidden] or self.table.loss[hidden] > 0):
                self._hide(hidden)
            if not self.waiting:
                self._withhold_remainders()
        return Suppression(unsafe=self.unsafe, withheld=self.withheld, exposed=tuple(sorted(self.exposed)))

    def _withhold(self, cells: "np.typing.NDArray[np.intp] | list[int]") -> None:
        new = [int(cell) for cell in cells if not self.withheld[cell]]
        self.withheld[new] = True
        self.waiting += self._largest_first(np.array(new, dtype=np.intp))

    def _hide(self, target: int) -> None:
        """Hide one cell: an unsafe one from every group too; a safe one, withheld for others, from outsiders."""
        if not self.unsafe[target]:
            hidden = self._hidden_by(target, self.amounts) is not None
        else:
            hidden = self._hidden_by(target, self._box(target)) is not None or self._hidden_apart(target)
        if not hidden:
            self.exposed.add(target)

    def _hidden_by(self, target: int, box: Box) -> Trace | None:
        """Give a trace that hides the target within a box, one found before if there is one."""
        for found in self.traces.get(target, ()):
            if found.hides(box, need_of(box[target])):
                return found
        trace = self.tracer.trace(target, box, withheld=self.withheld, open_cells=~self.kept | self.withheld)
        if trace is not None:
            self._withhold(trace.cells)
            for cell in trace.cells:
                self.traces.setdefault(int(cell), []).append(trace.about(int(cell)))
        return trace

    def _hidden_apart(self, target: int) -> bool:
        """Hide the target from outsiders by one trace, and by others from the groups who know better than that."""
        trace = self._hidden_by(target, self.amounts)
        if trace is None:
            return False
        for group in sorted({group for cell in trace.cells for group in self.table.of(int(cell))}):
            box = self.amounts.copy()
            for cell, own in self.own[group].items():
                box[cell] -= own
            if box[target] > 0 and self._hidden_by(target, box) is None:
                return False
        return True

    def _box(self, target: int) -> Box:
        """Say how far cells may move so that one change hides the target from every group at once.

        A group that knows its own leaves ``X_i - x_gi`` of a cell to move, and asks that the target moves by the share
        ``f_g`` of its amount that is not its own; so a cell may move by ``(X_i - x_gi) / f_g``, least over groups.
        """
        whole = self.amounts[target]
        shares = {group: 1 - amount / whole for group, amount in self.table.of(target).items()}
        box = self.others.copy()
        for cell in {cell for group in shares for cell in self.own[group]}:
            left = [
                (self.amounts[cell] - amount) / share
                for group, amount in self.table.of(cell).items()
                if (share := shares.get(group, 1.0)) > 0
            ]
            box[cell] = min([self.amounts[cell], *left])
        box[target] = whole
        return box

    def _withhold_remainders(self) -> None:
        """See to it that what is withheld of a relation is safe as a sum, where that sum follows from the rest."""
        for relation in self.table.relations:
            if not self.withheld[relation.total]:
                self._withhold_remainder(relation)

    def _withhold_remainder(self, relation: Relation) -> None:
        hidden = [part for part in relation.parts if self.withheld[part]]
        together: dict[int, int] = {}
        for part in hidden:
            _add(together, self.table.of(part))
        if not hidden or is_safe(together.values(), **self.rule):
            return
        shown = [part for part in relation.parts if not self.withheld[part] and not self.kept[part]]
        chosen: list[int] = []
        for part in sorted(shown, key=lambda part: (self.table.loss[part], part)):
            if self.table.amounts[part] == 0:
                continue
            chosen.append(part)
            _add(together, self.table.of(part))
            if is_safe(together.values(), **self.rule):
                break
        else:
            chosen = [] if self.kept[relation.total] else [relation.total]
            if not chosen:
                self.exposed.update(hidden)
        if (
            chosen != [relation.total]
            and not self.kept[relation.total]
            and (sum(self.table.loss[part] for part in chosen) > self.table.loss[relation.total])
        ):
            chosen = [relation.total]
        self._withhold(chosen)


def _add(into: dict[int, int], more: Mapping[int, int]) -> None:
    for group, amount in more.items():
        into[group] = into.get(group, 0) + amount
