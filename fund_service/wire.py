"""What fields may hold when they cross the wire: closed records, exact numbers, clean text."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from models.money import MAX_KRW

EARLIEST, LATEST = date(1980, 1, 1), date(2100, 12, 31)
MAX_FIELDS = 100
"""Fields of a request body: more than any record has, less than a fault for each would cost."""
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Hangul fillers and Braille's blank: letters and symbols to Unicode, and nothing to an eye."""
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ClosedModel(BaseModel):
    """A request body: unknown fields are refused, so nothing can be set that was not offered."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def check_field_count(cls, data: object) -> object:
        """Refuse a body with a flood of fields at once, before each of them is looked at and reported."""
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise PydanticCustomError("too_many_fields", "At most {max} fields.", {"max": MAX_FIELDS})
        return data


def whole_number(value: Any) -> Any:  # noqa: ANN401 - what a program sent
    """Refuse what pydantic would make a number of: true, "1", 1.0, 1e3.

    A validator, because Litestar validates every body with ``strict=False``, which overrides ``Field(strict=True)``.
    """
    if value is not None and type(value) is not int:
        raise PydanticKnownError("int_type")
    return value


def _calendar_date(value: Any) -> Any:  # noqa: ANN401 - what a program sent
    """Refuse what pydantic would make a date of: seconds since 1970, and moments at midnight of some zone."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value) is None:
        raise PydanticCustomError("date_parsing", "Must be a date such as 2026-11-22.")
    if value is not None and not isinstance(value, (str, date)):
        raise PydanticKnownError("date_type")
    return value


def clean_text(text: str) -> str:
    """Refuse characters that no keyboard types and no database stores, and text of which nothing can be seen.

    The former are NUL, other controls and lone surrogates; the latter reads as a word said, and says none.
    """
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\r\t" for letter in text):
        raise PydanticCustomError("control_characters", "This contains control characters; type or paste plain text.")
    if text.strip() and not any(_is_seen(letter) for letter in text):
        raise PydanticCustomError("nothing_seen", "Nothing of this can be seen; write it in letters.")
    return text.replace("\r\n", "\n")


def _is_seen(letter: str) -> bool:
    """Say whether a character puts ink on a page by itself: no space, mark, format or joiner, no blank letter."""
    return unicodedata.category(letter)[0] in "LNPS" and letter not in BLANK_LETTERS


def _in_calendar(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise PydanticCustomError(
            "outside_calendar",
            "Must be a date between {first} and {last}.",
            {"first": EARLIEST.isoformat(), "last": LATEST.isoformat()},
        )
    return day


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean_text)
]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(clean_text)
]
Abstract = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(clean_text)
]
Statement = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=10, max_length=8_000), AfterValidator(clean_text)
]
Term = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(clean_text)
]
Won = Annotated[int, Field(ge=1, le=MAX_KRW, description="Whole won."), BeforeValidator(whole_number)]
WonOrNone = Annotated[int, Field(ge=0, le=MAX_KRW, description="Whole won; 0 for none."), BeforeValidator(whole_number)]
Score = Annotated[int, Field(ge=1, le=5, description="1 (poor) to 5 (excellent)."), BeforeValidator(whole_number)]
HeadCount = Annotated[int, Field(ge=0, le=1_000_000, description="Persons."), BeforeValidator(whole_number)]
BaseYear = Annotated[int, Field(ge=2000, le=2100), BeforeValidator(whole_number)]
Share = Annotated[
    int, Field(ge=1, le=10_000, description="Basis points: 10000 is the whole."), BeforeValidator(whole_number)
]
ShareBp = Annotated[
    int,
    Field(ge=0, le=10_000, description="Share in basis points: 10,000 is the whole."),
    BeforeValidator(whole_number),
]
FundYear = Annotated[int, Field(ge=2026, le=2100), BeforeValidator(whole_number)]
Trl = Annotated[int, Field(ge=1, le=9), BeforeValidator(whole_number)]
Months = Annotated[int, Field(ge=1, le=240), BeforeValidator(whole_number)]
Version = Annotated[int, Field(ge=1, le=999_999_999), BeforeValidator(whole_number)]
FieldCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Day = Annotated[date, BeforeValidator(_calendar_date), AfterValidator(_in_calendar)]
