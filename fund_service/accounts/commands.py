"""Writes of accounts: signing in and out, tokens, language."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from fund_service.accounts.callers import digest_secret
from fund_service.accounts.passwords import password_fits
from models.errors import FundError, RecordNotFound, SignInRefused, TooManyAttempts
from models.person import AccessToken, Person, PreferredLanguage, SignInSession, SignInThrottle

SESSION_LIFETIME = timedelta(hours=12)
FAILURES_BEFORE_LOCK = 10
LOCK_TIME = timedelta(minutes=15)
SEEN_PRECISION = timedelta(minutes=1)
"""A session's last use is written at most this often."""


@dataclass(frozen=True, slots=True)
class SignInOutcome:
    """A new session's cookie value, or why there is none; a value, so that failures are counted and committed."""

    secret: str | None
    refusal: FundError | None


def sign_in(
    session: Session, email: str, password: str, *, at: datetime, previous_secret: str | None = None
) -> SignInOutcome:
    """Open a session under a new secret, ending the one the browser carried before and clearing away what ran out.

    After ten failures under one address, known or not, the address is locked for fifteen minutes.
    """
    address = email.strip().lower()
    throttle = _throttle(session, address)
    if throttle.locked_until and throttle.locked_until > at:
        return SignInOutcome(None, TooManyAttempts("Too many failed sign-ins; wait fifteen minutes and try again."))
    person = session.exec(select(Person).where(Person.email == address, col(Person.active))).first()
    if not password_fits(password, person.password_hash if person else None) or person is None:
        _count_failure(throttle, at)
        session.flush()
        return SignInOutcome(None, SignInRefused("This e-mail address and password do not go together."))
    throttle.failures, throttle.locked_until = 0, None
    if previous_secret:
        sign_out(session, previous_secret)
    session.exec(
        delete(SignInSession).where(col(SignInSession.person_id) == person.id, col(SignInSession.expires_at) <= at)
    )
    secret = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_digest=digest_secret(secret), person_id=person.id, last_seen_at=at, expires_at=at + SESSION_LIFETIME
        )
    )
    session.flush()
    return SignInOutcome(secret, None)


def _throttle(session: Session, address: str) -> SignInThrottle:
    """Lock the address's counter, so that parallel attempts are counted one by one."""
    digest = hashlib.sha256(address.encode()).hexdigest()
    session.connection().execute(
        insert(SignInThrottle).values(email_digest=digest, failures=0).on_conflict_do_nothing()
    )
    return session.exec(select(SignInThrottle).where(SignInThrottle.email_digest == digest).with_for_update()).one()


def _count_failure(throttle: SignInThrottle, at: datetime) -> None:
    throttle.failures += 1
    if throttle.failures >= FAILURES_BEFORE_LOCK:
        throttle.failures, throttle.locked_until = 0, at + LOCK_TIME


def sign_out(session: Session, secret: str) -> None:
    """End a session."""
    session.exec(delete(SignInSession).where(col(SignInSession.token_digest) == digest_secret(secret)))


def note_session_use(session: Session, secret: str, *, at: datetime) -> None:
    """Push the idle limit of a session forward."""
    session.connection().execute(
        sa.update(SignInSession)
        .where(
            col(SignInSession.token_digest) == digest_secret(secret),
            col(SignInSession.last_seen_at) < at - SEEN_PRECISION,
        )
        .values(last_seen_at=at)
    )


def choose_language(session: Session, person_id: UUID, language: PreferredLanguage) -> None:
    """Remember the language a person reads pages in."""
    person = session.get_one(Person, person_id)
    person.language = language
    session.add(person)
    session.flush()


def create_token(session: Session, email: str, *, label: str, lifetime: timedelta, at: datetime) -> str:
    """Make a bearer token for a person; it is shown once and only its digest kept.

    Raises
    ------
    RecordNotFound
        When nobody active has this e-mail address.
    """
    person = session.exec(select(Person).where(Person.email == email.strip().lower(), col(Person.active))).first()
    if person is None:
        raise RecordNotFound("Nobody here has the e-mail address {email}.", field="user", email=email)
    secret = f"fund_{secrets.token_urlsafe(32)}"
    session.add(
        AccessToken(token_digest=digest_secret(secret), person_id=person.id, label=label, expires_at=at + lifetime)
    )
    session.flush()
    return secret
