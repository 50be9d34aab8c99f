"""The chart of consultations: how many of each kind are late, awaited, answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from fund_service import locales
from fund_service.fonts import FAMILY
from models.consultation import ConsultationKind

SENTENCES: Mapping[str, str] = {
    "overdue": "Late",
    "awaited": "Answer awaited",
    "favourable": "Favourable",
    "draft": "Draft",
    "ended": "Refused or ended",
}
"""How a consultation goes."""
COLOURS = ("#b60004", "#0b50d0", "#7fc08a", "#cdd1d5", "#58616a")
"""KRDS red, blue, green and two greys, in that order: apart in lightness as well."""


def consultation_chart(counted: Sequence[tuple[ConsultationKind, str, int]]) -> dict[str, Any] | None:
    """Draw one bar a kind, in parts by how its consultations go; of none there is no chart.

    Nothing in it is computed by an expression, so it runs under a content security policy without eval.
    """
    if not counted:
        return None
    names = {how: locales.gettext(words) for how, words in SENTENCES.items()}
    order = {how: place for place, how in enumerate(SENTENCES)}
    values = [
        {"kind": locales.label(kind), "going": names[how], "count": count, "order": order[how]}
        for kind, how, count in counted
    ]
    kind, count = locales.gettext("Kind of consultation"), locales.gettext("Consultations")
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": locales.gettext("Consultations by kind"), "anchor": "start"},
        "width": 480,
        "height": {"step": 34},
        "data": {"values": values},
        "mark": {"type": "bar", "size": 20},
        "encoding": {
            "y": {
                "field": "kind",
                "type": "nominal",
                "sort": [locales.label(member) for member in ConsultationKind],
                "title": None,
                "axis": {"labelLimit": 220, "labelPadding": 8, "ticks": False, "domain": False},
            },
            "x": {
                "field": "count",
                "type": "quantitative",
                "title": count,
                "axis": {"format": ",d", "tickMinStep": 1, "tickCount": 6},
            },
            "color": {
                "field": "going",
                "type": "nominal",
                "scale": {"domain": list(names.values()), "range": list(COLOURS)},
                "legend": {"title": None, "orient": "top"},
            },
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [
                {"field": "kind", "type": "nominal", "title": kind},
                {"field": "going", "type": "nominal", "title": locales.gettext("State")},
                {"field": "count", "type": "quantitative", "title": count},
            ],
        },
        "config": {
            "font": FAMILY,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12},
            "legend": {"labelFontSize": 12},
        },
    }
