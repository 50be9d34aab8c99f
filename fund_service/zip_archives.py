"""Zip archives from strangers: what reading a damaged one raises, and which entries are never taken."""

import zipfile
import zlib

UNREADABLE = (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, OSError)
"""What ``zipfile`` raises for an archive damaged or packed in an unknown way; ``is_encrypted`` is asked before."""


def leads_outside(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry's path would leave the folder it is unpacked in."""
    name = entry.filename
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def is_encrypted(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry needs a password."""
    return bool(entry.flag_bits & 1)
