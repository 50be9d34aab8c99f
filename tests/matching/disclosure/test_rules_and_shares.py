import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.disclosure.apportionment import apportion
from matching.disclosure.rounding import STEP_KRW, band_of, round_together
from matching.disclosure.rules import is_safe
from matching.disclosure.table import additive_table


@pytest.mark.parametrize(
    ("amounts", "safe"),
    [
        ([], True),
        ([0, 0, 0, 0, 0], True),
        ([10, 10, 10, 10], False),  # four groups
        ([10, 10, 10, 10, 0], False),  # a fifth without money
        ([10, 10, 10, 10, 10], True),
        ([100, 50, 5, 5, 4], False),  # the second largest knows the largest to within 14 %
        ([100, 30, 5, 5, 12], False),  # the two largest have 86 %
        ([300, 1, 33, 33, 33], False),  # the largest has 75 %
        ([299, 1, 33, 33, 34], True),
        ([80, 90, 10, 10, 10], False),  # the two largest have 85 %
        ([79, 90, 10, 10, 10], True),
    ],
)
def test_each_primary_rule_holds_by_itself(amounts, safe):
    assert is_safe(amounts) is safe


def test_fewer_groups_may_be_asked_for():
    assert is_safe([10, 10, 10], min_groups=3)
    assert not is_safe([10, 10], min_groups=3)


@given(st.integers(0, 10**13), st.sets(st.text("abc", min_size=1), min_size=1))
def test_shares_add_up_to_the_won_and_differ_by_one_at_most(amount, names):
    shares = apportion(amount, names)
    assert sum(shares.values()) == amount
    assert max(shares.values()) - min(shares.values()) <= 1
    assert shares == apportion(amount, sorted(names, reverse=True))


@pytest.mark.parametrize(
    ("groups", "band"),
    [(0, None), (4, None), (5, "5-9"), (9, "5-9"), (10, "10-19"), (49, "20-49"), (50, "50-99"), (100, "100+")],
)  # fmt: skip
def test_counts_are_told_as_bands(groups, band):
    assert band_of(groups) == band


@given(st.lists(st.lists(st.integers(0, 10**11), min_size=3, max_size=3), min_size=2, max_size=4))
def test_rounded_tables_add_up_and_stay_within_reach(rows):
    amounts = {(i, j): krw for i, row in enumerate(rows) for j, krw in enumerate(row)}
    amounts |= {(i, "*"): sum(row) for i, row in enumerate(rows)}
    amounts |= {("*", j): sum(row[j] for row in rows) for j in range(3)} | {("*", "*"): sum(map(sum, rows))}
    sums = [((i, "*"), [(i, j) for j in range(3)]) for i in [*range(len(rows)), "*"]]
    sums += [(("*", j), [(i, j) for i in range(len(rows))]) for j in [0, 1, 2, "*"]]
    rounded = round_together(amounts, sums, least={}, fixed={})
    assert all(rounded[total] == sum(rounded[part] for part in parts) for total, parts in sums)
    assert all(krw % STEP_KRW == 0 and abs(krw - amounts[key]) < STEP_KRW for key, krw in rounded.items())


def test_without_sums_each_amount_is_rounded_to_the_nearest_step():
    amounts = {"a": 1_499_999_999, "b": 1_500_000_000, "c": 0, "d": 9 * STEP_KRW}
    rounded = round_together(amounts, [], least={"c": 2 * STEP_KRW}, fixed={"a": 7 * STEP_KRW})
    assert rounded == {"a": 7 * STEP_KRW, "b": 2 * STEP_KRW, "c": 2 * STEP_KRW, "d": 9 * STEP_KRW}


def test_what_was_said_is_said_again_though_a_sum_breaks():
    amounts = {"a": STEP_KRW, "b": STEP_KRW, "*": 2 * STEP_KRW}
    sums = [("*", ["a", "b"])]
    assert round_together(amounts, sums, least={}, fixed={"*": 3 * STEP_KRW})["*"] == 3 * STEP_KRW
    fixed = {"a": STEP_KRW, "b": STEP_KRW, "*": 3 * STEP_KRW}
    assert round_together(amounts, sums, least={}, fixed=fixed) == fixed


def test_no_amount_is_rounded_below_its_least():
    rounded = round_together({"a": 600_000_000, "*": 600_000_000}, [("*", ["a"])], least={"a": 3 * STEP_KRW}, fixed={})
    assert rounded == {"a": 3 * STEP_KRW, "*": 3 * STEP_KRW}


def test_parts_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up"):
        additive_table([("a", "g", 1), ("*", "g", 2)], [("*", ["a"])], keys=["a", "*"])


def test_the_p_rule_holds_without_the_one_that_implies_it(monkeypatch):
    """Two largest below 85 % leave more than 15 % of the largest to the others; the rule stays for other settings."""
    monkeypatch.setattr("matching.disclosure.rules.TOP_TWO_PERCENT", 100)
    assert not is_safe([100, 50, 5, 5, 4])
    assert is_safe([100, 50, 5, 5, 5])
