"""The charts of market demand: Vega-Lite specifications, drawn in the page and in documents alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from fund_service import locales
from fund_service.fonts import FAMILY
from fund_service.market.schemas import DemandRow
from models.person import PreferredLanguage

STATED_COLOUR, VERIFIED_COLOUR = "#b1cefb", "#0b50d0"
"""Two steps of the KRDS primary blue, far enough apart to be told in grey and by colour-blind readers."""
WITHHELD_COLOUR = "#eef0f2"
LABEL_WIDTH = 260
BAR_STEP = 30

EOK_KRW, BILLION_KRW = 10**8, 10**9


def unit_krw() -> int:
    """Give the amount in which the language at hand counts large money: 1억 won, or a billion."""
    return EOK_KRW if locales.LANGUAGE.get() is PreferredLanguage.KOREAN else BILLION_KRW


def unit_name() -> str:
    """Name that amount."""
    return "억원" if locales.LANGUAGE.get() is PreferredLanguage.KOREAN else "KRW billion"


def amount(krw: int) -> str:
    """Say an amount shown here in that unit, exactly."""
    count = locales.number(krw // unit_krw())
    return f"{count}억원" if locales.LANGUAGE.get() is PreferredLanguage.KOREAN else f"KRW {count} billion"


def demand_chart(rows: Sequence[DemandRow], *, title: str) -> dict[str, Any] | None:
    """Draw the rows whose amounts are published as bars in their order, verified within stated; of none, none.

    Nothing in it is computed by an expression, so it runs under a content security policy without eval.
    """
    rows = [row for row in rows if row.stated_krw is not None]
    if not rows:
        return None
    stated, verified = locales.gettext("Stated"), locales.gettext("Verified")
    unit = unit_krw()
    labels = _distinct_labels([locales.pick(row.label_ko, row.label_en) for row in rows])
    values = [
        {
            "label": label,
            "stated": (row.stated_krw or 0) // unit,
            "verified": None if row.verified_krw is None else row.verified_krw // unit,
            "groups": row.groups,
        }
        for label, row in zip(labels, rows, strict=True)
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": title, "anchor": "start"},
        "width": 520,
        "height": {"step": BAR_STEP},
        "data": {"values": values},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": labels,
                "title": None,
                "axis": {"labelLimit": LABEL_WIDTH, "labelPadding": 8, "ticks": False, "domain": False},
            },
            "tooltip": [
                {"field": "label", "type": "nominal", "title": locales.gettext("Demand")},
                {"field": "stated", "type": "quantitative", "title": f"{stated} ({unit_name()})", "format": ",d"},
                {"field": "verified", "type": "quantitative", "title": f"{verified} ({unit_name()})", "format": ",d"},
                {"field": "groups", "type": "nominal", "title": locales.gettext("Ownership groups")},
            ],
        },
        "layer": [_bars("stated", stated, 18), _bars("verified", verified, 10)],
        "config": {
            "font": FAMILY,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12},
            "legend": {"labelFontSize": 12},
        },
    }


def _bars(field: str, name: str, size: int) -> dict[str, Any]:
    return {
        "mark": {"type": "bar", "size": size},
        "encoding": {
            "x": {
                "field": field,
                "type": "quantitative",
                "title": unit_name(),
                "scale": {"zero": True, "nice": True},
                "axis": {"format": ",d", "tickMinStep": 1, "tickCount": 6, "grid": True},
            },
            "color": {
                "datum": name,
                "type": "nominal",
                "scale": {
                    "domain": [locales.gettext("Stated"), locales.gettext("Verified")],
                    "range": [STATED_COLOUR, VERIFIED_COLOUR],
                },
                "legend": {"title": None, "orient": "top"},
            },
        },
    }


def heat_map(
    rows: Sequence[DemandRow],
    fields: Mapping[str, tuple[str, str]],
    regions: Mapping[str, tuple[str, str]],
    *,
    title: str,
) -> dict[str, Any] | None:
    """Draw the published cells of fields by regions, the darker the more; what is withheld stays grey."""
    if not rows:
        return None
    stated, unit = locales.gettext("Stated"), unit_krw()
    across = [locales.pick(*name) for name in regions.values()]
    down = [locales.pick(*name) for name in fields.values()]
    values = [
        {
            "field": locales.pick(*fields[str(row.field_code)]),
            "region": locales.pick(*regions[str(row.region_code)]),
            "stated": None if row.stated_krw is None else row.stated_krw // unit,
            "groups": row.groups or locales.gettext("withheld"),
        }
        for row in rows
    ]
    published = [value for value in values if value["stated"] is not None]
    most = max((row.stated_krw // unit for row in rows if row.stated_krw is not None), default=0) or 1
    axis = {"labelLimit": LABEL_WIDTH, "ticks": False, "domain": False, "title": None}
    places = {
        "x": {
            "field": "region",
            "type": "nominal",
            "sort": across,
            "axis": {**axis, "orient": "top", "labelAngle": -35},
        },
        "y": {"field": "field", "type": "nominal", "sort": down, "axis": axis},
    }
    told = [
        {"field": "field", "type": "nominal", "title": locales.gettext("Technology field")},
        {"field": "region", "type": "nominal", "title": locales.gettext("Region")},
        {"field": "groups", "type": "nominal", "title": locales.gettext("Ownership groups")},
    ]
    amounts = {"field": "stated", "type": "quantitative", "title": f"{stated} ({unit_name()})"}
    shade = {
        **amounts,
        # Of nothing published there is no largest amount, and a legend of no numbers would say NaN.
        "scale": {"range": ["#d8e5fd", VERIFIED_COLOUR], "domain": [0, most]},
        "legend": {"format": ",d"},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": title, "anchor": "start"},
        "width": 520,
        "height": {"step": BAR_STEP},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "rect", "color": WITHHELD_COLOUR},
                "encoding": {**places, "tooltip": told},
            },
            {
                "data": {"values": published},
                "mark": {"type": "rect"},
                "encoding": {**places, "color": shade, "tooltip": [*told, {**amounts, "format": ",d"}]},
            },
        ],
        "config": {
            "font": FAMILY,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12},
            "legend": {"labelFontSize": 12},
        },
    }


def _distinct_labels(labels: Sequence[str]) -> list[str]:
    """Add a number to labels that occur again, since bars are placed by label."""
    seen: dict[str, int] = {}
    distinct = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        distinct.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return distinct
