"""Charts of the fund: where its won are, and how a decision would move the portfolio; Vega-Lite specifications."""

from collections.abc import Sequence
from typing import Any

from fund_service import locales
from fund_service.fonts import FAMILY
from fund_service.market.charts import unit_krw, unit_name
from fund_service.vehicles.rule_views import ShareRow
from fund_service.vehicles.views import Commitments

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FOUR_STEPS = ("#052b57", "#0b50d0", "#86aff9", "#e6e8ea")
"""KRDS primary blue from dark to light, then grey for what is free: told apart in grey and by colour-blind readers."""
OUTLINE = "#58616a"
"""Keeps the lightest part apart from the page."""
BEFORE_COLOUR, AFTER_COLOUR = "#b1cefb", "#0b50d0"
FLOOR_COLOUR = "#8a240f"


def commitments_chart(total: Commitments, *, title: str) -> dict[str, Any] | None:
    """Draw the fund's won as one bar in four parts, drawn to available; of a fund without won there is no chart."""
    if total.size_krw <= 0:
        return None
    unit = unit_krw()
    parts = [
        (locales.gettext("Drawn by deals"), total.drawn_krw),
        (locales.gettext("Committed, not yet drawn"), total.committed_krw),
        (locales.gettext("In vehicles, not committed"), total.in_vehicles_krw),
        (locales.gettext("Available"), total.available_krw),
    ]
    values = [{"part": part, "amount": amount // unit, "order": order} for order, (part, amount) in enumerate(parts)]
    names = [part for part, _ in parts]
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "anchor": "start"},
        "width": 520,
        "height": 56,
        "data": {"values": values},
        "mark": {"type": "bar", "size": 40, "stroke": OUTLINE, "strokeWidth": 0.5},
        "encoding": {
            "x": {
                "field": "amount", "type": "quantitative", "title": unit_name(), "stack": "zero",
                "scale": {"nice": False}, "axis": {"format": ",d", "tickCount": 6, "tickMinStep": 1, "grid": False},
            },
            "order": {"field": "order", "type": "quantitative"},
            "color": {
                "field": "part", "type": "nominal", "scale": {"domain": names, "range": list(FOUR_STEPS)},
                "legend": {"title": None, "orient": "top", "columns": 2, "labelLimit": 260},
            },
            "tooltip": [
                {"field": "part", "type": "nominal", "title": locales.gettext("Share of the portfolio")},
                {"field": "amount", "type": "quantitative", "title": unit_name(), "format": ",d"},
            ],
        },
        "config": _look(),
    }  # fmt: skip


def shares_chart(rows: Sequence[ShareRow], *, title: str) -> dict[str, Any] | None:
    """Draw shares of the won committed before and after a decision, with the floor each has; of none no chart."""
    if not any(row.before_krw or row.after_krw for row in rows):
        return None
    before, after = locales.gettext("Before"), locales.gettext("After")
    floor = locales.gettext("Floor")
    values = [
        {"label": row.name, "when": when, "share": (share or 0) / 100, "amount": amount // unit_krw()}
        for row in rows
        for when, share, amount in ((before, row.before_bp, row.before_krw), (after, row.after_bp, row.after_krw))
    ]
    floors = [{"label": row.name, "floor": row.floor_bp / 100} for row in rows if row.floor_bp is not None]
    labels = [row.name for row in rows]
    place = {"field": "label", "type": "nominal", "sort": labels, "title": None, "axis": {"labelLimit": 220}}
    bars = {
        "data": {"values": values},
        "mark": {"type": "bar"},
        "encoding": {
            "y": place,
            "yOffset": {"field": "when", "sort": [before, after]},
            "x": {"field": "share", "type": "quantitative", "title": "%", "axis": {"tickCount": 6}},
            "color": {
                "field": "when", "type": "nominal", "title": None, "legend": {"orient": "top"},
                "scale": {"domain": [before, after], "range": [BEFORE_COLOUR, AFTER_COLOUR]},
            },
            "tooltip": [
                {"field": "label", "type": "nominal", "title": title},
                {"field": "when", "type": "nominal", "title": locales.gettext("Decision")},
                {"field": "share", "type": "quantitative", "title": "%", "format": ".2f"},
                {"field": "amount", "type": "quantitative", "title": unit_name(), "format": ",d"},
            ],
        },
    }  # fmt: skip
    ticks = {
        "data": {"values": floors},
        "mark": {"type": "tick", "color": FLOOR_COLOUR, "thickness": 3, "size": 26},
        "encoding": {
            "y": place,
            "x": {"field": "floor", "type": "quantitative"},
            "tooltip": [{"field": "floor", "type": "quantitative", "title": f"{floor} (%)", "format": ".2f"}],
        },
    }
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "anchor": "start"},
        "width": 520,
        "height": {"step": 16},
        "layer": [bars, ticks] if floors else [bars],
        "config": _look(),
    }


def _look() -> dict[str, Any]:
    return {
        "font": FAMILY,
        "view": {"stroke": None},
        "axis": {"labelFontSize": 12, "titleFontSize": 12},
        "legend": {"labelFontSize": 12},
    }
