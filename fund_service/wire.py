"""What fields may hold when they cross the wire: closed records, exact numbers, clean text."""

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from models.errors import ValueNotAllowed
from models.money import MAX_KRW

EARLIEST, LATEST = date(1980, 1, 1), date(2100, 12, 31)


class ClosedModel(BaseModel):
    """A request body: unknown fields are refused, so nothing can be set that was not offered."""

    model_config = ConfigDict(extra="forbid")


def _clean(text: str) -> str:
    """Refuse characters that no keyboard types and no database stores: NUL, other controls, lone surrogates."""
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\r\t" for letter in text):
        raise ValueNotAllowed("This contains control characters; type or paste plain text.")
    return text.replace("\r\n", "\n")


def _in_calendar(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueNotAllowed("Must be a date between {first} and {last}.", first=EARLIEST, last=LATEST)
    return day


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_clean)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_clean)]
Abstract = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_clean)
]
Statement = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=10, max_length=8_000), AfterValidator(_clean)
]
Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_clean)]
Won = Annotated[int, Field(strict=True, ge=1, le=MAX_KRW, description="Whole won.")]
Trl = Annotated[int, Field(strict=True, ge=1, le=9)]
Months = Annotated[int, Field(strict=True, ge=1, le=240)]
Version = Annotated[int, Field(strict=True, ge=1, le=999_999_999)]
FieldCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Day = Annotated[date, AfterValidator(_in_calendar)]
