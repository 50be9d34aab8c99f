"""A file as rows of cells, whatever its format: the shape that all readers give."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fund_service.imports.faults import FaultList

MAX_ROWS = 1_000_000
MAX_LINE_BYTES = 2**20
MAX_TEXT_BYTES = 2**30
"""Most bytes of text that are read from one file, after decompression."""
MAX_COLUMNS = 256


class SourceRow(NamedTuple):
    """One row with something in it."""

    line: int
    """Line in the file where it begins, from 1."""
    cells: Mapping[str, object]
    """By heading: str, int, Decimal, bool, date, list, dict or None, as the file has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """An open file: its headings, and its rows to be read once or more."""

    headings: Mapping[str, int]
    """Every heading as written, to the line where it stands first."""
    expected_rows: int
    """How many rows there are, or a close upper bound; for progress only."""
    rows: Callable[[FaultList], Iterator[SourceRow]]
    """Read the rows; a row that cannot be read at all is noted as a fault and left out."""
    notices: tuple[str, ...] = ()
