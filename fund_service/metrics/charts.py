"""The charts of fund performance: Vega-Lite specifications, drawn in the page."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from fund_service import locales
from fund_service.fonts import FAMILY
from fund_service.market.charts import BAR_STEP, LABEL_WIDTH, VERIFIED_COLOUR, unit_krw, unit_name
from fund_service.metrics.books import Books
from fund_service.metrics.figures import PARTS, FigureKey
from fund_service.metrics.schemas import ConcentrationBy, ConcentrationRow

LINES = {
    FigureKey.PAID_IN: ("#0b50d0", [1, 0]),
    FigureKey.DISTRIBUTED: ("#228738", [6, 3]),
    FigureKey.NAV: ("#8a5c00", [2, 2]),
}
"""Colours of KRDS dark enough on white, each with a dash of its own for readers who cannot tell colours."""
J_CURVE_COLOUR = "#b1cefb"
MAX_MONTHS = 60
"""Longer lives are drawn by quarter."""
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
CONFIG = {
    "font": FAMILY,
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12},
    "legend": {"labelFontSize": 12},
}


def days_drawn(first: date, last: date) -> list[date]:
    """Give the ends of months (of quarters for a long life) from a first day on, and the last day itself."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if months <= MAX_MONTHS else 3
    days = []
    for count in range(0, months, step):
        month = first.year * 12 + first.month + count
        days.append(date(month // 12, month % 12 + 1, 1) - timedelta(days=1))
    return [first, *(day for day in days if first < day < last), *([last] if last > first else [])]


def j_curve(books: Books, *, as_of: date) -> dict[str, Any] | None:
    """Draw paid in, distributed, NAV, and the J-curve: distributed less paid in. None before money moved."""
    points = curve_points(books, as_of=as_of)
    if not points:
        return None
    unit = unit_krw()
    names = {key: locales.label(key) for key in LINES}
    values = [
        {"day": day.isoformat(), "name": names[key], "amount": krw // unit} for day, sums in points for key, krw in sums
    ]
    net_name = locales.gettext("Distributed less paid in (J-curve)")
    net = [
        {
            "day": day.isoformat(),
            "name": net_name,
            "amount": (dict(sums)[FigureKey.DISTRIBUTED] - dict(sums)[FigureKey.PAID_IN]) // unit,
        }
        for day, sums in points
    ]
    scale = {
        "domain": [*names.values(), net_name],
        "range": [*(colour for colour, _ in LINES.values()), J_CURVE_COLOUR],
    }
    dashes = {"domain": list(names.values()), "range": [dash for _, dash in LINES.values()]}
    x = {"field": "day", "type": "temporal", "title": None, "axis": {"format": "%Y-%m", "grid": False, "tickCount": 8}}
    y = {"field": "amount", "type": "quantitative", "title": unit_name(), "axis": {"format": ",d"}}
    colour = {"field": "name", "type": "nominal", "scale": scale, "legend": {"title": None, "orient": "top"}}
    tooltip = [
        {"field": "day", "type": "temporal", "title": locales.gettext("Day"), "format": "%Y-%m-%d"},
        {"field": "name", "type": "nominal", "title": locales.gettext("Figure")},
        {"field": "amount", "type": "quantitative", "title": unit_name(), "format": ",d"},
    ]
    common = {"x": x, "y": y, "color": colour, "tooltip": tooltip}
    return {
        "$schema": SCHEMA,
        "title": {"text": locales.gettext("Calls, distributions and NAV over time"), "anchor": "start"},
        "width": 520,
        "height": 300,
        "layer": [
            {"data": {"values": net}, "mark": {"type": "area", "opacity": 0.6, "line": False}, "encoding": common},
            {
                "data": {"values": values},
                "mark": {"type": "line", "strokeWidth": 2, "point": True},
                "encoding": {
                    **common,
                    "strokeDash": {"field": "name", "type": "nominal", "scale": dashes, "legend": None},
                },
            },
        ],
        "config": CONFIG,
    }


def curve_points(books: Books, *, as_of: date) -> list[tuple[date, list[tuple[FigureKey, int]]]]:
    """Give what the lines of the chart come to at each day drawn, in won."""
    flows = {key: books.flows(PARTS[key][0], books.scope, until=as_of) for key in LINES}
    first = min((day for moved in flows.values() for day, krw in moved if krw), default=None)
    if first is None:
        return []
    return [
        (day, [(key, sum(krw for moved_on, krw in moved if moved_on <= day)) for key, moved in flows.items()])
        for day in days_drawn(first, as_of)
    ]


def concentration_bars(rows: Sequence[ConcentrationRow], *, by: ConcentrationBy) -> dict[str, Any] | None:
    """Draw the rows as bars of their share of deal commitments, in their order; of no rows there is no chart."""
    if not rows:
        return None
    labels = _distinct([locales.pick(row.name_ko, row.name_en) or locales.gettext("not stated") for row in rows])
    share = locales.gettext("Share of deal commitments (%)")
    return {
        "$schema": SCHEMA,
        "title": {"text": f"{locales.gettext('Concentration')}: {locales.label(by)}", "anchor": "start"},
        "width": 520,
        "height": {"step": BAR_STEP},
        "data": {
            "values": [
                {"label": label, "share": float(row.share or 0), "amount": row.krw // unit_krw()}
                for label, row in zip(labels, rows, strict=True)
            ]
        },
        "mark": {"type": "bar", "size": 18, "color": VERIFIED_COLOUR},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": labels,
                "title": None,
                "axis": {"labelLimit": LABEL_WIDTH, "labelPadding": 8, "ticks": False, "domain": False},
            },
            "x": {"field": "share", "type": "quantitative", "title": share, "scale": {"zero": True}},
            "tooltip": [
                {"field": "label", "type": "nominal", "title": locales.label(by)},
                {"field": "share", "type": "quantitative", "title": share, "format": ".2f"},
                {"field": "amount", "type": "quantitative", "title": unit_name(), "format": ",d"},
            ],
        },
        "config": CONFIG,
    }


def _distinct(labels: Sequence[str]) -> list[str]:
    """Tell apart labels that occur again, since bars are placed by label."""
    return [
        label if label not in labels[:place] else f"{label} ({labels[:place].count(label) + 1})"
        for place, label in enumerate(labels)
    ]
