"""Acceptance models on made-up answers of people whose preference is known: ``python -m tests.benchmarks.acceptance``.

People stand before lists of 50 candidates in the order of the score. The components of a pair come from a Gaussian
copula: both legs of the text follow how relevant it is, facts hardly do, as in lists of the matcher. What people feel
depends on true components, of which the matcher does not know some. They look at a place with a chance that falls with
its rank, and answer ten of the candidates that they look at; "trust" lets them say yes more readily at the top, too.
Figures are of fresh lists: nDCG@10 with the answers people would give, Brier of the same, and the expected calibration
error against the true chances.
"""

from collections.abc import Callable
from dataclasses import dataclass

import click
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import beta, norm

from matching.acceptance import FEATURES, AcceptanceModel, fit_acceptance, prior_model
from matching.acceptance.features import completed, score_weights
from matching.acceptance.figures import brier_losses, calibration_error, ndcg
from matching.parameters import MatchParameters

Floats = NDArray[np.float64]
CANDIDATES, ANSWERED = 50, 10
ACCEPTED = 0.25
LOOKED_AT = 0.7
"""A place is looked at with a chance of 1 / rank ** LOOKED_AT."""
TRUST = 0.4
"""Log odds that a factor e in the rank takes from a yes."""
FRESH = 100
"""Lists that a model is tried on."""


def weighed(**weights: float) -> Callable[[Floats], Floats]:
    return lambda true: true @ np.array([weights.get(name, 0.0) for name in FEATURES])


def together(true: Floats) -> Floats:
    """Return what no line can say: the region counts with money alone, the words with the field alone."""
    part = dict(zip(FEATURES, np.moveaxis(true, -1, 0), strict=True))
    joint: Floats = 4 * part["region"] * (part["ticket"] > 0.6) + 3 * (part["dense"] > 0.45) * (part["field"] > 0)
    return joint


TASTES: dict[str, Callable[[Floats], Floats]] = {
    "region and ticket, hardly text": weighed(region=2, ticket=3, dense=1, lexical=0.5),
    "readiness and consortium": weighed(trl=2.5, consortium=1.5, dense=3),
    "meaning alone": weighed(dense=10),
    "words and field": weighed(lexical=5, field=3),
    "together": together,
    "the score's own": lambda true: 8 * (true @ score_weights(MatchParameters())),
}


@dataclass(frozen=True)
class Lists:
    """Lists of pairs: what the matcher sees, shape (lists, candidates, features), and the true chance of a yes."""

    seen: Floats
    chance: Floats


def components(random: np.random.Generator, lists: int) -> Floats:
    shape = (lists, CANDIDATES)
    relevance = random.standard_normal(shape)

    def following(correlation: float) -> Floats:
        uniform: Floats = norm.cdf(
            correlation * relevance + np.sqrt(1 - correlation**2) * random.standard_normal(shape)
        )
        return uniform

    parts = {
        "dense": beta.ppf(following(0.8), 4, 6),
        "lexical": beta.ppf(following(0.7), 1.5, 5),
        "field": np.searchsorted([0.25, 0.5], following(0.4)) / 2,
        "region": following(0.0) > 0.6,
        "trl": np.searchsorted([0.15, 0.3, 0.45, 0.6], following(0.1)) / 4,
        "ticket": np.minimum(following(0.0) * 1.5, 1.0),
        "consortium": following(0.1) > 0.5,
    }
    return np.stack([parts[name] for name in FEATURES], axis=-1).astype(np.float64)


def partly_unknown(random: np.random.Generator, true: Floats) -> Floats:
    """Hide components of which a whole list does not speak, and those that one project does not state."""
    unspoken, unstated = [0, 0, 0.1, 0.4, 0.2, 0.2, 0.5], [0.01, 0.02, 0.05, 0.05, 0.15, 0.15, 0.1]
    gone = (random.random((len(true), 1, len(FEATURES))) < unspoken) | (random.random(true.shape) < unstated)
    gone[..., 1] &= ~gone[..., 0]
    return np.where(gone, np.nan, true)


