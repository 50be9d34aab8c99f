"""Texts that a spreadsheet would compute: marked as text when they are written, read again as they were meant."""

import re

_COMPUTED = re.compile(r"'*(?:[\ufeff\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\ufeff ]*[\t\r\n\x00])")
"""How a text starts that a spreadsheet computes: a sign, also in full width, also behind a byte order mark or blanks;
or a control character that some of them drop. One that is marked already is marked again, so that no mark is lost."""
_MARK = "'"


def marked(text: str) -> str:
    """Give text so that a spreadsheet shows it and computes nothing, with an apostrophe in front where needed."""
    return f"{_MARK}{text}" if _COMPUTED.match(text) else text


def meant(text: str) -> str:
    """Give the text that was marked."""
    return text[1:] if text.startswith(_MARK) and _COMPUTED.match(text, 1) else text
