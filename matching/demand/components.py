"""The five things a priority is made of, for each theme: as observed, and with groups drawn anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.demand.caps import solve
from matching.demand.policy import MICRO, WHOLE_BP, DemandPolicy
from matching.demand.trend import Exposure
from matching.demand.voices import Voices

Floats = NDArray[np.float64]
Counts = NDArray[np.int16]
COMPONENTS = ("demand", "breadth", "growth", "gap", "policy")
LOUDEST = 32
"""Groups of a theme that are looked at for the cap. At the default policy nine at most stand at it; a draw with fewer
than ten of the 32 loudest comes up twice in a million, and is capped a little later."""
BLOCK = 32
"""Themes computed together: few enough for their tables by resample to stay in the cache of a processor."""
COARSE = 100
"""Breadth is counted in ten-thousandths of a voice: the squares stay whole numbers that a float64 holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeFacts:
    """What is known of a theme beside its voices."""

    theme: str
    policy_fit: float
    """How well it serves the plan's pillars and targets, 0 to 1."""
    supply_krw: int
    """Match-weighted fundable supply, as in the gap map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """What a group did on a theme beside speaking of it, an entry for each group and theme."""

    group: str
    theme: str
    verified_krw: int = 0
    heard_recently: bool = False
    """Heard within the last twelve months."""
    heard_before: bool = False
    """Heard within the twelve before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentPolicy:
    """How growth and gap are kept from jumping where little is known."""

    growth_events: float = 5.0
    """Events added to both spans: 2 groups after 1 are a growth of 17 %, 40 after 20 one of 80 %."""
    balance_krw: int = 10_000_000_000
    """Won added to both sides of the gap, as in the gap map."""


