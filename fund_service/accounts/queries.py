"""Reads of accounts: the caller behind a cookie or token, and the list of people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller, csrf_token_of, digest_secret
from fund_service.accounts.schemas import MeView, OrganisationChoice, PeoplePage, PersonForm, PersonView
from fund_service.paging import Cursor, cut_page
from models.errors import RecordNotFound
from models.notice import Notice
from models.organisation import Organisation
from models.person import AccessToken, Person, PersonRole, Role, SignInSession

IDLE_LIMIT = timedelta(minutes=30)
MOST_UNREAD = 100
"""Unread notices that are counted: a page shows 99+ for as many."""
MAX_CHOICES = 2_000
"""Organisations offered in the form of an account."""


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


def caller_called(session: Session, email: str) -> Caller:
    """Give the person behind an e-mail address as the shell acts for them.

    Raises
    ------
    RecordNotFound
        When nobody active has this e-mail address.
    """
    person_id = session.exec(select(Person.id).where(Person.email == email.strip().lower())).first()
    caller = None if person_id is None else _caller(session, person_id, csrf_token=None)
    if caller is None:
        raise RecordNotFound("Nobody here has the e-mail address {email}.", field="maker", email=email)
    return caller


def caller_of_person(session: Session, person_id: UUID) -> Caller | None:
    """Give a person as what is sent to them sees them: with the roles of this moment; none where they were disabled."""
    return _caller(session, person_id, csrf_token=None)


def _unread(person_id: UUID) -> sa.ScalarSelect[int]:
    """Count a person's unread notices up to more than is shown, by their own index."""
    waiting = (
        sa.select(col(Notice.id))
        .where(
            col(Notice.person_id) == person_id,
            col(Notice.read_at).is_(None),
            col(Notice.dropped_at).is_(None),
            sa.text("notice.way <> 'off'"),  # as the index says it, or a prepared statement passes the index by
        )
        .limit(MOST_UNREAD)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(waiting).scalar_subquery()


def _caller(session: Session, person_id: UUID, *, csrf_token: str | None) -> Caller | None:
    row: tuple[Person, Organisation | None, int] | None = session.exec(
        select(Person, Organisation, _unread(person_id))
        .join(Organisation, col(Person.organisation_id) == col(Organisation.id), isouter=True)
        .where(Person.id == person_id, col(Person.active))
    ).first()
    if row is None:
        return None
    person, organisation, unread = row
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
        unread=unread,
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
    return PeoplePage(items=person_views(session, people), next_cursor=next_cursor)


def person_views(session: Session, people: Sequence[Person]) -> list[PersonView]:
    """Show accounts with their roles, in a fixed number of statements."""
    roles: dict[UUID, list[Role]] = {}
    ids = [person.id for person in people]
    for grant in session.exec(select(PersonRole).where(col(PersonRole.person_id).in_(ids))):
        roles.setdefault(grant.person_id, []).append(grant.role)
    accounts = dict(
        session.exec(
            select(Person.human_id, func.count())
            .where(col(Person.human_id).in_([person.human_id for person in people]))
            .group_by(col(Person.human_id))
        ).all()
    )
    return [
        PersonView(
            **person.model_dump(include={"id", "email", "name", "organisation_id", "active", "version"}),
            roles=sorted(roles.get(person.id, [])),
            may_decide=person.may_decide,
            other_accounts=accounts[person.human_id] - 1,
        )
        for person in people
    ]


def person_view(session: Session, person: Person) -> PersonView:
    """Show one account."""
    return person_views(session, [person])[0]


def person_form(session: Session, person: Person | None = None) -> PersonForm:
    """Prepare the form: what may be chosen and, for a change, what stands now."""
    organisations = session.exec(select(Organisation).order_by(col(Organisation.name_ko)).limit(MAX_CHOICES)).all()
    form = PersonForm(
        organisations=[
            OrganisationChoice(**organisation.model_dump(include={"id", "name_ko", "name_en"}))
            for organisation in organisations
        ]
    )
    if person is None:
        return form
    view = person_view(session, person)
    values: dict[str, str | list[str]] = {
        "email": view.email,
        "name": view.name,
        "organisation_id": "" if view.organisation_id is None else str(view.organisation_id),
        "roles": [role.value for role in view.roles],
        "active": "true" if view.active else "false",
    }
    shown = {"person_id": person.id, "version": person.version, "may_decide": person.may_decide, "values": values}
    return form.model_copy(update=shown)
