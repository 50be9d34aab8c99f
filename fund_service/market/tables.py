"""Market demand as a table: with whole won for machines, in large units for people; the same figures in both."""

from collections.abc import Iterator

from fund_service import locales
from fund_service.exports import Cell
from fund_service.market.charts import unit_krw, unit_name
from fund_service.market.schemas import Breakdown, DemandFigures, MarketDemandView

HEADINGS = {Breakdown.THEME: "Theme", Breakdown.FIELD: "Technology field", Breakdown.REGION: "Region"}
OTHER, TOTAL = "other", "total"
"""Codes of the folded row and of the total."""


def lines_of(view: MarketDemandView) -> Iterator[tuple[str, str, DemandFigures]]:
    """Give code, label and figures of every line: the rows, the folded one, the total."""
    for row in view.rows:
        yield row.code, locales.pick(row.label_ko, row.label_en), row
    if view.other is not None:
        yield OTHER, locales.gettext("Other ({rows} rows)").format(rows=view.other.rows), view.other
    if view.total is not None:
        yield TOTAL, locales.gettext("Total"), view.total


def exported_table(view: MarketDemandView) -> tuple[list[str], list[list[Cell]]]:
    """Give columns and rows for programs and spreadsheets, amounts in whole won."""
    columns = [
        locales.gettext("Code"),
        locales.gettext(HEADINGS[view.by]),
        locales.gettext("Ownership groups"),
        locales.gettext("Signals"),
        locales.gettext("Stated (won)"),
        locales.gettext("Verified (won)"),
        locales.gettext("Trend"),
        locales.gettext("Answering projects"),
        locales.gettext("As of"),
    ]
    rows: list[list[Cell]] = [
        [
            code,
            label,
            figures.groups,
            figures.signals,
            figures.stated_krw,
            figures.verified_krw,
            locales.label(figures.trend),
            figures.answering_projects,
            view.as_of,
        ]
        for code, label, figures in lines_of(view)
    ]
    return columns, rows


def printed_table(view: MarketDemandView) -> tuple[list[str], list[list[str]]]:
    """Give columns and rows for people; amounts are multiples of the unit, so nothing is lost by it."""
    columns = [
        locales.gettext(HEADINGS[view.by]),
        locales.gettext("Ownership groups"),
        locales.gettext("Signals"),
        f"{locales.gettext('Stated')} ({unit_name()})",
        f"{locales.gettext('Verified')} ({unit_name()})",
        locales.gettext("Trend"),
        locales.gettext("Answering projects"),
    ]
    rows = [
        [
            label,
            locales.number(figures.groups),
            locales.number(figures.signals),
            locales.number(figures.stated_krw // unit_krw()),
            locales.number(figures.verified_krw // unit_krw()),
            locales.label(figures.trend),
            locales.number(figures.answering_projects),
        ]
        for _, label, figures in lines_of(view)
    ]
    return columns, rows
