"""Figures of market demand: what some counted signals amount to, and whether more groups speak up than before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import comb
from uuid import UUID

ENOUGH_EVENTS = 10
"""Groups heard in the two years together, from which on a trend can be told."""
ENOUGH_GROUPS = 3
SIGNIFICANCE = 0.05
"""One-sided: how rarely a steady demand may be called rising, and how rarely falling."""


class DemandTrend(StrEnum):
    """Whether more or fewer ownership groups spoke up in the last twelve months than in the twelve before."""

    UP = "up"
    """More than chance explains."""
    STEADY = "steady"
    """No difference that chance could not explain."""
    DOWN = "down"
    """Fewer than chance explains."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """Fewer than ten groups heard in the two years together, or fewer than three different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one signal brings into the figures: whose it is, when it came, its money, the projects that answer it.

    One that no longer ``speaks`` has expired: it was heard, so it counts in the trend, and nowhere else. One that
    ``repeats`` another of its group in the same words is not counted again as a signal, and brings no money.
    """

    signal: UUID
    group: UUID
    received_on: date
    speaks: bool
    repeats: bool
    stated_krw: int
    verified_krw: int
    answered_by: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What several contributions amount to; money in whole won, groups and projects counted once each."""

    signals: int
    groups: int
    stated_krw: int
    verified_krw: int
    groups_recent: int
    groups_before: int
    answering_projects: int

    @property
    def trend(self) -> DemandTrend:
        """Compare the twelve months up to the day of the summary with the twelve before."""
        return trend_of(self.groups_recent, self.groups_before, groups=self.groups)


def figures_of(contributions: Iterable[Contribution], *, as_of: date) -> Figures:
    """Count what contributions amount to on a day."""
    heard = list(contributions)
    speaking = [contribution for contribution in heard if contribution.speaks]
    return Figures(
        signals=sum(not contribution.repeats for contribution in speaking),
        groups=len({contribution.group for contribution in speaking}),
        stated_krw=sum(contribution.stated_krw for contribution in speaking),
        verified_krw=sum(contribution.verified_krw for contribution in speaking),
        groups_recent=_groups_heard(heard, years_before(as_of, 1), as_of),
        groups_before=_groups_heard(heard, years_before(as_of, 2), years_before(as_of, 1)),
        answering_projects=len({project for contribution in speaking for project in contribution.answered_by}),
    )


def _groups_heard(heard: Sequence[Contribution], after: date, until: date) -> int:
    return len({contribution.group for contribution in heard if after < contribution.received_on <= until})


def years_before(day: date, years: int) -> date:
    """Give the same calendar day some years earlier; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def trend_of(recent: int, before: int, *, groups: int) -> DemandTrend:
    """Tell a trend from the number of groups heard in two spans of equal length.

    Were demand steady, each of the ``recent + before`` would fall into either span with probability one half, so the
    larger side follows Binomial(n, 1/2): the exact conditional test of two Poisson rates (Przyborowski and Wilenski,
    1940). Up or down is said when the tail has a probability of at most `SIGNIFICANCE`; with ten, nine to one.
    """
    events = recent + before
    if events < ENOUGH_EVENTS or groups < ENOUGH_GROUPS:
        return DemandTrend.NOT_ENOUGH_DATA
    larger = max(recent, before)
    tail = sum(comb(events, count) for count in range(larger, events + 1)) / 2**events
    if tail > SIGNIFICANCE:
        return DemandTrend.STEADY
    return DemandTrend.UP if recent > before else DemandTrend.DOWN
