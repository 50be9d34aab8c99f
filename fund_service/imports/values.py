"""One cell read as what its column means: text, number, date, code, range; nothing guessed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from fund_service.imports.faults import NotUnderstood

E = TypeVar("E", bound=StrEnum)

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
MAX_LIST = 10_000
"""Longest text of a list in one cell."""
MAX_ITEMS = 50
"""Most entries of a list in one cell."""
MAX_TERMS, MAX_TERM = 20, 100
"""Most excluded words of a signal, as in its form, and the longest."""

EXPECTED = {
    "trl": "expected TRL levels from 1 to 9 such as 4~7, TRL 4-7, 4 이상 or 7 이하",
    "day": "expected a date such as 2026-01-31, 2026.1.31, 2026년 1월 31일 or January 31, 2026",
}
"""What a cell of many forms should have been."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f]")
_KOREAN_DATE = re.compile(r"([0-9]{4})\s*[-./년]\s*([0-9]{1,2})\s*[-./월]\s*([0-9]{1,2})\s*[.일]?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR = re.compile(r"([0-9]{4})\s*년?")
_ENGLISH_DATES = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
_TRL = r"(?:trl)?\s*\.?\s*([1-9])\s*(?:단계)?"
_TRL_RANGE = re.compile(rf"{_TRL}\s*(?:(?:[-~–—〜]|to|부터|에서)\s*{_TRL}\s*(?:까지)?|(이상|부터|\+|이하|까지))?")  # noqa: RUF001
_INTEGER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18}")
_YES, _NO = (
    frozenset({"yes", "y", "true", "예", "o", "1"}),
    frozenset({"no", "n", "false", "아니오", "아니요", "x", "0"}),
)
_SEPARATOR = re.compile(r"[;,\n|]")


