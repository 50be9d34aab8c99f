"""The charts: what they draw, that they can be drawn, and that nothing in them is computed by an expression."""

import json
from datetime import date, timedelta

import pytest
import vl_convert

from fund_service.fonts import use_in_charts
from fund_service.metrics.asked import report_asked
from fund_service.metrics.charts import days_drawn
from fund_service.metrics.queries import performance
from models.clock import business_date, utc_now

START = date(2024, 1, 15)
EOK = 10**8


@pytest.fixture
def view(fund):
    """A report of a fund with calls, an investment, a gain and a distribution."""
    mother = fund.vehicle()
    fund.fill(mother, 900 * EOK, on=START)
    deal = fund.deal()
    fund.invest(mother, deal, 500 * EOK, on=START + timedelta(60))
    fund.commit(mother, fund.deal(), 100 * EOK, on=START + timedelta(60))
    fund.value(mother, deal, 50 * EOK, on=START + timedelta(300))
    fund.distribute(mother, 200 * EOK, on=START + timedelta(400))
    asked = report_asked(vehicle_id=None, as_of=date(2025, 12, 31), known_at=None, compare_with=None, at=utc_now())
    return performance(fund.session, asked, today=business_date(utc_now()))


def test_the_curve_ends_at_the_figures_of_the_report(view):
    net, lines = (layer["data"]["values"] for layer in view.chart["layer"])
    assert net[-1]["day"] == lines[-1]["day"] == "2025-12-31"
    assert [point["amount"] for point in lines[-3:]] == [900, 200, 750]
    assert net[-1]["amount"] == -700


def test_the_curve_starts_where_money_first_moved(view):
    assert view.chart["layer"][1]["data"]["values"][0]["day"] == START.isoformat()


def test_the_charts_can_be_drawn(view):
    use_in_charts()
    for chart in (view.chart, view.concentration_chart):
        assert "<svg" in vl_convert.vegalite_to_svg(chart, vl_version="6.4")
        assert not {"expr", "transform", "signal"} & set(json.dumps(chart).replace('"', " ").split())


def test_companies_of_one_name_keep_a_bar_each(view):
    labels = [value["label"] for value in view.concentration_chart["data"]["values"]]
    assert labels == ["가나소재", "가나소재 (2)"]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 1, 5), date(2026, 1, 5), ["2026-01-05"]),
        (date(2026, 1, 5), date(2026, 1, 20), ["2026-01-05", "2026-01-20"]),
        (date(2025, 11, 5), date(2026, 1, 20), ["2025-11-05", "2025-11-30", "2025-12-31", "2026-01-20"]),
        (date(2025, 11, 30), date(2026, 1, 31), ["2025-11-30", "2025-12-31", "2026-01-31"]),
    ],
)
def test_the_ends_of_months_are_drawn(first, last, days):
    assert [day.isoformat() for day in days_drawn(first, last)] == days


def test_a_long_life_is_drawn_by_quarter():
    days = days_drawn(date(2016, 1, 5), date(2026, 1, 20))
    assert len(days) < 45
    assert days == sorted(set(days))
