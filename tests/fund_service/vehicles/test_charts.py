import pytest
import vl_convert

from fund_service import locales
from fund_service.vehicles.charts import commitments_chart, shares_chart
from fund_service.vehicles.rule_views import ShareRow
from fund_service.vehicles.views import Commitments
from models.person import PreferredLanguage

BILLION = 10**9


def total(**parts):
    won = {"drawn_krw": 60, "committed_krw": 90, "in_vehicles_krw": 200, "available_krw": 650} | parts
    return Commitments(size_krw=sum(won.values()) * BILLION, **{name: krw * BILLION for name, krw in won.items()})


def rows(*before_after):
    return [
        ShareRow(name=str(n), before_krw=b, after_krw=a, before_bp=b, after_bp=a, floor_bp=f)
        for n, (b, a, f) in enumerate(before_after)
    ]


@pytest.mark.parametrize(("language", "unit"), [(PreferredLanguage.KOREAN, 10), (PreferredLanguage.ENGLISH, 1)])
def test_the_bar_shows_the_whole_fund_in_its_order(language, unit):
    with locales.speaking(language):
        chart = commitments_chart(total(), title="t")
    values = chart["data"]["values"]
    assert [value["amount"] for value in values] == [part * unit for part in (60, 90, 200, 650)]
    assert [value["part"] for value in values] == chart["encoding"]["color"]["scale"]["domain"]
    assert vl_convert.vegalite_to_svg(chart).startswith("<svg")


def test_a_fund_without_won_has_no_chart():
    parts = dict.fromkeys(("drawn_krw", "committed_krw", "in_vehicles_krw", "available_krw"), 0)
    assert commitments_chart(total(**parts), title="t") is None


@pytest.mark.parametrize("floor", [1_000, None])
def test_shares_are_drawn_before_and_after_with_the_floors_there_are(floor):
    chart = shares_chart(rows((0, 5_000, floor), (3_000, 5_000, None)), title="t")
    bars = chart["layer"][0]["data"]["values"]
    assert [value["share"] for value in bars] == [0, 50, 30, 50]
    assert len(chart["layer"]) == (1 if floor is None else 2)
    assert vl_convert.vegalite_to_svg(chart).startswith("<svg")


def test_a_portfolio_without_won_has_no_chart():
    assert shares_chart(rows((0, 0, 100)), title="t") is None
