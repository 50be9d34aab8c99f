"""One valid row of every table of the plan's progress, and what breaks each of their CHECKs."""

from datetime import date

from sqlmodel import SQLModel

from models.money import MAX_KRW
from models.person import Person
from models.plan_progress import (
    PlanMeasure,
    PlanReading,
    ProgressUnit,
    ReportDecision,
    ReportedFigure,
    ReportVerdict,
    ReportWithdrawal,
)

PLAN_PROGRESS_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_plan_reading_counted_by_the_service": ("measure = 'reported'",),
    "ck_plan_reading_part_of_a_whole": ("part = NULL", "whole = NULL"),
    "ck_plan_reading_part_within_whole": (
        "part = -1, value = -3333",
        "part = 4, value = 13333",
        "part = 0, whole = 0, value = 0",
    ),
    "ck_plan_reading_share_of_the_whole": ("value = 3334", "part = 2"),
    "ck_plan_reading_value_range": (
        "value = -1, part = NULL, whole = NULL",
        f"value = {MAX_KRW + 1}, part = NULL, whole = NULL",
    ),
    "ck_report_decision_refused_with_words": ("verdict = 'refused'",),
    "ck_report_decision_words_not_empty": ("words = ''",),
    "ck_report_withdrawal_reason_not_empty": ("reason = ''",),
    "ck_reported_figure_corrects_another": ("corrects_id = id",),
    "ck_reported_figure_share_range": ("value = 10001",),
    "ck_reported_figure_source_can_be_found": ("source_url = NULL",),
    "ck_reported_figure_source_title_not_empty": ("source_title = ''",),
    "ck_reported_figure_source_url_of_the_web": ("source_url = 'javascript:alert(1)'", "source_url = ' https://a'"),
    "ck_reported_figure_value_range": ("value = -1", f"value = {MAX_KRW + 1}, unit = 'won'"),
}


def plan_progress_rows(person: Person) -> list[SQLModel]:
    """Make the rows, parents before children; they are of the target that `_plan` lays."""
    figure = ReportedFigure(
        target_code="t",
        as_of=date(2026, 11, 1),
        value=1,
        unit=ProgressUnit.SHARE,
        source_title="출처",
        source_url="https://example.org/a",
        reported_by_id=person.id,
    )
    return [
        PlanReading(
            target_code="t",
            measure=PlanMeasure.LARGE_SHARE_BY_COUNT,
            as_of=date(2026, 11, 1),
            value=3333,
            part=1,
            whole=3,
        ),
        figure,
        ReportDecision(figure_id=figure.id, verdict=ReportVerdict.CONFIRMED, decided_by_id=person.id),
        ReportWithdrawal(figure_id=figure.id, reason="잘못", withdrawn_by_id=person.id),
    ]
