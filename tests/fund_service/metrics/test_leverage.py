"""Leverage: four definitions that must not be mixed up, each company's stated money once."""

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.metrics.formulas import Absence
from fund_service.metrics.leverage import (
    Contributions,
    LeverageKind,
    LeverageStage,
    Position,
    by_company,
    leverage,
    repeated_krw,
)

K, SIGNED, REALISED = LeverageKind, LeverageStage.SIGNED, LeverageStage.REALISED


def position(number: int, company: int, fund: int, **facts) -> Position:
    given = {"repayable": True, "invested_krw": fund, "private_krw": 0, "other_public_krw": 0, **facts}
    return Position(deal_id=UUID(int=number), company_id=UUID(int=company), committed_krw=fund, **given)


def top(**facts) -> Contributions:
    nothing = {"committed_krw": 0, "paid_in_krw": 0, "fiscal_krw": 0, "private_commitments_krw": 0}
    return Contributions(**{**nothing, **facts})


def told(top, positions, stage=SIGNED) -> dict[LeverageKind, Fraction | None]:
    return {figure.kind: figure.value for figure in leverage(top, positions, stage=stage)}


def test_the_fund_raising_multiple_of_the_published_example():
    fund = top(committed_krw=2_500, private_commitments_krw=30_000, fiscal_krw=2_500)
    assert told(fund, [])[K.FUND_RAISING] == 13


def test_the_programme_multiple_of_the_published_example_counts_its_own_money():
    deal = position(1, 1, 190, private_krw=430, other_public_krw=54)
    figures = told(top(), [deal])
    assert round(float(figures[K.PROGRAMME]), 2) == 3.55
    assert round(float(figures[K.PRIVATE_ONLY]), 2) == 2.26
    assert figures[K.PRIVATE_ATTRIBUTED] == Fraction(430 * 190 // 244, 190)


def test_grants_are_no_financing_that_comes_back():
    deals = [position(1, 1, 100), position(2, 2, 300, repayable=False)]
    figures = told(top(fiscal_krw=50), deals)
    assert (figures[K.FINANCING], figures[K.INVESTMENT]) == (2, 8)


def test_money_stated_by_several_deals_of_a_company_counts_once_at_the_largest():
    deals = [position(1, 7, 100, private_krw=400), position(2, 7, 100, private_krw=300, other_public_krw=50)]
    assert told(top(), deals)[K.PRIVATE_ONLY] == 2
    assert repeated_krw(deals, SIGNED) == 300
    both = [position(number, 7, 100, other_public_krw=krw) for number, krw in ((1, 50), (2, 40))]
    assert (told(top(), both)[K.PROGRAMME], repeated_krw(both, SIGNED)) == (Fraction(250, 200), 40)
    assert told(top(), [deals[0], position(2, 8, 100, private_krw=300)])[K.PRIVATE_ONLY] == Fraction(7, 2)


def test_realised_counts_what_was_paid_and_stated_money_in_step():
    deal = position(1, 1, 1_000, invested_krw=250, private_krw=3_000, other_public_krw=401)
    [company] = by_company([deal], REALISED).values()
    assert (company.fund_krw, company.private_krw, company.public_krw) == (250, 750, 100)


def test_a_deal_that_was_released_brings_no_private_money():
    assert told(top(), [position(1, 1, 0, private_krw=500), position(2, 2, 10)])[K.PRIVATE_ONLY] == 0


@pytest.mark.parametrize("private", [0, 100])
def test_what_private_investors_paid_into_vehicles_is_not_recorded(private):
    fund = top(committed_krw=500, paid_in_krw=200, fiscal_krw=100, private_commitments_krw=private)
    figure = leverage(fund, [], stage=REALISED)[0]
    assert (figure.value, figure.absence) == ((None, Absence.NOT_RECORDED) if private else (2, None))


def test_without_a_denominator_there_is_a_reason_and_no_zero():
    for figure in leverage(top(), [], stage=SIGNED):
        assert (figure.value, figure.absence) == (None, Absence.NOTHING_TO_DIVIDE_BY)


WON = st.integers(0, 10**12)
positions = st.lists(
    st.builds(
        lambda number, company, fund, share, private, public, repayable: position(
            number, company, fund, invested_krw=fund * share // 100, private_krw=private, other_public_krw=public,
            repayable=repayable,
        ),
        st.integers(0, 99), st.integers(0, 4), WON, st.integers(0, 100), WON, WON, st.booleans(),
    ),
    max_size=10,
)  # fmt: skip


@given(positions, st.integers(1, 10**12), st.sampled_from(LeverageStage))
def test_definitions_keep_their_order(positions, fiscal, stage):
    figures = told(top(fiscal_krw=fiscal), positions, stage)
    assert figures[K.FINANCING] <= figures[K.INVESTMENT]
    if figures[K.PROGRAMME] is not None:
        assert figures[K.PROGRAMME] >= 1 + figures[K.PRIVATE_ONLY]
        assert figures[K.PRIVATE_ATTRIBUTED] <= figures[K.PRIVATE_ONLY]
    assert repeated_krw(positions, stage) >= 0


@given(positions, st.integers(1, 10**12))
def test_realised_never_exceeds_signed(positions, fiscal):
    signed, realised = (
        {figure.kind: figure.numerator_krw for figure in leverage(top(fiscal_krw=fiscal), positions, stage=stage)}
        for stage in (SIGNED, REALISED)
    )
    assert all(realised[kind] <= signed[kind] for kind in (K.FINANCING, K.INVESTMENT, K.PROGRAMME, K.PRIVATE_ONLY))
