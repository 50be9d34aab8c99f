"""Figures of the choice of a portfolio, measured on this machine: ``python -m tests.benchmarks.portfolio``.

Each set is checked against every rule by `fund_service.portfolio.checker`, which did not build the model. Nothing here
is a test: machines differ, so a figure is reported and never asserted.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import click
import numpy as np

from fund_service.portfolio.checker import check
from fund_service.portfolio.choice import CLOSE, EXACT, Choice, Effort, choose
from fund_service.portfolio.explanation import explain
from fund_service.portfolio.greedy import fill_by_ratio
from fund_service.portfolio.model import build
from fund_service.portfolio.problem import CONCENTRATION, MONEY, Problem
from fund_service.portfolio.sampling import choose_on_samples, sample_count
from tests.fund_service.portfolio.instances import random_problem

T = TypeVar("T")

SIZES = ((1_000, 3.0), (10_000, 30.0))
"""Candidates, and the seconds a choice may take."""
SEEDS = range(3)
INSTANCES = range(50)
CENTILE = Effort(gap=1e-2)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def broken(problem: Problem, choice: Choice) -> int:
    return sum(finding.breach_krw for finding in check(problem, choice.chosen))


def large_choices() -> None:
    for size, limit in SIZES:
        for seed in SEEDS:
            problem = random_problem(size, seed=seed)
            choice, seconds = timed(lambda problem=problem: choose(problem, effort=CLOSE))
            click.echo(
                f"| {size:,} candidates, {len(problem.rules)} rules, instance {seed} | {seconds:.1f} s (target"
                f" {limit:.0f} s), gap {choice.gap:.3%}, {len(choice.chosen)} chosen, broken by"
                f" {broken(problem, choice)} won |"
            )


def against_the_plain_choice(*, shares: bool) -> None:
    """Compare with and without the shares that must be reached, on which the plain choice soon gets stuck."""
    gains = []
    for seed in INSTANCES:
        problem = random_problem(200, seed=seed, money_share=0.3)
        if not shares:
            rules = tuple(rule for rule in problem.rules if rule.kind in MONEY | CONCENTRATION)
            problem = replace(problem, rules=rules)
        model = build(problem)
        nobody = np.zeros(len(model.candidates), dtype=bool)
        plain = fill_by_ratio(model, model.values, start=nobody, unwanted=nobody, allowed=[0] * len(model.rows))
        choice = choose(problem, effort=CENTILE)
        if broken(problem, choice):
            raise RuntimeError(f"instance {seed} breaks a rule")
        gains.append(choice.value / max(1, model.worth(plain)) - 1)
    rules_said = "all rules" if shares else "ceilings only"
    click.echo(
        f"| value above greedy by ratio, 50 instances of 200, {rules_said} | least {min(gains):.2%}, median"
        f" {statistics.median(gains):.2%}, most {max(gains):.2%} |"
    )


def whole_answers() -> None:
    for size in (10, 30, 60, 1_000):
        problem = random_problem(size, seed=1, money_share=0.4)
        effort = EXACT if size <= 60 else CLOSE
        choice, chosen = timed(lambda problem=problem, effort=effort: choose(problem, effort=effort))
        _, explained = timed(lambda choice=choice, effort=effort: explain(choice, effort=effort))
        draw = np.random.default_rng(1)
        noise = draw.uniform(0.7, 1.3, (sample_count(size), size))
        draws = [[int(value * step) for value, step in zip(choice.model.values, row, strict=True)] for row in noise]
        _, sampled = timed(lambda choice=choice, draws=draws: choose_on_samples(choice, draws))
        click.echo(
            f"| whole answer, {size:,} candidates | choice {chosen:.1f} s, reasons {explained:.1f} s,"
            f" {len(draws)} samples {sampled:.1f} s |"
        )


if __name__ == "__main__":
    large_choices()
    whole_answers()
    against_the_plain_choice(shares=True)
    against_the_plain_choice(shares=False)
