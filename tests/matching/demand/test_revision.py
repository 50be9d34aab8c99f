from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.demand.components import COMPONENTS
from matching.demand.priority import PriorityRanking, ThemePriority
from matching.demand.revision import RevisionPolicy, revise_order
from tests.matching.demand.priority_makers import any_evidence, make_evidence, make_ranking
from tests.matching.demand.voices_makers import THEMES

NOUGHTS = dict.fromkeys(COMPONENTS, 0.0)


def ranked(*keys: str, previous: tuple[str, ...] = (), sure: tuple[str, ...] = ()) -> PriorityRanking:
    """A ranking in which only some surely improve."""
    return PriorityRanking(
        themes=tuple(
            ThemePriority(
                theme=key,
                rank=at,
                score=1 / at,
                low_rank=at,
                high_rank=at,
                raw_rank=len(keys) + 1 - at,
                previous_rank=previous.index(key) + 1 if key in previous else None,
                improves=(0.95 if key in sure else 0.5) if previous else None,
                values=NOUGHTS,
                worths=NOUGHTS,
            )
            for at, key in enumerate(keys, 1)
        ),
        weights=NOUGHTS,
        digest="",
    )


def order(moves) -> str:
    return "".join(move.theme for move in moves)


def test_only_what_surely_improves_rises_and_nobody_rises_because_another_fell():
    before = tuple("abcde")
    assert order(revise_order(ranked(*"edcba", previous=before), previous=before)) == "abcde"
    assert order(revise_order(ranked(*"edcba", previous=before, sure=("d",)), previous=before)) == "adbce"


def test_no_theme_moves_farther_than_the_bound():
    before = tuple("abcdefgh")
    ranking = ranked(*"hgfedcba", previous=before, sure=("h", "g", "f", "e"))
    assert order(revise_order(ranking, previous=before, policy=RevisionPolicy(most_places=1))) == "abcedgfh"
    far = RevisionPolicy(most_places=9)
    assert order(revise_order(ranking, previous=before, policy=far)) == "hgfeabcd"
    assert order(revise_order(ranking, previous=before, policy=RevisionPolicy(most_places=0))) == "abcdefgh"


def test_each_step_of_the_waterfall_adds_up_to_the_move():
    before = tuple("abcd")
    moves = {move.theme: move for move in revise_order(ranked(*"dabc", previous=before, sure=("d",)), previous=before)}
    assert moves["d"].steps == (("evidence", 0), ("caps", 3), ("surety", 0), ("bound", 0))
    assert (moves["d"].previous, moves["d"].by_bound) == (4, 1)
    assert [sum(won for _, won in move.steps) for move in moves.values()] == [
        move.previous - move.by_bound for move in moves.values()
    ]


def test_in_a_first_round_the_order_is_that_of_the_ranking():
    moves = revise_order(ranked(*"bca"), previous=())
    assert order(moves) == "bca"
    assert all(move.new and move.previous == move.by_bound and move.improves == 0 for move in moves)


def test_a_new_theme_starts_behind_all_that_stood_and_an_ended_one_is_gone():
    before = ("a", "gone", "b")
    stood = ("a", "b")
    ranking = ranked("n", "b", "a", "m", previous=stood, sure=("n",))
    moves = revise_order(ranking, previous=before, policy=RevisionPolicy(most_places=1))
    assert order(moves) == "anbm"
    assert [move.new for move in moves] == [False, True, False, True]
    assert [move.previous for move in moves] == [1, 3, 2, 4]


def test_a_ranking_made_against_another_order_is_refused():
    ranking = ranked(*"abc", previous=tuple("abc"))
    with pytest.raises(ValueError, match="made with"):
        revise_order(ranking, previous=tuple("acb"))


keys = tuple("abcdefghijkl")


@settings(max_examples=300)
@given(
    st.permutations(keys), st.permutations(keys), st.sets(st.sampled_from(keys)), st.integers(0, 12), st.integers(0, 12)
)
def test_an_order_moves_within_its_bound_and_only_sure_themes_rise(by_rank, before, sure, most, stood):
    previous = tuple(before[:stood])
    ranking = ranked(*by_rank, previous=previous, sure=tuple(sure))
    moves = revise_order(ranking, previous=previous, policy=RevisionPolicy(most_places=most))
    assert sorted(move.theme for move in moves) == sorted(keys)
    assert [move.by_bound for move in moves] == list(range(1, 13))
    for move in moves:
        assert abs(move.previous - move.by_bound) <= most
        if move.by_bound < move.previous:
            assert move.theme in sure
        assert move.by_surety >= move.previous or move.theme in sure
        assert sum(won for _, won in move.steps) == move.previous - move.by_bound


@settings(max_examples=30, deadline=None)
@given(any_evidence, st.permutations(THEMES), st.integers(0, 4))
def test_what_is_ranked_can_be_revised(parts, before, stood):
    signals, themes, groups = parts
    previous = tuple(before[:stood])
    ranking = make_ranking(make_evidence(signals, themes=themes, groups=groups), previous=previous)
    moves = revise_order(ranking, previous=previous)
    assert {move.theme for move in moves} == set(THEMES)
    assert all(replace(move) == move for move in moves)
