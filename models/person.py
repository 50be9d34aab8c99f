"""People, their roles, and how they prove who they are."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now


class Role(StrEnum):
    """What a person may do; permissions themselves live in the service's role x operation table."""

    FUND_MANAGER = "fund_manager"
    """Reviews the deal pipeline and moves money."""
    COMMITTEE_MEMBER = "committee_member"
    """Sits on the investment committee (투자심의위원회)."""
    INVESTOR = "investor"
    """Speaks for an investor or a demand-side company."""
    PLANNER = "planner"
    """Pulls market-demand summaries and runs planning rounds."""
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""
    ADMINISTRATOR = "administrator"
    """Manages accounts; neither sees demand nor approves."""


class PreferredLanguage(StrEnum):
    """The language a person reads the pages in."""

    KOREAN = "ko"
    """Korean."""
    ENGLISH = "en"
    """English."""


class Person(Row, table=True):
    """A human being with one account; one person, one account, one voice."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower_case"),)

    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=100)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    password_hash: str = Field(max_length=200)
    """Argon2id in its encoded form, parameters and salt inside."""
    language: PreferredLanguage = Field(default=PreferredLanguage.KOREAN, sa_type=by_value(PreferredLanguage))
    active: bool = True


class PersonRole(SQLModel, table=True):
    """A role that a person holds."""

    __tablename__ = "person_role"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    role: Role = Field(sa_type=by_value(Role), primary_key=True)
    granted_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class SignInThrottle(SQLModel, table=True):
    """Failed sign-ins under one e-mail address, known or not, so that a lock does not tell which are known."""

    __tablename__ = "sign_in_throttle"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_not_negative"),)

    email_digest: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInSession(Row, table=True):
    """A signed-in browser; only the sha256 of its cookie is kept, so a stolen database opens no session."""

    __tablename__ = "sign_in_session"

    token_digest: str = Field(max_length=64, unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    last_seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    """Absolute end, however busy the session is."""


class AccessToken(Row, table=True):
    """A bearer token of a program that acts for a person; only its sha256 is kept."""

    __tablename__ = "access_token"

    token_digest: str = Field(max_length=64, unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    label: str = Field(max_length=100)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
