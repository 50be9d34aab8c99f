"""Anchors: entries written down outside the database, so that a chain made anew from any point is found out."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from models.errors import ValueNotAllowed


def read_anchors(path: Path) -> Mapping[int, str]:
    """Read the digest of each entry that was anchored; none where there is no file yet.

    Raises
    ------
    ValueNotAllowed
        When a line is no anchor, or two say different things of one entry.
    """
    if not path.exists():
        return {}
    anchors: dict[int, str] = {}
    for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            read = json.loads(line)
            number, digest = int(read["number"]), str(read["digest"])
        except (ValueError, TypeError, KeyError) as error:
            raise ValueNotAllowed("{path}: line {line} is no anchor.", path=path, line=place) from error
        if anchors.setdefault(number, digest) != digest:
            raise ValueNotAllowed("{path}: line {line} contradicts an earlier one.", path=path, line=place)
    return anchors


def append_anchor(path: Path, *, number: int, digest: str, at: datetime) -> None:
    """Write down the last entry of a chain that was found whole; it is on disk when this returns."""
    line = json.dumps({"number": number, "digest": digest, "at": at.isoformat()})
    with path.open("a", encoding="utf-8") as kept:
        kept.write(f"{line}\n")
        kept.flush()
        os.fsync(kept.fileno())
