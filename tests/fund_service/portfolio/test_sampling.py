"""Samples: who is core, borderline and never chosen, and how many are drawn."""

import pytest

from fund_service.portfolio.choice import choose
from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind
from fund_service.portfolio.sampling import SAMPLES, Robustness, Standing, choose_on_samples, sample_count


def three(room: int) -> Problem:
    candidates = [Position(key, 10, value=10, envelopes=frozenset("E")) for key in ("a", "b", "c")]
    return Problem.of(candidates, [Rule("E", RuleKind.ENVELOPE, room)])


def test_a_deal_stands_by_the_share_of_samples_that_hold_it():
    draws = [[9, 5, 1]] * 60 + [[9, 1, 5]] * 40
    found = choose_on_samples(choose(three(20)), draws)
    assert found == Robustness(samples=100, chosen=(100, 60, 40))
    assert [found.standing(column) for column in range(3)] == [Standing.CORE, Standing.BORDERLINE, Standing.BORDERLINE]
    assert choose_on_samples(choose(three(10)), draws).standing(2) is Standing.NEVER


@pytest.mark.parametrize(("chosen", "standing"), [(90, "core"), (89, "borderline"), (1, "borderline"), (0, "never")])
def test_core_is_nine_of_ten(chosen: int, standing: str):
    assert Robustness(samples=100, chosen=(chosen,)).standing(0) == standing


def test_all_samples_are_drawn_up_to_sixty_candidates_and_fewer_beyond():
    assert [sample_count(count) for count in (1, 60, 61, 100, 120, 1_000)] == [SAMPLES, SAMPLES, 19, 12, 10, 10]
