"""Korean and English: which one a request speaks, and how words, won and dates are said in it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from models.clock import SEOUL
from models.errors import FundError
from models.person import PreferredLanguage

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGE: ContextVar[PreferredLanguage] = ContextVar("language", default=PreferredLanguage.KOREAN)
"""The language of the request (or shell command) at hand."""

QUALITY = re.compile(r"\s*;\s*q=([01](?:\.[0-9]{0,3})?)\s*")
"""A weight in Accept-Language (RFC 9110, 12.4.2)."""
EOK = 10**8
JO = 10**12


@runtime_checkable
class Said(Protocol):
    """A part of a sentence that has words of its own in each language."""

    def said(self) -> str:
        """Say it in the language at hand."""
        ...


@cache
def catalogue(language: PreferredLanguage) -> Mapping[str, str]:
    """Read the words of a language: message id to translation; ids without one are absent."""
    with (CATALOGUES / f"{language.value}.po").open("rb") as lines:
        return {str(entry.id): str(entry.string) for entry in read_po(lines) if entry.id and entry.string}


def gettext(message: str) -> str:
    """Say a message in the language at hand; one without a translation is said as it stands, in English."""
    return catalogue(LANGUAGE.get()).get(message, message)


@contextmanager
def speaking(language: PreferredLanguage) -> Iterator[None]:
    """Say what is said inside in a certain language, whatever the request speaks."""
    token = LANGUAGE.set(language)
    try:
        yield
    finally:
        LANGUAGE.reset(token)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Say a counted message; Korean has one form, so only English tells the two apart."""
    return gettext(singular if count == 1 else plural)


def label(member: StrEnum) -> str:
    """Say an enum member: its words stand in both catalogues under ``Class.value``."""
    message = f"{type(member).__name__}.{member.value}"
    return gettext(message)


def error_message(error: FundError) -> str:
    """Say an error in the language at hand; facts that can say themselves do so too."""
    facts = {name: fact.said() if isinstance(fact, Said) else fact for name, fact in error.facts.items()}
    return gettext(error.template).format(**facts)


def negotiate(accept_language: str) -> PreferredLanguage:
    """Choose the language an Accept-Language header prefers; Korean where it names neither."""
    best = (0.0, PreferredLanguage.KOREAN)
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, semicolon, parameters = part.strip().partition(";")
        quality = QUALITY.fullmatch(f"{semicolon}{parameters}")
        weight = float(quality[1]) if quality else float(not semicolon)
        for language in PreferredLanguage:
            if weight and tag.strip().lower().split("-")[0] == language.value:
                best = max(best, (weight - position * 1e-6, language), key=lambda choice: choice[0])
    return best[1]


def pick(korean: str | None, english: str | None) -> str:
    """Give a bilingual text in the language at hand, in the other where it is missing there."""
    first, second = (korean, english) if LANGUAGE.get() is PreferredLanguage.KOREAN else (english, korean)
    return first or second or ""


def won(amount: int | None) -> str:
    """Say an amount as people read it: ``1조 2,000억원``, ``KRW 1.2 trillion``; exact below ten thousand won.

    Larger amounts are cut, never rounded up, so that no page shows money that is not there.
    """
    if amount is None:
        return gettext("not stated")
    if LANGUAGE.get() is PreferredLanguage.ENGLISH:
        return _won_in_english(amount)
    sign, rest = ("-" if amount < 0 else ""), abs(amount)
    parts = []
    for unit, name in ((JO, "조"), (EOK, "억"), (10_000, "만")):
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count:,}{name}")
    if rest or not parts:
        parts.append(f"{rest:,}")
    return f"{sign}{' '.join(parts)}원"


def _won_in_english(amount: int) -> str:
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for unit, name in ((JO, "trillion"), (10**9, "billion"), (10**6, "million")):
        if size >= unit:
            hundredths = size * 100 // unit
            figure = f"{hundredths // 100:,}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
            return f"{sign}KRW {figure} {name}"
    return f"{sign}KRW {size:,}"


def number(value: int) -> str:
    """Say a count with thousands separated."""
    return format_decimal(value, locale=LANGUAGE.get().value)


def day(value: date | None) -> str:
    """Say a date."""
    return "" if value is None else format_date(value, format="medium", locale=LANGUAGE.get().value)


MOMENT_PATTERNS = {PreferredLanguage.KOREAN: "y. M. d. HH:mm", PreferredLanguage.ENGLISH: "MMM d, y, HH:mm"}
"""Unicode date patterns; Babel's own Korean one writes AM and PM in English."""


def moment(value: datetime | None) -> str:
    """Say a moment in Seoul time."""
    if value is None:
        return ""
    language = LANGUAGE.get()
    return format_datetime(value, MOMENT_PATTERNS[language], tzinfo=SEOUL, locale=language.value)
