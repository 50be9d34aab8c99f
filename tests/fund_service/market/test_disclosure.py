from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.market.disclosure import MIN_GROUPS, ROUNDED_TO_KRW, disclose, share_percent
from fund_service.market.figures import Contribution, figures_of

AS_OF = date(2026, 11, 22)


def signal(number: int, group: int, *, stated: int = 10**10, speaks: bool = True) -> Contribution:
    return Contribution(
        signal=UUID(int=number),
        group=UUID(int=group),
        received_on=date(2026, 6, 1),
        speaks=speaks,
        repeats=False,
        stated_krw=stated,
        verified_krw=stated // 2,
        answered_by=frozenset(),
    )


def cell(first: int, groups: range, **said) -> list[Contribution]:
    return [signal(first + place, group, **said) for place, group in enumerate(groups)]


def test_five_groups_are_shown_and_four_are_not():
    shown = disclose({"five": cell(0, range(5)), "four": cell(10, range(4))}, as_of=AS_OF)
    assert list(shown.rows) == ["five"]
    assert shown.folded is None
    assert not shown.complete


def test_many_signals_of_one_group_stay_hidden():
    shown = disclose({"flood": [signal(number, 1) for number in range(500)]}, as_of=AS_OF)
    assert shown.rows == {}
    assert not shown.complete


def test_small_rows_are_folded_where_together_they_have_five_groups():
    shown = disclose({"a": cell(0, range(3)), "b": cell(10, range(3, 6)), "c": cell(20, range(5))}, as_of=AS_OF)
    assert list(shown.rows) == ["c"]
    assert shown.folded_rows == 2
    assert shown.folded is not None
    assert (shown.folded.groups, shown.folded.signals) == (6, 6)
    assert shown.complete


def test_small_rows_of_the_same_four_groups_are_left_out():
    shown = disclose({"a": cell(0, range(4)), "b": cell(10, range(4))}, as_of=AS_OF)
    assert shown.folded is None
    assert shown.folded_rows == 0
    assert not shown.complete


def test_one_small_row_is_never_shown_as_the_folded_one():
    shown = disclose({"a": cell(0, range(4)), "b": cell(10, range(5, 10))}, as_of=AS_OF)
    assert shown.folded is None
    assert not shown.complete


def test_a_signal_in_two_folded_rows_counts_once():
    both = signal(99, 7)
    shown = disclose({"a": [*cell(0, range(3)), both], "b": [*cell(10, range(3, 6)), both]}, as_of=AS_OF)
    assert shown.folded is not None
    assert shown.folded.signals == 7
    assert shown.folded.stated_krw == 7 * 10**10


def test_a_row_that_only_expired_signals_speak_of_is_nothing_to_hide():
    shown = disclose({"past": cell(0, range(5), speaks=False), "now": cell(10, range(5))}, as_of=AS_OF)
    assert list(shown.rows) == ["now"]
    assert shown.complete


def test_amounts_are_cut_down_never_up():
    shown = disclose({"a": cell(0, range(5), stated=1_399_999_999)}, as_of=AS_OF)
    assert shown.rows["a"].stated_krw == 6_000_000_000
    assert shown.rows["a"].verified_krw == 3_000_000_000


@pytest.mark.parametrize(("part", "whole", "percent"), [(0, 0, 0), (1, 60, 0), (2, 60, 5), (1, 3, 35), (60, 60, 100)])
def test_shares_are_told_in_steps(part, whole, percent):
    assert share_percent(part, whole) == percent


def numbered(number: int) -> Contribution:
    """Make a signal whose every fact follows from its number, so that it is the same in every row it lies in."""
    return signal(number, number % 8, stated=number * 7_919_000_017 % 10**11, speaks=number % 5 > 0)


cells = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.integers(0, 60).map(numbered), max_size=10, unique=True), max_size=6
)


@given(cells)
def test_nothing_shown_has_fewer_than_five_groups(cells):
    shown = disclose(cells, as_of=AS_OF)
    for figures in [*shown.rows.values(), *([shown.folded] if shown.folded else [])]:
        assert figures.groups >= MIN_GROUPS
        assert figures.stated_krw % ROUNDED_TO_KRW == figures.verified_krw % ROUNDED_TO_KRW == 0


@given(cells)
def test_with_a_total_no_hidden_row_is_the_difference(cells):
    """What a total leaves after the rows shown is nothing, or several rows of five groups or more."""
    shown = disclose(cells, as_of=AS_OF)
    exact = {code: figures_of(part, as_of=AS_OF) for code, part in cells.items()}
    hidden = [code for code, figures in exact.items() if figures.groups and code not in shown.rows]
    if shown.complete and hidden:
        assert len(hidden) == shown.folded_rows >= 2
        assert len({one.group for code in hidden for one in cells[code] if one.speaks}) >= MIN_GROUPS
    if not shown.complete:
        assert hidden
        assert shown.folded is None


@given(cells, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_signals_makes_no_difference(cells, random):
    shuffled = {code: random.sample(part, len(part)) for code, part in random.sample(sorted(cells.items()), len(cells))}
    assert disclose(shuffled, as_of=AS_OF) == disclose(cells, as_of=AS_OF)
