import json

import pytest
import vl_convert

from fund_service import locales
from fund_service.fonts import use_in_charts
from fund_service.market.charts import amount, demand_chart, heat_map
from fund_service.market.schemas import DemandRow
from models.person import PreferredLanguage

FIELDS = {"01": ("반도체", "Semiconductors"), "02": ("이차전지", "Batteries")}
REGIONS = {"capital": ("수도권", "Capital area"), "nationwide": ("전국", "Whole country")}


@pytest.fixture
def cells():
    return [
        DemandRow(
            code=f"{field}-{region}", label_ko="", label_en="", field_code=field, region_code=region,
            groups=None if (field, region) == ("02", "capital") else "5-9",
            stated_krw=None if (field, region) == ("02", "capital") else 10**10,
        )
        for field in FIELDS
        for region in REGIONS
    ]  # fmt: skip


def test_the_chart_shows_the_published_rows_in_their_order(view):
    chart = view.chart
    labels = [value["label"] for value in chart["data"]["values"]]
    assert labels == [locales.pick(row.label_ko, row.label_en) for row in view.rows[:2]]
    assert chart["encoding"]["y"]["sort"] == labels
    assert [value["verified"] is None for value in chart["data"]["values"]] == [False, True]


def test_rows_with_the_same_label_keep_a_bar_each(view):
    rows = [row.model_copy(update={"label_ko": "전지", "label_en": "battery"}) for row in view.rows]
    chart = demand_chart(rows, title="")
    assert chart is not None
    assert len({value["label"] for value in chart["data"]["values"]}) == 2


def test_of_nothing_there_is_no_chart():
    assert demand_chart([], title="") is None
    assert heat_map([], FIELDS, REGIONS, title="") is None


def test_a_withheld_cell_is_grey_and_carries_no_amount(language, cells):
    grey, shaded = heat_map(cells, FIELDS, REGIONS, title="cells")["layer"]
    assert len(grey["data"]["values"]) == 4
    assert len(shaded["data"]["values"]) == 3
    assert [value["stated"] for value in grey["data"]["values"]].count(None) == 1


@pytest.mark.parametrize("kind", ["bars", "cells"])
def test_the_charts_compute_no_expressions_and_can_be_drawn(view, cells, kind):
    chart = view.chart if kind == "bars" else heat_map(cells, FIELDS, REGIONS, title="cells")
    assert not {"expr", "transform", "signal"} & set(json.dumps(chart).replace('"', " ").split())
    use_in_charts()
    assert "<svg" in vl_convert.vegalite_to_svg(chart, vl_version="6.4")


def test_amounts_are_said_exactly_in_the_unit_of_the_language(language):
    assert amount(1_234 * 10**9) == ("12,340억원" if language is PreferredLanguage.KOREAN else "KRW 1,234 billion")


def test_a_map_of_which_nothing_is_published_has_numbers_in_its_legend(cells):
    for cell in cells:
        cell.stated_krw = None
    _, shaded = heat_map(cells, FIELDS, REGIONS, title="cells")["layer"]
    assert shaded["encoding"]["color"]["scale"]["domain"] == [0, 1]
