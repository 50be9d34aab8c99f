"""Choices on sampled values: which deals are chosen however the reviewers' scores might as well have fallen.

A deal's core index is the share of samples whose best set holds it (robust portfolio modelling; Liesiö, Mild and Salo
2007, 2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fund_service.portfolio.choice import Choice, Effort, solve
from fund_service.portfolio.greedy import Chosen
from fund_service.portfolio.model import mask
from fund_service.portfolio.parallel import at_once

SAMPLES = 100
ALL_SAMPLES_UP_TO = 60
"""So many candidates are chosen from on all samples; for more, there are fewer samples."""
FEWEST_SAMPLES = 10
SAMPLES_TIMES_CANDIDATES = 1_200
"""Beyond, as many samples are drawn as make this."""
ROUGH = Effort(gap=1e-2)
"""Within a hundredth of the best: closer than the scores are known."""
CORE_PERCENT = 90


class Standing(StrEnum):
    """How a deal stands across the samples."""

    CORE = "core"
    """Chosen in nine of ten samples or more."""
    BORDERLINE = "borderline"
    """Chosen in some."""
    NEVER = "never"
    """Chosen in none."""


@dataclass(frozen=True, slots=True)
class Robustness:
    """In how many of how many samples each candidate was chosen, in the order of their keys."""

    samples: int
    chosen: tuple[int, ...]

    def standing(self, column: int) -> Standing:
        """Say how a candidate stands."""
        if self.chosen[column] * 100 >= CORE_PERCENT * self.samples:
            return Standing.CORE
        return Standing.BORDERLINE if self.chosen[column] else Standing.NEVER


def sample_count(candidates: int) -> int:
    """Say how many samples are drawn: 100 up to 60 candidates, fewer beyond, 10 at least.

    It depends on the size alone, never on how fast a machine is, so that a result can be had again.
    """
    if candidates <= ALL_SAMPLES_UP_TO:
        return SAMPLES
    return max(FEWEST_SAMPLES, SAMPLES_TIMES_CANDIDATES // candidates)


def choose_on_samples(choice: Choice, draws: Sequence[Sequence[int]]) -> Robustness:
    """Choose once for each row of ``draws``, the candidates' values in the order of their keys.

    Rules, wishes and what had to be broken stay as they are; each set is within a hundredth of the best.
    """
    model = choice.model
    wanted, unwanted = mask(model, choice.problem.wanted), mask(model, choice.problem.unwanted)
    known = mask(model, choice.chosen)

    def chosen_on(values: Sequence[int]) -> Chosen:
        best = solve(
            model, wanted=wanted, unwanted=unwanted, broken=choice.broken, values=values, effort=ROUGH, known=known
        )
        if best is None:
            raise RuntimeError("a choice was made where a sample has none")
        return best.chosen

    counts = np.zeros(len(model.candidates), dtype=np.int64)
    for chosen in at_once(chosen_on, draws):
        counts += chosen
    return Robustness(samples=len(draws), chosen=tuple(int(count) for count in counts))
