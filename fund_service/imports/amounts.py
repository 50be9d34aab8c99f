"""Money as people write it, Korean and foreign, read exactly: "5억~20억원", "$2M-$5M", "10억 이상"."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, localcontext

from fund_service.imports.faults import NotUnderstood
from fund_service.imports.numerals import UNITS, Numeral, read_numeral

MAX_STATED = 100
"""Longest text of an amount; the tables keep as much of it."""
MAX_DIGITS = 18
"""Digits before the decimal point of an amount, far above any the tables hold."""
CURRENCIES = {
    "KRW": ("krw", "₩", "won", "원"),
    "USD": ("usd", "us$", "$", "달러", "미국달러"),
    "EUR": ("eur", "€", "유로"),
    "JPY": ("jpy", "엔"),
    "GBP": ("gbp", "£", "파운드"),
    "CNY": ("cny", "위안"),
}
"""ISO 4217 code to the ways it is written; a bare $ means US dollars, a bare ¥ could be two currencies: refused."""

_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
_CODE_OF = {sign: code for code, signs in CURRENCIES.items() for sign in signs}
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("m", "mn", "million"), 10**6),
    **dict.fromkeys(("b", "bn", "billion"), 10**9),
    **dict.fromkeys(("t", "tn", "trillion"), 10**12),
}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CODE_OF, key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SIDE = (
    rf"(?P<SIDE_before>{_SIGN})?\s*(?P<SIDE_digits>[0-9십백천](?:[0-9,.{UNITS}]|\s(?=[0-9{UNITS}]))*)"
    rf"\s*(?P<SIDE_scale>(?:{_SCALE})(?![a-z]))?\s*(?P<SIDE_after>{_SIGN})?"
)
_AMOUNT = re.compile(
    r"(?P<prefix>최대|최소|up to|at least|at most|from|≤|≥|<=|>=)?\s*"
    + _SIDE.replace("SIDE", "low")
    + r"\s*(?:(?:[-~–—〜∼−]|to\b|부터|에서|이상)\s*"  # noqa: RUF001 - every dash that documents use
    + _SIDE.replace("SIDE", "high")
    + r")?\s*(?P<suffix>이상|부터|이하|까지|이내|or more|or less|\+)?"
)
_LOWER_BOUNDS = frozenset({"최소", "at least", "from", "≥", ">=", "이상", "부터", "or more", "+"})
_UPPER_BOUNDS = frozenset({"최대", "up to", "at most", "≤", "<=", "이하", "까지", "이내", "or less"})
EXPECTED = "expected an amount such as 1,500,000,000, 15억원, 5억~20억원, 10억 이상, 최대 50억 or $2M-$5M"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAmount:
    """An amount or a range in one currency, as stated; a missing end is open."""

    currency: str
    """ISO 4217 code."""
    minimum: Decimal | None
    maximum: Decimal | None
    stated: str
    """The text it was read from."""

    def in_won(self, rates: Mapping[str, Decimal]) -> tuple[int | None, int | None] | None:
        """Give both ends in whole won, or None when the currency has no rate.

        Foreign ends are multiplied by ``rates[currency]`` (won for one unit) and rounded half-even to the won.
        """
        rate = Decimal(1) if self.currency == "KRW" else rates.get(self.currency)
        return None if rate is None else (_converted(self.minimum, rate), _converted(self.maximum, rate))


def parse_amount(value: object, *, currency: str = "KRW") -> StatedAmount:
    """Read an amount or a range.

    Parameters
    ----------
    value
        Text as people write it, or a number (int or Decimal) in ``currency``.
    currency
        The currency of an amount that names none.

    Raises
    ------
    NotUnderstood
        When the value is no amount, is ambiguous, runs backwards, or is not in whole won.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise NotUnderstood(EXPECTED)
    if not isinstance(value, str):
        return _from_number(Decimal(value), currency)
    stated = " ".join(value.split())
    if len(stated) > MAX_STATED:
        raise NotUnderstood("expected an amount of at most {most} characters", most=MAX_STATED)
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", stated).casefold())
    if found is None:
        raise NotUnderstood(EXPECTED)
    with localcontext(_EXACT):
        minimum, maximum = _ends(found)
    code = _currency(found, currency)
    _check_whole(code, minimum, maximum)
    return StatedAmount(currency=code, minimum=minimum, maximum=maximum, stated=stated)


