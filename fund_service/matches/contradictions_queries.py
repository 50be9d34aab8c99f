"""Reads of contradictions; the words of one are read only by who may read the signal."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.matches.contradictions_schemas import ContradictionsPage, ContradictionView, ListedContradiction
from fund_service.paging import Cursor, cut_page
from fund_service.signals.queries import visible_to
from models.contradiction import Contradiction, ReasonKind
from models.match import Match
from models.organisation import Organisation
from models.person import Person, Role
from models.project import RndProject

READERS = (Role.FUND_MANAGER, Role.AUDITOR)
"""Who reads everybody's contradictions; all others read their own."""


def contradictions_of_pair(
    session: Session, signal_id: UUID, project_id: UUID, *, caller: Caller
) -> list[ContradictionView]:
    """Give what was said against reasons of a pair, oldest first."""
    query = (
        select(Contradiction, Person.name)
        .join(Person, col(Person.id) == col(Contradiction.person_id))
        .where(Contradiction.signal_id == signal_id, Contradiction.project_id == project_id)
        .order_by(col(Contradiction.id))
    )
    if not caller.has(*READERS):
        query = query.where(Contradiction.person_id == caller.person_id)
    return [
        ContradictionView(
            **contradiction.model_dump(exclude={"person_id"}),
            person_name=name,
            own=contradiction.person_id == caller.person_id,
        )
        for contradiction, name in session.exec(query)
    ]


def list_contradictions(
    session: Session, kind: ReasonKind | None, *, caller: Caller, after: Cursor | None, limit: int
) -> ContradictionsPage:
    """List contradictions of signals the caller may read, newest first, and count them by kind, in three statements."""
    readable = visible_to(caller).subquery()
    query = (
        select(Contradiction, Person.name, Organisation, RndProject)
        .join(readable, readable.c.id == col(Contradiction.signal_id))
        .join(Person, col(Person.id) == col(Contradiction.person_id))
        .join(Organisation, col(Organisation.id) == readable.c.organisation_id)
        .join(RndProject, col(RndProject.id) == col(Contradiction.project_id))
        .order_by(col(Contradiction.id).desc())
        .limit(limit + 1)
    )
    if kind is not None:
        query = query.where(Contradiction.kind == kind)
    if after is not None:
        query = query.where(col(Contradiction.id) < after.after)
    rows, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda row: row[0].id)
    pairs = {(row[0].signal_id, row[0].project_id) for row in rows}
    standing = _standing(session, pairs)
    return ContradictionsPage(
        items=[
            ListedContradiction(
                **contradiction.model_dump(exclude={"person_id"}),
                person_name=name,
                own=contradiction.person_id == caller.person_id,
                organisation_name_ko=organisation.name_ko,
                organisation_name_en=organisation.name_en,
                title_ko=project.title_ko,
                title_en=project.title_en,
                match_id=standing.get((contradiction.signal_id, contradiction.project_id)),
            )
            for contradiction, name, organisation, project in rows
        ],
        next_cursor=next_cursor,
        kind=kind,
        counts=_counts(session, caller),
    )


def _standing(session: Session, pairs: set[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], UUID]:
    """Give the match of each pair that is listed now."""
    rows = session.exec(
        select(Match.signal_id, Match.project_id, Match.id).where(
            col(Match.signal_id).in_({signal_id for signal_id, _ in pairs}),
            col(Match.project_id).in_({project_id for _, project_id in pairs}),
        )
    )
    return {(signal_id, project_id): match_id for signal_id, project_id, match_id in rows}


def _counts(session: Session, caller: Caller) -> dict[ReasonKind, int]:
    """Count what the caller may read: a number of the others tells that there are signals, and when they are read."""
    readable = visible_to(caller).subquery()
    query = select(Contradiction.kind, func.count()).join(readable, readable.c.id == col(Contradiction.signal_id))
    counted = dict(session.exec(query.group_by(col(Contradiction.kind))).all())
    return {kind: counted.get(kind, 0) for kind in ReasonKind}
