"""Market demand as a table: with whole won for machines, in large units for people; the same figures in both."""

from collections.abc import Iterator

from fund_service import locales
from fund_service.exports import Cell
from fund_service.market.charts import unit_krw, unit_name
from fund_service.market.schemas import Breakdown, IndexSaid, MarketDemandView, Said, TrendSaid

HEADINGS = {
    Breakdown.THEME: "Theme",
    Breakdown.FIELD: "Technology field",
    Breakdown.REGION: "Region",
    Breakdown.CELL: "Technology field and region",
}
INDEXED = frozenset({Breakdown.THEME, Breakdown.FIELD})
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
    if view.by not in INDEXED:
        return columns, rows
    index = {row.code: row.index for row in view.rows}
    more = [_index_cells(index.get(str(row[0]))) for row in rows]
    return columns + _index_columns(), [row + cells for row, cells in zip(rows, more, strict=True)]


def _index_columns() -> list[str]:
    return [
        locales.gettext("Rank"),
        locales.gettext("Voices, capped"),
        locales.gettext("Raw rank"),
        locales.gettext("Voices, raw"),
        locales.gettext("Effective groups"),
        locales.gettext("Loudest group (at most %)"),
        locales.gettext("Share verified (about %)"),
        locales.gettext("Last rank without any one group"),
        locales.gettext("Trend"),
        locales.gettext("Ratio (%)"),
        locales.gettext("Interval from (%)"),
        locales.gettext("Interval to (%)"),
        locales.gettext("q at most (%)"),
    ]


def _index_cells(index: IndexSaid | None) -> list[Cell]:
    """Give what an index tells of a line; of the total, and of what is not ranked, nothing."""
    if index is None:
        return [None] * len(_index_columns())
    trend = index.trend
    return [
        index.rank,
        index.voices,
        index.raw_rank,
        index.raw_voices,
        index.effective_groups,
        index.top_share_percent,
        index.verified_share_percent,
        index.worst_rank,
        locales.label(trend.direction),
        trend.ratio_percent,
        trend.low_percent,
        trend.high_percent,
        trend.q_percent,
    ]


def printed_index(view: MarketDemandView) -> tuple[list[str], list[list[str]]]:
    """Give columns and rows of the demand index for people, by rank; no rows where nothing is ranked."""
    columns = [
        locales.gettext("Rank"),
        locales.gettext(HEADINGS[view.by]),
        locales.gettext("Voices, capped"),
        locales.gettext("Voices, raw"),
        locales.gettext("Raw rank"),
        locales.gettext("Flip test"),
        locales.gettext("Trend"),
    ]
    ranked = [(row, row.index) for row in view.rows if row.index is not None]
    withheld = locales.gettext("withheld")
    rows = [
        [
            str(index.rank),
            locales.pick(row.label_ko, row.label_en),
            f"{index.voices:.1f}",
            withheld if index.raw_voices is None else f"{index.raw_voices:.1f}",
            withheld if index.raw_rank is None else str(index.raw_rank),
            withheld if index.worst_rank is None else str(index.worst_rank),
            _printed_trend(index.trend),
        ]
        for row, index in sorted(ranked, key=lambda pair: pair[1].rank)
    ]
    return columns, rows


def _printed_trend(trend: TrendSaid) -> str:
    way = locales.label(trend.direction)
    if trend.ratio_percent is None:
        return way
    return f"{way} {trend.ratio_percent}% ({trend.low_percent}~{trend.high_percent}%)"


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
