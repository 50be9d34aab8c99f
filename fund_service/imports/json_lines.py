"""Reader of .jsonl and .jsonl.gz files: one JSON object a line, read as a stream."""

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from fund_service.imports.faults import FaultList, Reason, refusal
from fund_service.imports.tables import MAX_COLUMNS, MAX_LINE_BYTES, MAX_ROWS, MAX_TEXT_BYTES, SourceRow, SourceTable


def open_json_lines(path: Path) -> SourceTable:
    """Open a .jsonl or .jsonl.gz file; it is read through once to learn all its headings.

    Raises
    ------
    ImportRefused
        When it cannot be decompressed, or is beyond a limit of size, rows, columns or line length.
    """
    headings: dict[str, int] = {}
    count = 0
    for line, found in _objects(path):
        count += 1
        if isinstance(found, dict):
            for heading in found:
                headings.setdefault(heading, line)
        if len(headings) > MAX_COLUMNS:
            raise refusal("expected at most {most} different keys", line=line, most=MAX_COLUMNS)
    return SourceTable(headings=headings, expected_rows=count, rows=partial(_rows, path))


def _rows(path: Path, faults: FaultList) -> Iterator[SourceRow]:
    for line, found in _objects(path):
        if isinstance(found, dict):
            yield SourceRow(line, found)
        else:
            faults.add(
                line, column=None, value=None, expected=Reason("expected one JSON object ({error})", error=found)
            )


def _objects(path: Path) -> Iterator[tuple[int, dict[str, object] | str]]:
    """Give what each line holds that is not blank: an object, or the reason why it is none."""
    count = 0
    for line, raw in _lines(path):
        if raw.isspace():
            continue
        count += 1
        if count > MAX_ROWS:
            raise refusal("expected at most {most:,} rows", line=line, most=MAX_ROWS)
        yield line, _parsed(raw)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines, parted at line feeds only: a JSON text may hold any other line separator."""
    number = size = 0
    try:
        with _opened(path) as stream:
            while raw := stream.readline(MAX_LINE_BYTES + 1):
                number += 1
                size += len(raw)
                if len(raw) > MAX_LINE_BYTES:
                    raise refusal("expected lines of at most 1 MiB", line=number)
                if size > MAX_TEXT_BYTES:
                    raise refusal("expected at most 1 GiB of text, decompressed", line=number)
                yield number, raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise refusal("expected a whole gzip file ({error})", line=number + 1, error=error) from error


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def _parsed(raw: bytes) -> dict[str, object] | str:
    try:
        found = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return Reason("not UTF-8")
    except (ValueError, ArithmeticError) as error:
        return str(error)
    except RecursionError:
        return Reason("nested too deeply")
    return found if isinstance(found, dict) else f"found {type(found).__name__}"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refused_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refused_constant, object_pairs_hook=_unique)
