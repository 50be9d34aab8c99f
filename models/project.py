"""R&D projects: what is planned or being developed, by whom, and the money it needs."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Numeric, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import VersionedRow, by_value
from models.money import MAX_KRW


class ProjectState(StrEnum):
    """Where an R&D project stands."""

    PLANNED = "planned"
    """Announced or being planned; no agreement yet."""
    RUNNING = "running"
    """Under agreement."""
    COMPLETED = "completed"
    """Ended as agreed."""
    DISCONTINUED = "discontinued"
    """Stopped before its end."""


OPEN_PROJECT_STATES = (ProjectState.PLANNED, ProjectState.RUNNING)
"""The states in which a project can still answer demand."""


class DevelopmentStage(StrEnum):
    """How far from research to market a project is, as the rules of money name it (연구개발단계); in this order."""

    BASIC = "basic"
    """Basic research (기초연구)."""
    APPLIED = "applied"
    """Applied research (응용연구)."""
    DEVELOPMENT = "development"
    """Development of a product or process (개발연구)."""
    DEMONSTRATION = "demonstration"
    """Proof in the real environment (실증)."""
    COMMERCIALISATION = "commercialisation"
    """Production and sale (사업화)."""


class ProjectType(StrEnum):
    """For whom a project is made: the whole country, or regions it is made for (지역 특화 과제 유형).

    The plan announces region-specific types without listing them; these are its three kinds of regional R&D.
    """

    NATIONWIDE = "nationwide"
    """For the whole country, wherever it is carried out (전국형)."""
    INDUSTRY_BELT = "industry_belt"
    """Advanced industry along a belt of regions, such as the southern semiconductor belt (첨단산업 벨트형)."""
    TRANSITION = "transition"
    """Regions whose industry declines regain momentum, as in the chemical industry (산업위기 전환형)."""
    INNOVATION_HUB = "innovation_hub"
    """Built around a region's own institutions and joint industry-academia labs (지역 혁신거점형)."""


REGION_SPECIFIC_TYPES = tuple(kind for kind in ProjectType if kind is not ProjectType.NATIONWIDE)
"""The types that are made for regions, and name them."""


class LeapPhase(StrEnum):
    """Which part of the Industrial Leap Technology Project a project belongs to."""

    PILOT = "pilot"
    """A pilot, from 2026 on (시범과제)."""
    LARGE = "large"
    """A large-scale project, from 2027 on (대규모 과제)."""


LEAP_INITIATIVE = "industrial-leap-technology"
"""The initiative of the plan whose projects are Leap projects (산업도약기술 프로젝트)."""

LEAP_BEGINS = {LeapPhase.PILOT: date(2026, 1, 1), LeapPhase.LARGE: date(2027, 1, 1)}
"""The first day on which a project of each phase may begin."""

PROVINCES = (
    "11", "26", "27", "28", "29", "30", "31", "36", "41", "43", "44", "46", "47", "48", "50", "51", "52",
)  # fmt: skip
"""The seventeen provinces; a test holds them equal to the plan's."""

_PROVINCES = ", ".join(f"'{code}'" for code in PROVINCES)


