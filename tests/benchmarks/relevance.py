"""How often the relevance watch is wrong, and how soon it is right: ``python -m tests.benchmarks.relevance``.

Projects are simulated and looked at every quarter for three years, as the service would. Placebo: the same counts with
their months shuffled, so that nothing is left to find. Nothing here is a test: it is reported and never asserted.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.demand.relevance import ProjectDemand, RelevanceFlag, watch_relevance
from tests.benchmarks.figures import Row, show

PROJECTS = 500
BASE, WATCHED = 24, 36
FIELD = 1_000
"""Events of a field in a month."""
YEAR = 12
FLAGS = {RelevanceFlag.COLLAPSED, RelevanceFlag.DECLINING}

Counts = NDArray[np.int64]


def first_flags(events: Counts, field: Counts, *, base: int) -> NDArray[np.float64]:
    """Look at projects (rows) each quarter, and give the month after approval in which each is flagged first."""
    flagged = np.full(len(events), np.inf)
    for month in range(base + 9, events.shape[1] + 1, 3):
        projects = [
            ProjectDemand(
                project=f"p{at:04}",
                base_months=base,
                events=tuple(events[at, :month].tolist()),
                field_events=tuple(field[at, :month].tolist()),
                share_at_approval=0.0,
                share_now=0.0,
            )
            for at in range(len(events))
        ]
        for at, row in enumerate(watch_relevance(projects)):
            if row.flag in FLAGS:
                flagged[at] = min(flagged[at], month - base)
    return flagged


def simulate(
    rng: np.random.Generator, a_year: float, *, base: int, left: float = 1.0, at: int = 0, wander: float = 0.0
) -> tuple[Counts, Counts]:
    """Simulate projects whose rate falls to a share ``at`` months after approval, and may wander (log-rate AR(.4))."""
    months = base + WATCHED
    rate = np.full((PROJECTS, months), a_year / YEAR)
    rate[:, base + at :] *= left
    noise = rng.normal(size=(PROJECTS, months)) * wander
    for month in range(1, months):
        noise[:, month] = 0.4 * noise[:, month - 1] + noise[:, month] * np.sqrt(1 - 0.4**2)
    return rng.poisson(rate * np.exp(noise - wander**2 / 2)), rng.poisson(FIELD, size=rate.shape)


def shuffled(rng: np.random.Generator, events: Counts) -> Counts:
    """Shuffle the months of each project."""
    return rng.permuted(events, axis=1)


def rows(home: Path) -> Iterator[Row]:
    """Measure false flags, placebos, and how many falls are found within a year."""
    rng = np.random.default_rng(5)
    for a_year in (20, 40, 60, 80, 120):
        steady = simulate(rng, a_year, base=BASE)
        halved = simulate(rng, a_year, base=BASE, left=0.5, at=YEAR)
        quartered = simulate(rng, a_year, base=BASE, left=0.25, at=YEAR)
        wandering = simulate(rng, a_year, base=BASE, wander=0.3)
        placebo = [
            np.isfinite(first_flags(shuffled(rng, events), field, base=BASE)).mean()
            for events, field in (halved, wandering)
        ]
        false = [np.isfinite(first_flags(*world, base=BASE)).mean() for world in (steady, wandering)]
        months = first_flags(*halved, base=BASE)
        within = [np.mean((months > YEAR) & (months <= YEAR + span)) for span in (YEAR, 2 * YEAR)]
        quarter = first_flags(*quartered, base=BASE)
        yield Row(
            figure=f"relevance: placebo (months shuffled), {a_year} events a year",
            ours=f"{placebo[0]:.1%} of halved projects, {placebo[1]:.1%} of wandering ones flagged in three years",
            bar="<= 5 %",
        )
        yield Row(
            figure=f"relevance: false flags, {a_year} events a year",
            ours=f"{false[0]:.1%} of steady projects, {false[1]:.1%} of wandering ones in three years",
        )
        yield Row(
            figure=f"relevance: falls found, {a_year} events a year",
            ours=f"a halving within 12 months {within[0]:.0%}, within 24 {within[1]:.0%}; a fall to a quarter within 12"
            f" {np.mean((quarter > YEAR) & (quarter <= 2 * YEAR)):.0%}",
            bar=">= 80 % of halvings within 12 months",
        )


if __name__ == "__main__":
    show(rows)
