"""Reads of priorities as they are kept: weights, the frozen ranking, and where each candidate stands by it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.priorities.schemas import RankingView, Shares, StandingView, StepView, ThemePriorityView
from fund_service.priorities.shares import DEFAULT_SHARES
from models.planning import PlanningRound
from models.priorities import (
    CandidateStanding,
    CriteriaWeights,
    Criterion,
    PriorityRanking,
    ThemePriority,
)


def newest_weights(session: Session, round_id: UUID) -> CriteriaWeights | None:
    """Read the weights of a round; none where nobody set any."""
    query = select(CriteriaWeights).where(CriteriaWeights.round_id == round_id)
    return session.exec(query.order_by(col(CriteriaWeights.number).desc()).limit(1)).first()


def shares_of(kept: CriteriaWeights | PriorityRanking | ThemePriority | None) -> Shares:
    """Give what a row holds for each criterion; without one the service's own weights."""
    if kept is None:
        return dict(DEFAULT_SHARES)
    return {criterion: getattr(kept, criterion.value) for criterion in Criterion}


def frozen_ranking(session: Session, round_id: UUID) -> RankingView | None:
    """Show the ranking of a round as it was frozen; none where it was not."""
    kept = session.get(PriorityRanking, round_id)
    if kept is None:
        return None
    themes = session.exec(
        select(ThemePriority).where(ThemePriority.round_id == round_id).order_by(col(ThemePriority.place))
    ).all()
    return ranking_view(session, kept, themes, frozen=True)


def ranking_view(
    session: Session, ranking: PriorityRanking, themes: Sequence[ThemePriority], *, frozen: bool
) -> RankingView:
    """Show a ranking, kept or only made, its themes as they come."""
    before = None if ranking.previous_round_id is None else session.get_one(PlanningRound, ranking.previous_round_id)
    return RankingView(
        frozen_at=ranking.recorded_at if frozen else None,
        previous_round_id=ranking.previous_round_id,
        previous_title_ko=None if before is None else before.title_ko,
        previous_title_en=None if before is None else before.title_en,
        shares=shares_of(ranking),
        surety=ranking.surety,
        most_places=ranking.most_places,
        themes=[theme_view(theme) for theme in themes],
    )


def theme_view(theme: ThemePriority) -> ThemePriorityView:
    """Show where a theme stands."""
    return ThemePriorityView(
        **theme.model_dump(include=set(ThemePriorityView.model_fields)),
        shares=shares_of(theme),
        steps=StepView(
            evidence=theme.previous_place - theme.by_evidence,
            caps=theme.by_evidence - theme.by_caps,
            surety=theme.by_caps - theme.by_surety,
            bound=theme.by_surety - theme.place,
        ),
    )


def candidate_standings(session: Session, candidate_ids: Collection[UUID]) -> Mapping[UUID, StandingView]:
    """Show where candidates stand by the best of their themes; those without one, or not ranked yet, are missing."""
    rows = session.exec(
        select(CandidateStanding, ThemePriority)
        .join(
            ThemePriority,
            (col(ThemePriority.round_id) == col(CandidateStanding.round_id))
            & (col(ThemePriority.theme) == col(CandidateStanding.theme)),
        )
        .where(col(CandidateStanding.candidate_id).in_(candidate_ids))
    )
    return {
        standing.candidate_id: StandingView(
            place=standing.place,
            **theme.model_dump(
                include={"label_ko", "label_en", "rank", "low_rank", "high_rank", "previous_rank", "improves"}
            ),
        )
        for standing, theme in rows
    }
