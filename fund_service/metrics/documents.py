"""The report and the lines behind a figure as files, all made from the views."""

import re
from collections.abc import Iterable, Iterator, Sequence

from fund_service import locales
from fund_service.exports import Cell
from fund_service.metrics.line_schemas import EntryItem
from fund_service.metrics.schemas import Amounts, PerformanceView, ReportTable

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~])")

LINES = "lines"

HEADINGS = {
    ReportTable.FIGURES: (
        "Figure", "Won", "Value", "Unit", "Why there is none", "Numerator (won)", "Denominator (won)", "Earlier won",
        "Earlier value", "Formula",
    ),
    ReportTable.LEVERAGE: (
        "Definition", "Stage", "Value", "Why there is none", "Numerator (won)", "Denominator (won)", "Formula",
    ),
    ReportTable.VEHICLES: (
        "Vehicle", "Kind", "Vintage", "First call", "Committed (won)", "Called (won)", "Paid in (won)",
        "Distributed (won)", "NAV (won)", "DPI", "RVPI", "TVPI", "Net XIRR (%)",
    ),
    ReportTable.DEALS: (
        "Deal", "Company", "Committed to deals (won)", "Invested (won)", "Realised (won)", "Fair value (won)",
        "Valued", "MOIC",
    ),
    ReportTable.CONCENTRATION: (
        "Grouped by", "Name", "Deals", "Committed to deals (won)", "Share of deal commitments (%)",
        "Share of committed capital (%)",
    ),
    LINES: (
        "Entry no.", "Effective", "Recorded", "Instruction", "Reversal", "Reason given", "Part of the figure",
        "Line no.", "Ledger account", "Vehicle", "Deal", "Amount on the ledger (won)", "Counts as (won)",
    ),
}  # fmt: skip
"""The columns of each table, and of the lines behind a figure."""


def report_table(view: PerformanceView, table: ReportTable) -> tuple[list[str], list[list[Cell]]]:
    """Give the columns and rows of a table of the report."""
    rows = {
        ReportTable.FIGURES: _figures,
        ReportTable.LEVERAGE: _leverage,
        ReportTable.VEHICLES: _vehicles,
        ReportTable.DEALS: _deals,
        ReportTable.CONCENTRATION: _concentration,
    }[table]
    return [locales.gettext(heading) for heading in HEADINGS[table]], list(rows(view))


def line_table(entries: Iterable[EntryItem]) -> tuple[list[str], Iterator[list[Cell]]]:
    """Give the columns and rows of the lines behind a figure."""
    return [locales.gettext(heading) for heading in HEADINGS[LINES]], _lines(entries)


def write_markdown(view: PerformanceView) -> str:
    """Write the whole report as Markdown, one pipe table after another."""
    vehicle = locales.gettext("Whole fund")
    if view.vehicle is not None:
        vehicle = locales.pick(view.vehicle.name_ko, view.vehicle.name_en)
    written = [
        f"# {locales.gettext('Fund performance')}: {_escaped(vehicle)}",
        "",
        locales.gettext("As of {day}, as known at {moment}.").format(
            day=locales.day(view.as_of), moment=locales.moment(view.known_at)
        ),
    ]
    for table in ReportTable:
        columns, rows = report_table(view, table)
        written += ["", f"## {locales.label(table)}", "", _pipes(columns), _pipes(["---"] * len(columns))]
        written += [_pipes(["" if cell is None else _escaped(str(cell)) for cell in row]) for row in rows]
    return "\n".join(written) + "\n"


def _pipes(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _figures(view: PerformanceView) -> Iterator[list[Cell]]:
    for figure in view.figures:
        earlier = figure.earlier or Amounts(unit=figure.unit)
        yield [
            locales.label(figure.key),
            figure.krw,
            _number(figure.value),
            locales.label(figure.unit),
            locales.label(figure.absence) if figure.absence else None,
            figure.numerator_krw,
            figure.denominator_krw,
            earlier.krw,
            _number(earlier.value),
            figure.formula,
        ]


def _leverage(view: PerformanceView) -> Iterator[list[Cell]]:
    for figure in view.leverage:
        yield [
            locales.label(figure.kind),
            locales.label(figure.stage),
            _number(figure.value),
            locales.label(figure.absence) if figure.absence else None,
            figure.numerator_krw,
            figure.denominator_krw,
            figure.formula,
        ]


def _vehicles(view: PerformanceView) -> Iterator[list[Cell]]:
    for row in view.by_vehicle:
        yield [
            locales.pick(row.name_ko, row.name_en),
            locales.label(row.kind),
            row.vintage,
            row.first_call_year,
            row.committed_krw,
            row.called_krw,
            row.paid_in_krw,
            row.distributed_krw,
            row.nav_krw,
            *(_told(amounts) for amounts in (row.dpi, row.rvpi, row.tvpi, row.net_xirr)),
        ]


def _deals(view: PerformanceView) -> Iterator[list[Cell]]:
    for row in view.deals:
        yield [
            locales.pick(row.title_ko, row.title_en),
            locales.pick(row.company_ko, row.company_en),
            row.committed_krw,
            row.invested_krw,
            row.realised_krw,
            row.fair_value_krw,
            locales.gettext("yes") if row.valued else locales.gettext("no"),
            _told(row.moic),
        ]


def _concentration(view: PerformanceView) -> Iterator[list[Cell]]:
    for by, rows in view.concentration.items():
        for row in rows:
            yield [
                locales.label(by),
                locales.pick(row.name_ko, row.name_en) or locales.gettext("not stated"),
                row.deals,
                row.krw,
                _number(row.share),
                _number(row.share_of_committed),
            ]


def _lines(entries: Iterable[EntryItem]) -> Iterator[list[Cell]]:
    for entry in entries:
        for line in entry.lines:
            yield [
                entry.number,
                entry.effective_on,
                entry.recorded_at,
                locales.label(entry.kind),
                locales.gettext("yes") if entry.reverses else locales.gettext("no"),
                entry.words,
                locales.label(line.part),
                line.position,
                locales.label(line.account),
                locales.pick(line.vehicle_ko, line.vehicle_en),
                locales.pick(line.deal_ko, line.deal_en),
                line.amount_krw,
                line.counts_krw,
            ]


def _told(amounts: Amounts) -> Cell:
    """Give a quotient as a number, or why there is none in words: a cell left empty would read as nothing."""
    return _number(amounts.value) if amounts.absence is None else locales.label(amounts.absence)


def _number(value: str | None) -> float | None:
    """Give a decimal of two places to a spreadsheet; it is no money."""
    return None if value is None else float(value)
