import json

import vl_convert

from fund_service import locales
from fund_service.fonts import use_in_charts
from fund_service.market.charts import amount, demand_chart
from models.person import PreferredLanguage


def test_the_chart_shows_the_rows_in_their_order(view):
    chart = view.chart
    labels = [value["label"] for value in chart["data"]["values"]]
    assert labels == [locales.pick(row.label_ko, row.label_en) for row in view.rows]
    assert chart["encoding"]["y"]["sort"] == labels
    assert all(value["verified"] <= value["stated"] for value in chart["data"]["values"])


def test_rows_with_the_same_label_keep_a_bar_each(view):
    rows = [row.model_copy(update={"label_ko": "전지", "label_en": "battery"}) for row in view.rows]
    chart = demand_chart(rows, title="")
    assert chart is not None
    assert len({value["label"] for value in chart["data"]["values"]}) == len(rows)


def test_of_nothing_there_is_no_chart():
    assert demand_chart([], title="") is None


def test_the_chart_computes_no_expressions(view):
    assert not {"expr", "transform", "signal"} & set(json.dumps(view.chart).replace('"', " ").split())


def test_the_chart_can_be_drawn(view):
    use_in_charts()
    assert "<svg" in vl_convert.vegalite_to_svg(view.chart, vl_version="6.4")


def test_amounts_are_said_exactly_in_the_unit_of_the_language(language):
    assert amount(1_234 * 10**9) == ("12,340억원" if language is PreferredLanguage.KOREAN else "KRW 1,234 billion")
