import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.diligence import file_types
from fund_service.diligence.documents import MAX_DOCUMENT_BYTES, safe_name
from fund_service.diligence.file_types import EXTENSIONS, HWPX, type_of_content
from models.errors import ValueNotAllowed
from tests.damaged_archives import damaged


def zipped(parts, **options):
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


DOCX = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<xml/>"}


def test_each_kind_of_file_is_known_by_its_content(files):
    assert {ending: type_of_content(content, name=f"서류.{ending}") for ending, content in files.items()} == {
        ending: EXTENSIONS[ending] for ending in files
    }


def test_no_file_passes_as_another_kind(files):
    texts = {"csv", "txt"}
    for ending, content in files.items():
        for other in EXTENSIONS:
            if EXTENSIONS[other] != EXTENSIONS[ending] and not {ending, other} <= texts:
                with pytest.raises(ValueNotAllowed):
                    type_of_content(content, name=f"서류.{other}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ\x90\x00"), ("a.pdf", b"MZ\x90\x00"), ("a.txt", b"MZ this is text"), ("a.txt", b"#!/bin/sh\n"),
        ("a.pdf", b"\x7fELF"), ("a.html", b"<html>"), ("a.svg", b"<svg/>"), ("a.js", b"alert(1)"), ("a", b"text"),
        ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1")), ("a.hwp", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
        ("a.zip", b"PK\x03\x04"), ("a.docx", b"PK\x03\x04 no archive"), ("a.txt", b"a\x00b"),
        ("a.txt", b"\xff\xfea\x00"),
        ("a.csv", "구분".encode("cp949")), ("a.pdf.exe", b"%PDF-1.7"), ("a.pdf", b""), ("a.txt", b"\x1b[2J"),
        ("a.docx", zipped({"word/document.xml": "<xml/>"})), ("a.xlsx", zipped(DOCX)),
        ("a.docx", zipped(DOCX | {"word/vbaProject.bin": "x"})), ("a.docx", zipped(DOCX | {"../outside": "x"})),
        ("a.docx", zipped(DOCX | {"/etc/passwd": "x"})), ("a.docx", zipped(DOCX | {"word/run.exe": "x"})),
        ("a.docx", zipped(DOCX | {"bomb.xml": b"0" * 5_000_000})), ("a.hwpx", zipped({"mimetype": "text/plain"})),
        ("a.hwpx", zipped({"mimetype": "x" * 1_000})),
        ("a.docx", zipped(DOCX | {f"{number}.xml": "" for number in range(file_types.MAX_ENTRIES)})),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(name, content):
    with pytest.raises(ValueNotAllowed) as refusal:
        type_of_content(content, name=name)
    assert refusal.value.field == "file"


def test_a_locked_archive_is_refused():
    content = bytearray(zipped(DOCX))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(ValueNotAllowed, match="password"):
        type_of_content(bytes(content), name="a.docx")


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_damaged_within_is_refused_however_it_is_packed(packed):
    with pytest.raises(ValueNotAllowed, match="damaged"):
        type_of_content(damaged("mimetype", HWPX.encode(), packed), name="a.hwpx")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("사업계획서 (최종).pdf", "사업계획서 (최종).pdf"), ("C:\\Users\\kim\\계획.pdf", "계획.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"), ("a/b/c.pdf", "c.pdf"), (" a.pdf ", "a.pdf"),
        ("\u1100\u1161.pdf", "가.pdf"),
    ],
)  # fmt: skip
def test_a_name_is_kept_without_its_folders(name, kept):
    assert safe_name(name) == kept


@pytest.mark.parametrize(
    "name", ["", "..", ".", " . ", ".htaccess", "a\x00.pdf", "a\u202efdp.exe", "a\n.pdf", "a" * 201, "a/"]
)
def test_a_name_that_hides_something_is_refused(name):
    with pytest.raises(ValueNotAllowed):
        safe_name(name)


@given(st.text(max_size=300))
def test_a_kept_name_is_always_plain(name):
    try:
        kept = safe_name(name)
    except ValueNotAllowed:
        return
    assert kept
    assert len(kept) <= 200
    assert not set(kept) & set('/\\\r\n\0"') - {'"'}
    assert safe_name(kept) == kept


@given(st.binary(max_size=200), st.sampled_from(sorted(EXTENSIONS)))
def test_any_bytes_are_either_known_or_refused(content, ending):
    with suppress(ValueNotAllowed):
        assert type_of_content(content, name=f"a.{ending}") == EXTENSIONS[ending]


def test_the_largest_document_fits_the_table_and_a_request():
    assert MAX_DOCUMENT_BYTES < 10 * 2**20
