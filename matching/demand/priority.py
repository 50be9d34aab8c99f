"""Composite priority of themes: visible weights, and ranks with the interval that the evidence leaves them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

from matching.demand.components import COMPONENTS, DEFAULT_COMPONENTS, ComponentPolicy, Evidence, component_values
from matching.demand.gap import draw_counts
from matching.demand.policy import DEFAULT_POLICY, MICRO, DemandPolicy
from matching.demand.trend import Exposure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityWeights:
    """What each component counts; any numbers from zero, taken as shares of their sum."""

    demand: float = 0.30
    """The most: the plan asks for market demand to steer."""
    breadth: float = 0.20
    """Many groups rather than one, before growth: it is the harder to feign."""
    growth: float = 0.15
    gap: float = 0.15
    """Less: both rest on few events in a thin theme."""
    policy: float = 0.20
    """As much as breadth: pillars and targets are law, demand is advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityPolicy:
    """How the composite is computed and shaken."""

    floor: float = 0.05
    """The least a component is worth: without it a geometric mean lets one nought silence a theme."""
    concentration: float = 50.0
    """Of the Dirichlet around the weights: a weight of .20 is drawn within .12 and .30 nine times of ten."""
    resamples: int = 1_000
    level: float = 0.90
    components: ComponentPolicy = DEFAULT_COMPONENTS
    demand: DemandPolicy = DEFAULT_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemePriority:
    """Where a theme stands, 1 for the first; components by name."""

    theme: str
    rank: int
    score: float
    low_rank: int
    high_rank: int
    """Best and worst rank of the interval."""
    raw_rank: int
    """Its rank if no voice were capped."""
    previous_rank: int | None
    """Where it stood; a new one counts as behind all that stood already, and has none."""
    improves: float | None
    """Probability that it ranks better than it stood; ``None`` where no ranking came before."""
    values: Mapping[str, float]
    """Components in their own units."""
    worths: Mapping[str, float]
    """Components as they enter the mean, from the floor to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityRanking:
    """Themes by rank, the weights as shares, and the sha256 of all that the ranking was made from."""

    themes: tuple[ThemePriority, ...]
    weights: Mapping[str, float]
    digest: str


def rank_priorities(
    evidence: Evidence,
    *,
    exposure: Exposure,
    weights: PriorityWeights | None = None,
    previous: Sequence[str] = (),
    policy: PriorityPolicy | None = None,
) -> PriorityRanking:
    """Rank themes by the weighted geometric mean of five components.

    A component's worth is its percentile among the themes: a theme that outgrows all others by far then shifts nobody
    else, so what one group does stays within the bound on ranks. Good deeds of one component make up for another only
    in part (OECD and JRC, Handbook on Constructing Composite Indicators, 2008).

    The interval draws ownership groups with replacement (each with all it says and does), weights from a Dirichlet
    around those given, and one of three normalisations: percentile, min-max, standard normal. The draw follows from
    the digest of the input.

    Parameters
    ----------
    previous : sequence of str
        Keys of the last ranking, first to last; themes that ended since are left out.

    Raises
    ------
    ValueError
        When weights are below zero or all zero, or ``previous`` names a theme twice.
    """
    policy = policy or PriorityPolicy()
    shares = _shares(weights or PriorityWeights())
    stood = _standing(previous, evidence.voices.themes)
    digest = _digest(evidence, exposure, shares, previous, policy)
    if not evidence.voices.themes:
        return PriorityRanking(themes=(), weights=_named(shares), digest=digest)
    random = np.random.default_rng(int(digest, 16))
    observed = np.ones((1, len(evidence.groups)), dtype=np.int16)
    counts = np.vstack([observed, draw_counts(random, len(evidence.groups), policy.resamples)])
    values = component_values(evidence, counts, exposure=exposure, demand=policy.demand, policy=policy.components)
    worths = percentile_worth(values[:, :1], floor=policy.floor)
    score = geometric_mean(worths, shares[:, None])[0]
    ranks = ranks_by_score(score[None])[0]
    drawn = ranks_by_score(_shaken(values[:, 1:], shares, random, policy))
    tail = (1 - policy.level) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0, method="inverted_cdf").astype(np.int64)
    raw = ranks_by_score(_raw_score(evidence, values[:, :1], shares, policy))[0]
    improves = (drawn < stood).mean(axis=0) if previous else None
    known = set(previous)
    themes = (
        ThemePriority(
            theme=theme,
            rank=int(ranks[at]),
            score=float(score[at]),
            low_rank=int(low[at]),
            high_rank=int(high[at]),
            raw_rank=int(raw[at]),
            previous_rank=int(stood[at]) if theme in known else None,
            improves=None if improves is None else float(improves[at]),
            values=_named(values[:, 0, at]),
            worths=_named(worths[:, 0, at]),
        )
        for at, theme in enumerate(evidence.voices.themes)
    )
    return PriorityRanking(
        themes=tuple(sorted(themes, key=lambda one: one.rank)), weights=_named(shares), digest=digest
    )


def _shares(weights: PriorityWeights) -> Floats:
    given = np.array(astuple(weights), dtype=np.float64)
    if not (given >= 0).all() or not 0 < given.sum() < np.inf:
        raise ValueError("weights are numbers from zero, one of them above it")
    shares: Floats = given / given.sum()
    return shares


def _standing(previous: Sequence[str], themes: Sequence[str]) -> Ints:
    """Give where each theme stood among those that are still there; new ones all stand behind the last."""
    if len(set(previous)) < len(previous):
        raise ValueError("the previous ranking names each theme once")
    there = set(themes)
    stood = {theme: at + 1 for at, theme in enumerate([theme for theme in previous if theme in there])}
    return np.array([stood.get(theme, len(stood) + 1) for theme in themes], dtype=np.int64)


def _named(values: Floats) -> dict[str, float]:
    return dict(zip(COMPONENTS, values.tolist(), strict=True))


def _digest(
    evidence: Evidence, exposure: Exposure, shares: Floats, previous: Sequence[str], policy: PriorityPolicy
) -> str:
    total = hashlib.sha256(evidence.voices.digest.encode())
    for table in (evidence.recent, evidence.before, evidence.verified):
        plain = table.sorted_indices()
        for part in (plain.indptr, plain.indices, plain.data):
            total.update(part.astype("<f8").tobytes())
    total.update(evidence.supply.tobytes() + evidence.policy_fit.tobytes() + shares.tobytes())
    total.update(repr((evidence.groups, asdict(exposure), tuple(previous), sorted(asdict(policy).items()))).encode())
    return total.hexdigest()


def percentile_worth(values: Floats, *, floor: float) -> Floats:
    """Give each theme's place among all, (rank - 1/2) / themes on average of equals, from the floor to 1."""
    worth: Floats = floor + (1 - floor) * (rankdata(values, axis=-1) - 0.5) / values.shape[-1]
    return worth


