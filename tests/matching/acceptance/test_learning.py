import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from matching.acceptance import FEATURES, AcceptanceModel, ModelKind, boosting, fit_acceptance, learning, prior_model
from matching.acceptance.answers import FOLDS, LARGEST_SHARE, Answers, capped, folds_of
from matching.acceptance.boosting import fit_boosting, trees_of
from matching.acceptance.features import completed
from matching.acceptance.logistic import GaussianPrior, most_probable
from matching.acceptance.shrinkage import Evidence, Line
from matching.acceptance.trees import summed

TASTE = np.array([0.5, 0.5, 0.0, 2.5, 0.0, 3.0, 0.0])


def answers_of(count, *, taste=TASTE, seed=0, people=20, unknown=0.1):
    random = np.random.default_rng(seed)
    true = random.random((count, len(FEATURES)))
    true[:, 3] = true[:, 3] > 0.5
    chance = expit(true @ taste - (TASTE.sum() / 2 + 1))
    seen = np.where(random.random(true.shape) < unknown, np.nan, true)
    seen[:, 0] = true[:, 0]
    rank = random.integers(1, 51, count)
    return {
        "features": seen,
        "accepted": random.random(count) < chance,
        "shown_rank": rank,
        "groups": np.arange(count) % people,
    }


def fitted(answers, **more):
    return fit_acceptance(
        answers["features"], answers["accepted"], shown_rank=answers["shown_rank"], groups=answers["groups"], **more
    )


def shuffled(answers, seed=7):
    order = np.random.default_rng(seed).permutation(len(answers["accepted"]))
    return {name: part[order] for name, part in answers.items()}


@pytest.fixture
def _boosts_early(monkeypatch):
    monkeypatch.setattr(learning, "BOOSTING_ANSWERS", 400)
    monkeypatch.setattr(boosting, "ROUNDS", 12)
    monkeypatch.setattr(boosting, "BINS", 8)


def test_nobody_has_answered_yet():
    model = fit_acceptance(np.empty((0, 7)), [], groups=[])
    assert model == prior_model()


@pytest.mark.parametrize("count", [1, 30, 49])
def test_below_fifty_answers_the_ranking_is_the_scores(count):
    model = fitted(answers_of(count))
    assert model.kind is ModelKind.PRIOR
    assert model.answers == count
    fresh = answers_of(200, seed=1)["features"]
    before, now = prior_model().probability(fresh), model.probability(fresh)
    assert np.argsort(before, kind="stable").tolist() == np.argsort(now, kind="stable").tolist()


def test_the_first_answers_move_the_general_inclination():
    answers = answers_of(30)
    fresh = answers_of(200, seed=1)["features"]
    willing = fitted({**answers, "accepted": np.ones(30)}).probability(fresh)
    unwilling = fitted({**answers, "accepted": np.zeros(30)}).probability(fresh)
    assert (willing > prior_model().probability(fresh)).all()
    assert (unwilling < prior_model().probability(fresh)).all()


def test_a_known_preference_is_learned():
    model = fitted(answers_of(600))
    assert model.kind is ModelKind.LOGISTIC
    assert model.answers == 600
    wanted, liked_by_the_score = [0.2, 0.2, 0.2, 1.0, 0.5, 1.0, 0.5], [0.9, 0.9, 1.0, 0.0, 0.5, 0.1, 0.5]
    before, now = (found.probability([wanted, liked_by_the_score]) for found in (prior_model(), model))
    assert before[0] < before[1]
    assert now[0] > now[1]


@pytest.mark.usefixtures("_boosts_early")
@pytest.mark.parametrize("accepted", [0, 1])
@pytest.mark.parametrize("count", [60, 500])
def test_yes_alone_and_no_alone_leave_probabilities_finite(accepted, count):
    answers = {**answers_of(count), "accepted": np.full(count, accepted)}
    probability = fitted(answers).probability(answers_of(100, seed=1)["features"])
    assert ((probability > 0) & (probability < 1)).all()
    assert (probability.mean() > 0.5) == bool(accepted)


def test_what_never_varies_keeps_the_weight_of_the_score():
    answers = answers_of(300, unknown=0.0)
    answers["features"][:, 4] = 0.5
    assert fitted(answers).coefficients[4] == pytest.approx(prior_model().coefficients[4], abs=0.05)


