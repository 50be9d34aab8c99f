"""The formulas against published cases, and what must hold of them whatever the figures."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from fund_service.metrics.formulas import Absence, brackets, is_early, ratio, rounded, tvpi, xirr

START = date(2024, 1, 1)
WON = st.integers(0, 10**13)


def on(year: int, month: int, day: int, krw: int) -> tuple[date, int]:
    return date(year, month, day), krw


EXCEL = [
    # Microsoft's help on XIRR: result 0.373362535
    (
        [
            on(2008, 1, 1, -10_000), on(2008, 3, 1, 2_750), on(2008, 10, 30, 4_250), on(2009, 2, 15, 3_250),
            on(2009, 4, 1, 2_750),
        ],
        0.373362535,
    ),
    # One flow back after a year of 365 days, and after one of 366.
    ([on(2023, 1, 1, -1_000), on(2024, 1, 1, 1_100)], 0.1),
    ([on(2024, 1, 1, -1_000), on(2025, 1, 1, 1_100)], 1.1 ** (365 / 366) - 1),
    # All of it back and nothing more.
    ([on(2024, 1, 1, -1_000), on(2026, 1, 1, 1_000)], 0.0),
    # A loss.
    ([on(2024, 1, 1, -1_000), on(2025, 12, 31, 250)], -0.5),
]  # fmt: skip


@pytest.mark.parametrize(("flows", "expected"), EXCEL)
def test_the_yearly_rate_is_that_of_excel(flows, expected):
    assert xirr(flows).value == pytest.approx(expected, abs=1e-8)


def test_a_year_has_365_days_not_a_quarter_more():
    flows = [on(2024, 1, 1, -1_000), on(2034, 1, 1, 2_000)]
    days = (flows[1][0] - flows[0][0]).days
    assert xirr(flows).value == pytest.approx(2 ** (365 / days) - 1, abs=1e-12)
    assert xirr(flows).value != pytest.approx(2 ** (365.25 / days) - 1, abs=1e-7)


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ([], Absence.NO_FLOWS),
        ([(START, 0), (START + timedelta(1), 0)], Absence.NO_FLOWS),
        ([(START, -5), (START + timedelta(9), -7)], Absence.ONE_SIGN),
        ([(START, 5), (START + timedelta(9), 7)], Absence.ONE_SIGN),
        ([(START, -5), (START, 7)], Absence.ONE_DAY),
        ([(START, -5), (START, 5)], Absence.ONE_DAY),
        ([(START, -5)], Absence.ONE_DAY),
        # -100, +230, -132 a year apart: 10 % and 20 % both solve it.
        ([on(2025, 1, 1, -100), on(2026, 1, 1, 230), on(2027, 1, 1, -132)], Absence.SEVERAL_RATES),
        # +1, -1, +1: none solves it.
        ([on(2025, 1, 1, 1), on(2026, 1, 1, -1), on(2027, 1, 1, 1)], Absence.OUT_OF_RANGE),
        ([(START, -1), (START + timedelta(1), 10**6)], Absence.OUT_OF_RANGE),
        ([(START, -(10**12)), (START + timedelta(10), 1)], Absence.OUT_OF_RANGE),
    ],
)
def test_a_rate_that_cannot_be_told_says_why_and_is_never_zero(flows, why):
    assert (xirr(flows).value, xirr(flows).absence) == (None, why)


def test_several_changes_of_sign_with_one_root_have_a_rate():
    flows = [on(2024, 1, 1, -100), on(2025, 1, 1, 50), on(2026, 1, 1, -20), on(2027, 1, 1, 200)]
    assert len(brackets(flows)) == 1
    assert xirr(flows).value is not None


def test_flows_on_which_the_librarys_search_is_lost_still_have_their_rate():
    flows = [
        on(2028, 3, 13, -74_358_971_332), on(2034, 1, 8, -75_022_040_589), on(2034, 3, 3, 4_267_043_066),
        on(2035, 11, 16, 5_921_529_516),
    ]  # fmt: skip
    rate = xirr(flows).value
    assert rate is not None
    assert abs(present_value(flows, rate)) < 1e-6 * 10**11


@pytest.mark.parametrize("lost", [None, -3.0, 25.0])
def test_a_rate_beside_the_root_is_not_taken_from_the_library(monkeypatch, lost):
    monkeypatch.setattr(pyxirr, "xirr", lambda *_: lost)
    assert xirr([on(2023, 1, 1, -1_000), on(2024, 1, 1, 1_100)]).value == pytest.approx(0.1, abs=1e-9)


def present_value(flows, rate):
    first = min(day for day, _ in flows)
    return sum(krw * (1 + rate) ** (-(day - first).days / 365) for day, krw in flows)


flows = st.lists(st.tuples(st.integers(0, 4_000).map(lambda n: START + timedelta(n)), st.integers(-(10**12), 10**12)))


@given(flows)
def test_a_rate_solves_its_equation_and_only_one_does(flows):
    rate = xirr(flows).value
    assume(rate is not None)
    low, high = (present_value(flows, rate + (1 + rate) * step) for step in (-1e-6, 1e-6))
    assert low * high <= 0
    assert len(brackets(flows)) == 1


@given(flows, st.integers(2, 1_000))
def test_a_rate_does_not_depend_on_the_scale_of_money(flows, factor):
    assume(sum(abs(krw) for _, krw in flows) * factor < 2**53)
    one, other = xirr(flows), xirr([(day, krw * factor) for day, krw in flows])
    assert one.absence == other.absence
    if one.value is not None:
        assert other.value == pytest.approx(one.value, rel=1e-6, abs=1e-9)


@given(WON, WON, st.integers(1, 10**13))
def test_dpi_and_rvpi_are_tvpi_exactly(distributed, nav, paid_in):
    assert ratio(distributed, paid_in) + ratio(nav, paid_in) == tvpi(distributed, nav, paid_in=paid_in)


@given(WON, WON, st.integers(1, 10**13), st.integers(1, 10**6))
def test_multiples_do_not_depend_on_the_scale_of_money(distributed, nav, paid_in, factor):
    scaled = tvpi(distributed * factor, nav * factor, paid_in=paid_in * factor)
    assert scaled == tvpi(distributed, nav, paid_in=paid_in)


def test_the_golden_multiples():
    paid_in, distributed, nav = 87_500_000_000, 42_200_000_000, 91_000_000_000
    told = [ratio(distributed, paid_in), ratio(nav, paid_in), tvpi(distributed, nav, paid_in=paid_in)]
    assert [rounded(exact, 2) for exact in told] == [Decimal("0.48"), Decimal("1.04"), Decimal("1.52")]


def test_nothing_is_divided_by_nothing():
    assert ratio(5, 0) is None
    assert tvpi(1, 2, paid_in=0) is None


@pytest.mark.parametrize(
    ("exact", "told"),
    [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.124999", "0.12"), ("2.675", "2.68"), ("0", "0.00"), ("7", "7.00")],
)
def test_halves_are_rounded_away_from_zero(exact, told):
    assert str(rounded(Fraction(exact), 2)) == told


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_off_by_half_a_unit_at_most(exact, places):
    assert abs(Fraction(rounded(exact, places)) - exact) <= Fraction(1, 2 * 10**places)


def test_a_rate_is_early_for_two_years():
    flows = [(START, 0), (START + timedelta(5), -100)]
    assert is_early(flows, as_of=START + timedelta(5 + 729))
    assert not is_early(flows, as_of=START + timedelta(5 + 730))
    assert not is_early([], as_of=START)
