"""What a file is, found from its bytes: the name and what the sender says are only held against it."""

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from fund_service.zip_archives import UNREADABLE, is_encrypted, leads_outside
from models.errors import ValueNotAllowed

PDF, PNG, JPEG, CSV, TEXT = "application/pdf", "image/png", "image/jpeg", "text/csv", "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX, PPTX = (
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
)
HWP, HWPX = "application/x-hwp", "application/hwp+zip"

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "pdf": PDF, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "docx": DOCX, "xlsx": XLSX, "pptx": PPTX, "hwp": HWP,
        "hwpx": HWPX, "csv": CSV, "txt": TEXT,
    }
)  # fmt: skip
"""The endings of the files that are taken, and what such a file must be."""

MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 100
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_HWP_SIGNATURE = b"HWP Document File"
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", bytes.fromhex("cafebabe"), bytes.fromhex("feedface"), bytes.fromhex("cffaedfe"))
_PLAIN_CONTROLS = frozenset("\t\r\n\f")


def type_of_content(content: bytes, *, name: str) -> str:
    """Give the media type of a file's content, where it is one of those taken and the name's ending agrees.

    Raises
    ------
    ValueNotAllowed
        When it is none of them, is a program, unfolds beyond a limit, or is called something else.
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    expected = EXTENSIONS.get(extension)
    if expected is None:
        raise ValueNotAllowed(
            "Files of this kind are not taken; send one of: {kinds}.", field="file", kinds=", ".join(EXTENSIONS)
        )
    found = _sniffed(content, expected)
    if found != expected:
        raise ValueNotAllowed(
            "The content of this file is not what its name says ({ending}).", field="file", ending=extension
        )
    return found


def _sniffed(content: bytes, expected: str) -> str | None:
    """Tell what the content is; text has no signature, so the name's ending tells a table from prose."""
    if content.startswith(_PROGRAMS):
        raise ValueNotAllowed("Programs are not taken.", field="file")
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(_COMPOUND_FILE):
        return HWP if _HWP_SIGNATURE in content else None
    if content.startswith(b"PK\x03\x04"):
        return _type_of_archive(content)
    return expected if expected in {CSV, TEXT} and _is_plain_text(content) else None


def _is_plain_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    controls = {letter for letter in set(text) if unicodedata.category(letter) == "Cc"}
    return controls <= _PLAIN_CONTROLS


def _type_of_archive(content: bytes) -> str | None:
    """Tell which office document a zip archive is, having looked at its directory before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive.infolist(), size=len(content))
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= len(HWPX):
                return HWPX if archive.read("mimetype") == HWPX.encode() else None
    except UNREADABLE as error:
        raise ValueNotAllowed("This file is damaged or has a password.", field="file") from error
    if "[Content_Types].xml" not in names:
        return None
    return next((media_type for part, media_type in _MAIN_PARTS.items() if part in names), None)


def _check_directory(entries: list[zipfile.ZipInfo], *, size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(size, 1):
        raise ValueNotAllowed("This file unpacks to far more than a document does.", field="file")
    for entry in entries:
        if leads_outside(entry):
            raise ValueNotAllowed("This file holds a path that leads outside of it.", field="file")
        if is_encrypted(entry):
            raise ValueNotAllowed("This file is damaged or has a password.", field="file")
        if entry.filename.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")):
            raise ValueNotAllowed("Documents with macros or programs inside are not taken.", field="file")
