"""Files are read whole and exactly, or refused with a reason; nothing of them breaks the reader."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fund_service.imports import delimited, json_lines, tables
from fund_service.imports.faults import FaultList, ImportRefused
from fund_service.imports.readers import READERS, open_table


def read(path: Path) -> list[tuple[int, dict[str, object]]]:
    faults = FaultList()
    rows = [(row.line, dict(row.cells)) for row in open_table(path).rows(faults)]
    faults.refuse()
    return rows


def file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(ImportRefused) as caught:
        read(path)
    return caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "euc-kr"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_korean_encodings_with_any_delimiter(tmp_path, encoding, delimiter):
    text = delimiter.join(["과제명", "요약"]) + "\r\n" + delimiter.join(["수소", '"첫 줄\n둘째, 줄; 끝"']) + "\r\n"
    assert read(file(tmp_path, "a.csv", text.encode(encoding))) == [
        (2, {"과제명": "수소", "요약": "첫 줄\n둘째, 줄; 끝"})
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_all_headings_in_quotes_is_read(tmp_path, delimiter):
    lines = [delimiter.join(['"name"', '"note"']), delimiter.join(['"가"', '"a b"'])]
    assert read(file(tmp_path, "a.csv", "\n".join(lines))) == [(2, {"name": "가", "note": "a b"})]


def test_csv_lines_are_numbered_where_a_record_begins_and_blank_ones_are_passed_over(tmp_path):
    path = file(tmp_path, "a.csv", 'a,b\n\n"1\n1",2\n,\n3,4\u2028\n')
    assert [line for line, _ in read(path)] == [3, 6]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "headings"),
        (b"a,b\n1\n", "line 2: expected 2 cells"),
        (b"a,b\n1,2,3\n", "line 2: expected 2 cells"),
        (b"a,,b\n1,2,3\n", "column number 2: expected a heading"),
        (b"a,a\n1,2\n", "column a: expected each heading once"),
        (b'a,b\n"x"y,2\n', "line 2: expected well-formed CSV"),
        (b"a,b\n1,\x00\n", "line 2: expected text without NUL"),
        (b"a,b\n1,\xff\xff\xff\n", "UTF-8 or CP949"),
        ("a,b\n1,가".encode()[:-1], "line 2: expected a whole file, it ends in the middle of a character"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\n1," + b"x" * (2**20 + 1), "1 MiB"),
        (",".join(f"c{n}" for n in range(300)).encode(), "256 columns"),
    ],
)
def test_bad_csv_is_refused_with_its_line(tmp_path, content, reason):
    assert reason in refused(file(tmp_path, "a.csv", content))


def test_cells_beyond_the_headings_may_be_blank(tmp_path):
    assert read(file(tmp_path, "a.csv", "a,b,\n1,2,\n")) == [(2, {"a": "1", "b": "2"})]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "A.JSONL"])
def test_json_lines_keep_separators_inside_text_and_numbers_exact(tmp_path, name):
    content = '\ufeff{"a": "x\u2028y", "n": 0.1}\n\n{"b": 12345678901234567890}\r\n'.encode()
    path = file(tmp_path, name, gzip.compress(content) if name.endswith("gz") else content)
    assert read(path) == [(1, {"a": "x\u2028y", "n": Decimal("0.1")}), (3, {"b": 12345678901234567890})]
    assert open_table(path).headings == {"a": 1, "n": 1, "b": 3}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "line 2: expected one JSON object"),
        (b"[1]", "found list"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "line 2: expected one JSON object"),
        (b'{"a": ' + b"9" * 5000 + b"}", "line 2: expected one JSON object"),
        (b'{"a": 1e99999999999999999999}', "line 2: expected one JSON object"),
        (b"x" * (2**20 + 1), "1 MiB"),
    ],
)
def test_bad_json_lines_are_refused_with_their_line(tmp_path, line, reason):
    assert reason in refused(file(tmp_path, "a.jsonl", b'{"a": 1}\n' + line + b"\n"))


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(b'{"a": 1}\n' * 100, mtime=0)[:-12], gzip.compress(b"{}\n", mtime=0)[:-1] + b"\1"],
)
def test_a_broken_gzip_is_refused(tmp_path, content):
    assert "gzip" in refused(file(tmp_path, "a.jsonl.gz", content))


def test_a_gzip_bomb_is_refused_while_it_streams(tmp_path, monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_TEXT_BYTES", 10_000)
    assert "1 GiB" in refused(file(tmp_path, "a.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 10_000)))


def test_more_rows_or_keys_than_the_limit_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_ROWS", 2)
    monkeypatch.setattr(delimited, "MAX_ROWS", 2)
    assert "at most 2 rows" in refused(file(tmp_path, "a.jsonl", '{"a": 1}\n' * 3))
    assert "at most 2 rows" in refused(file(tmp_path, "a.csv", "a,b\n" + "1,2\n" * 3))
    keys = json.dumps({f"k{number}": 1 for number in range(tables.MAX_COLUMNS + 1)})
    assert "keys" in refused(file(tmp_path, "b.jsonl", keys))


def test_a_huge_csv_is_refused_by_size(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_TEXT_BYTES", 10)
    assert "1 GiB" in refused(file(tmp_path, "a.csv", "a,b\n1,2\n3,4\n"))


@pytest.mark.parametrize("name", ["a.txt", "a.xls", "a.gz", "csv", "a.csv.gz"])
def test_other_extensions_are_refused(tmp_path, name):
    assert "expected a file named .csv" in refused(file(tmp_path, name, "a,b\n1,2\n"))


@pytest.mark.parametrize("extension", READERS)
def test_missing_files_folders_and_empty_files_are_refused(tmp_path, extension):
    assert "no such file" in refused(tmp_path / f"missing{extension}")
    (tmp_path / f"folder{extension}").mkdir()
    assert "expected a file" in refused(tmp_path / f"folder{extension}")
    assert "empty" in refused(file(tmp_path, f"empty{extension}", b""))
    assert "cannot be read" in refused(tmp_path / f"{'x' * 300}{extension}")
    assert "no such file" in refused(tmp_path / f"nul\0{extension}")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(list(READERS)),
    st.one_of(st.binary(), st.text().map(str.encode), st.text('a,;\t"\r\n{}[]:1').map(str.encode)),
)
def test_no_content_breaks_a_reader(tmp_path, extension, content):
    path = file(tmp_path, f"any{extension}", content)
    try:
        rows = read(path)
    except ImportRefused:
        return
    assert all(line >= 1 and isinstance(cells, dict) for line, cells in rows)
