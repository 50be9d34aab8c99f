"""The pairs of a round: stored matches of signals that speak and projects that are open, each with what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.answers.live import live_models
from fund_service.answers.ranking import feature_rows
from fund_service.matches.parties import free_of_conflict
from matching.acceptance import mutual
from models.answer import AnswerSide
from models.match import Match
from models.project import OPEN_PROJECT_STATES, RndProject
from models.signal import Confidentiality, DemandSignal, SignalField, SignalState


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An investor and a project that may meet, by the signal of the investor's that answers the project best."""

    organisation_id: UUID
    confidentiality: Confidentiality
    project_id: UUID
    signal_id: UUID
    value: float
    ticket_krw: int


def read_candidates(session: Session, field_codes: Sequence[str], *, today: date) -> list[Candidate]:
    """Read the pairs that passed every gate, with the models in use.

    One for each organisation and project, and apart for its confidential signals: what is known of those changes
    nothing of what its open ones come to.
    """
    rows = session.exec(
        select(DemandSignal, Match.project_id, Match.components)
        .join(Match, col(Match.signal_id) == col(DemandSignal.id))
        .join(RndProject, col(RndProject.id) == col(Match.project_id))
        .where(
            col(Match.eligible),
            speaking(today, field_codes),
            col(RndProject.state).in_(OPEN_PROJECT_STATES),
            free_of_conflict(today),
        )
        .order_by(col(DemandSignal.id), col(Match.project_id))
    ).all()
    live = live_models(session)
    features = feature_rows([components for _, _, components in rows])
    values = mutual(*(live[side].model.probability(features) for side in (AnswerSide.INVESTOR, AnswerSide.PROJECT)))
    best: dict[tuple[UUID, Confidentiality, UUID], Candidate] = {}
    for (signal, project_id, _), value in zip(rows, values.tolist(), strict=True):
        key = (signal.organisation_id, signal.confidentiality, project_id)
        found = best.get(key)
        if found is None or value > found.value:
            best[key] = Candidate(
                organisation_id=signal.organisation_id,
                confidentiality=signal.confidentiality,
                project_id=project_id,
                signal_id=signal.id,
                value=value,
                ticket_krw=signal.ticket_min_krw or 0,
            )
    return list(best.values())


def speaking(today: date, field_codes: Sequence[str]) -> sa.ColumnElement[bool]:
    """Say which signals take part: live, not expired, and of one of the fields where fields are named."""
    clauses = [
        col(DemandSignal.state) == SignalState.LIVE,
        sa.or_(col(DemandSignal.expires_on).is_(None), col(DemandSignal.expires_on) >= today),
    ]
    if field_codes:
        clauses.append(
            col(DemandSignal.id).in_(
                select(SignalField.signal_id).where(col(SignalField.field_code).in_(list(field_codes)))
            )
        )
    return sa.and_(*clauses)
