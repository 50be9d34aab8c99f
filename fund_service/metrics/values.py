"""What a figure comes to, from the sums of its parts and the day-by-day flows of its rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from fund_service.metrics.figures import MONEY, RATES, SHARES, FigureKey, PartName
from fund_service.metrics.formulas import Absence, Flow, is_early, ratio, rounded, xirr

PLACES = 2
"""Decimals of multiples and of per cent, as performance is told."""


class FigureUnit(StrEnum):
    """How a figure is told."""

    WON = "won"
    """Whole won."""
    MULTIPLE = "multiple"
    """So many times."""
    PERCENT = "percent"
    """Per cent, of a whole or a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a figure comes to: won, or a quotient told as a decimal rounded once; or why there is none."""

    unit: FigureUnit
    krw: int | None = None
    numerator_krw: int | None = None
    denominator_krw: int | None = None
    decimal: Decimal | None = None
    absence: Absence | None = None
    early: bool = False
    """A rate over less than two years: to be read with care."""


def value_of(key: FigureKey, sums: Mapping[PartName, int], *, flows: Sequence[Flow] = (), as_of: date) -> Value:
    """Tell a figure; ``flows`` are those of a rate, without the value left at the day of the report."""
    if key in MONEY:
        return Value(unit=FigureUnit.WON, krw=sums[PartName.AMOUNT])
    if key in RATES:
        return rate_value(flows, left=sums[PartName.VALUE], as_of=as_of)
    numerator, denominator = sums[PartName.NUMERATOR], sums[PartName.DENOMINATOR]
    unit = FigureUnit.PERCENT if key in SHARES else FigureUnit.MULTIPLE
    return quotient(numerator, denominator, unit=unit)


def quotient(numerator: int, denominator: int, *, unit: FigureUnit) -> Value:
    """Divide won by won."""
    exact = ratio(numerator, denominator)
    return Value(
        unit=unit,
        numerator_krw=numerator,
        denominator_krw=denominator,
        decimal=None if exact is None else told(exact, unit),
        absence=Absence.NOTHING_TO_DIVIDE_BY if exact is None else None,
    )


def told(exact: Fraction, unit: FigureUnit) -> Decimal:
    """Round an exact quotient once, as it is told in its unit."""
    return rounded(exact * 100 if unit is FigureUnit.PERCENT else exact, PLACES)


def rate_value(flows: Sequence[Flow], *, left: int, as_of: date) -> Value:
    """Tell the yearly rate of flows that end with what is left at a day."""
    rate = xirr([*flows, (as_of, left)] if left else flows)
    if rate.value is None:
        return Value(unit=FigureUnit.PERCENT, absence=rate.absence)
    return Value(
        unit=FigureUnit.PERCENT,
        decimal=told(Fraction(rate.value), FigureUnit.PERCENT),
        early=is_early(flows, as_of=as_of),
    )
