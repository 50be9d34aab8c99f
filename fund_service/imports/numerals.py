"""Numbers as Korean writes them: digits mixed with 십 백 천 만 억 조, read exactly."""

import re
from dataclasses import dataclass
from decimal import Decimal

from fund_service.imports.faults import NotUnderstood

SMALL_UNITS = {"십": 10, "백": 100, "천": 1_000}
LARGE_UNITS = {"만": 10**4, "억": 10**8, "조": 10**12}
UNITS = "".join([*SMALL_UNITS, *LARGE_UNITS])

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,8})?"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})(?![0-9,.])|(?P<unit>[{UNITS}]))")
_ONE_NUMBER = re.compile(rf"{_NUMBER}\s*[{UNITS}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A number as written, and what of its units a shorter neighbour in a range may share ("5~7천만")."""

    value: Decimal
    has_unit: bool
    has_large_unit: bool
    shared_unit: int | None
    """What a neighbour without any unit is multiplied by: all units, where one number carries them (7천만: 10^7)."""
    shared_large_unit: int | None
    """What a neighbour with 십 백 천 only is multiplied by: the large unit, where there is one, at the end."""
    loose_end: bool
    """Bare digits follow the last unit (3억 5000): colloquially 3억 5000만, literally 3억 and 5,000."""


def read_numeral(text: str) -> Numeral:
    """Read digits with or without Korean units, such as 1,500,000, 1조 2,345억 or 3천5백만.

    Raises
    ------
    NotUnderstood
        When it is no number, commas do not part thousands, or units do not fall from left to right.
    """
    total = section = Decimal(0)
    number: Decimal | None = None
    small: list[int] = []
    large: list[int] = []
    for token in _tokens(text.strip()):
        if isinstance(token, Decimal):
            number = token
            continue
        if token in SMALL_UNITS:
            small = [*small, _falling(SMALL_UNITS[token], small)]
            section += (1 if number is None else number) * small[-1]
        else:
            if number is None and not small:
                raise NotUnderstood("expected a number before {unit}", unit=token)
            large = [*large, _falling(LARGE_UNITS[token], large)]
            total += (section + (number or 0)) * large[-1]
            section, small = Decimal(0), []
        number = None
    value = total + section + (number or 0)
    has_unit = any(unit in text for unit in UNITS)
    ends_large = len(large) == 1 and not small and number is None
    return Numeral(
        value=value,
        has_unit=has_unit,
        has_large_unit=bool(large),
        shared_unit=_product(text) if _ONE_NUMBER.fullmatch(text.strip()) else None,
        shared_large_unit=large[0] if ends_large else None,
        loose_end=has_unit and number is not None,
    )


def _tokens(text: str) -> list[Decimal | str]:
    tokens: list[Decimal | str] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or (found["number"] and tokens and isinstance(tokens[-1], Decimal)):
            raise NotUnderstood("expected a number such as 1,500,000 or 3억 5천만")
        tokens.append(Decimal(found["number"].replace(",", "")) if found["number"] else found["unit"])
        position = found.end()
    return tokens


def _falling(unit: int, before: list[int]) -> int:
    if before and unit >= before[-1]:
        raise NotUnderstood("expected the units to fall from left to right, as in 1조 2,345억 6,789만")
    return unit


def _product(text: str) -> int:
    product = 1
    for letter in text:
        product *= SMALL_UNITS.get(letter, 1) * LARGE_UNITS.get(letter, 1)
    return product
