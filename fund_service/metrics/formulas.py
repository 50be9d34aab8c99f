"""The formulas of fund performance on plain won and days: ratios as exact fractions, yearly rates over actual/365.

What cannot be told is no number but an `Absence`, never a zero.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyxirr
from scipy.optimize import brentq

DAYS_A_YEAR = 365
LOWEST_RATE, HIGHEST_RATE = -0.9999, 10_000.0
"""Between these a yearly rate says something: all but lost, and a ten-thousandfold gain a year."""
GRID_POINTS = 2_001
"""Rates tried when roots are counted, evenly spaced in the logarithm of growth: steps of about one per cent."""
EARLY_DAYS = 2 * DAYS_A_YEAR
"""So long after the first flow a rate is told with a warning: reporting standards make it optional until then."""


class Absence(StrEnum):
    """Why a figure is not told."""

    NOTHING_TO_DIVIDE_BY = "nothing_to_divide_by"
    """The denominator is zero."""
    NO_FLOWS = "no_flows"
    """No money has moved."""
    ONE_SIGN = "one_sign"
    """Money has moved one way only."""
    ONE_DAY = "one_day"
    """All money moved on one day."""
    SEVERAL_RATES = "several_rates"
    """More than one rate solves the equation, so none is the rate."""
    OUT_OF_RANGE = "out_of_range"
    """No rate between -99.99 % and 1,000,000 % a year solves it."""
    NOT_RECORDED = "not_recorded"
    """A part of it is not recorded here."""


Flow = tuple[date, int]
"""A day and won: what goes out to an investment is negative, what comes back is positive."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly rate of return, or why there is none."""

    value: float | None
    absence: Absence | None


def ratio(numerator: int | Fraction, denominator: int) -> Fraction | None:
    """Divide exactly; none where there is nothing to divide by."""
    return None if denominator == 0 else Fraction(numerator) / denominator


def rounded(exact: Fraction, places: int) -> Decimal:
    """Round once, for display: to the nearest, halves away from zero, as spreadsheets do."""
    scaled = abs(exact) * 10**places
    digits = math.floor(scaled + Fraction(1, 2))
    # Put together from its digits: arithmetic would round to the context's precision.
    return Decimal((int(exact < 0 and digits > 0), tuple(map(int, str(digits))), -places))


def tvpi(distributed: int, nav: int, *, paid_in: int) -> Fraction | None:
    """Give total value to paid in: DPI + RVPI, exactly."""
    return ratio(distributed + nav, paid_in)


def xirr(flows: Iterable[Flow]) -> Rate:
    """Give the yearly rate r that makes the sum of flow / (1 + r) ** (days / 365) nothing, days from the first flow.

    The definition is that of Excel's XIRR. Flows of a day are added up first. Roots are counted on a grid of rates;
    with several there is no rate (two that lie closer than a step of the grid are not seen).
    """
    by_day: dict[date, int] = {}
    for day, krw in flows:
        by_day[day] = by_day.get(day, 0) + krw
    moved = sorted((day, krw) for day, krw in by_day.items() if krw)
    if not moved:
        return Rate(None, Absence.ONE_DAY if len(by_day) == 1 else Absence.NO_FLOWS)
    if len({krw > 0 for _, krw in moved}) == 1:
        return Rate(None, Absence.ONE_DAY if len(by_day) == 1 else Absence.ONE_SIGN)
    found = brackets(moved)
    if len(found) != 1:
        return Rate(None, Absence.SEVERAL_RATES if found else Absence.OUT_OF_RANGE)
    [(lower, upper)] = found
    rate = pyxirr.xirr([day for day, _ in moved], [krw for _, krw in moved])
    if rate is None or not lower <= rate <= upper:  # its search lost its way: one in thirty of random flows
        rate = brentq(lambda tried: _present_values(moved, np.array([tried]))[0], lower, upper, xtol=1e-12)
    return Rate(rate, None)


def brackets(flows: Sequence[Flow]) -> list[tuple[float, float]]:
    """Find the rates between which the present value changes its sign, along a grid of rates."""
    rates = np.expm1(np.linspace(math.log1p(LOWEST_RATE), math.log1p(HIGHEST_RATE), GRID_POINTS))
    values = _present_values(flows, rates)
    told = values != 0
    rates, signs = rates[told], np.sign(values[told])
    places = np.flatnonzero(signs[1:] != signs[:-1])
    return [(float(rates[place]), float(rates[place + 1])) for place in places]


def _present_values(flows: Sequence[Flow], rates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give the value of the flows at the first one's day, at each rate."""
    first = min(day for day, _ in flows)
    years = np.array([(day - first).days / DAYS_A_YEAR for day, _ in flows])
    won = np.array([krw for _, krw in flows], dtype=float)
    values: npt.NDArray[np.float64] = np.exp(-np.log1p(rates)[:, None] * years[None, :]) @ won
    return values


def is_early(flows: Iterable[Flow], *, as_of: date) -> bool:
    """Say whether less than two years have passed since money first moved."""
    first = min((day for day, krw in flows if krw), default=None)
    return first is not None and (as_of - first).days < EARLY_DAYS
