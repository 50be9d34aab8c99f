import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching.acceptance import (
    FEATURES,
    LIKELIHOOD_FROM,
    AcceptanceModel,
    Likelihood,
    ModelFormatError,
    ModelKind,
    Side,
    in_words,
    mutual,
    prior_model,
)
from matching.acceptance.features import completed, score_weights
from matching.acceptance.trees import Tree
from matching.blend import FIT_COMPONENTS, Part, score, text_worth
from matching.parameters import MatchParameters

NAN = float("nan")
COMPONENT = st.one_of(st.just(NAN), st.integers(0, 10_000).map(lambda steps: steps / 10_000))
PAIRS = arrays(np.float64, st.tuples(st.integers(1, 8), st.just(len(FEATURES))), elements=COMPONENT)
LEFT_OR_RIGHT = Tree(
    feature=(7, -1, -1), threshold=(-1.0, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0), value=(0.0, -1.0, 2.5)
)
BOOSTED = AcceptanceModel(
    kind=ModelKind.BOOSTING,
    answers=9_000,
    weights=prior_model().weights,
    intercept=-2.0,
    coefficients=(1.0, 0.1, 0.0, 2.0, 1 / 3, 0.7, 0.2),
    trees=(LEFT_OR_RIGHT, LEFT_OR_RIGHT),
    offset=-0.1,
    slope=0.4,
    tree_slope=0.6,
)
MODELS = pytest.mark.parametrize("model", [prior_model(), BOOSTED], ids=["prior", "boosting"])


def scores(features):
    parts = {
        name: Part(np.nan_to_num(column), ~np.isnan(column)) for name, column in zip(FEATURES, features.T, strict=True)
    }
    text = text_worth(parts["dense"], parts["lexical"], MatchParameters())
    return score(text, {name: parts[name] for name in FIT_COMPONENTS}, MatchParameters())


def test_every_component_of_the_score_is_a_feature():
    assert set(FEATURES) == {"dense", "lexical", *FIT_COMPONENTS}
    assert FEATURES[:2] == ("dense", "lexical")


@given(PAIRS)
def test_completed_components_weigh_up_to_the_score(features):
    weights = score_weights(MatchParameters())
    assert weights.sum() == pytest.approx(1)
    assert completed(features, weights) @ weights == pytest.approx(scores(features), abs=1e-12)


@given(PAIRS)
def test_before_anybody_answers_the_ranking_is_the_scores(features):
    probability, score_of = prior_model().probability(features), scores(features)
    above = score_of[:, None] > score_of[None, :] + 1e-9
    assert (probability[:, None] > probability[None, :])[above].all()


@MODELS
@given(features=PAIRS)
def test_a_probability_lies_inside_0_and_1(model, features):
    probability = model.probability(features)
    assert ((probability > 0) & (probability < 1)).all()


def test_not_even_absurd_log_odds_make_a_certainty():
    sure = AcceptanceModel(
        kind=ModelKind.LOGISTIC, answers=1, weights=prior_model().weights, intercept=0.0, coefficients=(1e6,) * 7
    )
    assert 0.999 < sure.probability(np.ones((1, 7)))[0] < 1
    assert 0 < sure.probability(-np.ones((1, 7)))[0] < 0.001


@MODELS
@given(features=PAIRS, column=st.integers(0, len(FEATURES) - 1), lift=st.floats(0, 1))
def test_no_probability_falls_when_a_component_rises(model, features, column, lift):
    higher = features.copy()
    higher[:, column] += lift
    assert (model.probability(higher) >= model.probability(features) - 1e-12).all()


@MODELS
@given(features=PAIRS, column=st.integers(2, len(FEATURES) - 1))
def test_an_unknown_component_counts_as_the_score_of_what_is_known(model, features, column):
    features[:, 0] = 0.4
    features[:, column] = NAN
    told = features.copy()
    told[:, column] = scores(features)
    assert model.probability(told) == pytest.approx(model.probability(features), abs=1e-9)


