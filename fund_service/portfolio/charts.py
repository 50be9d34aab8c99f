"""The chart of the choice: what each candidate is worth for its won, and whether it is in."""

from collections.abc import Sequence
from typing import Any

from fund_service import locales
from fund_service.fonts import FAMILY
from fund_service.portfolio.schemas import CandidateView

IN_COLOUR, OUT_COLOUR = "#0b50d0", "#b1b8be"
"""KRDS primary blue and grey, apart in lightness as well; the shape says the same."""
EOK_KRW = 10**8


def portfolio_chart(candidates: Sequence[CandidateView]) -> dict[str, Any] | None:
    """Draw candidates as points, score over won asked for; of none there is no chart.

    Nothing in it is computed by an expression, so it runs under a content security policy without eval.
    """
    if not candidates:
        return None
    chosen, left = locales.gettext("In the set"), locales.gettext("Not in the set")
    amount, score = locales.gettext("Asked for (100 million won)"), locales.gettext("Review score")
    values = [
        {
            "title": locales.pick(candidate.title.ko, candidate.title.en),
            "amount": candidate.amount_krw / EOK_KRW,
            "score": candidate.score,
            "low": max(1.0, candidate.score - candidate.score_error),
            "high": min(5.0, candidate.score + candidate.score_error),
            "standing": locales.label(candidate.standing),
            "state": chosen if candidate.chosen else left,
        }
        for candidate in candidates
    ]
    across = {"field": "amount", "type": "quantitative", "title": amount, "scale": {"zero": True}}
    up = {"type": "quantitative", "title": score, "scale": {"domain": [1, 5]}}
    names = [chosen, left]
    colour = {
        "field": "state",
        "type": "nominal",
        "scale": {"domain": names, "range": [IN_COLOUR, OUT_COLOUR]},
        "legend": {"title": None, "orient": "top"},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": locales.gettext("Score and amount of the candidates"), "anchor": "start"},
        "width": 520,
        "height": 320,
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.5},
                "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90},
                "encoding": {
                    "x": across,
                    "y": {**up, "field": "score"},
                    "color": colour,
                    "shape": {
                        "field": "state",
                        "type": "nominal",
                        "scale": {"domain": names, "range": ["circle", "diamond"]},
                        "legend": None,
                    },
                    "tooltip": [
                        {"field": "title", "type": "nominal", "title": locales.gettext("Deal")},
                        {"field": "amount", "type": "quantitative", "title": amount, "format": ",.1f"},
                        {"field": "score", "type": "quantitative", "title": score, "format": ".2f"},
                        {"field": "standing", "type": "nominal", "title": locales.gettext("Across the samples")},
                    ],
                },
            },
        ],
        "config": {
            "font": FAMILY,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12},
            "legend": {"labelFontSize": 12},
        },
    }
