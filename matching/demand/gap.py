"""The gap map: verified demand over match-weighted fundable supply, cell by cell, with what chance makes of it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


class GapState(StrEnum):
    """Which side of a cell is short."""

    SUPPLY_SHORT = "supply_short"
    """More money is committed than projects could take: the whole interval lies above one."""
    BALANCED = "balanced"
    """The interval holds one."""
    DEMAND_SHORT = "demand_short"
    """Projects could take more than is committed: the whole interval lies below one."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """Too few groups and projects stand behind the cell to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPolicy:
    """How the gap is measured."""

    balance_krw: int = 10_000_000_000
    """Won added to both sides, one large project: a cell with nothing on either side is balanced, and less than this
    on one side alone is no great gap."""
    least_groups: int = 3
    """Groups with verified money, as for a trend."""
    least_contributors: int = 5
    """Groups and projects together: fewer give a bootstrap nothing to draw from."""
    resamples: int = 1_000
    """Enough for a bound at 5 % to move by less than a tenth of a standard error."""
    level: float = 0.90
    """Share of the resamples within the interval."""


DEFAULT_GAP = GapPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """Verified won of a group in a cell."""

    group: str
    cell: str
    verified_krw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """What a project could take in a cell, and how probable it is that it matches what is wanted there."""

    project: str
    cell: str
    match_probability: float
    fundable_krw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGap:
    """The gap of one cell; money in whole won."""

    cell: str
    state: GapState
    verified_krw: int
    expected_supply_krw: int
    """Match-weighted, rounded to a won."""
    groups: int
    projects: int
    ratio: float
    low: float | None
    high: float | None
    """Bounds of the bootstrap interval; ``None`` without enough data."""


def gap_map(
    demanded: Iterable[Demanded],
    supplied: Iterable[Supplied],
    *,
    cells: Sequence[str],
    policy: GapPolicy = DEFAULT_GAP,
) -> tuple[CellGap, ...]:
    """Measure ``(verified + a) / (sum of p_match x fundable + a)`` in each cell; cells in the order of their keys.

    The interval is the percentile one of a bootstrap (Efron and Tibshirani, 1993) that draws groups and projects with
    all they have in all cells. Its draw follows from what is given, so the same gives the same in any order.

    Raises
    ------
    ValueError
        When a cell is unknown, an amount is below zero, or a probability lies outside [0, 1].
    """
    wants = sorted((one.group, one.cell, one.verified_krw) for one in demanded if one.verified_krw)
    offers = sorted((one.project, one.cell, one.match_probability, one.fundable_krw) for one in supplied)
    places = {cell: at for at, cell in enumerate(sorted(set(cells)))}
    if not all(row[1] in places for row in [*wants, *offers]):
        raise ValueError("an amount stands in a cell that is not on the map")
    if not all(krw > 0 for *_, krw in wants) or not all(krw >= 0 and 0 <= p <= 1 for _, _, p, krw in offers):
        raise ValueError("amounts are won from zero, and probabilities between 0 and 1")
    demand = _table([(who, places[cell], float(krw)) for who, cell, krw in wants], len(places))
    supply = _table([(who, places[cell], p * krw) for who, cell, p, krw in offers if p * krw > 0], len(places))
    drawn = _ratios(demand, supply, _seed(wants, offers, policy), policy)
    tail = (1 - policy.level) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0)
    return tuple(
        _cell(cell, demand[:, [at]], supply[:, [at]], interval=(float(low[at]), float(high[at])), policy=policy)
        for cell, at in places.items()
    )


def _cell(
    cell: str,
    demand: sparse.csc_array,
    supply: sparse.csc_array,
    *,
    interval: tuple[float, float],
    policy: GapPolicy,
) -> CellGap:
    verified, expected = float(demand.sum()), float(supply.sum())
    groups, projects = int(demand.nnz), int(supply.nnz)
    enough = groups >= policy.least_groups and groups + projects >= policy.least_contributors
    low, high = interval
    state = GapState.BALANCED
    if not enough:
        state = GapState.NOT_ENOUGH_DATA
    elif low > 1:
        state = GapState.SUPPLY_SHORT
    elif high < 1:
        state = GapState.DEMAND_SHORT
    return CellGap(
        cell=cell,
        state=state,
        verified_krw=round(verified),
        expected_supply_krw=round(expected),
        groups=groups,
        projects=projects,
        ratio=(verified + policy.balance_krw) / (expected + policy.balance_krw),
        low=low if enough else None,
        high=high if enough else None,
    )


def _table(rows: Sequence[tuple[str, int, float]], cells: int) -> sparse.csc_array:
    """Put amounts into a table of whose (rows, by key) and where (columns); amounts of one place are added up."""
    keys = {key: at for at, key in enumerate(sorted({key for key, _, _ in rows}))}
    who = [keys[key] for key, _, _ in rows]
    table = sparse.coo_array(
        ([amount for *_, amount in rows], (who, [cell for _, cell, _ in rows])), shape=(len(keys), cells)
    )
    return table.tocsc()


def _ratios(demand: sparse.csc_array, supply: sparse.csc_array, seed: int, policy: GapPolicy) -> Floats:
    random = np.random.default_rng(seed)
    sums = [
        (draw_counts(random, table.shape[0], policy.resamples).astype(np.float64) @ table) + policy.balance_krw
        for table in (demand, supply)
    ]
    ratios: Floats = sums[0] / sums[1]
    return ratios


def draw_counts(random: np.random.Generator, members: int, resamples: int) -> NDArray[np.int16]:
    """Draw as many as there are, with replacement, and count how often each was drawn: a resample a row."""
    counts = np.zeros((resamples, members), dtype=np.int16)
    if members:
        for row in counts:
            row[:] = np.bincount(random.integers(members, size=members), minlength=members)
    return counts


def _seed(wants: Sequence[object], offers: Sequence[object], policy: GapPolicy) -> int:
    return int(hashlib.sha256(repr((wants, offers, sorted(asdict(policy).items()))).encode()).hexdigest(), 16)
