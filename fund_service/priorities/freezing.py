"""Freezing the ranking of a round: once, when its list of candidates is closed and its deliberation begins."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.priorities.ranking import make_ranking
from fund_service.priorities.reading import newest_weights, shares_of
from models.planning import CandidateTheme, PlanningCandidate, PlanningRound
from models.priorities import CandidateStanding, ThemePriority


def freeze_ranking(session: Session, planning_round: PlanningRound) -> None:
    """Keep the ranking as it stands, and the best place that it gives each candidate by demand alone."""
    made = make_ranking(session, planning_round, shares_of(newest_weights(session, planning_round.id)))
    session.add(made.ranking)
    session.flush()
    session.add_all(made.themes)
    session.flush()
    session.add_all(_standings(session, planning_round, made.themes))
    session.flush()


def _standings(
    session: Session, planning_round: PlanningRound, themes: Sequence[ThemePriority]
) -> Iterator[CandidateStanding]:
    """Give each candidate the standing of its best theme, and its place among the candidates by that.

    The best one, and not a mean, since taking up another theme must not cost a candidate its place. Themes that no
    candidate takes up leave no gap: places are those of candidates.
    """
    taken = dict(
        session.exec(
            select(CandidateTheme.theme_id, CandidateTheme.candidate_id)
            .join(PlanningCandidate, col(PlanningCandidate.id) == col(CandidateTheme.candidate_id))
            .where(CandidateTheme.round_id == planning_round.id)
        ).all()
    )
    best: dict[UUID, ThemePriority] = {}
    for theme in sorted(themes, key=lambda one: one.place):
        if theme.part_id in taken:
            best.setdefault(taken[theme.part_id], theme)
    for place, (candidate_id, theme) in enumerate(best.items(), 1):
        yield CandidateStanding(candidate_id=candidate_id, round_id=planning_round.id, theme=theme.theme, place=place)