def test_answers_without_a_common_text_teach_nothing():
    answers = answers_of(120)
    more = answers_of(30, seed=5)
    more["features"][:, :2] = np.nan
    both = {name: np.concatenate([answers[name], more[name]]) for name in answers}
    assert fitted(both) == fitted(answers)


def test_one_person_answering_without_end_decides_for_nobody_else():
    others = answers_of(200)
    contrary = {**answers_of(500, taste=-3 * TASTE, seed=3), "groups": np.full(500, 999)}
    both = {name: np.concatenate([others[name], contrary[name]]) for name in others}
    better, worse = [0.5, 0.5, 0.5, 1.0, 0.5, 1.0, 0.5], [0.5, 0.5, 0.5, 0.0, 0.5, 0.2, 0.5]
    calm, shaken = (fitted(given).probability([better, worse]) for given in (others, both))
    assert shaken[0] > shaken[1] + 0.15
    assert np.abs(shaken - calm).max() < 0.2


@given(st.lists(st.integers(1, 600), min_size=1, max_size=40))
def test_nobody_has_more_than_a_share_of_the_weight(given_answers):
    person = np.repeat(np.arange(len(given_answers)), given_answers)
    counts = np.bincount(person, capped(person))
    share = max(LARGEST_SHARE, 1.5 / len(given_answers))
    assert counts.max() <= share * counts.sum() * (1 + 1e-9) or len(given_answers) == 1
    assert (capped(person) <= 1).all()
    cap = counts.max()
    assert counts == pytest.approx(np.minimum(given_answers, cap))
    assert cap == max(given_answers) or cap == pytest.approx(share * counts.sum())


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(0, 3))
def test_folds_keep_people_together_where_there_are_enough(people, seed):
    person = np.unique(people, return_inverse=True)[1]
    folds = folds_of(person, seed=seed)
    assert set(folds.tolist()) <= set(range(FOLDS))
    if person.max() + 1 >= FOLDS:
        assert all(len(set(folds[person == one].tolist())) == 1 for one in range(person.max() + 1))


@settings(max_examples=15, deadline=None)
@given(count=st.sampled_from([20, 60, 150]), seed=st.integers(0, 1_000))
def test_the_order_of_answers_changes_no_bit(count, seed):
    answers = answers_of(count, seed=seed)
    assert fitted(shuffled(answers, seed)).digest == fitted(answers).digest


@pytest.mark.usefixtures("_boosts_early")
def test_the_order_of_answers_changes_no_bit_of_boosting():
    answers = answers_of(500)
    model = fitted(answers)
    assert model.kind is ModelKind.BOOSTING
    assert fitted(shuffled(answers)).digest == model.digest


@pytest.mark.usefixtures("_boosts_early")
def test_threads_change_no_bit():
    answers = answers_of(2_500)
    digests = set()
    for threads in (1, 2):
        with threadpool_limits(threads):
            digests.add(fitted(answers).digest)
    assert len(digests) == 1


def test_names_of_people_may_be_of_any_kind():
    answers = answers_of(80)
    named = {**answers, "groups": np.array([f"{number:03}" for number in answers["groups"]])}
    assert fitted(named) == fitted(answers) or fitted(named).answers == 80
    assert fit_acceptance(answers["features"], answers["accepted"], groups=named["groups"].tolist()).answers == 80


def test_the_place_on_the_list_is_not_taken_for_a_preference():
    random = np.random.default_rng(4)
    count = 2_000
    answers = answers_of(count, taste=0 * TASTE, unknown=0.0)
    dense_says_place = np.argsort(np.argsort(-answers["features"][:, 0])) * 50 // count + 1
    chance = expit(0.5 - 1.0 * np.log(dense_says_place) + 0.0 * random.random(count))
    answers = {**answers, "accepted": random.random(count) < chance, "shown_rank": dense_says_place}
    unaware = fit_acceptance(answers["features"], answers["accepted"], groups=answers["groups"])
    assert fitted(answers).coefficients[0] < 0.8 * unaware.coefficients[0]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000), column=st.integers(0, 6), lift=st.floats(0, 1))
def test_whatever_was_answered_no_probability_falls_when_a_component_rises(seed, column, lift):
    model = fitted(answers_of(80, taste=-2 * TASTE, seed=seed))
    fresh = answers_of(20, seed=seed + 1)["features"]
    higher = fresh.copy()
    higher[:, column] += lift
    assert (model.probability(higher) >= model.probability(fresh) - 1e-12).all()


