"""Writes of account administration: people are given accounts, roles and passwords, and lose them."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from fund_service.accounts.passwords import hash_password, password_fits
from fund_service.accounts.schemas import PasswordIn, PersonIn
from models.errors import (
    FourEyesNeeded,
    RecordChanged,
    RecordConflicts,
    RecordNotFound,
    StepNotAllowed,
    ValueNotAllowed,
)
from models.organisation import Organisation
from models.person import DECIDING_ROLES, INCOMPATIBLE_ROLES, AccessToken, Person, PersonRole, Role, SignInSession

SPEAKS_FOR_AN_ORGANISATION = frozenset({Role.INVESTOR, Role.PROJECT_TEAM})


def create_person(session: Session, data: PersonIn, *, by_id: UUID | None) -> tuple[Person, str]:
    """Give somebody an account; returns it with its first password, which is kept nowhere and shown once.

    ``by_id`` is the administrator, none for the shell. What an administrator issues decides on money only when another
    has confirmed it.

    Raises
    ------
    RecordConflicts
        When the e-mail address has an account, or the human being holds roles that do not go together.
    ValueNotAllowed
        When the organisation or the other account is unknown, or a role needs an organisation.
    """
    if session.exec(select(Person.id).where(Person.email == data.email)).first() is not None:
        raise RecordConflicts("{email} has an account already.", field="email", email=data.email)
    password = new_password()
    person = Person(
        email=data.email,
        name=data.name,
        organisation_id=data.organisation_id,
        active=data.active,
        password_hash=hash_password(password),
        issued_by_id=by_id,
    )
    if data.same_human_as is not None:
        person.human_id = _account(session, data.same_human_as).human_id
    _check(session, person, data.roles)
    session.add(person)
    session.flush()
    session.add_all(PersonRole(person_id=person.id, role=role) for role in set(data.roles))
    session.flush()
    return person, password


def edit_person(
    session: Session, person_id: UUID, data: PersonIn, *, version: int, by_id: UUID, at: datetime
) -> Person:
    """Change an account, its roles, or whether it is active; what was signed in with a disabled one ends at once.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    StepNotAllowed
        When an administrator would change their own account, or it decided on something as another human being.
    RecordConflicts
        When the e-mail address is another's, or the roles do not go together.
    ValueNotAllowed
        As for a new one.
    """
    person = find_person(session, person_id, to_change=True)
    if person.version != version:
        raise RecordChanged("This account was changed since you opened it; load it again and repeat your change.")
    if person.id == by_id:
        raise StepNotAllowed("Another administrator changes your account, not you.")
    taken = select(Person.id).where(Person.email == data.email, Person.id != person.id)
    if session.exec(taken).first() is not None:
        raise RecordConflicts("{email} has an account already.", field="email", email=data.email)
    if data.same_human_as is not None:
        _join(session, person, _account(session, data.same_human_as))
    person.email, person.name, person.organisation_id = data.email, data.name, data.organisation_id
    _check(session, person, data.roles)
    if not data.active:
        _end_everything(session, person.id, at=at)
    held = set(map(Role, session.exec(select(PersonRole.role).where(PersonRole.person_id == person.id))))
    if DECIDING_ROLES & (set(data.roles) - held) or (data.active and not person.active):
        person.issued_by_id, person.confirmed_by_id = by_id, None
    person.active, person.version = data.active, person.version + 1
    session.exec(delete(PersonRole).where(col(PersonRole.person_id) == person.id))
    session.add_all(PersonRole(person_id=person.id, role=role) for role in set(data.roles))
    session.add(person)
    session.flush()
    return person


def reset_password(session: Session, person_id: UUID, *, by_id: UUID, at: datetime) -> str:
    """Give an account a new password, shown once; whatever was signed in with it ends.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it is the administrator's own: that is changed with the present one.
    """
    person = find_person(session, person_id, to_change=True)
    if person.id == by_id:
        raise StepNotAllowed("Another administrator changes your account, not you.")
    password = new_password()
    person.password_hash = hash_password(password)
    person.issued_by_id, person.confirmed_by_id, person.version = by_id, None, person.version + 1
    _end_everything(session, person.id, at=at)
    session.add(person)
    session.flush()
    return password


def confirm_person(session: Session, person_id: UUID, *, by_id: UUID) -> Person:
    """Confirm an account that another administrator issued, so that it may decide on money.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When there is nothing to confirm, or it is the administrator's own.
    FourEyesNeeded
        When the same human being issued it, under whatever account.
    """
    person = find_person(session, person_id, to_change=True)
    if person.may_decide or person.id == by_id:
        raise StepNotAllowed("There is nothing to confirm about this account.")
    humans = {session.get_one(Person, key).human_id for key in (by_id, person.issued_by_id) if key is not None}
    if len(humans) == 1:
        raise FourEyesNeeded("Another administrator confirms what you issued.")
    person.confirmed_by_id, person.version = by_id, person.version + 1
    session.add(person)
    session.flush()
    return person


def refuse_unconfirmed(person: Person) -> None:
    """Refuse a decision on money by an account that is one administrator's word alone.

    Raises
    ------
    FourEyesNeeded
        When no other administrator has confirmed it.
    """
    if not person.may_decide:
        raise FourEyesNeeded(
            "One administrator alone issued this account; another must confirm it before it decides on money."
        )


def change_password(session: Session, person_id: UUID, data: PasswordIn, *, keep_digest: str | None) -> None:
    """Change one's own password; every other session of the account ends.

    Raises
    ------
    ValueNotAllowed
        When the present password is not that, or the new one is the same.
    """
    person = find_person(session, person_id, to_change=True)
    if not password_fits(data.present, person.password_hash):
        raise ValueNotAllowed("This is not your present password.", field="present")
    if data.present == data.new:
        raise ValueNotAllowed("Choose another password than the present one.", field="new")
    person.password_hash = hash_password(data.new)
    session.exec(
        delete(SignInSession).where(
            col(SignInSession.person_id) == person.id, col(SignInSession.token_digest) != (keep_digest or "")
        )
    )
    session.add(person)
    session.flush()


def find_person(session: Session, person_id: UUID, *, to_change: bool = False) -> Person:
    """Find an account; to change it, it is locked until the request ends.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(Person).where(Person.id == person_id)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    person = session.exec(query).first()
    if person is None:
        raise RecordNotFound("There is no such account.")
    return person


