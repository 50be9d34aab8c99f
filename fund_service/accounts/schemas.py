"""What crosses the wire of accounts."""

from uuid import UUID

from pydantic import BaseModel

from fund_service.paging import Listing
from models.person import PreferredLanguage, Role


class MeView(BaseModel):
    """The signed-in person."""

    person_id: UUID
    name: str
    email: str
    language: PreferredLanguage
    organisation_id: UUID | None
    organisation_name: str | None
    roles: list[Role]


class SignInView(BaseModel):
    """The sign-in page: what was typed before, where to go next, and what went wrong."""

    email: str = ""
    next: str = "/"
    fault: str | None = None


class PersonView(BaseModel):
    """An account as administrators and auditors see it."""

    id: UUID
    email: str
    name: str
    organisation_id: UUID | None
    active: bool
    roles: list[Role]


class PeoplePage(Listing):
    """A page of accounts."""

    items: list[PersonView]
