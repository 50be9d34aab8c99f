"""The report against what was moved: look-through, days and moments, refusals."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fund_service.metrics.asked import report_asked
from fund_service.metrics.figures import PARTS, FigureKey
from fund_service.metrics.formulas import Absence
from fund_service.metrics.queries import performance
from fund_service.metrics.schemas import ConcentrationBy
from models.clock import SEOUL, business_date
from models.deal import InvestmentInstrument
from models.errors import RecordNotFound, ValueNotAllowed
from models.identity import new_id
from models.organisation import OwnershipGroup

K = FigureKey
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
START = date(2024, 1, 1)
EOK = 10**8


def ask(vehicle=None, *, as_of=None, known_at=None, compare_with=None, at=NOW):
    return report_asked(
        vehicle_id=vehicle and vehicle.id, as_of=as_of, known_at=known_at, compare_with=compare_with, at=at
    )


def report(fund, vehicle=None, **asked):
    return performance(fund.session, ask(vehicle, **asked), today=business_date(NOW))


def krw(view, *keys):
    return [view.figure(key).krw for key in keys]


@pytest.fixture
def golden(fund):
    """A mother fund with the published multiples: paid in 87.5, distributed 42.2, NAV 91.0."""
    mother, deal = fund.vehicle(), fund.deal()
    fund.fill(mother, 875 * EOK, on=START)
    fund.invest(mother, deal, 875 * EOK, on=START)
    fund.proceeds(mother, deal, cost=0, gain=422 * EOK, on=date(2026, 1, 1))
    fund.distribute(mother, 422 * EOK, on=date(2026, 1, 2))
    fund.value(mother, deal, 35 * EOK, on=date(2026, 1, 3))
    return fund


def test_the_golden_multiples(golden):
    view = report(golden)
    assert [view.figure(key).value for key in (K.DPI, K.RVPI, K.TVPI)] == ["0.48", "1.04", "1.52"]
    assert krw(view, K.PAID_IN, K.DISTRIBUTED, K.NAV) == [875 * EOK, 422 * EOK, 910 * EOK]


def test_every_figure_of_a_fund_where_nothing_moved_says_so(fund):
    view = report(fund)
    for figure in view.figures:
        if figure.unit == "won":
            assert figure.krw == 0
        else:
            assert (figure.value, figure.absence is None) == (None, False)
    assert view.figure(K.NET_XIRR).absence is Absence.NO_FLOWS
    assert view.chart is None
    assert view.concentration_chart is None


def test_contributors_capital(fund):
    mother = fund.vehicle()
    fund.size(mother, 1_000, on=START)
    fund.call(mother, 400, on=START + timedelta(10))
    fund.receive(mother, 300, on=START + timedelta(20))
    fund.distribute(mother, 120, recallable=50, on=START + timedelta(30))
    view = report(fund)
    committed, called, paid_in, distributed, recallable, unfunded = krw(
        view, K.COMMITTED, K.CALLED, K.PAID_IN, K.DISTRIBUTED, K.RECALLABLE, K.UNFUNDED
    )
    assert (committed, called, paid_in, distributed, recallable) == (1_000, 400, 300, 120, 50)
    assert unfunded == committed - called + recallable == 650
    assert view.figure(K.PIC).value == "30.00"
    assert krw(view, K.NAV, K.CASH) == [180, 180]


def test_what_was_recalled_is_not_recallable_any_more(fund):
    mother = fund.vehicle()
    fund.fill(mother, 100, on=START)
    fund.distribute(mother, 60, recallable=40, on=START)
    fund.call(mother, 30, on=START)
    fund.receive(mother, 30, on=START)
    assert krw(report(fund), K.CALLED, K.PAID_IN, K.RECALLABLE, K.UNFUNDED) == [130, 130, 10, 10]


def test_what_a_research_team_returns_unspent_was_never_invested(fund):
    mother, grant = fund.vehicle(), fund.deal(instrument=InvestmentInstrument.GRANT)
    fund.fill(mother, 1_000, on=START)
    fund.invest(mother, grant, 600, on=START)
    fund.unspent(mother, grant, 100, on=START + timedelta(400))
    view = report(fund)
    assert krw(view, K.INVESTED, K.REALISED, K.DEAL_COMMITMENTS, K.UNCOMMITTED) == [500, 0, 500, 500]
    assert krw(view, K.NAV, K.GRANTS_IN_NAV) == [1_000, 500]
    assert view.figure(K.MOIC).value == "1.00"


def test_money_in_child_vehicles_counts_once(fund):
    mother = fund.vehicle()
    sub, project = (fund.vehicle(parent) for parent in (mother, mother))
    below = fund.vehicle(sub)
    fund.fill(mother, 1_000, on=START)
    fund.fill(sub, 600, on=START, parent=mother)
    fund.fill(project, 100, on=START, parent=mother)
    fund.fill(below, 200, on=START, parent=sub)
    deal = fund.deal()
    fund.invest(below, deal, 150, on=START)
    fund.value(below, deal, 50, on=START)
    fund.spend(sub, 10, on=START)
    view = report(fund)
    assert krw(view, K.COMMITTED, K.PAID_IN, K.NAV) == [1_000, 1_000, 1_000 + 50 - 10]
    assert krw(view, K.CASH, K.COST, K.FAIR_VALUE_ADJUSTMENT, K.HOLDINGS) == [840, 150, 50, 700]
    assert krw(view, K.UNCOMMITTED, K.DEAL_COMMITMENTS, K.EXPENSES) == [850, 150, 10]
    assert krw(report(fund, sub), K.COMMITTED, K.NAV, K.HOLDINGS) == [600, 600 + 50 - 10, 200]
    navs = {row.id: row.nav_krw for row in view.by_vehicle}
    assert navs == {mother.id: 1_040, sub.id: 640, below.id: 250, project.id: 100}
    assert view.figure(K.NAV).krw == navs[mother.id]


def test_a_distribution_within_the_fund_changes_nothing_for_the_whole(fund):
    mother = fund.vehicle()
    sub = fund.vehicle(mother)
    fund.fill(mother, 1_000, on=START)
    fund.fill(sub, 600, on=START, parent=mother)
    before = report(fund)
    fund.distribute(sub, 200, on=START + timedelta(30), parent=mother)
    after = report(fund)
    assert krw(after, K.NAV, K.DISTRIBUTED, K.CASH) == krw(before, K.NAV, K.DISTRIBUTED, K.CASH) == [1_000, 0, 1_000]
    assert krw(report(fund, sub), K.DISTRIBUTED, K.NAV) == [200, 400]


def test_gross_return_is_of_deals_and_net_return_of_contributors(fund):
    mother, deal = fund.vehicle(), fund.deal()
    fund.fill(mother, 1_200, on=date(2023, 1, 1))
    fund.invest(mother, deal, 1_000, on=date(2023, 1, 1))
    fund.spend(mother, 200, on=date(2023, 1, 1))
    fund.proceeds(mother, deal, cost=1_000, gain=300, on=date(2024, 1, 1))
    fund.distribute(mother, 1_300, on=date(2024, 1, 1))
    view = report(fund)
    assert view.figure(K.GROSS_XIRR).value == "30.00"
    assert view.figure(K.NET_XIRR).value == "8.33"
    assert [view.figure(key).value for key in (K.MOIC, K.DPI, K.RVPI)] == ["1.30", "1.08", "0.00"]


def test_a_write_off_is_a_loss_and_no_flow(fund):
    mother, deal = fund.vehicle(), fund.deal()
    fund.fill(mother, 1_000, on=date(2023, 1, 1))
    fund.invest(mother, deal, 1_000, on=date(2023, 1, 1))
    fund.write_off(mother, deal, 400, on=date(2023, 7, 1))
    fund.royalty(mother, deal, 100, on=date(2024, 1, 1))
    fund.proceeds(mother, deal, cost=600, gain=-100, on=date(2024, 1, 1))
    view = report(fund)
    assert krw(view, K.REALISED, K.WRITTEN_OFF, K.COST, K.NAV) == [600, 400, 0, 600]
    assert view.figure(K.GROSS_XIRR).value == "-40.00"
    assert view.figure(K.MOIC).value == "0.60"


def test_a_rate_of_less_than_two_years_is_marked(fund):
    mother = fund.vehicle()
    fund.fill(mother, 1_000, on=date(2026, 1, 1))
    fund.distribute(mother, 100, on=date(2026, 6, 1))
    assert report(fund).figure(K.NET_XIRR).early
    fund.spend(mother, 10, on=date(2026, 6, 1))
    assert report(fund).figure(K.NET_XIRR).value.startswith("-")


def test_all_on_one_day_has_no_rate(fund):
    mother = fund.vehicle()
    fund.fill(mother, 1_000, on=START)
    assert report(fund, as_of=START).figure(K.NET_XIRR).absence is Absence.ONE_DAY


def test_a_report_of_a_past_day_knows_nothing_later(golden):
    then = report(golden, as_of=date(2026, 1, 1))
    assert krw(then, K.DISTRIBUTED, K.NAV, K.FAIR_VALUE_ADJUSTMENT) == [0, 875 * EOK + 422 * EOK, 0]
    assert (
        krw(report(golden, as_of=START - timedelta(1)), *(key for key in K if PARTS[key][0].name == "amount"))[0] == 0
    )


def test_a_correction_recorded_later_changes_a_past_report_only_when_asked(fund):
    mother, deal = fund.vehicle(), fund.deal()
    fund.fill(mother, 1_000, on=START)
    wrong = fund.value(mother, deal, 500, on=date(2025, 6, 30))
    day = date(2025, 6, 30)
    later = datetime(2025, 9, 1, 9, tzinfo=SEOUL)
    fund.reverse(wrong, on=day, recorded_at=later)
    fund.value(mother, deal, 50, on=day, recorded_at=later)
    then = report(fund, as_of=day)
    assert (then.figure(K.NAV).krw, then.later_entries, then.known_since) == (1_500, 2, False)
    corrected = report(fund, as_of=day, known_at="2025-09-01")
    assert (corrected.figure(K.NAV).krw, corrected.later_entries, corrected.known_since) == (1_050, 0, True)
    before = report(fund, as_of=day, known_at="2025-09-01T08:59:59+09:00")
    assert before.figure(K.NAV).krw == 1_500
    assert report(fund, as_of=day, known_at="2025-09-01T00:00:00Z").figure(K.NAV).krw == 1_050
    assert report(fund).figure(K.NAV).krw == 1_050


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 1, 2)])
def test_an_earlier_day_is_compared_as_known_at_the_same_moment(golden, day):
    view = report(golden, compare_with=day)
    alone = report(golden, as_of=day, known_at=view.known_at.isoformat())
    for figure, then in zip(view.figures, alone.figures, strict=True):
        assert figure.earlier.model_dump() == then.model_dump(include=set(figure.earlier.model_dump()))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"as_of": date(2026, 11, 23)}, "as_of"),
        ({"as_of": date(9999, 12, 31)}, "as_of"),
        ({"compare_with": date(2026, 11, 22)}, "compare_with"),
        ({"known_at": "2026-11-23"}, "known_at"),
        ({"known_at": "2026-11-22T12:00:01+09:00"}, "known_at"),
        ({"known_at": "2026-11-22T03:00:00"}, "known_at"),
        ({"known_at": "yesterday"}, "known_at"),
        ({"known_at": "9999-12-31"}, "known_at"),
    ],
)
def test_what_is_to_come_or_unclear_is_refused(asked, field):
    with pytest.raises(ValueNotAllowed) as refusal:
        ask(**asked)
    assert refusal.value.field == field


def test_today_is_seouls_and_a_past_day_ends_there():
    late = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert ask(at=late).as_of == date(2026, 11, 23)
    assert ask(at=late).known_at == late
    past = ask(as_of=date(2026, 11, 22), at=late)
    assert past.known_at == datetime(2026, 11, 22, 23, 59, 59, 999_999, SEOUL)
    assert ask(as_of=date(2026, 1, 1), known_at="2026-11-23", at=late).known_at == late


def test_an_unknown_vehicle_is_refused(fund):
    asked = ask().model_copy(update={"vehicle_id": new_id()})
    with pytest.raises(RecordNotFound):
        performance(fund.session, asked, today=business_date(NOW))


def test_concentration_by_company_and_group(fund):
    mother = fund.vehicle()
    fund.fill(mother, 1_000, on=START)
    group = fund.add(OwnershipGroup(name_ko="큰 집단"))
    one, other = fund.company("하나", group), fund.company("둘", group)
    for company, amount in ((one, 300), (one, 100), (other, 200), (fund.company("셋"), 200)):
        fund.commit(mother, fund.deal(company), amount, on=START)
    rows = report(fund).concentration
    first = rows[ConcentrationBy.COMPANY][0]
    assert (first.name_ko, first.deals, first.krw, first.share) == ("하나", 2, 400, "50.00")
    [largest, _] = rows[ConcentrationBy.GROUP]
    assert (largest.name_ko, largest.krw) == ("큰 집단", 600)
    assert (largest.share, largest.share_of_committed) == ("75.00", "60.00")
    [unstated] = rows[ConcentrationBy.MEGA_REGION]
    assert (unstated.id, unstated.krw) == ("none", 800)


def test_companies_of_one_name_are_not_one(fund):
    mother = fund.vehicle()
    fund.fill(mother, 1_000, on=START)
    for _ in range(2):
        fund.commit(mother, fund.deal(fund.company("같은 이름")), 100, on=START)
    assert [row.krw for row in report(fund).concentration[ConcentrationBy.COMPANY]] == [100, 100]


def test_what_counts_for_a_later_day_is_not_missing_from_a_past_report(fund):
    mother = fund.vehicle()
    fund.fill(mother, 1_000, on=START)
    fund.spend(mother, 10, on=START + timedelta(30))
    assert report(fund, as_of=START).later_entries == 0


def test_main_purpose_share_in_both_countings(fund):
    mother = fund.vehicle()
    fund.fill(mother, 1_000, on=START)
    fund.invest(mother, fund.deal(main_purpose=True), 300, on=START)
    fund.commit(mother, fund.deal(main_purpose=True), 150, on=START)
    fund.commit(mother, fund.deal(main_purpose=False), 150, on=START)
    view = report(fund)
    assert view.figure(K.MAIN_PURPOSE_SHARE).value == "75.00"
    assert view.figure(K.MAIN_PURPOSE_OF_COMMITTED).value == "30.00"


def test_vintage_is_the_year_of_the_first_closing(fund):
    mother = fund.vehicle(formed_on=date(2022, 12, 31))
    fund.vehicle(mother, formed_on=date(2023, 12, 31))
    fund.royalty(mother, fund.deal(), 10, on=date(2023, 5, 1))
    fund.fill(mother, 1_000, on=START)
    rows = report(fund).by_vehicle
    assert [(row.vintage, row.first_call_year) for row in rows] == [(2022, 2024), (2023, None)]


def test_a_deal_nobody_valued_is_counted_as_such(fund):
    mother, one, other = fund.vehicle(), fund.deal(), fund.deal()
    fund.fill(mother, 1_000, on=START)
    fund.invest(mother, one, 300, on=START)
    fund.invest(mother, other, 300, on=START)
    fund.value(mother, other, 30, on=START)
    view = report(fund)
    assert view.never_valued == 1
    assert {row.deal_id: (row.valued, row.moic.value) for row in view.deals} == {
        one.id: (False, "1.00"),
        other.id: (True, "1.10"),
    }
