"""Fonts of documents and charts: Pretendard GOV, from the web fonts installed at set-up, as the TrueType they need."""

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import vl_convert
from fontTools.ttLib import TTFont

from fund_service.settings import ASSETS
from models.errors import StepNotAllowed

FAMILY = "Pretendard GOV"
WEB_FONTS = ASSETS / "node_modules/krds-uiux/resources/fonts"
FONTS = ASSETS / "fonts"


@dataclass(frozen=True, slots=True)
class FontFiles:
    """The TrueType files of the family."""

    regular: Path
    bold: Path


def font_files(*, web_fonts: Path = WEB_FONTS, fonts: Path = FONTS) -> FontFiles:
    """Give the fonts as TrueType files, unpacking the web fonts the first time (about 1 s).

    Raises
    ------
    StepNotAllowed
        When the web fonts are not installed.
    """
    return FontFiles(
        regular=_unpacked(web_fonts / "PretendardGOV-Regular.subset.woff2", fonts / "PretendardGOV-Regular.ttf"),
        bold=_unpacked(web_fonts / "PretendardGOV-Bold.subset.woff2", fonts / "PretendardGOV-Bold.ttf"),
    )


def _unpacked(web_font: Path, font: Path) -> Path:
    """Unpack a web font unless that was done since it was installed; readers never see half a file."""
    if not web_font.exists():
        raise StepNotAllowed("The fonts are not installed; run `make setup`.")
    if font.exists() and font.stat().st_mtime >= web_font.stat().st_mtime:
        return font
    font.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=font.parent, suffix=".part")
    os.close(handle)
    try:
        with TTFont(web_font) as unpacked:
            unpacked.flavor = None
            unpacked.save(part)
        Path(part).replace(font)
    finally:
        Path(part).unlink(missing_ok=True)
    return font


@cache
def use_in_charts() -> None:
    """Let the chart renderer of this process find the fonts."""
    vl_convert.register_font_directory(str(font_files().regular.parent))
