"""Comparisons of the criteria by reviewers (AHP): recorded while a round proposes, and judged together."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.planning.commands import find_planning_round
from fund_service.priorities.bodies import PAIRS, ComparisonsIn
from matching.demand.ahp import Comparison, GroupJudgement, judge
from models.planning import PlanningStage
from models.priorities import CriteriaComparison, Criterion


def compare_criteria(
    session: Session, round_id: UUID, data: ComparisonsIn, *, caller: Caller, at: datetime
) -> list[CriteriaComparison]:
    """Record how the caller compares the criteria; said again while the round proposes, it replaces the first.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such round, or it does not propose.
    """
    find_planning_round(session, round_id, to_change=True).require(PlanningStage.PROPOSING)
    session.connection().execute(
        sa.delete(CriteriaComparison).where(
            col(CriteriaComparison.round_id) == round_id, col(CriteriaComparison.reviewer_id) == caller.person_id
        )
    )
    said = [
        CriteriaComparison(
            round_id=round_id,
            reviewer_id=caller.person_id,
            first=first,
            second=second,
            intensity=getattr(data, f"{first.value}_{second.value}"),
            recorded_at=at,
        )
        for first, second in PAIRS
    ]
    session.add_all(said)
    session.flush()
    return said


def comparisons_of(session: Session, round_id: UUID) -> dict[UUID, list[CriteriaComparison]]:
    """Read the comparisons of a round by reviewer, who first compared first."""
    query = select(CriteriaComparison).where(CriteriaComparison.round_id == round_id)
    found: defaultdict[UUID, list[CriteriaComparison]] = defaultdict(list)
    for one in session.exec(query.order_by(col(CriteriaComparison.recorded_at), col(CriteriaComparison.reviewer_id))):
        found[one.reviewer_id].append(one)
    return dict(found)


def group_judgement(session: Session, round_id: UUID) -> GroupJudgement | None:
    """Judge the comparisons of a round, each reviewer's and all together; none while nobody has compared."""
    said = comparisons_of(session, round_id)
    if not said:
        return None
    return judge(
        sorted(Criterion), {str(reviewer): [_comparison(one) for one in ones] for reviewer, ones in said.items()}
    )


def _comparison(one: CriteriaComparison) -> Comparison:
    ratio = float(one.intensity) if one.intensity > 0 else -1 / one.intensity
    return Comparison(first=one.first, second=one.second, ratio=ratio)
