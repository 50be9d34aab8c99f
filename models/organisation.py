"""Organisations and the ownership groups they belong to."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row, VersionedRow, by_value


class OrganisationKind(StrEnum):
    """What an organisation does here."""

    INVESTOR = "investor"
    """Puts its own or its clients' money into companies: venture capital, corporate venture, policy finance."""
    ANCHOR_COMPANY = "anchor_company"
    """Demand-side company that leads an industrial ecosystem and buys what projects develop (수요 앵커기업)."""
    PARTNER_FIRM = "partner_firm"
    """Firm that supplies an anchor company or carries out projects (협력기업)."""
    RESEARCH_INSTITUTE = "research_institute"
    """University or public research institute."""
    AGENCY = "agency"
    """Public body that plans, funds or manages R&D."""


class OwnershipGroup(Row, table=True):
    """Organisations under one beneficial owner: affiliates count as one voice, wherever voices are counted."""

    __tablename__ = "ownership_group"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    name_ko: str = Field(max_length=200)
    name_en: str | None = Field(default=None, max_length=200)
    source: str = Field(default="service", max_length=64)
    external_id: str | None = Field(default=None, max_length=200)


class Organisation(VersionedRow, table=True):
    """An organisation; one without affiliates is alone in its ownership group."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("registration_number ~ '^[0-9]{10}$'", name="registration_number_digits"),
        CheckConstraint("coalesce(name_ko, name_en) IS NOT NULL", name="named"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_code"),
    )

    kind: OrganisationKind = Field(sa_type=by_value(OrganisationKind), index=True)
    name_ko: str | None = Field(default=None, max_length=200)
    name_en: str | None = Field(default=None, max_length=200)
    registration_number: str | None = Field(default=None, max_length=10, unique=True)
    """Korean business registration number (사업자등록번호), ten digits without hyphens."""
    ownership_group_id: UUID = Field(foreign_key="ownership_group.id", index=True)
    region_code: str | None = Field(default=None, foreign_key="region.code")
    country: str = Field(default="KR", max_length=2)
    """ISO 3166-1 alpha-2."""
