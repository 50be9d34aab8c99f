"""What the priorities of a round are sent: weights, and comparisons of criteria."""

from itertools import combinations
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from fund_service.wire import ClosedModel, whole_number
from models.priorities import PERCENT, STRONGEST, Criterion

Percent = Annotated[int, Field(ge=0, le=PERCENT, description="Whole percent."), BeforeValidator(whole_number)]
Intensity = Annotated[
    int,
    Field(
        ge=-STRONGEST,
        le=STRONGEST,
        description="n from 1 to 9: the first counts n times as much; -n from -2 to -9: the second does.",
    ),
    BeforeValidator(whole_number),
]
PAIRS = tuple(combinations(sorted(Criterion), 2))
"""The ten pairs of the five criteria, each in the order of their names."""


class WeightsIn(ClosedModel):
    """What each criterion counts."""

    demand: Percent
    breadth: Percent
    growth: Percent
    gap: Percent
    policy: Percent

    @model_validator(mode="after")
    def check_sum(self) -> Self:
        """Ask for a whole."""
        total = sum(getattr(self, criterion.value) for criterion in Criterion)
        if total != PERCENT:
            raise PydanticCustomError(
                "weights_not_whole", "The five weights sum to {total} percent; make it 100.", {"total": total}
            )
        return self


class ComparisonsIn(ClosedModel):
    """How much more each criterion counts than each other one, named ``first_second`` in the order of their names."""

    breadth_demand: Intensity
    breadth_gap: Intensity
    breadth_growth: Intensity
    breadth_policy: Intensity
    demand_gap: Intensity
    demand_growth: Intensity
    demand_policy: Intensity
    gap_growth: Intensity
    gap_policy: Intensity
    growth_policy: Intensity

    @model_validator(mode="after")
    def check_scale(self) -> Self:
        """Refuse what the scale does not have: it has one word for equal."""
        if any(value in {0, -1} for value in self.model_dump().values()):
            raise PydanticCustomError("not_on_scale", "Two criteria that count the same are 1, in either order.")
        return self
