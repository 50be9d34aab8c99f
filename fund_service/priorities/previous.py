"""The order that a round revises: that of the last published round which planned the same fields."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.market.counted import theme_keys
from models.planning import PUBLIC_STAGES, CandidateDecision, CandidateTheme, PlanningCandidate, PlanningRound
from models.priorities import ThemePriority


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousOrder:
    """Themes by their keys, first to last, and the round that ordered them; none where nothing was published before."""

    round_id: UUID | None = None
    themes: tuple[str, ...] = ()


def previous_order(session: Session, planning_round: PlanningRound) -> PreviousOrder:
    """Read the order that stands: what was adopted by its place, then all else as demand alone had it.

    A round that planned fewer fields has nothing to say of the others, and is passed over: otherwise the themes of
    those would all begin behind.
    """
    last = session.exec(
        select(PlanningRound)
        .where(
            col(PlanningRound.stage).in_(PUBLIC_STAGES),
            col(PlanningRound.id) != planning_round.id,
            _plans_as_much(planning_round),
        )
        .order_by(col(PlanningRound.published_at).desc(), col(PlanningRound.id).desc())
        .limit(1)
    ).first()
    if last is None:
        return PreviousOrder()
    ranked = session.exec(
        select(ThemePriority.theme).where(ThemePriority.round_id == last.id).order_by(col(ThemePriority.place))
    )
    return PreviousOrder(
        round_id=last.id, themes=tuple(dict.fromkeys([*_themes_by_decision(session, last.id), *ranked]))
    )


def _plans_as_much(planning_round: PlanningRound) -> sa.ColumnElement[bool]:
    all_fields = sa.func.cardinality(col(PlanningRound.field_codes)) == 0
    if not planning_round.field_codes:
        return all_fields
    named = sa.literal(planning_round.field_codes, sa.ARRAY(sa.String(2)))
    return sa.or_(all_fields, col(PlanningRound.field_codes).bool_op("@>")(named))


def _themes_by_decision(session: Session, round_id: UUID) -> Iterable[str]:
    """Give the themes of adopted candidates by place; those of one candidate as demand had them, then by name."""
    parts = session.exec(
        select(CandidateTheme.theme_id)
        .join(PlanningCandidate, col(PlanningCandidate.id) == col(CandidateTheme.candidate_id))
        .join(CandidateDecision, col(CandidateDecision.candidate_id) == col(PlanningCandidate.id))
        .join(
            ThemePriority,
            (col(ThemePriority.round_id) == col(CandidateTheme.round_id))
            & (col(ThemePriority.part_id) == col(CandidateTheme.theme_id)),
            isouter=True,
        )
        .where(PlanningCandidate.round_id == round_id, col(CandidateDecision.place).is_not(None))
        .order_by(col(CandidateDecision.place), col(ThemePriority.place).nulls_last(), col(CandidateTheme.theme_id))
    ).all()
    keys = theme_keys(session, parts, that_stand=False)
    return [keys[part] for part in parts]