@MODELS
def test_an_unknown_leg_counts_as_the_other(model):
    known = [0.3, 0.3, 0.5, 1.0, 0.2, 0.9, 0.0]
    answers = model.probability([known, [NAN, *known[1:]], [0.3, NAN, *known[2:]]])
    assert answers == pytest.approx([answers[0]] * 3, abs=1e-12)


def test_facts_alone_make_no_match():
    alone, nothing = prior_model().probability([[NAN, NAN, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0]])
    assert alone == nothing


@MODELS
@given(features=PAIRS)
def test_a_pair_gets_the_same_alone_as_among_others(model, features):
    together = model.probability(features)
    assert [model.probability(row[np.newaxis])[0] for row in features] == together.tolist()


def test_a_pair_gets_the_same_alone_as_among_thousands():
    features = np.random.default_rng(0).random((5_001, 7))
    together = BOOSTED.probability(features)
    assert [BOOSTED.probability(row[np.newaxis])[0] for row in features[::97]] == together[::97].tolist()


@MODELS
def test_a_model_survives_json_to_the_last_bit(model):
    written = json.dumps(model.to_dict())
    read = AcceptanceModel.from_dict(json.loads(written))
    assert read == model
    assert read.digest == model.digest
    features = np.random.default_rng(1).random((50, 7))
    assert read.probability(features).tolist() == model.probability(features).tolist()


def test_models_that_differ_have_different_digests():
    assert prior_model().digest != BOOSTED.digest
    assert prior_model(MatchParameters(text_weight=0.6)).digest != prior_model().digest


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 2}, "format 2"),
        ({"features": ["dense"]}, "learned from"),
        ({"kind": "oracle"}, "oracle"),
        ({"intercept": "high"}, "cannot be read"),
        ({"answers": None}, "cannot be read"),
        ({"weights": [1.0]}, "must hold 7"),
        ({"trees": [{**LEFT_OR_RIGHT.to_dict(), "left": [1]}]}, "not of one length"),
        ({"trees": [{}]}, "cannot be read"),
    ],
)
def test_a_model_that_cannot_be_read_says_why(change, why):
    with pytest.raises(ModelFormatError, match=why):
        AcceptanceModel.from_dict({**BOOSTED.to_dict(), **change})


@pytest.mark.parametrize("features", [np.zeros(7), np.zeros((1, 6))])
def test_features_of_another_shape_are_refused(features):
    with pytest.raises(ValueError, match="shape"):
        prior_model().probability(features)


def test_infinite_features_are_refused():
    with pytest.raises(ValueError, match="infinite"):
        prior_model().probability(np.full((1, 7), np.inf))


def test_a_tree_sends_a_row_at_the_threshold_left():
    row = np.array([[0, 0, 0, 0, 0, 0, 0, -1.0], [0, 0, 0, 0, 0, 0, 0, -0.9]])
    assert LEFT_OR_RIGHT.values(row).tolist() == [-1, 2.5]


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.0, Likelihood.VERY_UNLIKELY),
        (0.0999, Likelihood.VERY_UNLIKELY),
        (0.10, Likelihood.UNLIKELY),
        (0.33, Likelihood.ABOUT_EVEN),
        (0.66, Likelihood.LIKELY),
        (0.8999, Likelihood.LIKELY),
        (0.90, Likelihood.VERY_LIKELY),
        (1.0, Likelihood.VERY_LIKELY),
    ],
)
def test_a_probability_has_its_word(probability, word):
    assert in_words(probability) is word


def test_every_word_has_its_band():
    assert set(LIKELIHOOD_FROM) == set(Likelihood)


@pytest.mark.parametrize("probability", [-0.01, 1.01, NAN])
def test_what_is_no_probability_has_no_word(probability):
    with pytest.raises(ValueError, match="lies in"):
        in_words(probability)


def test_both_sides_accept_with_the_product_of_their_probabilities():
    assert mutual(np.array([0.5, 0.2]), np.array([0.5, 1.0])).tolist() == [0.25, 0.2]


def test_there_are_two_sides():
    assert [side.value for side in Side] == ["investor", "project"]


def test_reading_a_model_does_not_wait_for_the_library_that_learned_it():
    asked = "import sys, matching.acceptance; print('sklearn' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "False"
