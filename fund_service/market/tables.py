"""Market demand as a table: with whole won for machines, in large units for people; the same figures in both."""

from collections.abc import Iterator

from fund_service import locales
from fund_service.exports import Cell
from fund_service.market.charts import unit_krw, unit_name
from fund_service.market.schemas import Breakdown, MarketDemandView, Said

HEADINGS = {
    Breakdown.THEME: "Theme",
    Breakdown.FIELD: "Technology field",
    Breakdown.REGION: "Region",
    Breakdown.CELL: "Technology field and region",
}
TOTAL = "total"
"""Code of the total."""


def lines_of(view: MarketDemandView) -> Iterator[tuple[str, str, Said]]:
    """Give code, label and figures of every line: the rows, the total."""
    for row in view.rows:
        yield row.code, locales.pick(row.label_ko, row.label_en), row
    if view.total is not None:
        yield TOTAL, locales.gettext("Total"), view.total


def exported_table(view: MarketDemandView) -> tuple[list[str], list[list[Cell]]]:
    """Give columns and rows for programs and spreadsheets, amounts in whole won; what is withheld is left empty."""
    columns = [
        locales.gettext("Code"),
        locales.gettext(HEADINGS[view.by]),
        locales.gettext("Ownership groups"),
        locales.gettext("Stated (won)"),
        locales.gettext("Verified (won)"),
        locales.gettext("Said since release"),
        locales.gettext("Release"),
        locales.gettext("As of"),
    ]
    rows: list[list[Cell]] = [
        [code, label, said.groups, said.stated_krw, said.verified_krw, said.since, view.release, view.as_of]
        for code, label, said in lines_of(view)
    ]
    return columns, rows


def printed_table(view: MarketDemandView) -> tuple[list[str], list[list[str]]]:
    """Give columns and rows for people; amounts are multiples of the unit, so nothing is lost by it."""
    columns = [
        locales.gettext(HEADINGS[view.by]),
        locales.gettext("Ownership groups"),
        f"{locales.gettext('Stated')} ({unit_name()})",
        f"{locales.gettext('Verified')} ({unit_name()})",
    ]
    rows = [
        [label, said.groups or locales.gettext("withheld"), _amount(said.stated_krw), _amount(said.verified_krw)]
        for _, label, said in lines_of(view)
    ]
    return columns, rows


def _amount(krw: int | None) -> str:
    return locales.gettext("withheld") if krw is None else locales.number(krw // unit_krw())
