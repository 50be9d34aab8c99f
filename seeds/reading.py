"""Reading of seed files: CSV under a comment header and JSON Lines, each line validated, every fault named."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from models.errors import FundError

FAULTS_SHOWN = 50
"""Faults that the message of a refusal lists; the rest are counted."""
VALUE_SHOWN = 80
"""Characters of a bad value that are shown."""
PROVENANCE = ("source", "published", "retrieved")
"""What the comments above the headings of a CSV file must say, each as ``# name: ...``."""

RecordT = TypeVar("RecordT", bound=BaseModel)
ReadingT = TypeVar("ReadingT")


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason to refuse a seed file."""

    file: str
    line: int
    """Line in the file, from 1, comments and headings counted."""
    column: str | None
    """The column at fault; none where the line as a whole is."""
    expected: str

    def __str__(self) -> str:
        """Say the fault in one line."""
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.file}, line {self.line}{column}: {self.expected}"


class SeedFileRefused(FundError):  # noqa: N818 - errors are named as facts
    """Seed files hold what their tables do not take; nothing of them was written."""

    code = "seed_file_refused"

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = tuple(faults)
        shown = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        if len(self.faults) > FAULTS_SHOWN:
            shown.append(f"and {len(self.faults) - FAULTS_SHOWN} more")
        super().__init__("{faults}", faults="\n".join(shown))


@dataclass(frozen=True, slots=True)
class Line(Generic[RecordT]):
    """A validated record and where it stands."""

    file: str
    number: int
    """Line in the file, from 1, comments and headings counted."""
    record: RecordT

    def fault(self, column: str, expected: str) -> Fault:
        """Name a fault of this line that shows only beside other lines."""
        return Fault(self.file, self.number, column, expected)


def read_csv(path: Path, record: type[RecordT]) -> list[Line[RecordT]]:
    """Read a CSV file whose headings are the fields of a record; an empty cell is a missing value.

    Raises
    ------
    SeedFileRefused
        When its provenance or headings are not as they must be, or a line does not validate.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        texts = list(stream)
    comments = list(takewhile(lambda text: text.startswith("#"), texts))
    _check_provenance(path.name, comments)
    rows = _rows(path.name, texts, skipped=len(comments))
    number, headings = next(rows, (len(comments) + 1, []))
    if sorted(headings) != sorted(record.model_fields):
        expected = f"expected the headings {','.join(record.model_fields)}"
        raise SeedFileRefused([Fault(path.name, number, None, expected)])

    def read_row(cells: list[str]) -> RecordT:
        return record.model_validate({name: cell or None for name, cell in zip(headings, cells, strict=True)})

    return _read_lines(path.name, _of_width(len(headings), rows, path.name), read_row)


def read_json_lines(path: Path, record: type[RecordT]) -> list[Line[RecordT]]:
    """Read a JSON Lines file of one record a line; unknown and missing fields are faults.

    Raises
    ------
    SeedFileRefused
        When a line is no JSON object or does not validate.
    """
    with path.open(encoding="utf-8") as stream:
        return _read_lines(path.name, enumerate(stream, start=1), record.model_validate_json)


def repeated_keys(lines: Iterable[Line[RecordT]], key: str) -> Iterator[Fault]:
    """Give a fault for each line whose natural key an earlier line has taken."""
    first: dict[object, int] = {}
    for line in lines:
        taken = first.setdefault(getattr(line.record, key), line.number)
        if taken != line.number:
            yield line.fault(key, f"expected a value of its own, found that of line {taken}")


def _check_provenance(file: str, comments: list[str]) -> None:
    stated = {name.strip() for name, _, text in (comment[1:].partition(":") for comment in comments) if text.strip()}
    missing = [name for name in PROVENANCE if name not in stated]
    if missing:
        raise SeedFileRefused([Fault(file, 1, None, f"expected a comment '# {name}: ...'") for name in missing])


def _rows(file: str, texts: list[str], *, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Give the CSV rows below the comments, each with the line where it ends."""
    reader = csv.reader(texts[skipped:], strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SeedFileRefused([Fault(file, skipped + reader.line_num, None, f"expected CSV ({error})")]) from error
        yield skipped + reader.line_num, cells


def _of_width(width: int, rows: Iterable[tuple[int, list[str]]], file: str) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if len(cells) != width:
            expected = f"expected {width} cells as in the heading, found {len(cells)}"
            raise SeedFileRefused([Fault(file, number, None, expected)])
        yield number, cells


def _read_lines(
    file: str, sources: Iterable[tuple[int, ReadingT]], read: Callable[[ReadingT], RecordT]
) -> list[Line[RecordT]]:
    """Read every line and give them all, or refuse the file with all its faults."""
    lines: list[Line[RecordT]] = []
    faults: list[Fault] = []
    for number, source in sources:
        try:
            lines.append(Line(file, number, read(source)))
        except ValidationError as error:
            faults.extend(_faults(error, file, number))
    if faults:
        raise SeedFileRefused(faults)
    return lines


def _faults(error: ValidationError, file: str, number: int) -> Iterator[Fault]:
    for problem in error.errors():
        column = ".".join(str(part) for part in problem["loc"]) or None
        found = "" if problem["type"] == "missing" else f", found {str(problem['input'])[:VALUE_SHOWN]!r}"
        yield Fault(file, number, column, f"{problem['msg']}{found}")
