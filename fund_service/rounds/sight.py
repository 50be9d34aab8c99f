"""Who may know what of a round: names of investors as their signals are read, counts for everybody else."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.rounds.schemas import Named
from models.match import Match
from models.matching_round import RoundAssignment, RoundInvestor, RoundProject
from models.organisation import Organisation
from models.person import Role
from models.project import RndProject
from models.signal import Confidentiality, DemandSignal


def sees_investors(caller: Caller) -> bool:
    """Say whether the caller may know who the investors with open signals are; planners may not."""
    return caller.has(Role.FUND_MANAGER, Role.AUDITOR)


def seen(caller: Caller) -> frozenset[Confidentiality]:
    """Say signals of which kind the caller may know of: the same as `signals.queries.visible_to` shows."""
    if caller.has(Role.AUDITOR):
        return frozenset(Confidentiality)
    return frozenset({Confidentiality.OPEN}) if caller.has(Role.FUND_MANAGER) else frozenset()


def known_to(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which assignments the caller may know of."""
    return by_signals(seen(caller))


def by_signals(kinds: Collection[Confidentiality]) -> sa.ColumnElement[bool]:
    """Say which assignments are by signals that were of these kinds in the round, and are today."""
    today = select(DemandSignal.id).where(col(DemandSignal.confidentiality).in_(kinds))
    return sa.and_(col(RoundAssignment.confidentiality).in_(kinds), col(RoundAssignment.signal_id).in_(today))


def parties(session: Session, round_id: UUID) -> tuple[dict[UUID, RoundInvestor], dict[UUID, RoundProject]]:
    """Read those whose quotas are set by hand: investors by their open signals, and projects they match.

    What an organisation keeps confidential stays at what its signals say; that a project takes part for nothing but
    confidential signals is not told.
    """
    investors = session.exec(
        select(RoundInvestor).where(
            RoundInvestor.round_id == round_id, RoundInvestor.confidentiality == Confidentiality.OPEN
        )
    )
    matched = (
        select(Match.id)
        .join(DemandSignal, col(DemandSignal.id) == col(Match.signal_id))
        .where(
            Match.project_id == RoundProject.project_id,
            col(Match.eligible),
            DemandSignal.confidentiality == Confidentiality.OPEN,
        )
    )
    met = select(RoundAssignment.id).where(
        RoundAssignment.round_id == round_id,
        RoundAssignment.project_id == RoundProject.project_id,
        RoundAssignment.confidentiality == Confidentiality.OPEN,
    )
    projects = session.exec(
        select(RoundProject).where(RoundProject.round_id == round_id, sa.or_(matched.exists(), met.exists()))
    )
    return {row.organisation_id: row for row in investors}, {row.project_id: row for row in projects}


def organisation_names(session: Session, ids: Collection[UUID]) -> dict[UUID, Named]:
    """Read the names of organisations."""
    rows = session.exec(
        select(Organisation.id, Organisation.name_ko, Organisation.name_en).where(col(Organisation.id).in_(ids))
    )
    return {key: Named(id=key, name_ko=ko, name_en=en) for key, ko, en in rows}


def project_names(session: Session, ids: Collection[UUID]) -> dict[UUID, Named]:
    """Read the titles of projects."""
    rows = session.exec(
        select(RndProject.id, RndProject.title_ko, RndProject.title_en).where(col(RndProject.id).in_(ids))
    )
    return {key: Named(id=key, name_ko=ko, name_en=en) for key, ko, en in rows}
