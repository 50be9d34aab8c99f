"""One valid row of every table of priorities, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.market import DemandTheme
from models.person import Person
from models.plan import InitiativeField
from models.planning import PlanningCandidate, PlanningRound
from models.priorities import (
    CandidateStanding,
    CriteriaComparison,
    CriteriaWeights,
    Criterion,
    PriorityRanking,
    ThemePriority,
    WeightsOrigin,
)

OUT_OF_RANGE = tuple(
    f"{criterion} = {value}, {other} = 40 - ({value})"
    for criterion, other in zip(Criterion, (*list(Criterion)[1:], Criterion.BREADTH), strict=True)
    for value in (-1, 101)
)
"""The sum stays a hundred, so that the range alone is met."""

PRIORITY_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_candidate_standing_place_range": ("place = 0", "place = 501"),
    "ck_criteria_comparison_in_order": ("first = 'gap', second = 'demand'", "first = 'gap', second = 'gap'"),
    "ck_criteria_comparison_intensity_on_scale": ("intensity = 0", "intensity = -1", "intensity = 10"),
    "ck_criteria_weights_number_from_one": ("number = 0",),
    "ck_criteria_weights_shares_range": OUT_OF_RANGE,
    "ck_criteria_weights_shares_sum": ("demand = 21", "policy = 19"),
    "ck_priority_ranking_most_places_from_one": ("most_places = 0",),
    "ck_priority_ranking_previous_is_another": ("previous_round_id = round_id",),
    "ck_priority_ranking_shares_range": OUT_OF_RANGE,
    "ck_priority_ranking_shares_sum": ("demand = 21", "policy = 19"),
    "ck_priority_ranking_surety_range": ("surety = 0", "surety = 101"),
    "ck_theme_priority_improves_range": ("improves = -1", "improves = 101"),
    "ck_theme_priority_interval": ("low_rank = 0", "low_rank = 2, high_rank = 1"),
    "ck_theme_priority_places_from_one": tuple(
        f"{place} = 0" for place in ("previous_place", "by_evidence", "by_caps", "by_surety", "place")
    ),
    "ck_theme_priority_previous_rank_from_one": ("previous_rank = 0",),
    "ck_theme_priority_ranks_from_one": ("rank = 0", "raw_rank = 0"),
    "ck_theme_priority_shares_range": tuple(f"{criterion} = {value}" for criterion in Criterion for value in (-1, 101)),
}


def priority_rows(
    round_: PlanningRound, candidate: PlanningCandidate, theme: DemandTheme, person: Person
) -> list[SQLModel]:
    """Make the rows, parents before children."""
    shares = dict.fromkeys((criterion.value for criterion in Criterion), 20)
    places = dict.fromkeys(("previous_place", "by_evidence", "by_caps", "by_surety", "place"), 1)
    return [
        InitiativeField(
            code="i-01", initiative_code="i", field_code="01", basis_ko="말", basis_en="words", source_code="s"
        ),
        CriteriaWeights(round_id=round_.id, number=1, origin=WeightsOrigin.HAND, set_by_id=person.id, **shares),
        CriteriaComparison(
            round_id=round_.id, reviewer_id=person.id, first=Criterion.DEMAND, second=Criterion.GAP, intensity=3
        ),
        PriorityRanking(round_id=round_.id, digest="0" * 64, surety=90, most_places=3, **shares),
        ThemePriority(
            round_id=round_.id,
            theme=theme.code,
            part_id=theme.id,
            field_code="01",
            label_ko="주제",
            label_en="theme",
            rank=1,
            low_rank=1,
            high_rank=1,
            raw_rank=1,
            previous_rank=1,
            improves=50,
            **shares,
            **places,
        ),
        CandidateStanding(round_id=round_.id, candidate_id=candidate.id, theme=theme.code, place=1),
    ]
