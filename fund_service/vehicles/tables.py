"""Vehicles, envelopes and findings of limit rules as tables to export."""

from collections.abc import Iterable, Iterator, Sequence

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.exports import MAX_EXPORT_ROWS, Cell
from fund_service.plan.schemas import Choice
from fund_service.vehicles.envelope_queries import conditions, envelope_rows
from fund_service.vehicles.finding_views import FindingView
from fund_service.vehicles.views import EnvelopeFilters, EnvelopeRow, VehicleName, VehicleRow
from models.vehicle import Envelope

HEADINGS = {
    "vehicles": (
        "Id", "Vehicle", "Kind", "Draws on", "First closing", "Last day", "Size (won)", "Uncommitted (won)",
        "Promised to vehicles (won)", "Committed to deals, not drawn (won)", "Drawn by deals (won)", "Cash (won)",
        "Committed below, not drawn (won)", "Drawn below (won)",
    ),
    "envelopes": (
        "Id", "Envelope", "Initiative", "Mega-region", "Province", "Year", "Vehicle", "Budget (won)", "Drawn (won)",
        "Available (won)",
    ),
    "findings": (
        "Rule", "Force", "Where it holds", "About", "Year", "Limit (%)", "Before (%)", "After (%)", "Part before (won)",
        "Whole before (won)", "Part after (won)", "Whole after (won)", "Passes", "Broken by (won)", "Blocks",
    ),
}  # fmt: skip
"""The columns of each table; the sentences stand in the catalogues."""


def headings(table: str) -> list[str]:
    """Give the headings of a table in the language at hand."""
    return [locales.gettext(heading) for heading in HEADINGS[table]]


def vehicle_cells(rows: Sequence[VehicleRow]) -> Iterator[list[Cell]]:
    """Give vehicles as rows, each after the one it draws on."""
    named = {row.id: row for row in rows}
    for row in rows:
        figures = row.figures
        yield [
            str(row.id),
            _name(row),
            locales.label(row.kind),
            None if row.parent_id is None else _name(named[row.parent_id]),
            row.formed_on,
            row.ends_on,
            figures.size_krw,
            figures.uncommitted_krw,
            figures.promised_krw,
            figures.committed_krw,
            figures.drawn_krw,
            figures.cash_krw,
            figures.through_committed_krw,
            figures.through_drawn_krw,
        ]


def envelope_cells(session: Session, filters: EnvelopeFilters) -> Iterator[list[Cell]]:
    """Give the envelopes that a list narrowed like this would show, newest first, in six statements."""
    query = select(Envelope).where(*conditions(filters)).order_by(col(Envelope.id).desc()).limit(MAX_EXPORT_ROWS + 1)
    for row in envelope_rows(session, session.exec(query).all()):
        yield _envelope(row)


def finding_cells(findings: Iterable[FindingView]) -> Iterator[list[Cell]]:
    """Give findings as rows, with shares in percent as they are shown and won exactly as they are."""
    yes, no = locales.gettext("yes"), locales.gettext("no")
    for finding in findings:
        yield [
            locales.label(finding.kind),
            locales.label(finding.force),
            finding.vehicle_name or locales.gettext("the whole fund"),
            finding.subject,
            finding.year,
            finding.limit_bp / 100,
            None if finding.before_bp is None else finding.before_bp / 100,
            None if finding.after_bp is None else finding.after_bp / 100,
            finding.part_before_krw,
            finding.whole_before_krw,
            finding.part_after_krw,
            finding.whole_after_krw,
            yes if finding.passes else no,
            finding.breach_krw,
            yes if finding.blocks else no,
        ]


def _envelope(row: EnvelopeRow) -> list[Cell]:
    return [
        str(row.id),
        locales.pick(row.name_ko, row.name_en),
        _name(row.initiative),
        _name(row.mega_region),
        _name(row.region),
        row.year,
        _name(row.vehicle),
        row.budget_krw,
        row.drawn_krw,
        row.available_krw,
    ]


def _name(named: Choice | VehicleName | None) -> str | None:
    return None if named is None else locales.pick(named.name_ko, named.name_en)