def folded(text: str) -> str:
    """Give the form in which names and headings are compared: letters and digits only, compatibility forms folded."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def clean(text: str) -> str:
    r"""Give text as it is kept: outer blanks off, line ends as ``\n``, control characters out.

    Markup and entities stay; the matcher folds them when it reads.

    Raises
    ------
    NotUnderstood
        When it holds a NUL or half a surrogate pair, which no database keeps.
    """
    if "\x00" in text:
        raise NotUnderstood("expected text without NUL characters")
    if not text.isascii() and _SURROGATE.search(text):
        raise NotUnderstood("expected whole Unicode characters, not half a surrogate pair")
    if _CONTROL.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
        text = _CONTROL.sub("", text)
    return text.strip()


def is_blank(value: object) -> bool:
    """Say whether a cell says nothing."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def text_of(limit: int) -> Callable[[object], str]:
    """Give a reader of text of at most ``limit`` characters."""

    def read(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise NotUnderstood("expected text")
        text = value if isinstance(value, str) else _plain(Decimal(value))
        if len(text) > limit:
            raise NotUnderstood("expected at most {most:,} characters, found {found:,}", most=limit, found=len(text))
        return text

    return read


def integer(value: object, lowest: int, highest: int) -> int:
    """Read a whole number between two bounds, both included."""
    number: int | None = None
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        number = int(value.replace(",", ""))
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 18 and value == int(value):  # noqa: PLR2004 - as many digits as _INTEGER
        number = int(value)
    if number is None or not lowest <= number <= highest:
        raise NotUnderstood("expected a whole number from {lowest} to {highest}", lowest=lowest, highest=highest)
    return number


def trl(value: object) -> int:
    """Read one technology readiness level: 4, "TRL 4", "4단계"."""
    if isinstance(value, str):
        found = re.fullmatch(_TRL, value.casefold())
        if found:
            return int(found[1])
    return integer(value, 1, 9)


def trl_range(value: object) -> tuple[int | None, int | None]:
    """Read a range of levels: "4~7", "TRL 4 - TRL 7", "4 이상", "7 이하", or a single level."""
    if not isinstance(value, str):
        return (level := trl(value)), level
    found = _TRL_RANGE.fullmatch(unicodedata.normalize("NFKC", value).casefold().strip())
    if found is None:
        raise NotUnderstood(EXPECTED["trl"])
    low, high, bound = found.groups()
    if bound:
        return (int(low), None) if bound in {"이상", "부터", "+"} else (None, int(low))
    if high and int(high) < int(low):
        raise NotUnderstood("expected the lower TRL first")
    return int(low), int(high or low)


def day(value: object, *, end: bool = False) -> date:
    """Read a calendar date; a bare year is its first day, or its last where the date is an end."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return _sane(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise NotUnderstood(EXPECTED["day"])
    text = value.strip()
    if year := _YEAR.fullmatch(text):
        text = f"{year[1]}-12-31" if end else f"{year[1]}-01-01"
    found = _KOREAN_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        return _sane(date(int(found[1]), int(found[2]), int(found[3])) if found else _english_date(text))
    except ValueError as error:
        raise NotUnderstood(EXPECTED["day"]) from error


def _english_date(text: str) -> date:
    for pattern in _ENGLISH_DATES:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    raise ValueError(text)


def _sane(value: date) -> date:
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise NotUnderstood(
            "expected a date between the years {first} and {last}", first=EARLIEST_YEAR, last=LATEST_YEAR
        )
    return value


def items(value: object) -> list[str]:
    """Split a list: a JSON list, or text parted by ; , | or line breaks; blanks and repeats fall out."""
    parts = value if isinstance(value, list) else [value]
    texts = [text_of(MAX_LIST)(part) for part in parts]
    split = texts if isinstance(value, list) else [piece for text in texts for piece in _SEPARATOR.split(text)]
    kept = list(dict.fromkeys(piece.strip() for piece in split if piece.strip()))
    if len(kept) > MAX_ITEMS:
        raise NotUnderstood("expected at most {most} entries", most=MAX_ITEMS)
    return kept


def terms(value: object) -> list[str]:
    """Read a list of at most ``MAX_TERMS`` words."""
    words = items(value)
    if len(words) > MAX_TERMS or any(len(word) > MAX_TERM for word in words):
        raise NotUnderstood(
            "expected at most {most} words of at most {longest} characters each", most=MAX_TERMS, longest=MAX_TERM
        )
    return words


def choice_of(labels: Mapping[E, tuple[str, ...]]) -> Callable[[object], E]:
    """Give a reader of an enum by its value or one of its labels in Korean and English."""
    by_label = {folded(label): member for member, names in labels.items() for label in (member.value, *names)}
    known = ", ".join(f"{member.value} ({names[0]})" for member, names in labels.items())

    def read(value: object) -> E:
        found = by_label.get(folded(value)) if isinstance(value, str) else None
        if found is None:
            raise NotUnderstood("expected one of {known}", known=known)
        return found

    return read


def choices_of(labels: Mapping[E, tuple[str, ...]]) -> Callable[[object], list[E]]:
    """Give a reader of several members of an enum, in the order of ``labels``."""
    read_one = choice_of(labels)
    order = list(labels)

    def read(value: object) -> list[E]:
        return sorted({read_one(item) for item in items(value)}, key=order.index)

    return read


def registration_number(value: object) -> str:
    """Read a Korean business registration number, ten digits with or without hyphens."""
    text = _plain(Decimal(value)) if isinstance(value, int) and not isinstance(value, bool) else value
    digits = re.sub(r"[\s-]", "", text) if isinstance(text, str) else ""
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise NotUnderstood("expected a business registration number of ten digits, as in 123-45-67890")
    return digits


def country(value: object) -> str:
    """Read a country: ISO 3166-1 alpha-2, or Korea's name."""
    if isinstance(value, str) and folded(value) in {"대한민국", "한국", "korea", "southkorea", "republicofkorea"}:
        return "KR"
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{2}", value):
        raise NotUnderstood("expected a country code of two letters (ISO 3166-1), such as KR or US")
    return value.upper()


def _plain(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > 40:  # noqa: PLR2004 - no identifier is longer
        raise NotUnderstood("expected text")
    return str(int(number)) if number == number.to_integral_value() else f"{number:f}"


def yes_or_no(value: object) -> bool:
    """Read a yes or no: yes, 예, O, true; no, 아니오, X, false."""
    text = "yes" if value is True else "no" if value is False else folded(str(value))
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise NotUnderstood("expected yes or no, 예 or 아니오")
