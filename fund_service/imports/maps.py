"""Column maps: which columns of a file are which of ours; the own format, and maps written by hand in TOML."""

import difflib
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fund_service.imports.columns import COLUMNS, REQUIRED, Column, by_heading
from fund_service.imports.faults import FaultList, Reason
from fund_service.imports.schemas import ImportKind
from fund_service.imports.tables import SourceRow, SourceTable
from fund_service.imports.values import folded, is_blank

OWN_FORMAT = "own"
OWN_SOURCE = "import"
"""Source of rows whose file names none."""


class Given(NamedTuple):
    """A value for one of our columns, and the column of the file that it stands in."""

    column: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How rows of a file become rows of one kind."""

    name: str
    kind: ImportKind
    source: str
    """Source of rows whose file names none."""
    columns: Mapping[str, tuple[str, ...]]
    """Our column to theirs; of several the first that is not blank."""
    constants: Mapping[str, object] = field(default_factory=dict)
    """Our column to its value in every row."""
    computed: Mapping[str, tuple[str, Callable[[Mapping[str, object]], object]]] = field(default_factory=dict)
    """Our column to the column that faults name, and a function of a row's cells."""
    identity: tuple[str, ...] = ()
    """Their columns whose values together recognise a row, where none does alone; hashed into the external id."""
    currency: str = "KRW"
    """Currency of amounts that name none."""
    lenient_amounts: bool = False
    """Keep an amount that cannot be read as stated, with a notice, instead of refusing the file."""
    organisation: "ColumnMap | None" = None
    """How each row names the organisation it belongs to, which is recorded when it is new."""

    @property
    def fills(self) -> frozenset[str]:
        """Our columns that this map gives values for; an import leaves all others of an existing row alone."""
        identity = {"external_id"} if self.identity else set()
        return frozenset({*self.columns, *self.constants, *self.computed, *identity})

    def given(self, row: SourceRow) -> dict[str, Given]:
        """Give a row's values by our columns."""
        cells = row.cells
        found = {ours: Given(f"(constant {ours})", value) for ours, value in self.constants.items()}
        for ours, theirs in self.columns.items():
            column = next((name for name in theirs if not is_blank(cells.get(name))), theirs[0])
            found[ours] = Given(column, cells.get(column))
        for ours, (column, function) in self.computed.items():
            found[ours] = Given(column, function(cells))
        if self.identity:
            joined = "\x1f".join(str(cells.get(name, "")).strip() for name in self.identity)
            found["external_id"] = Given(
                "+".join(self.identity), hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()
            )
        return found


def own_format(kind: ImportKind, table: SourceTable) -> ColumnMap:
    """Map a file by its headings.

    Raises
    ------
    ImportRefused
        Naming every heading that is unknown, with the nearest known one, or stands for a column a second time, and
        every column that is missing.
    """
    known = by_heading(kind)
    faults = FaultList()
    columns: dict[str, tuple[str, ...]] = {}
    for heading, line in table.headings.items():
        column = known.get(folded(heading))
        if column is None:
            faults.add(line, column=heading, value=None, expected=_nearest(heading, known))
        elif column.name in columns:
            known_as, first = f"{column.headings[0]} ({column.name})", columns[column.name][0]
            expected = Reason("expected {column} once, it is in {first} already", column=known_as, first=first)
            faults.add(line, column=heading, value=None, expected=expected)
        else:
            columns[column.name] = (heading,)
    note_missing(kind, columns, faults)
    faults.refuse()
    return ColumnMap(name=OWN_FORMAT, kind=kind, source=OWN_SOURCE, columns=columns)


def note_missing(kind: ImportKind, columns: Collection[str], faults: FaultList) -> None:
    """Note every required column of a kind that is not among ``columns``."""
    for choice in REQUIRED[kind]:
        if not any(name in columns for name in choice):
            wanted = " or ".join(f"{COLUMNS[kind][name].headings[0]} ({name})" for name in choice)
            faults.add(None, column=None, value=None, expected=Reason("the column {wanted} is missing", wanted=wanted))


def _nearest(heading: str, known: Mapping[str, Column]) -> Reason:
    close = difflib.get_close_matches(folded(heading), known, n=1, cutoff=0.5)
    columns = [known[close[0]]] if close else list({column.name: column for column in known.values()}.values())
    names = ", ".join(f"{column.headings[0]} ({column.name})" for column in columns)
    if close:
        return Reason("no such column is known; the nearest is {columns}", columns=names)
    return Reason("no such column is known; known are {columns}", columns=names)
