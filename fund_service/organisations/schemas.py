"""What crosses the wire of organisations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from fund_service.organisations.registration import read_registration_number
from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.wire import ClosedModel, Name, RegionCode
from models.errors import ValueNotAllowed
from models.organisation import OrganisationKind
from models.project import ConsortiumRole, ProjectState

RegistrationNumber = Annotated[str, StringConstraints(max_length=20), AfterValidator(read_registration_number)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class OrganisationIn(ClosedModel):
    """An organisation as it is recorded."""

    kind: OrganisationKind
    name_ko: Name | None = None
    name_en: Name | None = None
    registration_number: RegistrationNumber | None = Field(
        default=None, description="Korean business registration number, ten digits, hyphens allowed."
    )
    ownership_group_id: UUID | None = Field(
        default=None, description="An existing group; without it and without a name, the organisation is its own."
    )
    ownership_group_name: Name | None = Field(default=None, description="A new group to be made.")
    region_code: RegionCode | None = None
    country: Country = Field(default="KR", description="ISO 3166-1 alpha-2.")

    @model_validator(mode="after")
    def check_names_and_group(self) -> Self:
        """Refuse an organisation without any name, or with two groups."""
        if self.name_ko is None and self.name_en is None:
            raise ValueNotAllowed("Give a name in Korean, English or both.", field="name_ko")
        if self.ownership_group_id is not None and self.ownership_group_name is not None:
            raise ValueNotAllowed("Choose an existing group or name a new one, not both.", field="ownership_group_name")
        return self


class GroupView(BaseModel):
    """An ownership group: organisations under one owner, counted as one voice."""

    id: UUID
    name_ko: str
    name_en: str | None


class OrganisationItem(BaseModel):
    """An organisation in a list."""

    id: UUID
    kind: OrganisationKind
    name_ko: str | None
    name_en: str | None
    registration_number: str | None
    region: Choice | None
    country: str
    ownership_group: GroupView


class OrganisationFilters(BaseModel):
    """What a list of organisations is narrowed to."""

    kind: OrganisationKind | None = None
    q: str | None = None


class OrganisationsPage(Listing):
    """A page of organisations, newest first."""

    items: list[OrganisationItem]
    filters: OrganisationFilters


class AffiliateView(BaseModel):
    """Another organisation of the same ownership group."""

    id: UUID
    kind: OrganisationKind
    name_ko: str | None
    name_en: str | None


class PartView(BaseModel):
    """A project that the organisation takes part in."""

    project_id: UUID
    role: ConsortiumRole
    title_ko: str | None
    title_en: str | None
    state: ProjectState


class OrganisationView(OrganisationItem):
    """An organisation, whole."""

    version: int
    recorded_at: datetime
    updated_at: datetime
    affiliates: list[AffiliateView] = Field(description="The group's other organisations, newest first, 100 at most.")
    projects: list[PartView] = Field(description="The newest projects it takes part in, 100 at most.")
    projects_total: int


class OrganisationForm(BaseModel):
    """The form to record or edit an organisation: what may be chosen, what was typed, what is at fault."""

    organisation_id: UUID | None = None
    version: int | None = None
    kinds: Sequence[OrganisationKind] = tuple(OrganisationKind)
    regions: Sequence[Choice]
    groups: Sequence[str] = Field(description="Names of groups with several members, to suggest; 200 at most.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