DEFAULT_COMPONENTS = ComponentPolicy()


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything a priority rests on, themes and groups in the order of their keys.

    Attributes
    ----------
    groups : tuple of str
    recent, before, verified : sparse arrays, shape (groups, themes)
    supply, policy_fit : float64 array, shape (themes,)
    """

    voices: Voices
    groups: tuple[str, ...]
    recent: sparse.csr_array
    before: sparse.csr_array
    verified: sparse.csr_array
    supply: Floats
    policy_fit: Floats

    @classmethod
    def of(cls, voices: Voices, *, themes: Iterable[ThemeFacts], groups: Iterable[GroupFacts]) -> "Evidence":
        """Put facts into the order of the voices.

        Raises
        ------
        ValueError
            When a theme's facts are missing, come twice, or are out of their bounds, or a group's come twice.
        """
        facts = sorted(themes, key=lambda one: one.theme)
        if tuple(one.theme for one in facts) != voices.themes:
            raise ValueError("each theme of the voices has its facts once, and no other theme has any")
        if not all(0 <= one.policy_fit <= 1 and one.supply_krw >= 0 for one in facts):
            raise ValueError("a policy fit lies between 0 and 1, and supply is won from zero")
        entries = sorted(groups, key=lambda one: (one.group, one.theme))
        if len({(one.group, one.theme) for one in entries}) < len(entries):
            raise ValueError("the facts of a group on a theme come once")
        keys = tuple(sorted({*voices.groups, *(one.group for one in entries)}))
        rows = {key: at for at, key in enumerate(keys)}
        columns = {theme: at for at, theme in enumerate(voices.themes)}
        if not all(one.theme in columns and one.verified_krw >= 0 for one in entries):
            raise ValueError("the facts of a group are of a theme of the voices, and won from zero")
        places = ([rows[one.group] for one in entries], [columns[one.theme] for one in entries])

        def table(values: Sequence[float]) -> sparse.csr_array:
            return sparse.coo_array((values, places), shape=(len(keys), len(columns))).tocsr()

        return cls(
            voices=voices,
            groups=keys,
            recent=table([float(one.heard_recently) for one in entries]),
            before=table([float(one.heard_before) for one in entries]),
            verified=table([float(one.verified_krw) for one in entries]),
            supply=np.array([float(one.supply_krw) for one in facts]),
            policy_fit=np.array([one.policy_fit for one in facts]),
        )

    def voice_counts(self, counts: Counts) -> NDArray[np.int64]:
        """Give how often each group of the voices (rows) was drawn in each resample (columns)."""
        return np.ascontiguousarray(counts.T.astype(np.int64)[np.searchsorted(self.groups, self.voices.groups)])


def component_values(
    evidence: Evidence, counts: Counts, *, exposure: Exposure, demand: DemandPolicy, policy: ComponentPolicy
) -> Floats:
    """Compute the components of every theme in every resample.

    Parameters
    ----------
    counts : int16 array, shape (resamples, groups)
        How often each group was drawn; twice means two groups that say the same.

    Returns
    -------
    float64 array, shape (5, resamples, themes)
        In the order of ``COMPONENTS``: capped voices; effective groups; log of the rate ratio, with ``growth_events``
        added; log of the gap; policy fit.
    """
    weights = counts.astype(np.float64)
    equal = (exposure.recent + exposure.before) / 2
    recent = (weights @ evidence.recent + policy.growth_events) * equal / exposure.recent
    before = (weights @ evidence.before + policy.growth_events) * equal / exposure.before
    gap = (weights @ evidence.verified + policy.balance_krw) / (evidence.supply + policy.balance_krw)
    fit = np.broadcast_to(evidence.policy_fit, recent.shape)
    voiced = _capped_voices(evidence.voices, evidence.voice_counts(counts), demand)
    values = np.stack([*voiced, np.log(recent) - np.log(before), np.log(gap), fit])
    rounded: Floats = np.round(values, 9)  # equal themes stay equal, whatever the order of a product's sums
    return rounded


def _capped_voices(voices: Voices, counts: NDArray[np.int64], policy: DemandPolicy) -> tuple[Floats, Floats]:
    weights = counts.astype(np.float64)
    demand = np.zeros((counts.shape[1], len(voices.themes)))
    breadth = np.zeros_like(demand)
    for first in range(0, len(voices.themes), BLOCK):
        last = min(first + BLOCK, len(voices.themes))
        backed = voices.dense(voices.backed, first, last)
        voice = backed + voices.dense(voices.spoken, first, last)
        loud = _loudest(voice)
        totals = _totals(voice, loud, counts, weights, extra_bp=0, policy=policy)
        sure = _totals(backed, _loudest(backed), counts, weights, extra_bp=policy.spoken_cap_bp, policy=policy)
        demand[:, first:last] = (np.minimum(totals, sure) / MICRO).T
        cap = policy.group_cap_bp * (totals + policy.phantom_micro) // (WHOLE_BP * COARSE)
        breadth[:, first:last] = _effective(voice // COARSE, loud, counts, weights, cap=cap).T
    return demand, breadth


def _loudest(voice: NDArray[np.int64]) -> NDArray[np.intp]:
    """Give the positions of the loudest groups of each theme, the loudest first."""
    loud = np.argsort(-voice, axis=1, kind="stable")[:, :LOUDEST]
    return np.ascontiguousarray(loud.T)


def _totals(
    voice: NDArray[np.int64],
    loud: NDArray[np.intp],
    counts: NDArray[np.int64],
    weights: Floats,
    *,
    extra_bp: int,
    policy: DemandPolicy,
) -> NDArray[np.int64]:
    """Solve one side of the caps of each theme (rows) in each resample (columns), a line for each loudest group.

    Groups that say the same to the won stand at the cap together, so lines between their first and last add nothing.
    """
    rest = np.rint(voice.astype(np.float64) @ weights).astype(np.int64)
    at_cap = np.zeros_like(rest)
    solved = solve(rest[..., None], at_cap[..., None], extra_bp, policy=policy)
    themes = np.arange(len(voice))
    for groups in loud:
        drawn = counts[groups]
        rest -= drawn * voice[themes, groups][:, None]
        at_cap += drawn
        np.minimum(solved, solve(rest[..., None], at_cap[..., None], extra_bp, policy=policy), out=solved)
        if at_cap.min() > policy.most_capped:
            break
    return solved


def _effective(
    voice: NDArray[np.int64],
    loud: NDArray[np.intp],
    counts: NDArray[np.int64],
    weights: Floats,
    *,
    cap: NDArray[np.int64],
) -> Floats:
    """Give 1 / HHI of the voices, each at most at the cap of its theme in its resample; zero where nobody speaks."""
    plain = voice.astype(np.float64)
    total, squares = plain @ weights, plain**2 @ weights
    themes = np.arange(len(voice))
    for groups in loud:
        said = voice[themes, groups][:, None]
        over = np.maximum(said - cap, 0)
        if not over.any():
            break
        total -= counts[groups] * over
        squares -= counts[groups] * over * (2 * said - over)
    effective: Floats = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    return effective
