"""People, their roles, and how they prove who they are."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now
from models.identity import new_id


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
    PROJECT_TEAM = "project_team"
    """Speaks for an organisation that carries out a project: settles its expenses, answers matches."""


class PreferredLanguage(StrEnum):
    """The language a person reads the pages in."""

    KOREAN = "ko"
    """Korean."""
    ENGLISH = "en"
    """English."""


class Person(Row, table=True):
    """A human being with one account; one person, one account, one voice."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("confirmed_by_id <> issued_by_id", name="confirmed_by_another"),
    )

    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=100)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    password_hash: str = Field(max_length=200)
    """Argon2id in its encoded form, parameters and salt inside."""
    language: PreferredLanguage = Field(default=PreferredLanguage.KOREAN, sa_type=by_value(PreferredLanguage))
    active: bool = True
    version: int = 1
    """Counts the edits of the account and is its strong ETag."""
    issued_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    """The administrator who last made its password or gave it a role that decides; none: made in the shell."""
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Another administrator, who confirmed that: until then the account does not decide on money."""
    human_id: UUID = Field(default_factory=new_id, index=True)
    """The human being behind the account: accounts that share it count as one wherever several people are asked for."""

    @property
    def may_decide(self) -> bool:
        """Whether the account is its owner's beyond one administrator's word."""
        return self.issued_by_id is None or self.confirmed_by_id is not None


INCOMPATIBLE_ROLES = {
    Role.ADMINISTRATOR: frozenset(Role) - {Role.ADMINISTRATOR},
    Role.AUDITOR: frozenset(Role) - {Role.AUDITOR},
    Role.INVESTOR: frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.PLANNER}),
    Role.PROJECT_TEAM: frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.PLANNER}),
}
"""Roles that one human being never holds together, under whatever accounts: who manages accounts or audits does nothing
else, and who asks for money or speaks for demand neither decides nor plans (직무 분리)."""


DECIDING_ROLES = frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER})
"""Roles that decide on money: no administrator alone can come by an account that uses one."""


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
