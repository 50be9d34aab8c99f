"""How the plan's targets come along: figures the service counts each day, and figures that people report."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now
from models.money import MAX_KRW

WHOLE_BP = 10_000
"""A share of everything, in basis points."""


class ProgressUnit(StrEnum):
    """What a figure of progress counts."""

    COUNT = "count"
    """Things: factories, laboratories, projects; of a milestone, 1 once it is reached."""
    SHARE = "share"
    """Basis points of a whole."""
    WON = "won"
    """Whole won."""


class PlanMeasure(StrEnum):
    """What the service counts for a target from its own records, or takes from reports."""

    REPORTED = "reported"
    """What people report, with a source, confirmed by a second person."""
    LARGE_SHARE_BY_COUNT = "large_share_by_count"
    """Projects of `LARGE_PROJECT_KRW` or more, of the projects under way whose budget is stated."""
    LARGE_SHARE_BY_AMOUNT = "large_share_by_amount"
    """Won of projects of `LARGE_PROJECT_KRW` or more, of the won of the projects under way."""
    REGIONAL_SHARE_BY_COUNT = "regional_share_by_count"
    """Projects outside the capital region, of the projects under way whose province is stated."""
    REGIONAL_SHARE_BY_AMOUNT = "regional_share_by_amount"
    """Won of projects outside the capital region, of the won of projects under way whose province is stated."""
    LEAP_PILOTS = "leap_pilots"
    """Pilots of the Industrial Leap Technology Project that began in 2026."""
    LEAP_LARGE_PROJECTS = "leap_large_projects"
    """Projects of it of `LARGE_PROJECT_KRW` or more that began in 2027 or later."""
    PROJECTS_BEGUN_IN_2026 = "projects_begun_in_2026"
    """Projects of the target's initiative that began in 2026."""
    REGION_SPECIFIC_PROJECTS = "region_specific_projects"
    """Projects of a type made for regions that have begun, whichever their initiative."""
    LAUNCHED = "launched"
    """Projects of the target's initiative that have begun, where the first one is what was promised."""
    PROJECTS_BEGUN = "projects_begun"
    """Projects of the target's initiative that have begun, as a sign of life: a project is not yet a factory."""
    FUND_FORMED = "fund_formed"
    """Won that the mother fund was set up with."""
    FUND_COMMITTED = "fund_committed"
    """Won that the fund has committed to deals, drawn or not."""
    ROUNDS_PUBLISHED = "rounds_published"
    """Planning rounds that were published: R&D planned from market demand."""
    SPILLOVER_ASSESSED = "spillover_assessed"
    """Deals whose regional spillover was assessed."""
    CONSULTATIONS_OPENED = "consultations_opened"
    """Regulatory consultations opened beside a project."""


