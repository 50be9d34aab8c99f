"""Reader of .csv files: UTF-8 or CP949, parted by comma, semicolon or tab."""

import codecs
import csv
from collections.abc import Iterator
from functools import partial
from io import TextIOBase
from pathlib import Path

from fund_service.imports.faults import FaultList, ImportRefused, Reason, refusal
from fund_service.imports.formulas import meant
from fund_service.imports.headings import check_headings
from fund_service.imports.tables import MAX_LINE_BYTES, MAX_ROWS, MAX_TEXT_BYTES, SourceRow, SourceTable

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "cp949")
"""Tried in this order; CP949 is what Korean office programs write, and holds EUC-KR."""
_BLOCK = 2**20


def open_delimited(path: Path) -> SourceTable:
    """Open a .csv file.

    Raises
    ------
    ImportRefused
        When it is neither UTF-8 nor CP949, holds NUL, is too large, or has no headings.
    """
    encoding, line_ends = _encoding(path)
    delimiter = _delimiter(path, encoding)
    line, heading = next(_records(path, encoding, delimiter), (1, []))
    headings = check_headings(heading, line=line)
    return SourceTable(
        headings=dict.fromkeys(headings, line),
        expected_rows=line_ends,
        rows=partial(_rows, path, encoding, delimiter, headings),
    )


def _encoding(path: Path) -> tuple[str, int]:
    """Read the file through once: give its encoding and how many line ends it has."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
    line_ends = size = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if size == 0 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise refusal("expected UTF-8 or CP949 text, found UTF-16; save it as CSV UTF-8")
            size += len(block)
            before_nul, nul, _ = block.partition(b"\x00")
            line_ends += before_nul.count(b"\n")
            if nul:
                raise refusal("expected text without NUL characters", line=line_ends + 1)
            if size > MAX_TEXT_BYTES:
                raise refusal("expected at most 1 GiB of text")
            decoders = {name: decoder for name, decoder in decoders.items() if _decodes(decoder, block, final=False)}
    encoding = next(iter(decoders), None)
    if encoding is None:
        raise refusal("expected text in UTF-8 or CP949 (EUC-KR)")
    if not _decodes(decoders[encoding], b"", final=True):
        raise refusal("expected a whole file, it ends in the middle of a character", line=line_ends + 1)
    return encoding, line_ends


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """Give the delimiter that parts the first line into most headings."""

    def width(delimiter: str) -> int:
        try:
            return len(next(_records(path, encoding, delimiter), (1, []))[1])
        except ImportRefused:  # quoted headings are well-formed with their own delimiter alone
            return 0

    return max(DELIMITERS, key=width)


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give the records that are not blank, each with the line where it begins."""
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(_bounded(stream), delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise refusal("expected well-formed CSV ({error})", line=line, error=error) from error
            if any(cell.strip() for cell in record):
                yield line, record


def _bounded(stream: TextIOBase) -> Iterator[str]:
    """Give the lines of a stream, none longer than ``MAX_LINE_BYTES`` characters."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise refusal("expected lines of at most 1 MiB", line=number)
        yield line


def _rows(path: Path, encoding: str, delimiter: str, headings: list[str], faults: FaultList) -> Iterator[SourceRow]:
    records = _records(path, encoding, delimiter)
    next(records)
    for count, (line, record) in enumerate(records, start=1):
        if count > MAX_ROWS:
            raise refusal("expected at most {most:,} rows", line=line, most=MAX_ROWS)
        extra = record[len(headings) :]
        if len(record) < len(headings) or any(cell.strip() for cell in extra):
            expected = Reason(
                "expected {count} cells as in the heading, found {found}", count=len(headings), found=len(record)
            )
            faults.add(line, column=None, value=None, expected=expected)
            continue
        yield SourceRow(line, dict(zip(headings, map(meant, record), strict=False)))
