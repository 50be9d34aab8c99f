"""The gap map as a table for programs and spreadsheets."""

from collections.abc import Mapping

from fund_service import locales
from fund_service.exports import Cell
from fund_service.market.gap_schemas import GapView, Named


def gap_rows(view: GapView) -> tuple[list[str], list[list[Cell]], str]:
    """Give columns, a row for each cell that the release tells, and the title; amounts in whole won."""
    columns = [
        locales.gettext("Field code"),
        locales.gettext("Technology field"),
        locales.gettext("Region code"),
        locales.gettext("Region"),
        locales.gettext("State"),
        locales.gettext("Verified demand (won)"),
        locales.gettext("Fundable supply (won)"),
        locales.gettext("Demand over supply (%)"),
        locales.gettext("Interval from (%)"),
        locales.gettext("Interval to (%)"),
        locales.gettext("Said since release"),
        locales.gettext("Release"),
        locales.gettext("As of"),
    ]
    fields, regions = _names(view.fields), _names(view.regions)
    rows: list[list[Cell]] = [
        [
            cell.field_code,
            fields[cell.field_code],
            cell.region_code,
            regions[cell.region_code],
            locales.label(cell.state),
            cell.verified_krw,
            cell.supply_krw,
            cell.ratio_percent,
            cell.low_percent,
            cell.high_percent,
            cell.since,
            view.release,
            view.as_of,
        ]
        for cell in view.cells
    ]
    return columns, rows, locales.gettext("Gap map")


def _names(named: list[Named]) -> Mapping[str, str]:
    return {one.code: locales.pick(one.name_ko, one.name_en) for one in named}
