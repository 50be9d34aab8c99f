"""The page of a target: its figures over time, each with where it comes from."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.plan.charts import target_charts
from fund_service.plan.progress_schemas import (
    DecidingForm,
    LineView,
    ReadingView,
    ReportForm,
    ReportView,
    TargetHistory,
    TargetProgress,
)
from fund_service.plan.register import progress_of, promises
from fund_service.plan.report_views import report_view, report_views
from fund_service.plan.reports import find_target, read_reports, report_unit
from fund_service.vehicles.shares import percent
from models.errors import RecordNotFound
from models.plan import PlanSource, Target
from models.plan_progress import MEASURED, PlanMeasure, PlanReading, ProgressUnit, unit_of

VALUE_FIELD = {ProgressUnit.COUNT: "value", ProgressUnit.SHARE: "share_percent", ProgressUnit.WON: "value"}
"""The field of the form in which a figure is typed; shares are typed in percent."""
READINGS_SHOWN = 30
"""Readings that the page lists; the chart draws all of them, and the download has them."""


def target_progress(session: Session, target_code: str, *, today: date) -> TargetProgress:
    """Say how one target comes along.

    Raises
    ------
    RecordNotFound
        When the plan has no such target.
    """
    find_target(session, target_code)
    made = promises(session, target_code)
    return progress_of(session, made, read_reports(session, target_code), today=today)[0]


def target_history(session: Session, target_code: str, *, caller: Caller, today: date) -> TargetHistory:
    """Show a target with everything counted and reported of it.

    Raises
    ------
    RecordNotFound
        When the plan has no such target.
    """
    target = find_target(session, target_code)
    progress = target_progress(session, target_code, today=today)
    reports = read_reports(session, target_code)
    said = report_views(session, reports, reversed(reports.figures), caller=caller)
    readings = all_readings(session, target, progress.lines, today=today)
    source = session.get_one(PlanSource, target.source_code)
    return TargetHistory(
        target=progress,
        note_ko=target.note_ko,
        note_en=target.note_en,
        source_title_ko=source.title_ko,
        source_title_en=source.title_en,
        as_of=today,
        report_unit=report_unit(target),
        reports=said,
        readings=readings[::-1][:READINGS_SHOWN],
        readings_total=len(readings),
        charts=target_charts(progress, readings, said),
    )


def full_history(
    session: Session, target_code: str, *, caller: Caller, today: date
) -> tuple[list[ReadingView], list[ReportView]]:
    """Give everything counted of a target, the earliest day first, and everything reported of it.

    Raises
    ------
    RecordNotFound
        When the plan has no such target.
    """
    target = find_target(session, target_code)
    lines = target_progress(session, target_code, today=today).lines
    reports = read_reports(session, target_code)
    said = report_views(session, reports, reports.figures, caller=caller)
    return all_readings(session, target, lines, today=today), said


def all_readings(session: Session, target: Target, lines: Sequence[LineView], *, today: date) -> list[ReadingView]:
    """Give what was counted for a target on each day, the earliest first, and what is counted just now."""
    order = list(MEASURED.get(target.code, ()))
    stored = session.exec(
        select(PlanReading)
        .where(PlanReading.target_code == target.code, col(PlanReading.as_of) < today)
        .order_by(col(PlanReading.as_of))
    )
    readings = [
        ReadingView(
            **reading.model_dump(exclude={"target_code"}),
            unit=unit_of(reading.measure, target_code=target.code, target_unit=target.unit),
        )
        for reading in stored
    ]
    readings += [
        ReadingView(**line.model_dump(include={"measure", "unit", "as_of", "value", "part", "whole"}), recorded_at=None)
        for line in lines
        if line.measure is not PlanMeasure.REPORTED and line.as_of == today
    ]
    return sorted(readings, key=lambda reading: (reading.as_of, order.index(reading.measure)))


def report_form(
    session: Session, target_code: str, *, caller: Caller, corrects: UUID | None, today: date
) -> ReportForm:
    """Prepare the form to report a figure, or one in the place of another.

    Raises
    ------
    RecordNotFound
        When the plan has no such target, or the target no such figure.
    """
    target = find_target(session, target_code)
    form = ReportForm(target=target_progress(session, target_code, today=today), report_unit=report_unit(target))
    if corrects is None:
        return form
    wrong = report_view(session, corrects, caller=caller)
    if wrong.target_code != target_code:
        raise RecordNotFound("There is no such reported figure.")
    kept = {
        "as_of": wrong.as_of.isoformat(),
        "source_title": wrong.source_title,
        "source_url": wrong.source_url or "",
        "source_document": wrong.source_document or "",
        "corrects_id": str(wrong.id),
    }
    said = percent(wrong.value) if form.report_unit is ProgressUnit.SHARE else str(wrong.value)
    return form.model_copy(update={"corrects": wrong, "values": {**kept, VALUE_FIELD[form.report_unit]: said}})


def deciding_form(session: Session, report_id: UUID, *, caller: Caller) -> DecidingForm:
    """Show a reported figure with what its reader can do about it.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    return DecidingForm(report=report_view(session, report_id, caller=caller))
