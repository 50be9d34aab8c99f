"""The amounts of one row turned into whole won, and a tally of those that stay as stated."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from fund_service.imports.amounts import CURRENCIES, MAX_STATED, StatedAmount
from fund_service.imports.faults import NotUnderstood, shown
from models.errors import ValueNotAllowed
from models.money import MAX_KRW

RATE_STEP = Decimal("0.000001")
MAX_RATE = Decimal(10**9)
EXAMPLES = 5
"""Unreadable amounts that a notice quotes."""


@dataclass(frozen=True, slots=True)
class UnreadAmount:
    """An amount that could not be read and is kept as stated."""

    stated: str


class Settled(NamedTuple):
    """A row's amounts: both ends in won by column, and what the source stated in another currency."""

    ends: Mapping[str, tuple[int | None, int | None]]
    stated: str | None
    rate: Decimal | None


@dataclass(slots=True)
class Tally:
    """What was kept as stated, for the report."""

    unconverted: Counter[str] = field(default_factory=Counter)
    """Amounts without a rate, by currency."""
    unread: list[str] = field(default_factory=list)
    """The first few amounts that could not be read, with their lines."""
    unread_count: int = 0

    def notices(self) -> list[str]:
        """Say it in sentences."""
        said = [
            f"{_amounts(count, f' in {code}')} kept as stated; give --rate {code}=... to convert them"
            for code, count in sorted(self.unconverted.items())
        ]
        if self.unread_count:
            more = ", ..." if self.unread_count > len(self.unread) else ""
            said.append(
                f"{_amounts(self.unread_count)} not understood and kept as stated: {', '.join(self.unread)}{more}"
            )
        return said


def _amounts(count: int, which: str = "") -> str:
    return f"1 amount{which} was" if count == 1 else f"{count} amounts{which} were"


def checked_rates(rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Check exchange rates, won for one unit of each currency.

    Raises
    ------
    ValueNotAllowed
        When a currency is unknown or is the won itself, or a rate is not between 0.000001 and 10^9 with at most six
        decimals.
    """
    checked = {}
    for code, rate in rates.items():
        if code not in CURRENCIES or code == "KRW":
            known = ", ".join(known for known in CURRENCIES if known != "KRW")
            raise ValueNotAllowed(
                "There is no rate for {code}; give one for {known}.", field="rate", code=code, known=known
            )
        if not rate.is_finite() or not RATE_STEP <= rate <= MAX_RATE or rate != rate.quantize(RATE_STEP):
            raise ValueNotAllowed(
                "The rate of {code} must lie between {lowest} and {highest} won, with at most six decimals.",
                field="rate",
                code=code,
                lowest=RATE_STEP,
                highest=f"{MAX_RATE:,}",
            )
        checked[code] = rate.quantize(RATE_STEP)
    return checked


def settle(
    amounts: Mapping[str, StatedAmount | UnreadAmount], *, rates: Mapping[str, Decimal], line: int, tally: Tally
) -> Settled:
    """Convert a row's amounts.

    Parameters
    ----------
    amounts
        By our column; those without a rate get no won and are counted in ``tally``.
    rates
        Checked rates.

    Raises
    ------
    NotUnderstood
        When an amount is not within 1..MAX_KRW won, two foreign currencies with rates meet in one row, or what was
        stated is too long to keep.
    """
    ends: dict[str, tuple[int | None, int | None]] = {}
    stated: list[str] = []
    used: set[str] = set()
    for name, amount in amounts.items():
        if isinstance(amount, UnreadAmount):
            tally.unread_count += 1
            if len(tally.unread) < EXAMPLES:
                tally.unread.append(f"line {line} {shown(amount.stated)!r}")
            stated.append(amount.stated)
            continue
        won = amount.in_won(rates)
        if amount.currency != "KRW":
            stated.append(amount.stated)
        if won is None:
            tally.unconverted[amount.currency] += 1
            continue
        if any(end is not None and not 1 <= end <= MAX_KRW for end in won):
            raise NotUnderstood("expected an amount from 1 to {most:,} won", most=MAX_KRW)
        ends[name] = won
        used |= {amount.currency} - {"KRW"}
    text = "; ".join(dict.fromkeys(stated))
    if len(used) > 1:
        raise NotUnderstood("expected one foreign currency in a row, found {found}", found=", ".join(sorted(used)))
    if len(text) > MAX_STATED:
        raise NotUnderstood("expected foreign amounts of at most {most} characters in a row", most=MAX_STATED)
    return Settled(ends, text or None, rates[used.pop()] if used else None)
