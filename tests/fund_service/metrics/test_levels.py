"""Every figure of a fund of two levels, in won that all differ, so that none can stand for another."""

from datetime import UTC, date, datetime

import pytest

from fund_service.metrics.asked import report_asked
from fund_service.metrics.figures import FigureKey
from fund_service.metrics.formulas import rounded, xirr
from fund_service.metrics.leverage import LeverageKind, LeverageStage
from fund_service.metrics.queries import performance
from models.clock import business_date
from models.deal import InvestmentInstrument

K, L = FigureKey, LeverageKind
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
FIRST, BACK, OUT, TODAY = date(2024, 1, 1), date(2025, 1, 1), date(2025, 7, 1), date(2026, 11, 22)


@pytest.fixture
def mother(fund):
    return fund.vehicle(fiscal_contribution_krw=2_500, private_commitments_krw=70)


@pytest.fixture
def sub(fund, mother):
    """A sub-fund of the mother fund, with deals in both, money back, losses, fees and distributions."""
    sub = fund.vehicle(mother, formed_on=date(2023, 6, 1), fiscal_contribution_krw=11, private_commitments_krw=130)
    equity = fund.deal(private_krw=600, other_public_krw=80)
    grant = fund.deal(instrument=InvestmentInstrument.GRANT, main_purpose=False, additionality="")
    loan = fund.deal(instrument=InvestmentInstrument.LOAN, main_purpose=False, private_krw=90)
    fund.size(mother, 10_000, on=FIRST)
    fund.call(mother, 5_000, on=FIRST)
    fund.receive(mother, 4_000, on=FIRST)
    fund.promise(mother, sub, 3_000, on=FIRST)
    fund.call(sub, 2_000, on=FIRST)
    fund.receive(sub, 1_500, on=FIRST, parent=mother)
    fund.commit(sub, equity, 1_000, on=FIRST)
    fund.disburse(sub, equity, 800, on=FIRST)
    fund.commit(mother, grant, 500, on=FIRST)
    fund.disburse(mother, grant, 400, on=FIRST)
    fund.invest(mother, loan, 300, on=FIRST)
    fund.proceeds(sub, equity, cost=200, gain=60, on=BACK)
    fund.royalty(sub, equity, 40, on=BACK)
    fund.write_off(sub, equity, 100, on=BACK)
    fund.write_off(mother, grant, 50, on=BACK)
    fund.value(sub, equity, 90, on=BACK)
    fund.value(mother, grant, -30, on=BACK)
    fund.spend(mother, 20, on=BACK)
    fund.spend(sub, 5, on=BACK)
    fund.distribute(sub, 300, recallable=100, on=OUT, parent=mother)
    fund.distribute(mother, 700, recallable=150, on=OUT)
    return sub


def report(fund, vehicle=None):
    asked = report_asked(vehicle_id=vehicle and vehicle.id, as_of=None, known_at=None, compare_with=None, at=NOW)
    return performance(fund.session, asked, today=business_date(NOW))


WHOLE = {
    K.COMMITTED: 10_000, K.CALLED: 5_000, K.PAID_IN: 4_000, K.DISTRIBUTED: 700, K.RECALLABLE: 150, K.UNFUNDED: 5_150,
    K.UNCOMMITTED: 6_200 + 2_000, K.DEAL_COMMITMENTS: 1_800, K.UNDRAWN: 300, K.INVESTED: 1_500, K.REALISED: 300,
    K.CASH: 1_380 + 695, K.COST: 1_150, K.FAIR_VALUE_ADJUSTMENT: 60, K.NAV: 3_285, K.GRANTS_IN_NAV: 320,
    K.HOLDINGS: 1_500, K.WRITTEN_OFF: 150, K.EXPENSES: 25,
}  # fmt: skip
OF_SUB = {
    K.COMMITTED: 3_000, K.CALLED: 2_000, K.PAID_IN: 1_500, K.DISTRIBUTED: 300, K.RECALLABLE: 100, K.UNFUNDED: 1_100,
    K.UNCOMMITTED: 2_000, K.DEAL_COMMITMENTS: 1_000, K.UNDRAWN: 200, K.INVESTED: 800, K.REALISED: 300,
    K.CASH: 695, K.COST: 500, K.FAIR_VALUE_ADJUSTMENT: 90, K.NAV: 1_285, K.GRANTS_IN_NAV: 0,
    K.HOLDINGS: 0, K.WRITTEN_OFF: 100, K.EXPENSES: 5,
}  # fmt: skip
QUOTIENTS = {
    K.PIC: (4_000, 10_000, "40.00"), K.DPI: (700, 4_000, "0.18"), K.RVPI: (3_285, 4_000, "0.82"),
    K.TVPI: (3_985, 4_000, "1.00"), K.MOIC: (1_510, 1_500, "1.01"), K.MAIN_PURPOSE_SHARE: (1_000, 1_800, "55.56"),
    K.MAIN_PURPOSE_OF_COMMITTED: (800, 10_000, "8.00"),
}  # fmt: skip