def lists_of(taste: Callable[[Floats], Floats], random: np.random.Generator, count: int) -> Lists:
    true = components(random, count)
    seen = partly_unknown(random, true)
    weights = score_weights(MatchParameters())
    score = (completed(seen.reshape(-1, len(FEATURES)), weights) @ weights).reshape(count, CANDIDATES)
    shown = np.argsort(-score, axis=1, kind="stable")[..., np.newaxis]
    felt = taste(np.take_along_axis(true, shown, 1))
    return Lists(seen=np.take_along_axis(seen, shown, 1), chance=expit(felt + LEVELS[taste]))


def level_of(taste: Callable[[Floats], Floats]) -> float:
    felt = taste(components(np.random.default_rng(5), 400))
    level: float = brentq(lambda level: expit(felt + level).mean() - ACCEPTED, -50, 50)
    return level


LEVELS = {taste: level_of(taste) for taste in TASTES.values()}


def learned(
    taste: Callable[[Floats], Floats], random: np.random.Generator, answers: int, *, trust: float
) -> AcceptanceModel:
    people = -(-answers // ANSWERED)
    lists = lists_of(taste, random, people)
    rank = np.arange(1, CANDIDATES + 1)
    looked_at = rank**-LOOKED_AT
    first = np.argsort(-(random.random((people, CANDIDATES)) ** (1 / looked_at)), axis=1)[:, :ANSWERED]
    chance = np.take_along_axis(lists.chance, first, 1)
    odds = chance / (1 - chance) * np.exp(-trust * (np.log(first + 1) - np.log(rank) @ looked_at / looked_at.sum()))
    return fit_acceptance(
        np.take_along_axis(lists.seen, first[..., np.newaxis], 1).reshape(-1, len(FEATURES))[:answers],
        (random.random(odds.shape) < odds / (1 + odds)).reshape(-1)[:answers],
        shown_rank=(first + 1).reshape(-1)[:answers],
        groups=np.repeat(np.arange(people), ANSWERED)[:answers],
    )


def figures(model: AcceptanceModel, lists: Lists, accepted: NDArray[np.bool_]) -> list[float]:
    said = model.probability(lists.seen.reshape(-1, len(FEATURES))).reshape(accepted.shape)
    return [
        float(np.nanmean([ndcg(yes, one) for yes, one in zip(accepted, said, strict=True)])),
        calibration_error(lists.chance.ravel(), said.ravel()),
        float(brier_losses(accepted, said).mean()),
    ]


@click.command()
@click.option("--seeds", default=20, show_default=True)
@click.option("--answers", "counts", multiple=True, type=int, default=(0, 30, 50, 100, 200, 500, 2_000, 10_000))
@click.option("--taste", "names", multiple=True, type=click.Choice(list(TASTES)), default=list(TASTES))
@click.option("--trust", is_flag=True, help="People say yes more readily at the top, too.")
def main(seeds: int, counts: tuple[int, ...], names: tuple[str, ...], trust: bool) -> None:  # noqa: FBT001 - a flag
    """Write one table: each taste, each number of answers, means over the seeds."""
    click.echo(
        "| preference | answers | nDCG@10 score | learned | gain (worst seed) | ECE (worst) | Brier score | learned |"
    )
    click.echo("|---|---|---|---|---|---|---|---|")
    for name in names:
        for count in counts:
            rows = []
            for seed in range(seeds):
                model = learned(
                    TASTES[name], np.random.default_rng([seed, count]), count, trust=TRUST if trust else 0.0
                )
                random = np.random.default_rng([seed, 1 << 40])
                fresh = lists_of(TASTES[name], random, FRESH)
                accepted = random.random(fresh.chance.shape) < fresh.chance
                rows.append(figures(prior_model(), fresh, accepted) + figures(model, fresh, accepted))
            before, _, brier, after, error, brier_after = np.mean(rows, axis=0)
            gains = [row[3] / row[0] - 1 for row in rows]
            worst = max(row[4] for row in rows)
            click.echo(
                f"| {name} | {count:,} | {before:.3f} | {after:.3f} | {after / before - 1:+.1%} ({min(gains):+.1%}) "
                f"| {error:.3f} ({worst:.3f}) | {brier:.4f} | {brier_after:.4f} |"
            )


if __name__ == "__main__":
    main()
