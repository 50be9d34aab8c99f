"""Vehicles, envelopes and limit rules: where money sits, what it is set aside for, how far it may lean one way."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Row, VersionedRow, by_value
from models.clock import UtcDateTime, utc_now
from models.money import MAX_KRW


class VehicleKind(StrEnum):
    """The forms in which the fund's money is held."""

    MOTHER_FUND = "mother_fund"
    """The fund itself (모펀드), one alone; all other vehicles draw on it."""
    SUB_FUND = "sub_fund"
    """A fund run by a manager that the mother fund and others commit to (자펀드)."""
    PROJECT_FUND = "project_fund"
    """A fund for one deal or project (프로젝트펀드)."""
    DIRECT = "direct"
    """The window through which the mother fund itself invests in companies (직접투자)."""


class Vehicle(VersionedRow, table=True):
    """A vehicle; its money is on the ledger and nowhere else."""

    __tablename__ = "vehicle"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("(kind = 'mother_fund') = (parent_id IS NULL)", name="only_the_mother_has_no_parent"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("main_purpose_share_bp BETWEEN 0 AND 10000", name="main_purpose_share_range"),
        CheckConstraint(f"fiscal_contribution_krw BETWEEN 0 AND {MAX_KRW}", name="fiscal_contribution_range"),
        CheckConstraint(f"private_commitments_krw BETWEEN 0 AND {MAX_KRW}", name="private_commitments_range"),
        CheckConstraint("formed_on <= ends_on", name="life_in_order"),
        # The fund is one: shares of the whole fund are over the size of its mother fund.
        Index("uq_vehicle_one_mother_fund", "kind", unique=True, postgresql_where=text("kind = 'mother_fund'")),
    )

    kind: VehicleKind = Field(sa_type=by_value(VehicleKind), index=True)
    parent_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    manager_organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    formed_on: date
    """First closing; its year is the vintage."""
    ends_on: date | None = None
    main_purpose_share_bp: int = 6_000
    """Least share of commitments to its stated purpose (주목적 투자비율), in basis points."""
    fiscal_contribution_krw: int = Field(default=0, sa_type=BigInteger)
    """Government money within the vehicle's size: the denominator of the fiscal multiplier."""
    private_commitments_krw: int = Field(default=0, sa_type=BigInteger)
    """What private investors promised beside the fund, outside our ledger; a statement, for leverage alone."""


class Envelope(VersionedRow, table=True):
    """A budget set aside (재원 배분) by any of initiative, region, year and vehicle; its won are on the ledger.

    A commitment to a deal draws on every envelope whose dimensions all fit the deal.
    """

    __tablename__ = "envelope"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint(
            "num_nonnulls(initiative_code, mega_region_code, region_code, year, vehicle_id) >= 1",
            name="has_a_dimension",
        ),
        CheckConstraint("num_nonnulls(mega_region_code, region_code) <= 1", name="one_region"),
        CheckConstraint("year BETWEEN 2026 AND 2100", name="year_range"),
    )

    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    initiative_code: str | None = Field(default=None, foreign_key="initiative.code", index=True)
    mega_region_code: str | None = Field(default=None, foreign_key="mega_region.code")
    region_code: str | None = Field(default=None, foreign_key="region.code")
    year: int | None = None
    """Year in Seoul of the commitment's effective date."""
    vehicle_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)


class LimitKind(StrEnum):
    """What a limit rule holds; every share is of the won committed to deals."""

    COMPANY_CONCENTRATION = "company_concentration"
    """No company gets more than this share of the vehicle's size."""
    GROUP_CONCENTRATION = "group_concentration"
    """No ownership group gets more than this share of the vehicle's size."""
    MAIN_PURPOSE_SHARE = "main_purpose_share"
    """At least this share goes to the stated purpose (주목적 투자비율)."""
    REGIONAL_FLOOR = "regional_floor"
    """At least this share goes to one of the five mega-regions and three special provinces."""
    LARGE_PROJECT_SHARE = "large_project_share"
    """At least this share of the deals' projects is of KRW 10 billion or more, from a year on."""


class LimitForce(StrEnum):
    """What a broken rule does."""

    BLOCKS = "blocks"
    """The decision cannot be taken."""
    WARNS = "warns"
    """The decision can be taken, and the break is shown and kept with it: a path that is reached over years."""


class LimitRule(VersionedRow, table=True):
    """A limit on the portfolio, as data; evaluated before every decision."""

    __tablename__ = "limit_rule"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("share_bp BETWEEN 0 AND 10000", name="share_range"),
        Index(
            "uq_limit_rule_identity",
            "kind",
            "vehicle_id",
            "mega_region_code",
            "year",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("(kind = 'regional_floor') = (mega_region_code IS NOT NULL)", name="floor_names_its_region"),
        CheckConstraint("(kind = 'large_project_share') = (year IS NOT NULL)", name="path_names_its_year"),
        CheckConstraint("year BETWEEN 2026 AND 2100", name="year_range"),
    )

    kind: LimitKind = Field(sa_type=by_value(LimitKind), index=True)
    force: LimitForce = Field(default=LimitForce.BLOCKS, sa_type=by_value(LimitForce))
    vehicle_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)
    """The vehicle it holds in; none for the whole fund with look-through."""
    mega_region_code: str | None = Field(default=None, foreign_key="mega_region.code")
    year: int | None = None
    """The share holds from this year until the rule of a later year."""
    share_bp: int
    basis_ko: str = Field(max_length=300)
    """Where the rule comes from: law, agreement or announcement."""
    basis_en: str = Field(max_length=300)


class PolicyValue(Row, table=True):
    """A figure of policy as somebody proposed it; it counts from the moment of its `PolicyConfirmation`.

    What limit rules were set to is kept here too, under names of their own, and counts as it is.
    """

    __tablename__ = "policy_value"
    __table_args__ = (
        CheckConstraint(f"amount_krw BETWEEN 0 AND {MAX_KRW}", name="amount_krw_range"),
        CheckConstraint("share_bp BETWEEN 0 AND 10000", name="share_range"),
        CheckConstraint("num_nonnulls(amount_krw, share_bp) = 1", name="amount_or_share"),
    )

    name: str = Field(max_length=64, index=True)
    amount_krw: int | None = Field(default=None, sa_type=BigInteger)
    share_bp: int | None = None
    set_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    reason: str = Field(max_length=500)


class PolicyConfirmation(SQLModel, table=True):
    """That a second human being of the committee confirmed a figure of policy, which counts from then on.

    The database refuses one by whoever proposed it, under whatever account, and by or for anybody who moves money.
    """

    __tablename__ = "policy_confirmation"

    policy_value_id: UUID = Field(foreign_key="policy_value.id", primary_key=True)
    confirmed_by_id: UUID = Field(foreign_key="person.id")
    confirmed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
