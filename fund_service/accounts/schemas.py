"""What crosses the wire of accounts."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from fund_service.paging import Listing
from fund_service.wire import ClosedModel, Name, clean_text
from models.person import PreferredLanguage, Role

EmailAddress = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$"
    ),
    AfterValidator(str.lower),
]
Password = Annotated[str, StringConstraints(min_length=12, max_length=200), AfterValidator(clean_text)]


class PersonIn(ClosedModel):
    """An account as an administrator gives it."""

    email: EmailAddress
    name: Annotated[Name, StringConstraints(max_length=100)]
    organisation_id: UUID | None = None
    roles: list[Role] = Field(min_length=1, max_length=len(Role))
    active: bool = True
    same_human_as: UUID | None = Field(
        default=None, description="Another account of the same human being, who counts once wherever several are asked."
    )


class PasswordIn(ClosedModel):
    """A change of one's own password."""

    present: Annotated[str, StringConstraints(max_length=1_000)]
    new: Password


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
    version: int
    may_decide: bool = Field(description="False: one administrator alone issued it, and another has to confirm.")
    other_accounts: int = Field(description="Further accounts of the same human being.")


class NewPasswordView(BaseModel):
    """A password that was made for an account: shown this once, kept nowhere."""

    person: PersonView
    password: str


class OrganisationChoice(BaseModel):
    """An organisation that an account may speak for."""

    id: UUID
    name_ko: str | None
    name_en: str | None


class PersonForm(BaseModel):
    """The form to give or change an account."""

    person_id: UUID | None = None
    version: int | None = None
    roles: Sequence[Role] = tuple(Role)
    organisations: Sequence[OrganisationChoice]
    may_decide: bool = True
    password: str | None = Field(default=None, description="One that was just made: shown this once.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class PasswordForm(BaseModel):
    """The form to change one's own password."""

    changed: bool = False
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class PeoplePage(Listing):
    """A page of accounts."""

    items: list[PersonView]
