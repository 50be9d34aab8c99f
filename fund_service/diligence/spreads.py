"""How reviews of a deal lie apart: figures for each criterion, a sentence where they disagree, and a chart."""

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fund_service import locales
from fund_service.diligence.schemas import ReviewView, Spread
from fund_service.fonts import FAMILY
from models.diligence import Criterion

DISAGREEMENT = 2
"""Points between the lowest and the highest score from which on reviewers are said to disagree."""
POINT_COLOUR, RANGE_COLOUR, MEDIAN_COLOUR = "#0b50d0", "#b1cefb", "#1e2124"
"""KRDS primary blue for scores, a light step of it for the range, its darkest grey for the median."""
ROW_STEP = 36
LABEL_WIDTH = 160


def spread_of(reviews: Sequence[ReviewView]) -> list[Spread]:
    """Give minimum, median, maximum and standard deviation of the independent reviews for each criterion."""
    spreads = []
    for criterion in Criterion:
        given = [review.scores[criterion] for review in reviews if review.independent and criterion in review.scores]
        if given:
            spreads.append(
                Spread(
                    criterion=criterion,
                    count=len(given),
                    minimum=min(given),
                    median=statistics.median(given),
                    maximum=max(given),
                    deviation=round(statistics.pstdev(given), 3),
                    disagreement=_disagreement(criterion, given),
                )
            )
    return spreads


def _disagreement(criterion: Criterion, given: Sequence[int]) -> str | None:
    low, high = min(given), max(given)
    if high - low < DISAGREEMENT:
        return None
    template = locales.gettext(
        "Reviewers disagree on {criterion}: scores from {low} to {high}. Ask them for their grounds."
    )
    return template.format(criterion=locales.label(criterion), low=low, high=high)


def spread_chart(reviews: Sequence[ReviewView], spreads: Sequence[Spread]) -> dict[str, Any] | None:
    """Draw scores as points on the range they span, with the median; of fewer than two reviews there is no chart.

    Nothing in it is computed by an expression, so it runs under a content security policy without eval.
    """
    if not any(spread.count > 1 for spread in spreads):
        return None
    labels = [locales.label(spread.criterion) for spread in spreads]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": locales.gettext("Spread of the scores"), "anchor": "start"},
        "width": 420,
        "height": {"step": ROW_STEP},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": labels,
                "title": None,
                "axis": {"labelLimit": LABEL_WIDTH, "labelPadding": 8, "ticks": False, "domain": False},
            }
        },
        "layer": [_ranges(spreads), _medians(spreads), _points(reviews)],
        "config": {
            "font": FAMILY,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12},
        },
    }


def _ranges(spreads: Sequence[Spread]) -> dict[str, Any]:
    values = [
        {"label": locales.label(spread.criterion), "low": spread.minimum, "high": spread.maximum} for spread in spreads
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "size": 8, "strokeCap": "round", "color": RANGE_COLOUR},
        "encoding": {"x": _score_axis("low"), "x2": {"field": "high"}},
    }


def _medians(spreads: Sequence[Spread]) -> dict[str, Any]:
    values = [{"label": locales.label(spread.criterion), "median": spread.median} for spread in spreads]
    return {
        "data": {"values": values},
        "mark": {"type": "tick", "thickness": 3, "size": 22, "color": MEDIAN_COLOUR},
        "encoding": {"x": _score_axis("median")},
    }


def _points(reviews: Sequence[ReviewView]) -> dict[str, Any]:
    counted = Counter(
        (locales.label(criterion), score)
        for review in reviews
        if review.independent
        for criterion, score in review.scores.items()
    )
    values = [{"label": label, "score": score, "reviews": count} for (label, score), count in counted.items()]
    return {
        "data": {"values": values},
        "mark": {"type": "circle", "opacity": 1, "color": POINT_COLOUR},
        "encoding": {
            "x": _score_axis("score"),
            "size": {
                "field": "reviews",
                "type": "quantitative",
                "scale": {"domain": [0, 10], "range": [0, 600]},
                "legend": None,
            },
            "tooltip": [
                {"field": "label", "type": "nominal", "title": locales.gettext("Criterion")},
                {"field": "score", "type": "quantitative", "title": locales.gettext("Score given")},
                {"field": "reviews", "type": "quantitative", "title": locales.gettext("Reviews")},
            ],
        },
    }


def _score_axis(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "title": locales.gettext("Score given"),
        "scale": {"domain": [1, 5], "zero": False},
        "axis": {"values": [1, 2, 3, 4, 5], "format": "d", "grid": True},
    }