def _from_number(value: Decimal, currency: str) -> StatedAmount:
    if (
        not value.is_finite()
        or value < 0
        or value.adjusted() >= MAX_DIGITS
        or len(value.as_tuple().digits) > MAX_STATED // 2
    ):
        raise NotUnderstood(EXPECTED)
    _check_whole(currency, value, value)
    written = f"{int(value)}" if value == value.to_integral_value() else f"{value:f}"
    if len(written) > MAX_STATED // 2:
        raise NotUnderstood(EXPECTED)
    return StatedAmount(currency=currency, minimum=value, maximum=value, stated=f"{currency} {written}")


def _ends(found: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    """Give the two ends of what is written, an open end as None."""
    prefix, suffix = found["prefix"], found["suffix"]
    low = _numeral(found, "low")
    if not found["high_digits"]:
        if prefix and suffix:
            raise NotUnderstood(EXPECTED)
        bound = prefix or suffix
        return (None if bound in _UPPER_BOUNDS else low.value), (None if bound in _LOWER_BOUNDS else low.value)
    if prefix in _UPPER_BOUNDS or suffix in _LOWER_BOUNDS:
        raise NotUnderstood(EXPECTED)
    high = _numeral(found, "high")
    minimum = low.value * _unit_shared(low, high)
    if minimum > high.value:
        raise NotUnderstood("expected the smaller amount first, with the unit of each")
    return minimum, high.value


def _numeral(found: re.Match[str], side: str) -> Numeral:
    """Read one side with its Korean units or its English scale, K, M, B."""
    numeral = read_numeral(found[f"{side}_digits"])
    scale = found[f"{side}_scale"]
    if not scale:
        if numeral.loose_end and found[f"{side}_after"] != "원":
            raise NotUnderstood("expected a unit or 원 after the last digits, as in 3억 5000만 or 3억 5000원")
        return numeral
    if numeral.has_unit:
        raise NotUnderstood("expected Korean units or K, M, B, not both")
    return Numeral(
        value=numeral.value * _SCALES[scale],
        has_unit=True,
        has_large_unit=True,
        shared_unit=_SCALES[scale],
        shared_large_unit=None,
        loose_end=False,
    )


def _unit_shared(low: Numeral, high: Numeral) -> int:
    """Give what the smaller side leaves to the larger one to say: 억 in "5~20억", 만 in "3천~5천만"."""
    if low.has_large_unit or not (high.has_large_unit if low.has_unit else high.has_unit):
        return 1
    shared = high.shared_large_unit if low.has_unit else high.shared_unit
    if shared is None:
        raise NotUnderstood("expected the unit of both amounts, as in 1억~1억 5천만")
    return shared


def _currency(found: re.Match[str], currency: str) -> str:
    """Give the one currency that the text names, or the column's."""
    signs = [found[f"{side}_{place}"] for side in ("low", "high") for place in ("before", "after")]
    codes = {_CODE_OF[sign] for sign in signs if sign}
    if len(codes) > 1:
        raise NotUnderstood("expected one currency")
    if not codes and currency == "KRW" and (found["low_scale"] or found["high_scale"]):
        raise NotUnderstood("expected a currency beside K, M or B, as in $5M or KRW 500M")
    return codes.pop() if codes else currency


def _check_whole(currency: str, *ends: Decimal | None) -> None:
    if currency == "KRW" and any(end is not None and end != end.to_integral_value() for end in ends):
        raise NotUnderstood("expected whole won")


def _converted(amount: Decimal | None, rate: Decimal) -> int | None:
    if amount is None:
        return None
    with localcontext(Context(prec=60)):
        return int((amount * rate).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
