"""The reliability diagram: one Vega-Lite specification, drawn in the page."""

from collections.abc import Sequence
from typing import Any

from fund_service import locales
from fund_service.answers.acceptance_schemas import ReliabilityBin
from fund_service.market.charts import VERIFIED_COLOUR
from fund_service.metrics.charts import CONFIG, SCHEMA

EVEN_COLOUR = "#6d7882"
DECIMALS = 1
"""Of percentages drawn."""


def reliability_chart(bins: Sequence[ReliabilityBin]) -> dict[str, Any] | None:
    """Draw what was answered against what was said beforehand, with the line on which both agree; of no bins, none."""
    if not bins:
        return None
    said, came = locales.gettext("Said beforehand (%)"), locales.gettext("Answered yes (%)")
    values = [
        {
            name: round(100 * value, DECIMALS)
            for name, value in bin_.model_dump(include={"predicted", "observed", "low", "high"}).items()
        }
        | {"answers": bin_.answers}
        for bin_ in bins
    ]
    domain = {"domain": [0, 100]}
    x = {"field": "predicted", "type": "quantitative", "title": said, "scale": domain}
    y = {"field": "observed", "type": "quantitative", "title": came, "scale": domain}
    tooltip = [
        {"field": "predicted", "type": "quantitative", "title": said},
        {"field": "observed", "type": "quantitative", "title": came},
        {"field": "answers", "type": "quantitative", "title": locales.gettext("Answers")},
    ]
    return {
        "$schema": SCHEMA,
        "title": {"text": locales.gettext("Did the probabilities come true?"), "anchor": "start"},
        "width": 360,
        "height": 300,
        "layer": [
            {
                "data": {"values": [{"predicted": 0, "observed": 0}, {"predicted": 100, "observed": 100}]},
                "mark": {"type": "line", "strokeDash": [4, 4], "color": EVEN_COLOUR},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "rule", "color": VERIFIED_COLOUR, "opacity": 0.5},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "color": VERIFIED_COLOUR, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y,
                    "size": {"field": "answers", "type": "quantitative", "legend": None},
                    "tooltip": tooltip,
                },
            },
        ],
        "config": CONFIG,
    }
