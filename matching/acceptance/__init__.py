"""How likely each side accepts a pair: from the score while nobody has answered, learned from answers since.

An unknown component neither lifts nor lowers a pair (``features``). A model is plain numbers (``model``, ``trees``); it
starts as the score (``prior``) and moves with what people answered (``learning``). A new model must show on held-back
answers that it is better than the one in use (``comparison``). People read probabilities as words (``likelihood``).
"""

from matching.acceptance.comparison import Comparison, Difference, Verdict, compare, held_back
from matching.acceptance.features import FEATURES
from matching.acceptance.learning import fit_acceptance
from matching.acceptance.likelihood import LIKELIHOOD_FROM, Likelihood, in_words, mutual
from matching.acceptance.model import AcceptanceModel, ModelFormatError, ModelKind, Side
from matching.acceptance.prior import prior_model

__all__ = [
    "FEATURES",
    "LIKELIHOOD_FROM",
    "AcceptanceModel",
    "Comparison",
    "Difference",
    "Likelihood",
    "ModelFormatError",
    "ModelKind",
    "Side",
    "Verdict",
    "compare",
    "fit_acceptance",
    "held_back",
    "in_words",
    "mutual",
    "prior_model",
]
