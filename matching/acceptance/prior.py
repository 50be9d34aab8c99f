"""The acceptance model of the day on which nobody has answered yet."""

from matching.acceptance.features import score_weights
from matching.acceptance.model import AcceptanceModel, ModelKind
from matching.parameters import MatchParameters

PRIOR_SLOPE = 6.0
"""Log odds by which a score of 1 lies above a score of 0. Declared, not measured, since nobody has answered: with
``PRIOR_EVEN_SCORE`` it says that a pair scoring .3 is accepted about once in six times, .7 seven times in ten. On the
demo the best match of a signal scores .35 to .65."""

PRIOR_EVEN_SCORE = 0.55
"""Score at which acceptance is as likely as not."""


def prior_model(parameters: MatchParameters | None = None) -> AcceptanceModel:
    """Return the model that ranks as the score does: ``log odds = PRIOR_SLOPE * (score - PRIOR_EVEN_SCORE)``."""
    weights = score_weights(parameters or MatchParameters())
    return AcceptanceModel(
        kind=ModelKind.PRIOR,
        answers=0,
        weights=tuple(weights.tolist()),
        intercept=-PRIOR_SLOPE * PRIOR_EVEN_SCORE,
        coefficients=tuple((PRIOR_SLOPE * weights).tolist()),
    )
