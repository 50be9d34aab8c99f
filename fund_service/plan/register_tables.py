"""The plan register and a target's history as tables, for files and paper."""

from collections.abc import Iterator, Sequence

from fund_service import locales
from fund_service.exports import Cell
from fund_service.plan.progress_schemas import LineView, ReadingView, RegisterView, ReportView
from fund_service.vehicles.shares import percent
from models.plan_progress import ProgressUnit

HEADINGS = (
    "Target", "Initiative", "By", "Figure", "Value", "Unit", "As of", "Source", "Promised figure",
    "Expected by now", "State", "Of the part", "Of the whole", "Code",
)  # fmt: skip
TITLES = {
    "measure": "Figure", "as_of": "As of", "value": "Value", "unit": "Unit", "part": "Of the part",
    "whole": "Of the whole", "source": "Source", "address": "Address of the source", "document": "Document",
    "note": "Note", "state": "State", "reported_by": "Reported by", "recorded_at": "Recorded at",
    "decided_by": "Decided by", "decided_at": "Decided at", "words": "Words", "withdrawn_by": "Withdrawn by",
    "reason": "Reason", "id": "Identifier", "corrects": "Corrects",
}  # fmt: skip


def register_heads() -> list[str]:
    """Give the headings of the register."""
    return [locales.gettext(heading) for heading in HEADINGS]


def register_rows(view: RegisterView) -> Iterator[list[Cell]]:
    """Give a line for each figure of each target, as the page orders them; exact figures in their unit."""
    for target in view.targets:
        for line in target.lines:
            yield [
                locales.pick(target.name_ko, target.name_en),
                locales.pick(target.initiative_name_ko, target.initiative_name_en),
                target.due_on,
                locales.label(line.measure),
                line.value,
                locales.label(line.unit),
                line.as_of,
                source_of(line),
                line.wanted,
                line.expected,
                locales.label(line.state),
                line.part,
                line.whole,
                target.code,
            ]


def history_heads() -> list[str]:
    """Give the headings of a target's history."""
    return [locales.gettext(heading) for heading in TITLES.values()]


def history_rows(readings: Sequence[ReadingView], reports: Sequence[ReportView]) -> Iterator[list[Cell]]:
    """Give everything counted and reported of a target, counted figures first."""
    own = locales.gettext("Records of this service")
    for reading in readings:
        yield [
            locales.label(reading.measure), reading.as_of, reading.value, locales.label(reading.unit), reading.part,
            reading.whole, own, *[None] * 5, reading.recorded_at, *[None] * 7,
        ]  # fmt: skip
    for report in reports:
        yield [
            locales.gettext("PlanMeasure.reported"), report.as_of, report.value, locales.label(report.unit), None, None,
            report.source_title, report.source_url, report.source_document, report.note, locales.label(report.state),
            report.reported_by, report.reported_at, report.decided_by, report.decided_at, report.words,
            report.withdrawn_by, report.reason, str(report.id),
            None if report.corrects_id is None else str(report.corrects_id),
        ]  # fmt: skip


def source_of(line: LineView) -> str | None:
    """Say where a figure comes from; nothing where there is none."""
    if line.value is None:
        return None
    return line.source if line.source is not None else locales.gettext("Records of this service")


def said(value: int | None, unit: ProgressUnit) -> str:
    """Say a figure as people read it."""
    if value is None:
        return "–"  # noqa: RUF001 - the dash of an empty cell
    if unit is ProgressUnit.SHARE:
        return f"{percent(value)}%"
    return locales.won(value) if unit is ProgressUnit.WON else locales.number(value)
