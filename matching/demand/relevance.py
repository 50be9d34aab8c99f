"""Relevance watch: whether the demand for a running project fell so far that people should look at it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from matching.demand.trend import JEFFREYS, false_discovery_rates

Floats = NDArray[np.float64]
QUARTER = 3
"""Months between two looks."""


class RelevanceFlag(StrEnum):
    """What the watch says of a project; a flag opens a review, and never stops anything."""

    NONE = "none"
    """Nothing that chance and the field's own trend could not explain."""
    COLLAPSED = "collapsed"
    """Demand is surely below half of what it was, for two quarters."""
    DECLINING = "declining"
    """Demand has run below what was expected for months, little by little."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """Too few events at approval to tell a decline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevancePolicy:
    """When a flag is raised."""

    least_base_events: int = 20
    """Qualified events in the base months: below it even a halving looks like chance."""
    least_base_months: int = 12
    """A whole year, for its seasons; with two years, half as many false flags where demand comes in waves."""
    ratio: float = 0.5
    """Of the rate at approval: a project that lost less is not worth a review."""
    probability: float = 0.95
    window_months: int = 6
    """Months that make up "now": two quarters, so that one quiet season is no collapse."""
    discovery_rate: float = 0.10
    """Share of the collapses flagged in a quarter that may be false."""
    cusum_slack: float = 0.5
    """Standard deviations of a month by which demand may stay behind without adding up (Page, 1954): half of the one
    standard deviation that is to be found."""
    cusum_threshold: float = 6.0
    """Flags about one steady project in a hundred within three years."""
    memory_months: float = 12.0
    """Months of pure chance that are assumed beside those of the base, which may show waves."""


DEFAULT_RELEVANCE = RelevancePolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDemand:
    """The demand for a project month by month, all of it scored by today's model; oldest month first.

    ``events`` counts ownership groups with a qualified match in the month, ``field_events`` those of the project's
    field: a project falls only as far as it falls behind its field. The first ``base_months`` lie before approval.
    """

    project: str
    base_months: int
    events: tuple[int, ...]
    field_events: tuple[int, ...]
    share_at_approval: float
    share_now: float
    """Shares of all capped demand, as the index has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """What the watch sees of a project, with the case for a review in numbers."""

    project: str
    flag: RelevanceFlag
    share_at_approval: float
    share_now: float
    ratio: float
    """Rate now over the rate at approval, each per event of the field; median of the posterior."""
    probability: float
    """That it is below the policy's ratio."""
    probability_quarter_ago: float
    cusum: float
    """How far demand has run behind, in standard deviations of a month; flagged from the policy's threshold."""
    base_events: int


@dataclass(frozen=True, slots=True)
class _Look:
    """A project at one month: shapes of both rates, and the share of all exposure that is of now."""

    base: float
    now: float
    share: float

    def below(self, ratio: float) -> float:
        """Probability that the rate now is below a ratio of the rate at approval."""
        # now / e1 < r base / e0 where now / (now + base), which is Beta, is below r e1 / (r e1 + e0)
        bound = ratio * self.share / (ratio * self.share + 1 - self.share)
        return float(beta.cdf(bound, self.now + JEFFREYS, self.base + JEFFREYS))

    def median(self) -> float:
        """Median of the posterior of the rate ratio."""
        part = float(beta.ppf(0.5, self.now + JEFFREYS, self.base + JEFFREYS))
        return part / (1 - part) * (1 - self.share) / self.share


