"""What readers are told of a figure: bands, and shares that rest on enough ownership groups.

Single signals, confidential ones above all, must not be told from a review. So the exact counts of a run are shown to
nobody: three months count together, counts are the bands in which releases publish them, a share stands only where
five groups are behind it, and the ratio and the probability are steps of a scale. Everybody is told the same, so that
nobody learns more by asking under another name, and a run never changes, so that nobody learns by asking again.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from fund_service.relevance.months import MONTHS_A_YEAR, month_of
from fund_service.relevance.schemas import DemandLeft, QuarterBar
from matching.demand.relevance import QUARTER
from matching.disclosure.rounding import band_of
from matching.disclosure.rules import MIN_GROUPS
from models.relevance import RelevanceFigure

FEW = f"0-{MIN_GROUPS - 1}"
"""The band below which nothing more is told."""
PPM_A_TENTH_PERCENT = 1_000


RATIO_BANDS = ((0.25, DemandLeft.QUARTER), (0.5, DemandLeft.HALF), (0.75, DemandLeft.MOST), (1.25, DemandLeft.ALL))


def band(groups: int) -> str:
    """Name the band of a count of ownership groups."""
    return band_of(groups) or FEW


def ratio_band(ratio: float | None) -> DemandLeft | None:
    """Name the step of the scale on which a ratio lies."""
    if ratio is None:
        return None
    return next((name for bound, name in RATIO_BANDS if ratio < bound), DemandLeft.MORE)


def percent(share_ppm: int, groups: int) -> float | None:
    """Give a share in per cent, to a tenth; none where too few ownership groups are behind it."""
    return round(share_ppm / PPM_A_TENTH_PERCENT) / 10 if groups >= MIN_GROUPS else None


def quarters(figure: RelevanceFigure, as_of: date) -> list[QuarterBar]:
    """Give the months three by three, backwards from the last, as bands and as shares of the field's demand."""
    if not figure.events:
        return []
    bars = [
        QuarterBar(
            began=_first_day(month_of(as_of) - (len(figure.events) - 1 - first)),
            before_approval=last < figure.base_months,
            groups=band(asked),
            level=_level(asked),
            percent_of_field=None if asked < MIN_GROUPS else round(1_000 * asked / max(asked, near)) / 10,
        )
        for first, last, asked, near in _threes(figure.events, figure.field_events)
    ]
    return bars[::-1]


def _threes(events: Sequence[int], field_events: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """Sum whole quarters, the newest first: first month, last month, the project's groups, the field's."""
    for last in range(len(events) - 1, QUARTER - 2, -QUARTER):
        first = last - QUARTER + 1
        yield first, last, sum(events[first : last + 1]), sum(field_events[first : last + 1])


def _level(groups: int) -> int:
    """Give the height of a bar: the step of the band, 1 for the lowest."""
    return sum(groups >= bound for bound in (0, 5, 10, 20, 50, 100))


def _first_day(month: int) -> date:
    return date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)
