"""The charts of a target over time: what the service counted, what was reported, and the straight line to the date."""

from collections.abc import Sequence
from typing import Any

from fund_service import locales
from fund_service.fonts import FAMILY
from fund_service.market.charts import unit_krw, unit_name
from fund_service.plan.progress_schemas import LineView, ReadingView, ReportView, TargetProgress
from models.plan_progress import PlanMeasure, ProgressUnit, ReportState

COUNTED_COLOURS = ("#0b50d0", "#4a7f1f")
REPORTED_COLOUR = "#8a240f"
COURSE_COLOUR = "#58616a"
"""Dark enough on white to be read; counted figures are circles on a line, reported ones diamonds, the course dashed, so
that grey and colour-blind readers tell them apart as well."""


def target_charts(
    target: TargetProgress, readings: Sequence[ReadingView], reports: Sequence[ReportView]
) -> list[dict[str, Any]]:
    """Draw one chart for each unit in which a target has figures."""
    charts = [
        _chart(
            target,
            unit,
            [reading for reading in readings if reading.unit is unit],
            [report for report in reports if report.unit is unit and report.state is ReportState.STANDING],
        )
        for unit in ProgressUnit
    ]
    return [chart for chart in charts if chart is not None]


def _chart(
    target: TargetProgress, unit: ProgressUnit, readings: Sequence[ReadingView], reports: Sequence[ReportView]
) -> dict[str, Any] | None:
    if not readings and not reports:
        return None
    counted = list(dict.fromkeys(locales.label(reading.measure) for reading in readings))
    reported, course = locales.label(PlanMeasure.REPORTED), locales.gettext("Straight line to the date")
    points = [
        {
            "day": reading.as_of.isoformat(),
            "figure": drawn(reading.value, unit),
            "series": locales.label(reading.measure),
        }
        for reading in readings
    ]
    diamonds = [
        {"day": report.as_of.isoformat(), "figure": drawn(report.value, unit), "series": reported} for report in reports
    ]
    ends = [end for line in target.lines if line.unit is unit for end in _ends(target, line, course)]
    names = [*counted, *([reported] if diamonds else []), *([course] if ends else [])]
    colours = [*COUNTED_COLOURS[: len(counted)], *([REPORTED_COLOUR] if diamonds else [])]
    shade = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": names, "range": [*colours, COURSE_COLOUR][: len(names)]},
        "legend": {"title": None, "orient": "top", "columns": 1, "labelLimit": 480, "symbolType": "circle"},
    }
    places = {
        "x": {"field": "day", "type": "temporal", "title": None, "axis": {"format": "%Y-%m-%d", "tickCount": 6}},
        "y": {
            "field": "figure",
            "type": "quantitative",
            "title": axis_title(unit),
            "scale": {"zero": True, "nice": True},
            "axis": {"tickCount": 5},
        },
        "color": shade,
    }
    told = [
        {"field": "day", "type": "temporal", "title": locales.gettext("As of"), "format": "%Y-%m-%d"},
        {"field": "series", "type": "nominal", "title": locales.gettext("Figure")},
        {"field": "figure", "type": "quantitative", "title": axis_title(unit)},
    ]
    layers = [
        ("line", ends, {"type": "line", "strokeDash": [6, 4], "strokeWidth": 1.5}),
        ("counted", points, {"type": "line", "point": {"shape": "circle", "size": 36}, "strokeWidth": 2}),
        ("reported", diamonds, {"type": "point", "shape": "diamond", "size": 110, "filled": True}),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": f"{locales.pick(target.name_ko, target.name_en)} ({axis_title(unit)})", "anchor": "start"},
        "width": 520,
        "height": 220,
        "layer": [
            {"data": {"values": values}, "mark": mark, "encoding": {**places, "tooltip": told}}
            for _, values, mark in layers
            if values
        ],
        "config": {
            "font": FAMILY,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12},
            "legend": {"labelFontSize": 12},
        },
    }


def _ends(target: TargetProgress, line: LineView, name: str) -> list[dict[str, Any]]:
    """Give both ends of the straight line of a target, of the figure that leads it alone."""
    if line is not target.lines[0] or line.course_from is None or line.course_from_value is None:
        return []
    if line.wanted is None or target.due_on is None:
        return []
    return [
        {"day": line.course_from.isoformat(), "figure": drawn(line.course_from_value, line.unit), "series": name},
        {"day": target.due_on.isoformat(), "figure": drawn(line.wanted, line.unit), "series": name},
    ]


def drawn(value: int, unit: ProgressUnit) -> float:
    """Give a figure as a chart's axis counts it: things, percent, or the large unit of won; only drawn, never kept."""
    if unit is ProgressUnit.WON:
        return value / unit_krw()
    return value / 100 if unit is ProgressUnit.SHARE else value


def axis_title(unit: ProgressUnit) -> str:
    """Name what an axis counts."""
    if unit is ProgressUnit.WON:
        return unit_name()
    return "%" if unit is ProgressUnit.SHARE else locales.label(unit)
