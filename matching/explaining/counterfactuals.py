"""What a pair would score if something were otherwise, worked out by the matcher's own arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from matching.blend import FIT_COMPONENTS, Part, score, text_worth
from matching.brief import SignalBrief
from matching.facts.fit import ticket_range
from matching.matcher import SCORE_STEPS, Components, to_steps
from matching.parameters import MatchParameters


class Supposition(StrEnum):
    """What is supposed of a component."""

    FULL = "full"
    """The project suited the signal fully in it."""
    STATED = "stated"
    """The project stated what it leaves open, and suited the signal fully in it."""
    LEFT_OUT = "left_out"
    """The component did not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What a pair would score under one supposition, to four decimals."""

    component: str
    supposition: Supposition
    score: float


def score_of(components: Components, parameters: MatchParameters) -> float:
    """Return the score of a pair with these components: the very number ``HybridMatcher`` gives it."""
    fits = {name: _part(getattr(components, name)) for name in FIT_COMPONENTS}
    worth = score(_part(components.text), fits, parameters)
    return float(np.rint(worth[0] * SCORE_STEPS) / SCORE_STEPS)


def supposing(components: Components, component: str, value: float | None, parameters: MatchParameters) -> Components:
    """Return the components with one of them otherwise; of another leg the text becomes another, too."""
    changed = replace(components, **{component: value})
    if component in FIT_COMPONENTS:
        return changed
    text = to_steps(text_worth(_part(changed.dense), _part(changed.lexical), parameters))
    return replace(changed, text=float(text.worth[0]) if text.known[0] else None)


def asked_of(signal: SignalBrief) -> frozenset[str]:
    """Return the components beside the text that a signal speaks of."""
    spoken = {
        "field": bool(signal.fields),
        "region": bool(signal.regions) or signal.region_specific_wanted,
        "trl": (signal.trl_min, signal.trl_max) != (None, None),
        "ticket": ticket_range(signal) != (None, None),
        "consortium": signal.anchor_wanted,
    }
    return frozenset(name for name, is_spoken in spoken.items() if is_spoken)


def suppositions(components: Components, *, asked: Iterable[str]) -> tuple[tuple[str, Supposition, float | None], ...]:
    """Return what is worth supposing of a pair: each component at its best, and each one left out, with its value.

    ``asked`` are the components beside the text that the signal speaks of (``asked_of``).
    """
    wanted = frozenset(asked)
    found: list[tuple[str, Supposition, float | None]] = []
    for name in FIT_COMPONENTS:
        value = getattr(components, name)
        if value is None and name in wanted:
            found.append((name, Supposition.STATED, 1.0))
        elif value is not None and value < 1:
            found.append((name, Supposition.FULL, 1.0))
    found += [
        (name, Supposition.LEFT_OUT, None)
        for name in ("dense", "lexical", *FIT_COMPONENTS)
        if getattr(components, name) is not None
    ]
    return tuple(found)


def what_ifs(components: Components, parameters: MatchParameters, *, asked: Iterable[str]) -> tuple[WhatIf, ...]:
    """Return what a pair would score under each supposition worth making."""
    return tuple(
        WhatIf(
            component=name,
            supposition=supposition,
            score=score_of(supposing(components, name, value, parameters), parameters),
        )
        for name, supposition, value in suppositions(components, asked=asked)
    )


def rank_among(score: float, key: str, others: Sequence[tuple[float, str]]) -> int:
    """Return the rank of a pair beside other pairs of its signal, by falling score, then project key."""
    return 1 + sum((-other, other_key) < (-score, key) for other, other_key in others)


def _part(value: float | None) -> Part:
    """Return one component of one pair as the matcher blends it."""
    return Part(np.array([value or 0.0]), np.array([value is not None]))
