"""The caller of a request: a person, the roles held this moment, and how they proved who they are."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from models.person import PreferredLanguage, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A signed-in person; roles are read anew for every request, so a change holds from the next one on."""

    person_id: UUID
    name: str
    email: str
    language: PreferredLanguage
    organisation_id: UUID | None
    organisation_name: str | None
    roles: frozenset[Role]
    csrf_token: str | None
    """Set for browsers only: what their forms must send back; programs carry no cookie that could be abused."""
    unread: int = 0
    """Notices not read yet, as far as they are counted."""

    def has(self, *roles: Role) -> bool:
        """Say whether the caller holds one of the roles."""
        return bool(self.roles & set(roles))


def digest_secret(secret: str) -> str:
    """Give what the database keeps of a cookie or token; they are random, so a plain sha256 suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token_of(session_secret: str) -> str:
    """Derive the form token of a session: bound to it, so one obtained elsewhere is worth nothing here."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()