_M = PlanMeasure
MEASURED: Mapping[str, tuple[PlanMeasure, ...]] = MappingProxyType(
    {
        "large-project-share": (_M.LARGE_SHARE_BY_COUNT, _M.LARGE_SHARE_BY_AMOUNT),
        "regional-package-rollout": (_M.REGIONAL_SHARE_BY_COUNT, _M.REGIONAL_SHARE_BY_AMOUNT),
        "regional-spillover-criterion": (_M.SPILLOVER_ASSESSED,),
        "region-specific-project-types": (_M.REGION_SPECIFIC_PROJECTS,),
        "southern-semiconductor-belt-growth": (_M.PROJECTS_BEGUN,),
        "battery-triangle-belt-growth": (_M.PROJECTS_BEGUN,),
        "downturn-regions-expansion": (_M.PROJECTS_BEGUN,),
        "k-chemistry-launch": (_M.LAUNCHED,),
        "ai-factories": (_M.PROJECTS_BEGUN,),
        "leading-manufacturing-ai-models": (_M.PROJECTS_BEGUN,),
        "embedded-ai-rnd": (_M.PROJECTS_BEGUN,),
        "industrial-humanoid-development": (_M.PROJECTS_BEGUN,),
        "on-site-demonstrations": (_M.PROJECTS_BEGUN_IN_2026,),
        "on-device-ai-semiconductor-launch": (_M.LAUNCHED,),
        "industrial-leap-pilots": (_M.LEAP_PILOTS,),
        "industrial-leap-large-scale": (_M.LEAP_LARGE_PROJECTS,),
        "regulation-free-rnd-introduction": (_M.CONSULTATIONS_OPENED,),
        "commercialization-fund-established": (_M.FUND_FORMED, _M.FUND_COMMITTED),
        "market-demand-in-planning": (_M.ROUNDS_PUBLISHED,),
    }
)
"""What the service counts for each target, by the target's code; the others live by reports alone."""
JUDGING = frozenset(_M) - {
    _M.REGIONAL_SHARE_BY_COUNT, _M.REGIONAL_SHARE_BY_AMOUNT, _M.PROJECTS_BEGUN, _M.SPILLOVER_ASSESSED,
    _M.PROJECTS_BEGUN_IN_2026,
}  # fmt: skip
"""Measures that are held against what the plan wants. The others are signs beside it: the plan states no number for
regional spread, and a project that has begun is not yet a factory, a model or a demonstration that was held."""
SHARES = frozenset(
    {
        _M.LARGE_SHARE_BY_COUNT,
        _M.LARGE_SHARE_BY_AMOUNT,
        _M.REGIONAL_SHARE_BY_COUNT,
        _M.REGIONAL_SHARE_BY_AMOUNT,
    }
)
IN_WON = frozenset({_M.FUND_FORMED, _M.FUND_COMMITTED})
PERCENT, MILESTONE = "percent", "milestone"
"""Units of targets that are not counted in things."""
WANTED_IN_WON = frozenset({"commercialization-fund-established"})
"""Milestones whose initiative states the won by which they are measured."""


def unit_of(measure: PlanMeasure, *, target_code: str, target_unit: str) -> ProgressUnit:
    """Say what the figures of a measure count; what is reported is in the target's own unit."""
    if measure in SHARES or (measure is PlanMeasure.REPORTED and target_unit == PERCENT):
        return ProgressUnit.SHARE
    if measure in IN_WON or (measure is PlanMeasure.REPORTED and target_code in WANTED_IN_WON):
        return ProgressUnit.WON
    return ProgressUnit.COUNT


class ReportVerdict(StrEnum):
    """What the second person says of a reported figure."""

    CONFIRMED = "confirmed"
    """It stands as the source says; it counts from now on."""
    REFUSED = "refused"
    """It does not; it never counts."""


class ReportState(StrEnum):
    """Where a reported figure stands."""

    WAITING = "waiting"
    """Entered; waits for a second person."""
    STANDING = "standing"
    """Confirmed; it counts."""
    CORRECTED = "corrected"
    """Confirmed once; a later one that stands corrects it."""
    REFUSED = "refused"
    """A second person has refused it."""
    WITHDRAWN = "withdrawn"
    """Taken back by name, with a reason."""


