"""The plan: pillars, initiatives, targets, and the taxonomies it speaks in."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import by_value
from models.money import MAX_KRW


class PlanSource(SQLModel, table=True):
    """A published text that figures of the plan are taken from."""

    __tablename__ = "plan_source"

    code: str = Field(primary_key=True, max_length=64)
    title_ko: str = Field(max_length=300)
    title_en: str = Field(max_length=300)
    publisher_ko: str = Field(max_length=200)
    publisher_en: str = Field(max_length=200)
    published_on: date
    url: str | None = Field(default=None, max_length=500)


class Pillar(SQLModel, table=True):
    """One of the three directions of the plan."""

    __tablename__ = "pillar"

    code: str = Field(primary_key=True, max_length=64)
    position: int = Field(unique=True)
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    summary_ko: str
    summary_en: str


class Initiative(SQLModel, table=True):
    """A programme or measure of the plan; one without a pillar is a foundation that serves all three."""

    __tablename__ = "initiative"
    __table_args__ = (CheckConstraint(f"budget_krw BETWEEN 1 AND {MAX_KRW}", name="budget_krw_range"),)

    code: str = Field(primary_key=True, max_length=64)
    pillar_code: str | None = Field(default=None, foreign_key="pillar.code", index=True)
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    budget_krw: int | None = Field(default=None, sa_type=BigInteger)
    """Announced budget; initiatives may lie inside one another, so budgets are never summed."""
    starts_year: int | None = None
    source_code: str = Field(foreign_key="plan_source.code")
    summary_ko: str
    summary_en: str


class Target(SQLModel, table=True):
    """Something the plan promises, with its number and date where it states them."""

    __tablename__ = "target"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity_not_negative"),)

    code: str = Field(primary_key=True, max_length=64)
    initiative_code: str = Field(foreign_key="initiative.code", index=True)
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    quantity: int | None = None
    unit: str = Field(max_length=32)
    """Stable code of what is counted: factory, model, lab, percent, milestone ...; its words live in the catalogues."""
    due_on: date | None = None
    source_code: str = Field(foreign_key="plan_source.code")
    note_ko: str | None = None
    note_en: str | None = None


class MegaRegionKind(StrEnum):
    """The two kinds of the 5+3 regions (5극3특)."""

    MEGA_REGION = "mega_region"
    """One of the five mega-regions (5극)."""
    SPECIAL_PROVINCE = "special_province"
    """One of the three special self-governing provinces (3특)."""


class MegaRegion(SQLModel, table=True):
    """One of the five mega-regions and three special self-governing provinces."""

    __tablename__ = "mega_region"

    code: str = Field(primary_key=True, max_length=32)
    kind: MegaRegionKind = Field(sa_type=by_value(MegaRegionKind))
    name_ko: str = Field(max_length=100)
    name_en: str = Field(max_length=100)


class Region(SQLModel, table=True):
    """A province or metropolitan city, by its two-digit administrative code."""

    __tablename__ = "region"

    code: str = Field(primary_key=True, max_length=2)
    name_ko: str = Field(max_length=100)
    name_en: str = Field(max_length=100)
    mega_region_code: str = Field(foreign_key="mega_region.code", index=True)


class TechnologyField(SQLModel, table=True):
    """One of the twelve national strategic technology fields."""

    __tablename__ = "technology_field"

    code: str = Field(primary_key=True, max_length=2)
    name_ko: str = Field(max_length=100)
    name_en: str = Field(max_length=100)


class InitiativeField(SQLModel, table=True):
    """A technology field that the announcement of an initiative names; one without any serves all fields alike."""

    __tablename__ = "initiative_field"
    __table_args__ = (UniqueConstraint("initiative_code", "field_code"),)

    code: str = Field(primary_key=True, max_length=64)
    initiative_code: str = Field(foreign_key="initiative.code", max_length=64)
    field_code: str = Field(foreign_key="technology_field.code", max_length=2)
    basis_ko: str
    """The words that name it."""
    basis_en: str
    source_code: str = Field(foreign_key="plan_source.code", max_length=64)


class Technology(SQLModel, table=True):
    """One of the fifty technologies under the twelve fields."""

    __tablename__ = "technology"

    code: str = Field(primary_key=True, max_length=4)
    field_code: str = Field(foreign_key="technology_field.code", index=True)
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    definition_ko: str
    definition_en: str


class TrlLevel(SQLModel, table=True):
    """A technology readiness level, 1 (basic principles) to 9 (in production)."""

    __tablename__ = "trl_level"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 9", name="level_range"),)

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    stage_ko: str = Field(max_length=100)
    stage_en: str = Field(max_length=100)
    definition_ko: str
    definition_en: str
