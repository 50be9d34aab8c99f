"""The demand index of themes or fields: raw and capped side by side, with what one group can do to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from matching.demand.caps import Caps
from matching.demand.flips import Flips, flip_test, rank_bounds, ranks_of
from matching.demand.policy import DEFAULT_POLICY, WHOLE_BP, DemandPolicy
from matching.demand.voices import Voices

Ints = NDArray[np.int64]
BLOCK = 16
"""Themes looked at together: few enough for their tables to stay in the cache of a processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeDemand:
    """The demand for one theme; voices in millionths, shares in basis points."""

    theme: str
    rank: int
    """By the capped voices, 1 for the largest; equal ones share the better rank."""
    raw_rank: int
    raw_micro: int
    """All voices as they are, before any cap."""
    capped_micro: int
    groups: int
    """Ownership groups that speak of it."""
    effective_groups: float
    """1 / HHI of the voices, each at most at its cap: how many equal groups would be as concentrated (Laakso and
    Taagepera, 1979). Zero where nobody speaks."""
    top_share_bp: int
    """Share of the loudest group, measured likewise."""
    verified_share_bp: int
    """Share of the capped voices that rests on verified money."""
    flip_rank: int
    """Its rank without the group whose silence moves it farthest."""
    flip_group: int | None
    """That group, as an anonymous number of this index; ``None`` where nobody moves it."""
    worst_rank: int
    """The last rank it has without any one group: its own where nobody's silence lowers it."""
    rank_bound: int
    """How many ranks any act of any one group, present or new, can move it at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandIndex:
    """An index: its themes by rank, then key, and the sha256 of all that it was made from."""

    themes: tuple[ThemeDemand, ...]
    numbers: Mapping[str, int]
    """The anonymous number of each group, from 1, drawn anew in each index; for those entitled to the names."""
    digest: str


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The columns of an index, an element a theme, and the totals without each group, an element an entry."""

    capped: Ints
    lowest: Ints
    highest: Ints
    raw: Ints
    groups: Ints
    effective: NDArray[np.float64]
    top_share: Ints
    verified_share: Ints
    without: Ints


def demand_index(voices: Voices, *, policy: DemandPolicy = DEFAULT_POLICY) -> DemandIndex:
    """Cap the voices theme by theme, rank the themes, and let every group fall silent once.

    The caps come after the decay: a voice is what it counts today, and the cap is a share of what all count today.

    Parameters
    ----------
    voices : Voices
        From `voices_of`, with the same policy.
    """
    table = _table(voices, policy)
    total = table.capped
    ranks = ranks_of(total)
    raw_ranks = ranks_of(table.raw)
    flips = flip_test(total, voices.group, voices.theme, table.without)
    bounds = rank_bounds(total, table.lowest, table.highest)
    digest = hashlib.sha256((voices.digest + repr(sorted(asdict(policy).items()))).encode()).hexdigest()
    numbers = _anonymous(voices.groups, digest)
    themes = (
        ThemeDemand(
            theme=theme,
            rank=int(ranks[at]),
            raw_rank=int(raw_ranks[at]),
            raw_micro=int(table.raw[at]),
            capped_micro=int(total[at]),
            groups=int(table.groups[at]),
            effective_groups=float(table.effective[at]),
            top_share_bp=int(table.top_share[at]),
            verified_share_bp=int(table.verified_share[at]),
            flip_rank=int(flips.rank[at]),
            flip_group=_number(flips, at, voices, numbers),
            worst_rank=int(flips.worst[at]),
            rank_bound=int(bounds[at]),
        )
        for at, theme in enumerate(voices.themes)
    )
    return DemandIndex(themes=tuple(sorted(themes, key=lambda one: one.rank)), numbers=numbers, digest=digest)


def _table(voices: Voices, policy: DemandPolicy) -> _Table:
    parts = [_block(voices, first, policy) for first in range(0, max(1, len(voices.themes)), BLOCK)]
    return _Table(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _block(voices: Voices, first: int, policy: DemandPolicy) -> tuple[NDArray[np.generic], ...]:
    last = min(first + BLOCK, len(voices.themes))
    backed = voices.dense(voices.backed, first, last)
    spoken = voices.dense(voices.spoken, first, last)
    caps = Caps.of(backed, spoken, policy=policy)
    voice = backed + spoken
    counted = np.minimum(voice, caps.group_cap[:, None])
    whole = np.maximum(counted.sum(axis=1), 1)
    shares = counted / whole[:, None]
    concentration = (shares**2).sum(axis=1)
    heard = concentration > 0
    cap = policy.group_cap_bp * (caps.total + policy.phantom_micro) // WHOLE_BP
    verified = np.minimum(np.minimum(backed, cap[:, None]).sum(axis=1), caps.total)
    low, high = np.searchsorted(voices.theme, (first, last))
    return (
        caps.total,
        caps.lowest,
        caps.highest,
        voice.sum(axis=1),
        (voice > 0).sum(axis=1),
        np.divide(1.0, concentration, out=np.zeros(len(whole)), where=heard),
        counted.max(axis=1, initial=0) * WHOLE_BP // whole,
        verified * WHOLE_BP // np.maximum(caps.total, 1),
        caps.without(voices.theme[low:high] - first, voices.backed[low:high], voices.spoken[low:high], policy=policy),
    )


def _anonymous(groups: tuple[str, ...], digest: str) -> dict[str, int]:
    """Draw a number for each group, anew for each index, so that it tells nothing of who it is or was."""
    drawn = np.random.default_rng(int(digest, 16)).permutation(len(groups))
    return {group: int(number) + 1 for group, number in zip(groups, drawn, strict=True)}


def _number(flips: Flips, at: int, voices: Voices, numbers: Mapping[str, int]) -> int | None:
    group = int(flips.group[at])
    return None if group < 0 else numbers[voices.groups[group]]
