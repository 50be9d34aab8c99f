"""Steps in which ratios, shares and rates are told: coarse enough that the counts behind them cannot be worked out."""

from math import ceil, floor, log10

RATIOS = (0, 40)
"""Tenths of decades from a hundredth to a hundredfold, in per cent: beyond them a ratio is told as the last step."""
TOLD_TRENDS = (25, 400)
"""A trend beyond fourfold is told as fourfold: of ten groups or more, the smaller side would be two groups or fewer."""
TOLD_BOUNDS = (10, 1_000)
"""Bounds of a trend beyond tenfold are told as tenfold, for the same reason."""
RATES = (1, 5, 10, 20, 50, 100)
"""Per cent up to which false-discovery rates are told."""
_TINY = 1e-9


def step_down(ratio: float) -> int:
    """Give the last step at or below a ratio, in per cent: tenths of decades (the preferred numbers R10 of ISO 3)."""
    return _step(floor(10 * log10(100 * ratio) + _TINY))


def step_up(ratio: float) -> int:
    """Give the first step at or above a ratio, in per cent."""
    return _step(ceil(10 * log10(100 * ratio) - _TINY))


def step_near(ratio: float) -> int:
    """Give the step nearest to a ratio on a scale of ratios, in per cent."""
    return _step(round(10 * log10(100 * ratio)))


def _step(tenths_of_decades: int) -> int:
    lowest, highest = RATIOS
    return round(10 ** (min(max(tenths_of_decades, lowest), highest) / 10))


def rate_up(rate: float) -> int:
    """Give the rate that a false-discovery rate is at most, in per cent."""
    return next(percent for percent in RATES if 100 * rate <= percent + _TINY)


def share_up(basis_points: int, *, step: int) -> int:
    """Round a share up to steps of some per cent."""
    return step * ceil(basis_points / (100 * step))


def share_near(basis_points: int, *, step: int) -> int:
    """Round a share to the nearest of steps of some per cent."""
    return step * round(basis_points / (100 * step))


def within(percent: int, told: tuple[int, int]) -> int:
    """Keep a step within what is told."""
    least, most = told
    return min(max(percent, least), most)
