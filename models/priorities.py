"""Priorities of a planning round: what each criterion counts, who compared them, and the ranking as it was frozen."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from models.base import by_value
from models.clock import UtcDateTime, utc_now
from models.planning import MOST_CANDIDATES

PERCENT = 100
"""Weights are whole percents that sum to this."""
STRONGEST = 9
"""The end of the scale of comparisons: one criterion counts nine times as much as another."""


class Criterion(StrEnum):
    """What a priority is made of."""

    BREADTH = "breadth"
    """How many ownership groups ask, counted by how evenly they do."""
    DEMAND = "demand"
    """How much they ask for, weighted by evidence and capped."""
    GAP = "gap"
    """How much of it nothing fundable answers."""
    GROWTH = "growth"
    """How many more groups ask than a year before."""
    POLICY = "policy"
    """How much of the plan's pillars and targets its technology field serves."""


class WeightsOrigin(StrEnum):
    """Where the weights of a round come from."""

    HAND = "hand"
    """A planner set them."""
    COMPARISONS = "comparisons"
    """They follow from the reviewers' comparisons, which were consistent."""


def _each_criterion(name: str) -> CheckConstraint:
    condition = " AND ".join(f"{criterion} BETWEEN 0 AND {PERCENT}" for criterion in Criterion)
    return CheckConstraint(condition, name=name)


class CriteriaWeights(SQLModel, table=True):
    """What each criterion counts in a round, in whole percents; set anew it gets the next number, and all stay."""

    __tablename__ = "criteria_weights"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_from_one"),
        _each_criterion("shares_range"),
        CheckConstraint(f"{' + '.join(Criterion)} = {PERCENT}", name="shares_sum"),
    )

    round_id: UUID = Field(foreign_key="planning_round.id", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    breadth: int
    demand: int
    gap: int
    growth: int
    policy: int
    origin: WeightsOrigin = Field(sa_type=by_value(WeightsOrigin))
    set_by_id: UUID = Field(foreign_key="person.id")
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class CriteriaComparison(SQLModel, table=True):
    """How much more one criterion counts than another, to one reviewer of a round."""

    __tablename__ = "criteria_comparison"
    __table_args__ = (
        CheckConstraint("first < second", name="in_order"),
        CheckConstraint(
            f"intensity BETWEEN -{STRONGEST} AND {STRONGEST} AND intensity NOT IN (-1, 0)", name="intensity_on_scale"
        ),
    )

    round_id: UUID = Field(foreign_key="planning_round.id", primary_key=True)
    reviewer_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    first: Criterion = Field(sa_type=by_value(Criterion, name="first_criterion"), primary_key=True)
    second: Criterion = Field(sa_type=by_value(Criterion, name="second_criterion"), primary_key=True)
    intensity: int
    """``n`` from 1 to 9: the first counts n times as much; ``-n``: the second does."""
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class PriorityRanking(SQLModel, table=True):
    """The ranking of a round's themes, made once when its deliberation begins; with what it was made by."""

    __tablename__ = "priority_ranking"
    __table_args__ = (
        _each_criterion("shares_range"),
        CheckConstraint(f"{' + '.join(Criterion)} = {PERCENT}", name="shares_sum"),
        CheckConstraint(f"surety BETWEEN 1 AND {PERCENT}", name="surety_range"),
        CheckConstraint("most_places >= 1", name="most_places_from_one"),
        CheckConstraint("previous_round_id <> round_id", name="previous_is_another"),
    )

    round_id: UUID = Field(foreign_key="planning_round.id", primary_key=True)
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    digest: str = Field(max_length=64)
    """sha256 of everything it was computed from."""
    previous_round_id: UUID | None = Field(default=None, foreign_key="planning_round.id")
    """The published round whose order it revises; none: it is the first."""
    breadth: int
    demand: int
    gap: int
    growth: int
    policy: int
    surety: int
    """Percent of certainty from which on a theme may rise."""
    most_places: int
    """Places by which demand alone moves a theme at most."""


class ThemePriority(SQLModel, table=True):
    """Where a theme stands in a round's ranking; all of it may be published."""

    __tablename__ = "theme_priority"
    __table_args__ = (
        CheckConstraint("rank >= 1 AND raw_rank >= 1", name="ranks_from_one"),
        CheckConstraint("low_rank BETWEEN 1 AND high_rank", name="interval"),
        CheckConstraint("previous_rank >= 1", name="previous_rank_from_one"),
        CheckConstraint(f"improves BETWEEN 0 AND {PERCENT}", name="improves_range"),
        _each_criterion("shares_range"),
        CheckConstraint(
            "previous_place >= 1 AND by_evidence >= 1 AND by_caps >= 1 AND by_surety >= 1 AND place >= 1",
            name="places_from_one",
        ),
    )

    round_id: UUID = Field(foreign_key="priority_ranking.round_id", primary_key=True)
    theme: str = Field(max_length=40, primary_key=True)
    """The name under which releases know it."""
    part_id: UUID = Field(foreign_key="demand_theme.id", index=True)
    """What it was in the summary that the round rests on."""
    field_code: str = Field(foreign_key="technology_field.code")
    label_ko: str = Field(max_length=200)
    label_en: str = Field(max_length=200)
    rank: int
    low_rank: int
    """The best rank of the 90 % interval."""
    high_rank: int
    """The worst one."""
    raw_rank: int
    """Its rank if no voice were capped."""
    previous_rank: int | None = None
    """Where it stood among the themes that are still there; none: it is new."""
    improves: int | None = None
    """Percent of certainty that it ranks better than it stood; none in a first round."""
    breadth: int
    demand: int
    gap: int
    growth: int
    policy: int
    previous_place: int
    """Where it began: new ones behind all that stood."""
    by_evidence: int
    """Its place by all voices in full."""
    by_caps: int
    """Its place by the capped ones."""
    by_surety: int
    """Its place when those rise alone that surely do."""
    place: int
    """Its place when nobody moves farther than a round allows: what demand alone justifies."""


class CandidateStanding(SQLModel, table=True):
    """The best place that demand alone justifies for a candidate; one without a theme has none."""

    __tablename__ = "candidate_standing"
    __table_args__ = (
        ForeignKeyConstraint(
            ["candidate_id", "round_id"],
            ["planning_candidate.id", "planning_candidate.round_id"],
            name="fk_candidate_standing_candidate",
        ),
        ForeignKeyConstraint(
            ["round_id", "theme"],
            ["theme_priority.round_id", "theme_priority.theme"],
            name="fk_candidate_standing_theme_priority",
        ),
        CheckConstraint(f"place BETWEEN 1 AND {MOST_CANDIDATES}", name="place_range"),
    )

    candidate_id: UUID = Field(primary_key=True)
    round_id: UUID = Field(index=True)
    theme: str = Field(max_length=40)
    """The one of its themes that stands first."""
    place: int
    """Its place among the candidates of the round, by that theme."""
