"""The demand a project answers, as far as the reader may read it: confidential signals are not even counted."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.matches.method import MatchMethod
from fund_service.matches.parties import free_of_conflict
from fund_service.projects.schemas import AnsweredSignal, ProjectDemand
from fund_service.signals.queries import visible_to
from models.match import Match, SignalMatching
from models.organisation import Organisation
from models.signal import DemandSignal, SignalState

SHOWN = 10


def demand_answered(
    session: Session, project_id: UUID, *, caller: Caller, method: MatchMethod, today: date
) -> ProjectDemand:
    """Count the speaking signals that the project answers, and show the best, in three statements.

    Only matches that still hold are counted: made by the method in use, of the signal as it stands.
    """
    readable = visible_to(caller).with_only_columns(col(DemandSignal.id))
    holding = (
        select(Match.id, Match.score, Match.signal_id, Organisation.name_ko, Organisation.name_en)  # type: ignore[call-overload] # SQLModel types four columns at most
        .join(DemandSignal, col(DemandSignal.id) == col(Match.signal_id))
        .join(Organisation, col(Organisation.id) == col(DemandSignal.organisation_id))
        .join(SignalMatching, col(SignalMatching.signal_id) == col(Match.signal_id))
        .where(
            Match.project_id == project_id,
            col(Match.eligible),
            free_of_conflict(today),
            col(DemandSignal.id).in_(readable),
            col(DemandSignal.state) == SignalState.LIVE,
            sa.or_(col(DemandSignal.expires_on).is_(None), col(DemandSignal.expires_on) >= today),
            col(SignalMatching.signal_version) == col(DemandSignal.version),
            col(SignalMatching.method_digest) == method.digest(session),
        )
    )
    best = session.exec(holding.order_by(col(Match.score).desc(), col(Match.id)).limit(SHOWN)).all()
    return ProjectDemand(
        eligible_matches=session.exec(select(func.count()).select_from(holding.subquery())).one(),
        best=[
            AnsweredSignal(
                signal_id=signal_id,
                match_id=match_id,
                score=score,
                organisation_name_ko=name_ko,
                organisation_name_en=name_en,
            )
            for match_id, score, signal_id, name_ko, name_en in best
        ],
    )