def test_won_are_those_of_the_books_they_are_counted_in(fund, mother, sub):
    for view, expected in ((report(fund), WHOLE), (report(fund, mother), WHOLE), (report(fund, sub), OF_SUB)):
        assert {figure.key: figure.krw for figure in view.figures if figure.unit == "won"} == expected


def test_quotients_name_what_they_divide(fund, sub):
    view = report(fund)
    for key, told in QUOTIENTS.items():
        figure = view.figure(key)
        assert (figure.numerator_krw, figure.denominator_krw, figure.value) == told, key
    assert QUOTIENTS.keys() == {figure.key for figure in view.figures if figure.denominator_krw is not None}


def test_rates_are_of_the_flows_across_the_edge_of_the_fund(fund, sub):
    view = report(fund)
    flows = {
        K.GROSS_XIRR: [(FIRST, -1_500), (BACK, 300), (TODAY, 1_210)],
        K.NET_XIRR: [(FIRST, -4_000), (OUT, 700), (TODAY, 3_285)],
    }
    for key, moved in flows.items():
        assert view.figure(key).value == str(rounded(xirr(moved).value * 100, 2)), key
        assert not view.figure(key).early


def test_vehicles_stand_beside_one_another_by_their_own_books(fund, mother, sub):
    rows = report(fund).by_vehicle
    told = [(row.id, row.vintage, row.first_call_year, row.committed_krw, row.called_krw) for row in rows]
    assert told == [(sub.id, 2023, 2024, 3_000, 2_000), (mother.id, 2026, 2024, 10_000, 5_000)]
    assert [(row.paid_in_krw, row.distributed_krw, row.nav_krw) for row in rows] == [
        (1_500, 300, 1_285),
        (4_000, 700, 3_285),
    ]
    assert [(row.dpi.value, row.rvpi.value, row.tvpi.value) for row in rows] == [
        ("0.20", "0.86", "1.06"),
        ("0.18", "0.82", "1.00"),
    ]
    assert rows[1].net_xirr.value == report(fund).figure(K.NET_XIRR).value


def test_deals_are_told_by_their_own_lines(fund, sub):
    told = [
        (row.committed_krw, row.invested_krw, row.realised_krw, row.fair_value_krw, row.valued, row.moic.numerator_krw)
        for row in report(fund).deals
    ]
    assert told == [
        (1_000, 800, 300, 590, True, 890),
        (500, 400, 0, 320, True, 320),
        (300, 300, 0, 300, False, 300),
    ]
    assert (report(fund).never_valued, report(fund).without_additionality) == (1, 1)


def test_a_deal_is_not_there_before_its_first_line(fund, sub):
    asked = report_asked(vehicle_id=None, as_of=date(2023, 12, 31), known_at=None, compare_with=None, at=NOW)
    view = performance(fund.session, asked, today=business_date(NOW))
    assert (view.deals, view.deals_total, view.without_additionality) == ([], 0, 0)


LEVERAGE = {
    (L.FUND_RAISING, LeverageStage.SIGNED): (10_000 + 70 + 130, 2_500),
    (L.FUND_RAISING, LeverageStage.REALISED): (None, 2_500),
    (L.FINANCING, LeverageStage.SIGNED): (1_000 + 300, 2_500),
    (L.FINANCING, LeverageStage.REALISED): (800 + 300, 2_500),
    (L.INVESTMENT, LeverageStage.SIGNED): (1_800 + 600 + 80 + 90, 2_500),
    (L.INVESTMENT, LeverageStage.REALISED): (1_500 + 480 + 64 + 90, 2_500),
    (L.PROGRAMME, LeverageStage.SIGNED): (1_800 + 600 + 80 + 90, 1_800),
    (L.PROGRAMME, LeverageStage.REALISED): (1_500 + 480 + 64 + 90, 1_500),
    (L.PRIVATE_ONLY, LeverageStage.SIGNED): (600 + 90, 1_800),
    (L.PRIVATE_ONLY, LeverageStage.REALISED): (480 + 90, 1_500),
    (L.PRIVATE_ATTRIBUTED, LeverageStage.SIGNED): (600 * 1_000 // 1_080 + 90, 1_800),
    (L.PRIVATE_ATTRIBUTED, LeverageStage.REALISED): (480 * 800 // 864 + 90, 1_500),
}


def test_leverage_reads_the_books_and_the_facts_of_the_whole_fund(fund, sub):
    told = {
        (figure.kind, figure.stage): (figure.numerator_krw, figure.denominator_krw) for figure in report(fund).leverage
    }
    assert told == LEVERAGE