class RndProject(VersionedRow, table=True):
    """An R&D project (연구개발과제), with its words in Korean, English or both."""

    __tablename__ = "rnd_project"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("coalesce(title_ko, title_en) IS NOT NULL", name="titled"),
        CheckConstraint("trl_now BETWEEN 1 AND 9", name="trl_now_range"),
        CheckConstraint("trl_target BETWEEN 1 AND 9", name="trl_target_range"),
        CheckConstraint("trl_now <= trl_target", name="trl_rises"),
        CheckConstraint(f"budget_krw BETWEEN 1 AND {MAX_KRW}", name="budget_krw_range"),
        CheckConstraint(f"need_krw BETWEEN 1 AND {MAX_KRW}", name="need_krw_range"),
        CheckConstraint("starts_on <= ends_on", name="period_in_order"),
        CheckConstraint("exchange_rate > 0", name="exchange_rate_positive"),
        CheckConstraint(
            "(project_type = 'nationwide') = (host_region_codes = '{}')", name="hosts_where_region_specific"
        ),
        CheckConstraint(f"host_region_codes <@ ARRAY[{_PROVINCES}]::varchar[]", name="hosts_known"),
        CheckConstraint(
            "project_type = 'nationwide' OR region_code = ANY (host_region_codes)", name="located_in_a_host"
        ),
        CheckConstraint(
            f"leap_phase IS NULL OR (initiative_code IS NOT NULL AND initiative_code = '{LEAP_INITIATIVE}')",
            name="leap_of_its_initiative",
        ),
        CheckConstraint("leap_phase <> 'pilot' OR starts_on >= '2026-01-01'", name="pilot_from_2026"),
        CheckConstraint("leap_phase <> 'large' OR starts_on >= '2027-01-01'", name="large_from_2027"),
    )

    title_ko: str | None = Field(default=None, max_length=500)
    title_en: str | None = Field(default=None, max_length=500)
    abstract_ko: str | None = Field(default=None, max_length=20_000)
    abstract_en: str | None = Field(default=None, max_length=20_000)
    trl_now: int | None = None
    trl_target: int | None = None
    stage: DevelopmentStage | None = Field(default=None, sa_type=by_value(DevelopmentStage))
    """Stage of development as the source states it; none: its TRL tells."""
    region_code: str | None = Field(default=None, foreign_key="region.code", index=True)
    budget_krw: int | None = Field(default=None, sa_type=BigInteger)
    need_krw: int | None = Field(default=None, sa_type=BigInteger)
    """Money still sought from the fund and investors."""
    amount_as_stated: str | None = Field(default=None, max_length=100)
    """The amount as the source wrote it, where it was not won."""
    exchange_rate: Decimal | None = Field(default=None, sa_type=Numeric(18, 6))
    """Won for one unit of the foreign currency, as given at import; a rate, never an amount."""
    starts_on: date | None = None
    ends_on: date | None = None
    initiative_code: str | None = Field(default=None, foreign_key="initiative.code", index=True)
    state: ProjectState = Field(default=ProjectState.PLANNED, sa_type=by_value(ProjectState), index=True)
    project_type: ProjectType = Field(default=ProjectType.NATIONWIDE, sa_type=by_value(ProjectType))
    host_region_codes: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(2)), nullable=False, server_default="{}")
    )
    """The provinces that a region-specific project is made for; its own location, where stated, is one of them."""
    leap_phase: LeapPhase | None = Field(default=None, sa_type=by_value(LeapPhase), index=True)
    """None: no Leap project. The database asks of one, at the end of a write, for exactly one anchor company and for a
    partner firm outside the anchor's ownership group."""


class ProjectField(SQLModel, table=True):
    """A technology field that a project works in."""

    __tablename__ = "project_field"

    project_id: UUID = Field(foreign_key="rnd_project.id", primary_key=True, ondelete="CASCADE")
    field_code: str = Field(foreign_key="technology_field.code", primary_key=True)


class ConsortiumRole(StrEnum):
    """What a member does in a project's consortium."""

    LEAD = "lead"
    """Leads the project (주관)."""
    ANCHOR = "anchor"
    """Demand-side anchor company that will use the result (수요 앵커기업)."""
    PARTNER = "partner"
    """Takes part (공동)."""


class ConsortiumMember(SQLModel, table=True):
    """An organisation's part in a project."""

    __tablename__ = "consortium_member"

    project_id: UUID = Field(foreign_key="rnd_project.id", primary_key=True, ondelete="CASCADE")
    organisation_id: UUID = Field(foreign_key="organisation.id", primary_key=True, index=True)
    role: ConsortiumRole = Field(sa_type=by_value(ConsortiumRole), primary_key=True)