def watch_relevance(
    projects: Sequence[ProjectDemand], *, policy: RelevancePolicy = DEFAULT_RELEVANCE
) -> tuple[Relevance, ...]:
    """Look at every running project at the end of its last month, in the order given.

    Two triggers. Collapsed: the Gamma-Poisson posterior (Jeffreys) has ``P(rate now < ratio x rate at approval)`` of at
    least ``probability``, now and a quarter ago, and stands the false-discovery control of Benjamini and Hochberg
    (1995) over all projects both times. Declining: a one-sided CUSUM (Page, 1954) of the monthly residuals, whitened by
    the waves of the base, has reached its threshold.

    Measured on simulated projects looked at every quarter for three years, base of two years: flags 1 to 2 % of steady
    ones, 1 to 7 % where the rate itself wanders (log-rate AR(.4), standard deviation .3; base of one year: 3 to 16 %).
    A halving is found within twelve months in 11 / 35 / 64 / 85 / 99 % at 20 / 40 / 60 / 80 / 120 events a year, a fall
    to a quarter in 39 / 92 / 99 / 100 %: what is rare cannot be seen to halve within a year by any test at this rate of
    false flags.

    Raises
    ------
    ValueError
        When the months of a project and its field differ in number, are below zero, or leave fewer than
        ``least_base_months`` before or ``window_months`` and a quarter after approval.
    """
    for one in projects:
        _refuse_bad(one, policy)
    enough = [sum(one.events[: one.base_months]) >= policy.least_base_events for one in projects]
    looks = [(_look(one, 0, policy), _look(one, QUARTER, policy)) for one in projects]
    below = np.array([[look.below(policy.ratio) for look in pair] for pair in looks]).reshape(-1, 2)
    sure = below >= policy.probability
    judged = np.array(enough, dtype=np.bool_)
    for quarter in range(2):
        q_values = false_discovery_rates(1 - below[judged, quarter])
        sure[judged, quarter] &= q_values <= policy.discovery_rate
    return tuple(
        Relevance(
            project=one.project,
            flag=_flag(enough[at], collapsed=bool(sure[at].all()), cusum=cusum, policy=policy),
            share_at_approval=one.share_at_approval,
            share_now=one.share_now,
            ratio=looks[at][0].median(),
            probability=float(below[at, 0]),
            probability_quarter_ago=float(below[at, 1]),
            cusum=cusum,
            base_events=sum(one.events[: one.base_months]),
        )
        for at, (one, cusum) in enumerate((one, _cusum(one, policy)) for one in projects)
    )


def _flag(enough: bool, *, collapsed: bool, cusum: float, policy: RelevancePolicy) -> RelevanceFlag:  # noqa: FBT001 - the first question
    if not enough:
        return RelevanceFlag.NOT_ENOUGH_DATA
    if collapsed:
        return RelevanceFlag.COLLAPSED
    return RelevanceFlag.DECLINING if cusum >= policy.cusum_threshold else RelevanceFlag.NONE


def _refuse_bad(one: ProjectDemand, policy: RelevancePolicy) -> None:
    months = len(one.events)
    if len(one.field_events) != months or min((*one.events, *one.field_events), default=0) < 0:
        raise ValueError(f"{one.project} and its field have a count from zero for each month")
    if one.base_months < policy.least_base_months or months - one.base_months < policy.window_months + QUARTER:
        raise ValueError(f"{one.project} has too few months before or after its approval to be watched")


def _exposure(one: ProjectDemand) -> Floats:
    """Give what the field lets expect of each month: its events, one added, over their mean in the base."""
    field = np.array(one.field_events, dtype=np.float64) + 1.0
    exposure: Floats = field / field[: one.base_months].mean()
    return exposure


def _look(one: ProjectDemand, months_ago: int, policy: RelevancePolicy) -> _Look:
    until = len(one.events) - months_ago
    since = until - policy.window_months
    exposure = _exposure(one)
    now, base = exposure[since:until].sum(), exposure[: one.base_months].sum()
    return _Look(
        base=float(sum(one.events[: one.base_months])),
        now=float(sum(one.events[since:until])),
        share=float(now / (now + base)),
    )


def _cusum(one: ProjectDemand, policy: RelevancePolicy) -> float:
    """Run the CUSUM over the months since approval, and give where it stands."""
    events, exposure = np.array(one.events, dtype=np.float64), _exposure(one)
    base = one.base_months
    rate = (events[:base].sum() + JEFFREYS) / exposure[:base].sum()
    expected = rate * exposure
    # the variance of a count, and of an expectation that itself rests on the events of the base
    residuals = (events - expected) / np.sqrt(expected + expected**2 / (events[:base].sum() + JEFFREYS))
    memory, spread = _restlessness(residuals[:base], policy)
    white = (residuals[1:] - memory * residuals[:-1]) / np.sqrt(spread * (1 - memory**2))
    total = 0.0
    for residual in white[base - 1 :].tolist():
        total = max(0.0, total - residual - policy.cusum_slack)
    return total


def _restlessness(residuals: Floats, policy: RelevancePolicy) -> tuple[float, float]:
    """Estimate how neighbouring months go together, and how much wider than chance months are spread.

    Both are drawn towards what pure chance has, 0 and 1: a short base shows either by accident.
    """
    months = len(residuals)
    trust = months / (months + policy.memory_months)
    square = max(1.0, float((residuals**2).mean()))
    memory = max(0.0, float((residuals[1:] * residuals[:-1]).sum()) / months / square)
    return trust * memory, 1.0 + trust * (square - 1.0)
