import os
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from fund_service.fonts import FAMILY, WEB_FONTS, font_files
from models.errors import StepNotAllowed


def test_web_fonts_become_truetype_with_hangul(tmp_path: Path):
    files = font_files(fonts=tmp_path)
    for file in (files.regular, files.bold):
        with TTFont(file) as font:
            assert font.flavor is None
            assert font["name"].getDebugName(1) == FAMILY
            assert {ord(letter) for letter in "가힣수요신호KRW₩"} <= set(font.getBestCmap())
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".ttf", ".ttf"]


def test_fonts_are_unpacked_once_and_again_after_an_update(tmp_path: Path):
    first = font_files(fonts=tmp_path).regular
    made = first.stat().st_mtime_ns
    assert font_files(fonts=tmp_path).regular.stat().st_mtime_ns == made
    os.utime(first, (1, 1))
    assert font_files(fonts=tmp_path).regular.stat().st_mtime > 1


def test_missing_web_fonts_are_said(tmp_path: Path):
    with pytest.raises(StepNotAllowed, match="make setup"):
        font_files(web_fonts=tmp_path, fonts=tmp_path)


def test_a_broken_web_font_leaves_nothing_behind(tmp_path: Path):
    for weight in ("Regular", "Bold"):
        (tmp_path / f"PretendardGOV-{weight}.subset.woff2").write_bytes(b"not a font")
    with pytest.raises(Exception, match="Not a TrueType"):
        font_files(web_fonts=tmp_path, fonts=tmp_path / "fonts")
    assert list((tmp_path / "fonts").iterdir()) == []
    assert WEB_FONTS.exists()
