"""Rounds as those see them who take part: an investor its projects, a project's team how many look at it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.answers.sides import led_by
from fund_service.paging import Cursor, cut_page
from fund_service.rounds.schemas import Named, OwnProject, OwnRound, OwnRounds
from fund_service.rounds.sight import by_signals, project_names
from models.matching_round import MatchingRound, RoundAssignment, RoundState
from models.person import Role
from models.project import RndProject
from models.signal import Confidentiality


def own_rounds(session: Session, *, caller: Caller, after: Cursor | None, limit: int) -> OwnRounds:
    """List the confirmed rounds in which the caller's organisation has a part.

    A team learns how many investors with open signals look at its project, and nothing of those that keep theirs
    confidential, not even their number.
    """
    query = (
        select(MatchingRound)
        .where(
            MatchingRound.state == RoundState.CONFIRMED,
            sa.or_(
                select(RoundAssignment.id).where(RoundAssignment.round_id == MatchingRound.id, _own(caller)).exists(),
                select(RoundAssignment.id).where(RoundAssignment.round_id == MatchingRound.id, _led(caller)).exists(),
            ),
        )
        .order_by(col(MatchingRound.id).desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(col(MatchingRound.id) < after.after)
    rounds, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda row: row.id)
    ids = [row.id for row in rounds]
    projects, looked_at = _projects(session, ids, caller), _looked_at(session, ids, caller)
    items = [
        OwnRound(
            id=row.id,
            name=row.name,
            confirmed_at=row.confirmed_at or row.updated_at,
            projects=projects.get(row.id, []),
            looked_at=looked_at.get(row.id, []),
        )
        for row in rounds
    ]
    return OwnRounds(items=items, next_cursor=next_cursor)


def _own(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which assignments are of the investor that the caller speaks for."""
    if not caller.has(Role.INVESTOR) or caller.organisation_id is None:
        return sa.false()
    return col(RoundAssignment.organisation_id) == caller.organisation_id


def _led(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which assignments a team may count: of its projects, by signals that are open."""
    return sa.and_(
        col(RoundAssignment.project_id).in_(select(RndProject.id).where(led_by(caller))),
        by_signals({Confidentiality.OPEN}),
    )


def _projects(session: Session, ids: Sequence[UUID], caller: Caller) -> dict[UUID, list[OwnProject]]:
    rows = session.exec(
        select(RoundAssignment)
        .where(col(RoundAssignment.round_id).in_(ids), _own(caller))
        .order_by(col(RoundAssignment.value).desc(), col(RoundAssignment.id))
    ).all()
    names = project_names(session, {row.project_id for row in rows})
    found: dict[UUID, list[OwnProject]] = {}
    for row in rows:
        found.setdefault(row.round_id, []).append(
            OwnProject(
                project=names[row.project_id], signal_id=row.signal_id, value=row.value, ticket_krw=row.ticket_krw
            )
        )
    return found


def _looked_at(session: Session, ids: Sequence[UUID], caller: Caller) -> dict[UUID, list[tuple[Named, int]]]:
    rows = session.exec(
        select(RoundAssignment.round_id, RoundAssignment.project_id, func.count())
        .where(col(RoundAssignment.round_id).in_(ids), _led(caller))
        .group_by(col(RoundAssignment.round_id), col(RoundAssignment.project_id))
        .order_by(col(RoundAssignment.project_id))
    ).all()
    names = project_names(session, {project_id for _, project_id, _ in rows})
    found: dict[UUID, list[tuple[Named, int]]] = {}
    for round_id, project_id, count in rows:
        found.setdefault(round_id, []).append((names[project_id], count))
    return found
