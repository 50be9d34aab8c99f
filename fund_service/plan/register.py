"""The plan register: each target's figures against its date, counted from records and reported with sources."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, func, select

from fund_service.plan.measures import Counted, Line, count_measures, under_way
from fund_service.plan.progress_schemas import LineView, RegionSpread, RegisterView, TargetProgress
from fund_service.plan.reports import Reports, read_reports, report_unit
from models.course import Course, Point, ProgressState, state_on
from models.plan import Initiative, MegaRegion, MegaRegionKind, Pillar, PlanSource, Region, Target
from models.plan_progress import (
    JUDGING,
    MEASURED,
    MILESTONE,
    WHOLE_BP,
    PlanMeasure,
    PlanReading,
    ProgressUnit,
    ReportedFigure,
    unit_of,
)
from models.project import RndProject

Readings = Mapping[Line, Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Promise:
    """A target with what it belongs to, and the day the plan was published."""

    target: Target
    initiative: Initiative
    pillar: Pillar | None
    published_on: date


def register(session: Session, *, today: date, shown: ProgressState | None = None) -> RegisterView:
    """Show the whole register as of today, or the targets that stand in one way, in a fixed number of statements."""
    reports = read_reports(session)
    waiting = reports.waiting()
    targets = progress_of(session, promises(session), reports, today=today)
    return RegisterView(
        as_of=today,
        targets=[target for target in targets if shown in {None, target.state}],
        counts=_counts(targets),
        waiting=waiting.total(),
        spread=_spread(session, today=today),
        shown=shown,
    )


def standing_of_targets(session: Session, *, today: date) -> tuple[Mapping[ProgressState, int], int]:
    """Count the targets by how they stand, and the reported figures that wait for a second person."""
    reports = read_reports(session)
    targets = progress_of(session, promises(session), reports, today=today)
    return _counts(targets), reports.waiting().total()


def _counts(targets: Iterable[TargetProgress]) -> dict[ProgressState, int]:
    counted = Counter(target.state for target in targets)
    return {state: counted[state] for state in ProgressState}


def promises(session: Session, target_code: str | None = None) -> list[Promise]:
    """Read the targets of the plan, or one of them: the earliest date first, then in the order of the plan."""
    published = {source.code: source.published_on for source in session.exec(select(PlanSource))}
    query = (
        select(Target, Initiative, Pillar)
        .join(Initiative, col(Initiative.code) == col(Target.initiative_code))
        .join(Pillar, col(Pillar.code) == col(Initiative.pillar_code), isouter=True)
    )
    if target_code is not None:
        query = query.where(Target.code == target_code)
    # An outer join may find no pillar, which SQLModel's typing of `select` does not say.
    rows: list[tuple[Target, Initiative, Pillar | None]] = [
        (target, initiative, pillar) for target, initiative, pillar in session.exec(query)
    ]
    rows.sort(key=lambda row: (row[0].due_on or date.max, row[2].position if row[2] else 99, row[1].code, row[0].code))
    return [Promise(*row, published[row[0].source_code]) for row in rows]


def progress_of(session: Session, made: Sequence[Promise], reports: Reports, *, today: date) -> list[TargetProgress]:
    """Say how targets come along, from what is on record now and what stood before."""
    counted = count_measures(session, day=today)
    before = _readings_that_judge(session)
    waiting = reports.waiting()
    return [
        _target(promise, reports, counted, before, today=today, waiting=waiting[promise.target.code])
        for promise in made
    ]


def _readings_that_judge(session: Session) -> dict[Line, list[Point]]:
    """Read of each line its first reading, where a share's course begins, and its last one in time."""
    key = (col(PlanReading.target_code), col(PlanReading.measure))
    readings = sa.select(*key, col(PlanReading.as_of), col(PlanReading.value)).ext(distinct_on(*key))
    first = readings.order_by(*key, col(PlanReading.as_of))
    last = (
        readings.join(Target, col(Target.code) == col(PlanReading.target_code))
        .where(col(PlanReading.as_of) <= col(Target.due_on))
        .order_by(*key, col(PlanReading.as_of).desc())
    )
    found: dict[Line, set[Point]] = {}
    for query in (first, last):
        for code, measure, as_of, value in session.connection().execute(query):
            found.setdefault((code, measure), set()).add(Point(as_of, value))
    return {line: sorted(points) for line, points in found.items()}


def _target(
    promise: Promise,
    reports: Reports,
    counted: Mapping[Line, Counted],
    before: Readings,
    *,
    today: date,
    waiting: int,
) -> TargetProgress:
    target, initiative, pillar = promise.target, promise.initiative, promise.pillar
    lines = [
        _counted_line(promise, measure, counted.get((target.code, measure)), before, today=today)
        for measure in MEASURED.get(target.code, ())
    ]
    standing = reports.standing(target.code)
    judging = [line for line in lines if line.judging]
    if standing or not judging:
        judging.append(_reported_line(promise, standing, today=today))
    lines = judging + [line for line in lines if not line.judging]
    return TargetProgress(
        **target.model_dump(include={"code", "name_ko", "name_en", "quantity", "unit", "due_on"}),
        initiative_code=initiative.code,
        initiative_name_ko=initiative.name_ko,
        initiative_name_en=initiative.name_en,
        pillar_name_ko=None if pillar is None else pillar.name_ko,
        pillar_name_en=None if pillar is None else pillar.name_en,
        state=lines[0].state,
        lines=lines,
        waiting=waiting,
    )


