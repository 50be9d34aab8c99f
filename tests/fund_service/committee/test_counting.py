from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fund_service.committee.counting import MIN_VOTERS, Tally, voters_needed

COUNTS = st.integers(0, 60)
SHARES = st.integers(1, 10_000)


@given(COUNTS, COUNTS, COUNTS, COUNTS, SHARES)
def test_quorum_and_majority_are_what_exact_fractions_say(votes_for, against, abstained, silent, share_bp):
    voted = votes_for + against + abstained
    eligible = voted + silent
    tally = Tally(eligible=eligible, votes_for=votes_for, votes_against=against, abstentions=abstained)
    asked = Fraction(share_bp, 10_000)
    assert tally.has_quorum(share_bp) == (voted >= MIN_VOTERS and Fraction(voted, max(eligible, 1)) >= asked)
    decisive = votes_for + against
    assert tally.carries(share_bp) == (decisive > 0 and Fraction(votes_for, max(decisive, 1)) >= asked)


@given(st.integers(2, 200), SHARES)
def test_the_voters_needed_are_the_fewest_that_make_the_quorum(eligible, quorum_bp):
    needed = voters_needed(eligible, quorum_bp=quorum_bp)
    assert 2 <= needed <= eligible
    for voted in range(eligible + 1):
        tally = Tally(eligible=eligible, votes_for=voted, votes_against=0, abstentions=0)
        assert tally.has_quorum(quorum_bp) == (voted >= needed)


def test_nothing_is_approved_by_abstaining_alone_nor_by_nobody():
    assert not Tally(eligible=3, votes_for=0, votes_against=0, abstentions=3).carries(1)
    assert not Tally(eligible=0, votes_for=0, votes_against=0, abstentions=0).has_quorum(1)


def test_nobody_is_a_quorum_alone_however_few_are_eligible():
    assert not Tally(eligible=1, votes_for=1, votes_against=0, abstentions=0).has_quorum(1)
    assert Tally(eligible=2, votes_for=2, votes_against=0, abstentions=0).has_quorum(10_000)


def test_two_thirds_is_reached_at_two_of_three_with_6666_but_not_with_6667():
    tally = Tally(eligible=3, votes_for=2, votes_against=1, abstentions=0)
    assert tally.carries(6_666)
    assert not tally.carries(6_667)
