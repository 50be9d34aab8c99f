"""The order of lists: by how likely both sides say yes, read from stored components with the models in use."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from fund_service.answers.live import LiveModel
from fund_service.answers.schemas import ChanceView, SideChance
from matching.acceptance import FEATURES, in_words, mutual
from models.answer import AnswerSide

Live = Mapping[AnswerSide, LiveModel]


class Scored(Protocol):
    """A match, as a row or as a view: what the matcher said of a pair."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def eligible(self) -> bool:
        """Whether it passes every gate."""

    @property
    def score(self) -> float:
        """Its score."""

    @property
    def rank(self) -> int:
        """Its place by score."""

    @property
    def components(self) -> Mapping[str, Any]:
        """What the score was made of."""


M = TypeVar("M", bound=Scored)


def features_of(components: Mapping[str, Any]) -> list[float]:
    """Lay stored components out as a row of features; one that is unknown is NaN."""
    values = (components.get(name) for name in FEATURES)
    return [math.nan if value is None else float(value) for value in values]


def feature_rows(components: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Lay the components of several pairs out, shape (pairs, features)."""
    return np.array([features_of(row) for row in components], dtype=np.float64).reshape(-1, len(FEATURES))


def chances(live: Live, components: Sequence[Mapping[str, Any]]) -> list[ChanceView]:
    """Say how likely each side, and both, accept some pairs."""
    rows = feature_rows(components)
    investor = live[AnswerSide.INVESTOR].model.probability(rows)
    project = live[AnswerSide.PROJECT].model.probability(rows)
    return [
        ChanceView(
            probability=float(both),
            likelihood=in_words(float(both)),
            investor=_side(live[AnswerSide.INVESTOR], float(ours)),
            project=_side(live[AnswerSide.PROJECT], float(theirs)),
        )
        for both, ours, theirs in zip(mutual(investor, project), investor, project, strict=True)
    ]


def _side(live: LiveModel, probability: float) -> SideChance:
    return SideChance(
        probability=probability,
        likelihood=in_words(probability),
        answers=live.model.answers,
        learned=not live.is_prior,
    )


def ranked(live: Live, matches: Sequence[M]) -> list[tuple[M, ChanceView]]:
    """Order matches, eligible ones before near misses: the likelier that both sides say yes, the earlier.

    While the prior weights rank both sides the order is that of the scores, to the letter: their product grows with the
    score, and stored ranks also break its ties. Equal chances keep the order of the scores.
    """
    found = list(zip(matches, chances(live, [match.components for match in matches]), strict=True))
    as_scored = all(live[side].is_prior for side in AnswerSide)
    return sorted(
        found,
        key=lambda one: (
            not one[0].eligible,
            0.0 if as_scored else -one[1].probability,
            -one[0].score,
            one[0].rank,
            one[0].id,
        ),
    )
