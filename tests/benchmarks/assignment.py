"""Figures of the assignment of rounds, measured on this machine: ``python -m tests.benchmarks.assignment [--dense]``.

Each choice is checked against every quota by plain counting that shares nothing with the solver. Beside it stand the
greedy choice (the best pair that still fits, again and again), and the bound. Nothing here is a test: machines differ,
so a figure is reported and never asserted.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from matching.assignment.assign import Assignment, InvestorQuota, Lot, Pairs, ProjectQuota, assign
from tests.benchmarks.figures import Row, show
from tests.matching.assignment.assignment_check import breaches, missing_looks, rows_of

INVESTORS, PROJECTS = 1_000, 10_000
NEAREST = 50
"""Pairs kept of each investor and of each project."""
LOOKS, PLACES = 20, 5
EOK = 10**8
LIMITS = {"no money": "none", "investors": "investors'", "both": "both sides'"}

Round = tuple[list[InvestorQuota], list[ProjectQuota], Pairs]


def make_round(*, seed: int, money: str, dense: bool = False) -> Round:
    """Make a round of preferences in 16 dimensions; ``money`` binds nobody, investors, or both sides."""
    rng = np.random.default_rng(seed)
    value = 1 / (1 + np.exp(-(rng.normal(size=(INVESTORS, 16)) @ rng.normal(size=(PROJECTS, 16)).T) / 3))
    kept = np.full(value.shape, fill_value=dense)
    if not dense:
        for axis in (0, 1):
            nearest = np.take(np.argpartition(-value, NEAREST, axis=axis), range(NEAREST), axis=axis)
            np.put_along_axis(kept, nearest, values=True, axis=axis)
    investor, project = np.nonzero(kept)
    ticket = rng.integers(1, 50, size=INVESTORS) * EOK
    need = rng.integers(20, 200, size=PROJECTS) * EOK
    investors = [
        InvestorQuota(f"i{at:05}", LOOKS, None if money == "no money" else int(ticket[at]) * 15)
        for at in range(INVESTORS)
    ]
    projects = [ProjectQuota(f"p{at:05}", PLACES, int(need[at]) if money == "both" else None) for at in range(PROJECTS)]
    return investors, projects, Pairs(investor, project, value[investor, project], ticket[investor])


def greedy_total(it: Round) -> float:
    """Take the best pair that still fits, again and again."""
    investors, projects, pairs = it
    rows = rows_of(pairs)
    looks, places = [one.attention for one in investors], [one.places for one in projects]
    money, need = [one.money_krw for one in investors], [one.need_krw for one in projects]
    total = 0.0
    for at in np.argsort(-pairs.value, kind="stable").tolist():
        i, j, value, ticket = rows[at]
        enough = (money[i] is None or money[i] >= ticket) and (need[j] is None or need[j] >= ticket)
        if looks[i] and places[j] and enough:
            looks[i], places[j], total = looks[i] - 1, places[j] - 1, total + value
            money[i] = None if money[i] is None else money[i] - ticket
            need[j] = None if need[j] is None else need[j] - ticket
    return total


def measured(it: Round, *, floor: int, lot: Lot | None) -> tuple[str, Assignment]:
    """Assign, and say what came of it, with what an independent count finds broken."""
    investors, projects, pairs = it
    wall, work = time.perf_counter(), time.process_time()
    found = assign(investors, projects, pairs=pairs, min_exposure=floor, lot=lot)
    wall, work = time.perf_counter() - wall, time.process_time() - work
    broken = len(breaches(investors, projects, pairs, found.chosen.tolist()))
    missing = missing_looks(projects, pairs, found.chosen.tolist(), floor)
    said = (
        f"{wall:.2f} s ({work:.2f} s of processor), total {found.total:,.1f}, {found.total / found.bound:.2%} of the"
        f" bound, {found.total / found.unconstrained:.2%} of no limits but looks; {broken} quotas broken,"
        f" {missing} looks missing; {'proven best' if found.exact else 'not proven'}"
    )
    if floor:
        share = found.price_of_fairness / found.without_floor
        said += f"; price of the floor {found.price_of_fairness:,.1f} ({share:.2%})"
    if lot is not None:
        said += f"; price of the lot {found.price_of_lot:,.1f} ({found.price_of_lot / found.with_floor:.2%})"
    return said, found


def rows(home: Path) -> Iterator[Row]:
    """Measure rounds without money, with investors' money, and with money and needs."""
    for money in ("no money", "investors", "both"):
        it = make_round(seed=0, money=money)
        called = f"{INVESTORS:,} x {PROJECTS:,}, {len(it[2].value):,} pairs, money limits: {LIMITS[money]}"
        for floor, lot in ((0, None), (1, None), (1, Lot(5_000, 1))):
            said, _ = measured(it, floor=floor, lot=lot)
            started = time.process_time()
            peer = "" if floor else f"total {greedy_total(it):,.1f} in {time.process_time() - started:.2f} s (greedy)"
            drawn = "" if lot is None else ", lot: no pair above 0.5"
            bar = "<= 2 s, no quota broken" + ("" if floor else "; >= 99 % where nothing binds")
            yield Row(figure=f"assignment {called}, floor {floor}{drawn}", ours=said, peer=peer, bar=bar)


def dense_rows(home: Path) -> Iterator[Row]:
    """Measure a round of all 10,000,000 pairs: minutes, and some 4 GB."""
    it = make_round(seed=0, money="no money", dense=True)
    said, _ = measured(it, floor=1, lot=None)
    near, _ = measured(make_round(seed=0, money="no money"), floor=1, lot=None)
    yield Row(figure=f"assignment, all {len(it[2].value):,} pairs, floor 1", ours=said, peer=f"{near} (nearest 50)")


if __name__ == "__main__":
    show(*((rows, dense_rows) if "--dense" in sys.argv and not sys.argv.remove("--dense") else (rows,)))
