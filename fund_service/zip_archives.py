"""Zip archives from strangers: what reading a damaged one raises, and which entries are never taken."""

import lzma
import zipfile
import zlib

UNREADABLE = (zipfile.BadZipFile, NotImplementedError, zlib.error, lzma.LZMAError, EOFError, OSError)
"""What ``zipfile`` raises for an archive damaged or packed in an unknown way; ``is_encrypted`` is asked before.

Each way of packing has an error of its own: deflate ``zlib.error``, LZMA ``lzma.LZMAError``, and bzip2 a bare
``OSError`` ("Invalid data stream").
"""


def leads_outside(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry's path would leave the folder it is unpacked in."""
    name = entry.filename
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def is_encrypted(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry needs a password."""
    return bool(entry.flag_bits & 1)