def range_worth(values: Floats, *, floor: float) -> Floats:
    """Give each theme's place between the least and the largest, from the floor to 1; one half where all are equal."""
    least, span = values.min(axis=-1, keepdims=True), np.ptp(values, axis=-1, keepdims=True)
    worth: Floats = np.divide(values - least, span, out=np.full(values.shape, 0.5), where=span > 0)
    return floor + (1 - floor) * worth


def normal_worth(values: Floats, *, floor: float) -> Floats:
    """Give the standard normal distribution function of each theme's standardised value, from the floor to 1."""
    spread = values.std(axis=-1, keepdims=True)
    standard = np.divide(
        values - values.mean(axis=-1, keepdims=True), spread, out=np.zeros(values.shape), where=spread > 0
    )
    worth: Floats = ndtr(standard)
    return floor + (1 - floor) * worth


NORMALISATIONS = (percentile_worth, range_worth, normal_worth)


def geometric_mean(worths: Floats, shares: Floats) -> Floats:
    """Give the weighted geometric mean over the first axis; ``shares`` has a column a resample."""
    mean: Floats = np.exp((np.log(worths) * shares[:, :, None]).sum(axis=0))
    return mean


def ranks_by_score(scores: Floats) -> Ints:
    """Rank the themes of each row, 1 for the largest score; equal ones (to 12 digits) in the order of their keys."""
    order = np.argsort(-np.round(scores, 12), axis=1, kind="stable")
    ranks = np.empty(scores.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, scores.shape[1] + 1)[None], axis=1)
    return ranks


def _shaken(values: Floats, shares: Floats, random: np.random.Generator, policy: PriorityPolicy) -> Floats:
    """Score each resample with weights and a normalisation of its own."""
    used = shares > 0
    weights = np.zeros((len(shares), policy.resamples))
    weights[used] = random.dirichlet(policy.concentration * shares[used], size=policy.resamples).T
    chosen = random.integers(len(NORMALISATIONS), size=policy.resamples)
    scores = np.empty(values.shape[1:])
    for number, worth_of in enumerate(NORMALISATIONS):
        rows = chosen == number
        scores[rows] = geometric_mean(worth_of(values[:, rows], floor=policy.floor), weights[:, rows])
    return scores


def _raw_score(evidence: Evidence, values: Floats, shares: Floats, policy: PriorityPolicy) -> Floats:
    """Score the themes as if every voice counted in full."""
    voices = evidence.voices
    said = (voices.backed + voices.spoken) / MICRO
    total = np.bincount(voices.theme, said, minlength=len(voices.themes))
    squares = np.bincount(voices.theme, said**2, minlength=len(voices.themes))
    uncapped = values.copy()
    uncapped[0, 0] = np.round(total, 9)
    uncapped[1, 0] = np.round(np.divide(total**2, squares, out=np.zeros(len(total)), where=squares > 0), 9)
    return geometric_mean(percentile_worth(uncapped, floor=policy.floor), shares[:, None])
