"""Normalise Korean and English text, tell the two apart, and cut it into sentences."""

import hashlib
import html
import re
import unicodedata
from enum import StrEnum

KOREAN_WORD_SHARE = 0.25
"""From this share of words with Hangul on, a text counts as Korean: Korean technical prose is full of Latin names."""

HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
"""The Unicode blocks of Hangul syllables and letters, as the inside of a regular expression's brackets."""

HANGUL_SYLLABLE = re.compile(r"[\uac00-\ud7a3]")
"""One Hangul syllable."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE6: 0x20A9, 0xFFE5: 0xA5}
_TAG_NAMES = (
    "a|abbr|address|article|aside|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|details|div|dl|"
    "dt|em|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|img|input|ins|kbd|label|li|link|main|mark|"
    "meta|nav|ol|option|p|pre|q|s|section|select|small|span|strike|strong|sub|summary|sup|table|tbody|td|textarea|"
    "tfoot|th|thead|time|title|tr|tt|u|ul|wbr"
)
_MARKUP_PASSES = 4
_ENTITY = re.compile(r"&(?:amp;)*((?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});)?", re.IGNORECASE)
_ATTRIBUTE = r"""[^\s<>="'/]{1,80}\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s<>"']+)"""
_HIDDEN = re.compile(
    r"<(script|style)\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>|<!--(?:(?!<!--).)*?-->|<!doctype[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK_TAG = re.compile(
    rf"</?(?:address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul)"
    rf"(?:\s+{_ATTRIBUTE})*\s*/?>",
    re.IGNORECASE,
)
_TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?:\s+{_ATTRIBUTE})*\s*/?>", re.IGNORECASE)
_MARKUP_CHARACTERS = re.compile(r"[<>&]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_NEW_LINE = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_WORD = re.compile(r"[^\W\d_]+")
_HANGUL_LETTER = re.compile(f"[{HANGUL}]")
_SENTENCE_END = re.compile(r"""\n|(?<![.!?\u2026\u3002])[.!?\u2026\u3002]+["'\u2019\u201d)\]]*[ ]""")
_ABBREVIATIONS = frozenset(
    {"al", "approx", "ca", "cf", "co", "corp", "dr", "e.g", "eq", "etc", "fig", "i.e", "inc", "ltd", "mr", "mrs"}
    | {"ms", "no", "p", "pp", "prof", "ref", "sec", "st", "u.k", "u.s", "vol", "vs"}
)


class Language(StrEnum):
    """The languages the service reads."""

    KOREAN = "ko"
    """Text with Hangul words; Latin names and numbers within it stay part of it."""
    ENGLISH = "en"
    """Everything else: Latin text, and text without any letters."""


def normalise(text: str) -> str:
    """Return the one form in which a text is compared, embedded and digested.

    Full-width letters are folded, HTML entities are resolved, markup and what it hides is taken out, unseen characters
    (zero-width, control, unpaired surrogates) are dropped, the rest is composed (NFC); blanks become single spaces and
    line breaks single newlines. Normalising twice changes nothing.
    """
    for _ in range(_MARKUP_PASSES):
        previous, text = text, _normalise_once(text)
        if text == previous:
            return text
    return _normalise_once(_MARKUP_CHARACTERS.sub(" ", text))  # markup nested on purpose: nothing of it is kept


def digest(text: str) -> str:
    """Return the SHA-256 of the normalised text in hexadecimal: equal for texts that compare as equal."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def language_of(text: str) -> Language:
    """Return Korean when at least a quarter of the words hold Hangul, else English."""
    if text.isascii():
        return Language.ENGLISH
    words = _WORD.findall(text)
    korean = sum(1 for word in words if _HANGUL_LETTER.search(word))
    return Language.KOREAN if korean and korean >= KOREAN_WORD_SHARE * len(words) else Language.ENGLISH


def sentences(text: str) -> list[str]:
    """Return the sentences of the normalised text in order; a line break ends one too."""
    text = normalise(text)
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of an already normalised text, blanks around it left out."""
    spans = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group() == "\n" or not _is_abbreviated(text[start : match.start()], text[match.end() :][:1]):
            spans.append((start, match.end()))
            start = match.end()
    spans.append((start, len(text)))
    return [(begin, begin + len(kept)) for begin, kept in ((b, text[b:e].strip()) for b, e in spans) if kept]


def _is_abbreviated(before: str, following: str) -> bool:
    """Tell whether a full stop after ``before`` belongs to an abbreviation, an initial or a list number."""
    word = "".join(before.rsplit(maxsplit=1)[-1:]).lstrip("([").lower()
    initial = len(word) == 1 and word.isascii()
    return following.islower() or initial or word in _ABBREVIATIONS


def _normalise_once(text: str) -> str:
    """Apply each step of normalising in turn."""
    folded = text if text.isascii() else text.translate(_FULL_WIDTH)
    text = _NEW_LINE.sub("\n", _ENTITY.sub(_resolved, folded))
    if not text.isprintable():
        text = "".join(character for character in text if _is_seen(character))
    text = _TAG.sub("", _BLOCK_TAG.sub("\n", _HIDDEN.sub(" ", text)))
    return _LINES.sub("\n", _BLANKS.sub(" ", unicodedata.normalize("NFC", text))).strip()


def _resolved(entity: re.Match[str]) -> str:
    """Return what an HTML entity stands for, however often its ampersand was escaped."""
    name = entity.group(1)
    return html.unescape(f"&{name}") if name else "&"


def _is_seen(character: str) -> bool:
    """Tell whether a character is neither a control, a format mark nor half of a surrogate pair."""
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
