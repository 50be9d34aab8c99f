"""Zip archives whose directory is whole and whose content is not."""

import zipfile
from io import BytesIO


def damaged(name, content, packed):
    """Give an archive of one entry, packed some way, of which all that was packed is overwritten."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", packed) as archive:
        archive.writestr(name, content)
        entry = archive.getinfo(name)
        size = entry.compress_size
    changed = bytearray(held.getvalue())
    begin = entry.header_offset + 30 + len(name)
    keep = 9 if packed == zipfile.ZIP_LZMA else 0  # its properties, which say how to read the rest
    changed[begin + keep : begin + size] = b"\xff" * (size - keep)
    return bytes(changed)
