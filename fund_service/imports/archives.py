"""What is checked of an .xlsx file before anything of it is loaded: a small archive may unfold into a huge one."""

import re
import zipfile
from pathlib import Path
from xml.parsers import expat

from fund_service.imports.faults import refusal
from fund_service.zip_archives import UNREADABLE, is_encrypted, leads_outside

MAX_COMPRESSED = 20 * 2**20
MAX_UNCOMPRESSED = 100 * 2**20
MAX_ENTRIES = 200
MAX_RATIO = 100
MAX_ELEMENTS = 5_000_000
"""XML elements of all parts together: about two million cells."""
MAX_ROW_ELEMENTS = 20_000
"""XML elements of one row: openpyxl holds a row as a whole."""
MAX_DEPTH = 64
MAX_ROW_NUMBER = 1_048_576
"""Rows that a sheet of Excel can have; one numbered beyond makes a reader count through all before it."""
MAX_SMALL_PART = 8 * 2**20
"""Largest part that openpyxl loads as a whole: styles, theme, relations, but not sheets and shared strings."""
_ROW_DEPTH = 3
_BLOCK = 2**16


def check_archive(path: Path) -> int:
    """Check an .xlsx archive and give the number of rows of its longest sheet.

    Raises
    ------
    ImportRefused
        When it is no zip archive, unfolds beyond a limit, names a file outside itself, is encrypted, or its XML is
        broken, declares a document type, or is nested too deeply.
    """
    if path.stat().st_size > MAX_COMPRESSED + 2**20:
        raise refusal("expected an .xlsx file of at most 20 MiB; save a larger table as CSV")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive.infolist())
            return _check_parts(archive)
    except UNREADABLE as error:
        raise refusal("expected an .xlsx workbook, neither encrypted nor damaged ({error})", error=error) from error
    except expat.ExpatError as error:
        raise refusal("expected a workbook of well-formed XML ({error})", error=error) from error


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    compressed = sum(entry.compress_size for entry in entries)
    uncompressed = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise refusal(
            "expected at most {most} files inside the workbook, found {found}", most=MAX_ENTRIES, found=len(entries)
        )
    if compressed > MAX_COMPRESSED or uncompressed > MAX_UNCOMPRESSED:
        raise refusal("expected a workbook of at most 20 MiB, 100 MiB unpacked; save a larger table as CSV")
    if uncompressed > MAX_RATIO * max(compressed, 1):
        raise refusal("expected a workbook that unpacks to at most {most} times its size", most=MAX_RATIO)
    for entry in entries:
        if leads_outside(entry):
            raise refusal("expected no file outside the workbook", value=entry.filename)
        if is_encrypted(entry):
            raise refusal("expected a workbook without a password")
        if _is_xml(entry) and not _is_streamed(entry) and entry.file_size > MAX_SMALL_PART:
            raise refusal("expected parts of at most 8 MiB beside the sheets", value=entry.filename)


def _is_xml(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith((".xml", ".rels"))


def _is_streamed(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith("xl/worksheets/") or entry.filename == "xl/sharedStrings.xml"


def _check_parts(archive: zipfile.ZipFile) -> int:
    """Count the elements of every XML part; give the number of rows of the longest sheet."""
    counted = longest = 0
    for entry in archive.infolist():
        if not _is_xml(entry):
            continue
        part = _Part(entry.filename, room=MAX_ELEMENTS - counted)
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                part.feed(block)
        part.feed(b"", final=True)
        counted += part.elements
        longest = max(longest, part.rows)
    return longest


class _Part:
    """Counts the elements of one XML part as it streams by; no entity unfolds, as no document type is let in."""

    def __init__(self, name: str, *, room: int) -> None:
        self.elements = self.rows = 0
        self._name, self._room = name, room
        self._depth = self._in_row = self._row = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type

    def feed(self, block: bytes, *, final: bool = False) -> None:
        """Parse the next block."""
        self._parser.Parse(block, final)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self._depth += 1
        if self._depth <= _ROW_DEPTH:
            self._in_row = 0
        if self._depth == _ROW_DEPTH and name.rpartition(":")[2] == "row":
            self._number_row(attributes.get("r"))
        self._in_row += 1
        if self.elements > self._room or self._in_row > MAX_ROW_ELEMENTS or self._depth > MAX_DEPTH:
            raise refusal(
                "expected a plain table of at most two million cells; save a larger one as CSV", value=self._name
            )

    def _number_row(self, claimed: str | None) -> None:
        """Count a row; openpyxl would drop one whose number does not rise, and count up to one far beyond."""
        self.rows += 1
        digits = claimed or str(self._row + 1)
        number = int(digits) if re.fullmatch("[0-9]{1,7}", digits) else 0
        if not self._row < number <= MAX_ROW_NUMBER:
            raise refusal("expected rows numbered upwards, at most {most:,}", value=claimed, most=MAX_ROW_NUMBER)
        self._row = number

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _refuse_document_type(self, *_declared: object) -> None:
        raise refusal("expected a workbook without a document type declaration", value=self._name)
