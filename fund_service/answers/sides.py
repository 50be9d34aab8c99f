"""Who a side is, and what a project's team may know of signals: open ones whose investor wants its project."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from fund_service.accounts.callers import Caller
from fund_service.answers.latest import Pair, is_latest
from models.answer import WANTED, AnswerSide, MatchAnswer
from models.clock import business_date
from models.errors import RecordNotFound
from models.person import Role
from models.project import ConsortiumMember, ConsortiumRole, RndProject
from models.signal import Confidentiality, DemandSignal, SignalState


def led_by(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which projects the caller's team answers for: those that the organisation they speak for leads."""
    if not caller.has(Role.PROJECT_TEAM) or caller.organisation_id is None:
        return sa.false()
    return col(RndProject.id).in_(
        select(ConsortiumMember.project_id).where(
            ConsortiumMember.organisation_id == caller.organisation_id, ConsortiumMember.role == ConsortiumRole.LEAD
        )
    )


def find_led_project(session: Session, project_id: UUID, *, caller: Caller) -> RndProject:
    """Find a project that the caller's team answers for.

    Raises
    ------
    RecordNotFound
        When there is none of theirs by this id.
    """
    project = session.exec(select(RndProject).where(RndProject.id == project_id, led_by(caller))).first()
    if project is None:
        raise RecordNotFound("There is no such project among those your organisation leads.")
    return project


def told_signals(project_id: UUID, *, today: date) -> SelectOfScalar[DemandSignal]:
    """Select the signals that the team of a project may know of.

    Open and speaking ones whose investor shows interest in the project, and open ones to which the team has said yes
    and stands by it: it became a party then, and its yes does not disappear because the investor took the interest back
    or the signal ended. A pass, or a yes taken back, makes nobody a party: with the interest the signal goes.
    What the matcher proposes is the investor's to look at first: its words and limits were given to those who run the
    fund. A confidential signal never, not even as a number, whatever its investor has answered.
    """
    wanted = select(MatchAnswer.signal_id).where(
        MatchAnswer.project_id == project_id,
        MatchAnswer.side == AnswerSide.INVESTOR,
        col(MatchAnswer.kind).in_(WANTED),
        is_latest(),
    )
    stood_by = select(MatchAnswer.signal_id).where(
        MatchAnswer.project_id == project_id,
        MatchAnswer.side == AnswerSide.PROJECT,
        col(MatchAnswer.kind).in_(WANTED),
        is_latest(),
    )
    speaks = sa.and_(
        col(DemandSignal.state) == SignalState.LIVE,
        sa.or_(col(DemandSignal.expires_on).is_(None), col(DemandSignal.expires_on) >= today),
    )
    signal_id = col(DemandSignal.id)
    return select(DemandSignal).where(
        DemandSignal.confidentiality == Confidentiality.OPEN,
        sa.or_(
            sa.and_(speaks, signal_id.in_(wanted)),
            signal_id.in_(stood_by),
        ),
    )


def is_told(session: Session, pair: Pair, *, at: datetime) -> bool:
    """Say whether the team of a project may know of a signal."""
    return _told_signal(session, pair, at=at) is not None


def _told_signal(session: Session, pair: Pair, *, at: datetime) -> DemandSignal | None:
    signal_id, project_id = pair
    return session.exec(told_signals(project_id, today=business_date(at)).where(DemandSignal.id == signal_id)).first()


def find_told_signal(session: Session, pair: Pair, *, at: datetime) -> DemandSignal:
    """Find a signal that the team of a project may know of.

    Raises
    ------
    RecordNotFound
        When there is none, or it is not for them: the two read the same.
    """
    signal = _told_signal(session, pair, at=at)
    if signal is None:
        raise RecordNotFound("There is no such demand among what answers your project.")
    return signal