class PlanReading(SQLModel, table=True):
    """What the service counted for a target on a day; recorded once, never changed."""

    __tablename__ = "plan_reading"
    __table_args__ = (
        CheckConstraint(f"value BETWEEN 0 AND {MAX_KRW}", name="value_range"),
        CheckConstraint("measure <> 'reported'", name="counted_by_the_service"),
        CheckConstraint("(part IS NULL) = (whole IS NULL)", name="part_of_a_whole"),
        CheckConstraint("part BETWEEN 0 AND whole AND whole >= 1", name="part_within_whole"),
        # In numeric: ten thousand times the won of all projects is more than a BIGINT holds.
        CheckConstraint(
            f"value = div(CAST(part AS numeric) * {WHOLE_BP}, CAST(whole AS numeric))", name="share_of_the_whole"
        ),
    )

    target_code: str = Field(foreign_key="target.code", primary_key=True, max_length=64)
    measure: PlanMeasure = Field(sa_type=by_value(PlanMeasure), primary_key=True)
    as_of: date = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
    """In the measure's unit: things, basis points, won."""
    part: int | None = Field(default=None, sa_type=BigInteger)
    """Of a share: what was counted of the whole, projects or won."""
    whole: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ReportedFigure(Row, table=True):
    """A figure somebody reports for a target, with its source; it counts once a second person has confirmed it.

    Never changed: a mistake is corrected by another figure that names this one, or withdrawn with a reason.
    """

    __tablename__ = "reported_figure"
    __table_args__ = (
        CheckConstraint(f"value BETWEEN 0 AND {MAX_KRW}", name="value_range"),
        CheckConstraint(f"unit <> 'share' OR value <= {WHOLE_BP}", name="share_range"),
        CheckConstraint("length(source_title) >= 1", name="source_title_not_empty"),
        CheckConstraint("num_nonnulls(source_url, source_document) >= 1", name="source_can_be_found"),
        CheckConstraint("source_url ~ '^https?://'", name="source_url_of_the_web"),
        CheckConstraint("corrects_id <> id", name="corrects_another"),
    )

    target_code: str = Field(foreign_key="target.code", index=True, max_length=64)
    as_of: date
    """The day the source speaks of."""
    value: int = Field(sa_type=BigInteger)
    unit: ProgressUnit = Field(sa_type=by_value(ProgressUnit))
    source_title: str = Field(max_length=300)
    source_url: str | None = Field(default=None, max_length=500)
    source_document: str | None = Field(default=None, max_length=200)
    """The document's number (문서번호) or place on file."""
    note: str | None = Field(default=None, max_length=2_000)
    corrects_id: UUID | None = Field(default=None, foreign_key="reported_figure.id", index=True)
    reported_by_id: UUID = Field(foreign_key="person.id")


class ReportDecision(SQLModel, table=True):
    """What a second person says of a reported figure; said once."""

    __tablename__ = "report_decision"
    __table_args__ = (
        CheckConstraint("verdict = 'confirmed' OR words IS NOT NULL", name="refused_with_words"),
        CheckConstraint("length(words) >= 1", name="words_not_empty"),
    )

    figure_id: UUID = Field(foreign_key="reported_figure.id", primary_key=True)
    verdict: ReportVerdict = Field(sa_type=by_value(ReportVerdict))
    words: str | None = Field(default=None, max_length=2_000)
    decided_by_id: UUID = Field(foreign_key="person.id")
    decided_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ReportWithdrawal(SQLModel, table=True):
    """A reported figure taken back: by whom, and why."""

    __tablename__ = "report_withdrawal"
    __table_args__ = (CheckConstraint("length(reason) >= 1", name="reason_not_empty"),)

    figure_id: UUID = Field(foreign_key="reported_figure.id", primary_key=True)
    reason: str = Field(max_length=2_000)
    withdrawn_by_id: UUID = Field(foreign_key="person.id")
    withdrawn_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


def states_of(
    figures: Iterable[ReportedFigure], verdicts: Mapping[UUID, ReportVerdict], withdrawn: frozenset[UUID]
) -> dict[UUID, ReportState]:
    """Say where reported figures stand; a correction that is withdrawn gives way to what it corrected."""
    figures = list(figures)

    def stands(figure: ReportedFigure) -> bool:
        return verdicts.get(figure.id) is ReportVerdict.CONFIRMED and figure.id not in withdrawn

    corrected = {figure.corrects_id for figure in figures if stands(figure)}
    states = {}
    for figure in figures:
        if figure.id in withdrawn:
            states[figure.id] = ReportState.WITHDRAWN
        elif figure.id not in verdicts:
            states[figure.id] = ReportState.WAITING
        elif verdicts[figure.id] is ReportVerdict.REFUSED:
            states[figure.id] = ReportState.REFUSED
        else:
            states[figure.id] = ReportState.CORRECTED if figure.id in corrected else ReportState.STANDING
    return states