def _counted_line(
    promise: Promise, measure: PlanMeasure, figure: Counted | None, before: Readings, *, today: date
) -> LineView:
    unit = unit_of(measure, target_code=promise.target.code, target_unit=promise.target.unit)
    earlier = [point for point in before.get((promise.target.code, measure), ()) if point.day < today]
    points = [*earlier, *([] if figure is None else [Point(today, figure.value)])]
    line = _judged(promise, measure, unit, points, today=today)
    if figure is None:
        return line
    return line.model_copy(update={"part": figure.part, "whole": figure.whole})


def _reported_line(promise: Promise, standing: Sequence[ReportedFigure], *, today: date) -> LineView:
    points = [Point(figure.as_of, figure.value) for figure in standing]
    line = _judged(promise, PlanMeasure.REPORTED, report_unit(promise.target), points, today=today)
    if not standing:
        return line
    newest = standing[-1]
    said = {"source": newest.source_title, "source_url": newest.source_url, "report_id": newest.id}
    return line.model_copy(update=said)


def _judged(
    promise: Promise, measure: PlanMeasure, unit: ProgressUnit, points: Sequence[Point], *, today: date
) -> LineView:
    """Hold figures, the earliest first, against what the plan wants."""
    wanted = wanted_of(promise, measure, unit)
    course = course_of(promise, unit, points, wanted=wanted)
    state = state_on(today, points, wanted=wanted, due_on=promise.target.due_on, course=course)
    newest = points[-1] if points else None
    return LineView(
        measure=measure,
        unit=unit,
        judging=measure in JUDGING,
        value=None if newest is None else newest.value,
        part=None,
        whole=None,
        as_of=None if newest is None else newest.day,
        source=None,
        source_url=None,
        report_id=None,
        wanted=wanted,
        expected=None if course is None else course.at(today),
        course_from=None if course is None else course.start.day,
        course_from_value=None if course is None else course.start.value,
        state=state,
    )


def wanted_of(promise: Promise, measure: PlanMeasure, unit: ProgressUnit) -> int | None:
    """Say what the plan wants of a measure, in its unit; none: it states no number, or this is only a sign."""
    if measure not in JUDGING:
        return None
    if unit is ProgressUnit.WON:
        return promise.initiative.budget_krw
    if promise.target.unit == MILESTONE:
        return 1
    quantity = promise.target.quantity
    return quantity * (WHOLE_BP // 100) if quantity is not None and unit is ProgressUnit.SHARE else quantity


def course_of(promise: Promise, unit: ProgressUnit, points: Sequence[Point], *, wanted: int | None) -> Course | None:
    """Draw the straight line to what is wanted.

    Things and won begin at nothing on the day the plan was published; a share begins at its first figure, since there
    was one before the plan. A milestone has nothing in between.
    """
    due_on = promise.target.due_on
    if wanted is None or due_on is None or (promise.target.unit == MILESTONE and unit is ProgressUnit.COUNT):
        return None
    first = points[0] if points else None
    return Course.of(first if unit is ProgressUnit.SHARE else Point(promise.published_on, 0), Point(due_on, wanted))


def _spread(session: Session, *, today: date) -> list[RegionSpread]:
    """Count the projects under way in each of the 5+3 mega-regions, and those of no stated province, where any are."""
    rows = session.exec(
        select(col(Region.mega_region_code), func.count(), func.coalesce(func.sum(RndProject.budget_krw), 0))
        .select_from(RndProject)
        .join(Region, col(Region.code) == col(RndProject.region_code), isouter=True)
        .where(under_way(today))
        .group_by(col(Region.mega_region_code))
    ).all()
    found: dict[str | None, tuple[int, int]] = {code: (count, int(budget or 0)) for code, count, budget in rows}
    stated = [figures for code, figures in found.items() if code is not None]
    projects, budget = (sum(figures[side] for figures in stated) for side in (0, 1))
    order = list(MegaRegionKind)
    regions = sorted(session.exec(select(MegaRegion)).all(), key=lambda region: (order.index(region.kind), region.code))
    spread = [
        RegionSpread(
            code=region.code,
            name_ko=region.name_ko,
            name_en=region.name_en,
            projects=found.get(region.code, (0, 0))[0],
            projects_bp=_share(found.get(region.code, (0, 0))[0], projects),
            budget_krw=found.get(region.code, (0, 0))[1],
            budget_bp=_share(found.get(region.code, (0, 0))[1], budget),
        )
        for region in regions
    ]
    if None in found:
        spread.append(
            RegionSpread(
                code=None, name_ko="", name_en="", projects=found[None][0], projects_bp=None,
                budget_krw=found[None][1], budget_bp=None,
            )
        )  # fmt: skip
    return spread


def _share(part: int, whole: int) -> int | None:
    return part * WHOLE_BP // whole if whole else None
