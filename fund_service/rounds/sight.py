"""Who may know what of a round: names of investors as their signals are read, counts for everybody else."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.rounds.schemas import Named
from models.matching_round import RoundAssignment
from models.organisation import Organisation
from models.person import Role
from models.project import RndProject
from models.signal import Confidentiality


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
    return col(RoundAssignment.confidentiality).in_(seen(caller))


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