@pytest.mark.usefixtures("_boosts_early")
def test_whatever_was_answered_boosting_never_falls_when_a_component_rises():
    random = np.random.default_rng(0)
    answers = answers_of(600, taste=random.normal(size=7) * 5)
    model = fitted(answers)
    assert model.kind is ModelKind.BOOSTING
    fresh = answers_of(500, seed=2)["features"]
    for column in range(len(FEATURES)):
        higher = fresh.copy()
        higher[:, column] += random.random(500)
        assert (model.probability(higher) >= model.probability(fresh) - 1e-12).all()


@pytest.mark.usefixtures("_boosts_early")
def test_trees_say_what_scikit_learn_says_to_the_last_bit():
    given_answers = answers_of(800, unknown=0.0)
    evidence = Evidence(
        components=given_answers["features"],
        place=np.random.default_rng(0).normal(size=800),
        accepted=given_answers["accepted"] & (np.random.default_rng(0).normal(size=800) < 1),
        weight=np.ones(800),
    )
    line = Line(intercept=-1.0, coefficients=TASTE, slope_of_place=-0.4)
    boosted = fit_boosting(evidence, line, seed=0)
    trees = trees_of(boosted)
    fresh = answers_of(3_000, seed=9, unknown=0.0)["features"]
    unseen = Evidence(
        components=fresh, place=np.zeros(3_000), accepted=np.ones(3_000, dtype=bool), weight=np.ones(3_000)
    )
    rows = np.column_stack([fresh, line.values(fresh)])
    assert summed(trees, rows).tolist() == boosted.log_odds(unseen).tolist()
    assert any(left == right != 0 for tree in trees for left, right in zip(tree.left, tree.right, strict=True))


@pytest.mark.usefixtures("_boosts_early")
def test_a_boosted_model_survives_json_to_the_last_bit():
    model = fitted(answers_of(500))
    read = AcceptanceModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert read == model
    assert read.digest == model.digest


def test_coefficients_are_the_most_probable_ones():
    random = np.random.default_rng(2)
    design = random.normal(size=(300, 4))
    accepted = random.random(300) < expit(design @ [1.0, -2.0, 0.5, 0.0] + 0.3)
    weight, start = random.random(300), random.normal(size=300) * 0.1
    prior = GaussianPrior(
        centre=np.array([0.0, 1.0, 0.0, 0.0]), precision=np.eye(4) + 0.3, least=np.array([-np.inf, 0, 0, -0.05])
    )
    sign = np.where(accepted, 1, -1)

    def loss(found):
        away = found - prior.centre
        return (weight * np.logaddexp(0, -sign * (start + design @ found))).sum() + away @ prior.precision @ away / 2

    bounds = [(least, None) for least in prior.least]
    expected = minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}).x
    found = most_probable(design, accepted, weight=weight, prior=prior, start=start)
    assert found == pytest.approx(expected, abs=1e-4)
    assert found[1] == 0
    assert loss(found) <= loss(expected) + 1e-12


def test_completed_answers_are_in_one_order():
    answers = answers_of(40)
    ordered = Answers.of(answers["features"], answers["accepted"], answers["groups"], shown_rank=answers["shown_rank"])
    assert len(ordered) == 40
    assert (np.diff(ordered.person) >= 0).all()
    assert not np.isnan(completed(ordered.features, np.array(prior_model().weights))).any()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"accepted": np.ones(39)}, "one value a row"),
        ({"groups": ["a"]}, "one value a row"),
        ({"shown_rank": np.ones((40, 1))}, "one value a row"),
        ({"accepted": np.full(40, np.nan)}, "never given"),
        ({"shown_rank": np.zeros(40)}, "1 or more"),
    ],
)
def test_answers_that_do_not_fit_together_are_refused(change, why):
    with pytest.raises(ValueError, match=why):
        fitted({**answers_of(40), **change})


def test_a_rank_may_be_unknown():
    answers = answers_of(200)
    some = np.where(np.arange(200) % 2, np.nan, answers["shown_rank"])
    assert fitted({**answers, "shown_rank": some}).answers == 200
    assert fit_acceptance(answers["features"], answers["accepted"], groups=answers["groups"]) == fitted(
        {**answers, "shown_rank": np.full(200, np.nan)}
    )
