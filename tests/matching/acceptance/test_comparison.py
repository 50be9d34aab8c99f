import json

import numpy as np
import pytest
from scipy.special import expit, logit

from matching.acceptance import FEATURES, AcceptanceModel, ModelKind, Verdict, compare, held_back, prior_model
from matching.acceptance.figures import calibration_error, mass_bins, ndcg


def model_of(coefficients, intercept):
    return AcceptanceModel(
        kind=ModelKind.LOGISTIC,
        answers=100,
        weights=prior_model().weights,
        intercept=intercept,
        coefficients=coefficients,
    )


TRUE = model_of((0.0, 0.0, 0.0, 3.0, 0.0, 3.0, 0.0), -3.0)
WRONG = model_of((3.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0), -3.0)


def answers_of(count, *, people, seed=0):
    random = np.random.default_rng(seed)
    features = random.random((count, len(FEATURES)))
    return features, random.random(count) < TRUE.probability(features), np.arange(count) % people


def compared(live, candidate, answers, **more):
    features, accepted, groups = answers
    return compare(live, candidate, features, accepted, groups=groups, **more)


@pytest.mark.parametrize("people", [1, 5, 40])
def test_the_true_model_is_better_than_a_wrong_one(people):
    found = compared(WRONG, TRUE, answers_of(600, people=people))
    assert found.verdict is Verdict.BETTER
    assert found.better
    assert found.log_loss.high < 0
    assert found.brier.candidate < found.brier.live
    assert (found.answers, found.people) == (600, people)


def test_a_wrong_model_is_not_better_than_the_true_one():
    found = compared(TRUE, WRONG, answers_of(600, people=40))
    assert found.verdict is Verdict.NO_EVIDENCE
    assert not found.better
    assert found.ndcg.high < 0


def test_a_model_is_not_better_than_itself():
    assert compared(TRUE, TRUE, answers_of(600, people=40)).verdict is Verdict.NO_EVIDENCE


def test_too_few_answers_conclude_nothing():
    found = compared(WRONG, TRUE, answers_of(19, people=19))
    assert found.verdict is Verdict.TOO_FEW_ANSWERS
    assert not found.better


def test_no_answers_conclude_nothing():
    found = compare(WRONG, TRUE, np.empty((0, 7)), [], groups=[])
    assert found.verdict is Verdict.TOO_FEW_ANSWERS
    assert found.log_loss is None
    assert json.loads(json.dumps(found.to_dict()))["better"] is False


def test_a_better_calibrated_model_with_worse_lists_is_refused():
    answers = answers_of(2_000, people=80)
    far_off = model_of(TRUE.coefficients, -9.0)
    backward = model_of((0.0,) * len(FEATURES), float(logit(answers[1].mean())))
    assert compared(far_off, backward, answers).verdict is Verdict.RANKS_WORSE


def test_lists_of_few_people_say_nothing():
    assert compared(WRONG, TRUE, answers_of(600, people=9)).ndcg is None
    assert compared(WRONG, TRUE, answers_of(600, people=10)).ndcg is not None


def test_the_comparison_is_plain_and_the_same_in_any_order():
    features, accepted, groups = answers_of(300, people=20)
    order = np.random.default_rng(1).permutation(300)
    found = compared(WRONG, TRUE, (features, accepted, groups))
    again = compared(WRONG, TRUE, (features[order], accepted[order], groups[order]))
    assert json.dumps(found.to_dict()) == json.dumps(again.to_dict())
    assert found.to_dict()["verdict"] == "better"
    other_draws = compared(WRONG, TRUE, (features, accepted, groups), seed=1)
    assert other_draws.log_loss.candidate == found.log_loss.candidate
    assert other_draws.log_loss.low != found.log_loss.low


def test_the_latest_quarter_is_held_back():
    assert held_back([4, 1, 3, 2]).tolist() == [True, False, False, False]
    assert held_back(["2026-01-03", "2026-01-01", "2026-01-02", "2026-01-03"], share=0.5).tolist() == [
        True,
        False,
        False,
        True,
    ]


def test_answers_of_one_moment_stay_on_one_side():
    assert held_back([1, 1, 1, 1]).tolist() == [False] * 4


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_or_nothing_cannot_be_held_back(share):
    with pytest.raises(ValueError, match="inside"):
        held_back([1, 2], share=share)


def test_calibration_error_is_the_distance_of_bins_from_what_happened():
    probability = np.repeat([0.2, 0.8], 50)
    accepted = np.concatenate([np.arange(50) < 10, np.arange(50) < 30])
    assert calibration_error(accepted, probability) == pytest.approx(0.1)
    assert calibration_error(accepted, probability, np.repeat([1.0, 0.0], 50)) == pytest.approx(0.0, abs=1e-12)
    assert calibration_error(np.array([]), np.array([])) == 0


def test_bins_have_equal_mass_and_keep_equals_together():
    assert np.bincount(mass_bins(np.random.default_rng(0).random(1_000))).tolist() == [100] * 10
    assert len(set(mass_bins(np.full(100, 0.3)).tolist())) == 1


def test_ndcg_is_one_for_the_best_order_and_shares_gains_among_equals():
    assert ndcg(np.array([True, True, False]), np.array([0.9, 0.8, 0.1])) == 1
    first, second = 1, 1 / np.log2(3)
    assert ndcg(np.array([True, False]), np.array([0.5, 0.5])) == pytest.approx((first + second) / 2)
    assert ndcg(np.array([False, True]), np.array([0.6, 0.5])) == pytest.approx(second)
    assert np.isnan(ndcg(np.array([False, False]), np.array([0.6, 0.5])))


def test_only_ten_ranks_count():
    accepted = np.arange(12) >= 10
    assert ndcg(accepted, expit(-np.arange(12.0))) == 0
