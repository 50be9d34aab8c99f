"""Reads of accounts: the caller behind a cookie or token, and the list of people."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller, csrf_token_of, digest_secret
from fund_service.accounts.schemas import MeView, PeoplePage, PersonView
from fund_service.paging import Cursor, cut_page
from models.organisation import Organisation
from models.person import AccessToken, Person, PersonRole, Role, SignInSession

IDLE_LIMIT = timedelta(minutes=30)


def caller_of_session(session: Session, secret: str, *, at: datetime) -> Caller | None:
    """Find who is signed in with a session cookie, unless it ran out or the person was disabled."""
    found = session.exec(
        select(SignInSession).where(
            SignInSession.token_digest == digest_secret(secret),
            col(SignInSession.expires_at) > at,
            col(SignInSession.last_seen_at) > at - IDLE_LIMIT,
        )
    ).first()
    return None if found is None else _caller(session, found.person_id, csrf_token=csrf_token_of(secret))


def caller_of_token(session: Session, secret: str, *, at: datetime) -> Caller | None:
    """Find whom a program acts for, unless its token ran out or was revoked."""
    found = session.exec(
        select(AccessToken).where(
            AccessToken.token_digest == digest_secret(secret),
            col(AccessToken.expires_at) > at,
            col(AccessToken.revoked_at).is_(None),
        )
    ).first()
    return None if found is None else _caller(session, found.person_id, csrf_token=None)


def _caller(session: Session, person_id: UUID, *, csrf_token: str | None) -> Caller | None:
    row: tuple[Person, Organisation | None] | None = session.exec(
        select(Person, Organisation)
        .join(Organisation, col(Person.organisation_id) == col(Organisation.id), isouter=True)
        .where(Person.id == person_id, col(Person.active))
    ).first()
    if row is None:
        return None
    person, organisation = row
    return Caller(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        organisation_id=person.organisation_id,
        organisation_name=None if organisation is None else organisation.name_ko or organisation.name_en,
        roles=frozenset(
            grant.role for grant in session.exec(select(PersonRole).where(PersonRole.person_id == person.id))
        ),
        csrf_token=csrf_token,
    )


def me(caller: Caller) -> MeView:
    """Tell the caller who they are here."""
    return MeView(
        person_id=caller.person_id,
        name=caller.name,
        email=caller.email,
        language=caller.language,
        organisation_id=caller.organisation_id,
        organisation_name=caller.organisation_name,
        roles=sorted(caller.roles),
    )


def list_people(session: Session, *, cursor: Cursor | None, limit: int) -> PeoplePage:
    """List the accounts, newest first."""
    query = select(Person).order_by(col(Person.id).desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(col(Person.id) < cursor.after)
    people, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda person: person.id)
    roles: dict[UUID, list[Role]] = {}
    ids = [person.id for person in people]
    for grant in session.exec(select(PersonRole).where(col(PersonRole.person_id).in_(ids))):
        roles.setdefault(grant.person_id, []).append(grant.role)
    return PeoplePage(
        items=[
            PersonView(
                id=person.id,
                email=person.email,
                name=person.name,
                organisation_id=person.organisation_id,
                active=person.active,
                roles=sorted(roles.get(person.id, [])),
            )
            for person in people
        ],
        next_cursor=next_cursor,
    )