def new_password() -> str:
    """Make a password of 120 random bits."""
    return secrets.token_urlsafe(15)


def _account(session: Session, person_id: UUID) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise ValueNotAllowed("There is no such account.", field="same_human_as")
    return person


def _join(session: Session, person: Person, other: Person) -> None:
    """Say that two accounts are one human being's; what they did as two stays recorded as it was."""
    if person.human_id == other.human_id:
        return
    decided = sa.text(
        "SELECT EXISTS (SELECT FROM instruction_check WHERE human_id = :human) "
        "OR EXISTS (SELECT FROM committee_vote WHERE human_id = :human) "
        "OR EXISTS (SELECT FROM instruction WHERE made_by_id = :person)"
    )
    if session.connection().scalar(decided, {"human": person.human_id, "person": person.id}):
        raise StepNotAllowed("This account has decided on money already; disable it instead of joining it to another.")
    person.human_id = other.human_id


def _check(session: Session, person: Person, roles: Collection[Role]) -> None:
    """Refuse an unknown organisation, a voice without one, and roles that do not go together."""
    if person.organisation_id is not None and session.get(Organisation, person.organisation_id) is None:
        raise ValueNotAllowed("There is no such organisation.", field="organisation_id")
    if person.organisation_id is None and SPEAKS_FOR_AN_ORGANISATION & set(roles):
        raise ValueNotAllowed("Who speaks for an organisation needs one.", field="organisation_id")
    elsewhere = session.exec(
        select(PersonRole.role)
        .join(Person, col(Person.id) == col(PersonRole.person_id))
        .where(Person.human_id == person.human_id, Person.id != person.id, col(Person.active))
    ).all()
    clash = _clash({*roles, *map(Role, elsewhere)})
    if clash is not None:
        raise RecordConflicts(
            "Nobody may be {one} and {other} at once, under whatever accounts.",
            field="roles",
            one=clash[0].value,
            other=clash[1].value,
        )


def _clash(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    held = sorted(roles)
    return next(
        ((one, other) for one in held for other in held if other in INCOMPATIBLE_ROLES.get(one, frozenset())), None
    )


def _end_everything(session: Session, person_id: UUID, *, at: datetime) -> None:
    session.exec(delete(SignInSession).where(col(SignInSession.person_id) == person_id))
    session.connection().execute(
        sa.update(AccessToken)
        .where(col(AccessToken.person_id) == person_id, col(AccessToken.revoked_at).is_(None))
        .values(revoked_at=at)
    )
