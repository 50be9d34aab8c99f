"""Figures of the demand index, trends and gaps, measured on this machine: ``python -m tests.benchmarks.demand``.

Speed on made-up voices; the share of false trends, their power, and the coverage of intervals on simulated markets in
which the truth is known. Nothing here is a test: machines differ, so a figure is reported and never asserted.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from fund_service.market.figures import DemandTrend, trend_of
from matching.demand.components import Evidence, GroupFacts, ThemeFacts
from matching.demand.gap import Demanded, GapPolicy, Supplied, gap_map
from matching.demand.index import demand_index
from matching.demand.policy import MICRO
from matching.demand.priority import rank_priorities
from matching.demand.revision import revise_order
from matching.demand.trend import Exposure, ThemeHeard, TrendDirection, trends_of
from matching.demand.voices import SignalVoice, Voices, voices_of
from tests.benchmarks.figures import Row, show

THEMES, GROUPS = 1_000, 5_000
TODAY = date(2026, 11, 20)
EOK = 10**8
EQUAL = Exposure(recent=1.0, before=1.0)
SETS = 300

Result = TypeVar("Result")


def make_voices(density: float, *, seed: int = 0) -> Voices:
    """Make voices of which three in ten are backed, log-normally."""
    rng = np.random.default_rng(seed)
    theme, group = np.nonzero(rng.random((THEMES, GROUPS)) < density)
    money = rng.lognormal(-1.0, 1.0, len(theme)) * (rng.random(len(theme)) < 0.3)
    return Voices(
        groups=tuple(f"g{at:05}" for at in range(GROUPS)),
        themes=tuple(f"t{at:04}" for at in range(THEMES)),
        theme=theme,
        group=group,
        backed=np.rint(money * MICRO).astype(np.int64),
        spoken=rng.integers(0, MICRO // 5, size=len(theme)),
    )


def make_signals(count: int) -> list[SignalVoice]:
    """Make signals of five themes each."""
    rng = np.random.default_rng(0)
    themes = rng.integers(THEMES, size=(count, 5))
    level = rng.integers(6, size=count)
    return [
        SignalVoice(
            key=f"s{at:06}",
            group=f"g{at % GROUPS:05}",
            digest=f"w{at % (count // 2)}",
            memberships={f"t{theme:04}": 0.2 for theme in themes[at]},
            level=int(level[at]),
            said_on=TODAY,
            verified_krw=EOK if level[at] > 1 else 0,
        )
        for at in range(count)
    ]


def clocked(work: Callable[[], Result]) -> tuple[Result, str]:
    """Run something, and say how long it took."""
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    return done, f"{time.perf_counter() - wall:.1f} s ({time.process_time() - processor:.1f} s of processor)"


def index_rows() -> Iterator[Row]:
    """Time voices, index, flip test, priorities and their revision."""
    signals = make_signals(50_000)
    names = [f"t{at:04}" for at in range(THEMES)]
    _, said = clocked(lambda: voices_of(signals, themes=names, as_of=TODAY))
    yield Row(figure="demand: voices of 50,000 signals", ours=said)
    for density in (0.01, 1.0):
        voices = make_voices(density)
        index, said = clocked(lambda: demand_index(voices))  # noqa: B023 - called at once
        moves = [abs(row.flip_rank - row.rank) for row in index.themes]
        bounds = [row.rank_bound for row in index.themes]
        yield Row(
            figure=f"demand: index and flip test, {THEMES:,} themes x {GROUPS:,} groups, {len(voices.group):,} voices",
            ours=f"{said}; farthest flip {max(moves)} ranks (mean {np.mean(moves):.0f}), bound {max(bounds)}"
            f" (mean {np.mean(bounds):.0f})",
            bar="seconds",
        )
        evidence = make_evidence(voices)
        first = rank_priorities(evidence, exposure=EQUAL)
        previous = [row.theme for row in first.themes]
        ranking, said = clocked(lambda: rank_priorities(evidence, exposure=EQUAL, previous=previous))  # noqa: B023 - called at once
        widths = [row.high_rank - row.low_rank for row in ranking.themes]
        yield Row(
            figure="demand: priorities of the same, 1,000 resamples of groups, weights and normalisations",
            ours=f"{said}; 90 % rank interval {np.mean(widths):.0f} ranks wide on average",
            bar="seconds",
        )
        _, said = clocked(lambda: revise_order(ranking, previous=previous))  # noqa: B023 - called at once
        yield Row(figure="demand: new order of the same", ours=said)


def make_evidence(voices: Voices) -> Evidence:
    """Give every theme its facts, and 20,000 entries of groups theirs."""
    rng = np.random.default_rng(1)
    chosen = rng.choice(len(voices.group), 20_000, replace=False)
    return Evidence.of(
        voices,
        themes=[
            ThemeFacts(theme=theme, policy_fit=float(rng.random()), supply_krw=int(rng.random() * 10**12))
            for theme in voices.themes
        ],
        groups=[
            GroupFacts(
                group=voices.groups[voices.group[at]],
                theme=voices.themes[voices.theme[at]],
                verified_krw=int(voices.backed[at]) * 1_000,
                heard_recently=bool(rng.random() < 0.5),
                heard_before=bool(rng.random() < 0.5),
            )
            for at in chosen
        ],
    )


def trend_rows() -> Iterator[Row]:
    """Count the false ones among the trends told, and the true ones found; beside the exact test theme by theme."""
    rng = np.random.default_rng(2)
    for moving in (0.0, 0.3):
        for base in (5, 10, 20, 40):
            found: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
            for _ in range(SETS):
                truth = np.where(np.arange(100) < 100 * moving, np.where(np.arange(100) % 2, 2.0, 0.5), 1.0)
                before, recent = rng.poisson(base, 100), rng.poisson(base * truth)
                heard = [
                    ThemeHeard(theme=f"t{at}", recent=int(recent[at]), before=int(before[at]), groups=9)
                    for at in range(100)
                ]
                told = {
                    "ours": [
                        one.direction in {TrendDirection.UP, TrendDirection.DOWN}
                        for one in trends_of(heard, exposure=EQUAL)
                    ],
                    "peer": [
                        trend_of(one.recent, one.before, groups=9) in {DemandTrend.UP, DemandTrend.DOWN}
                        for one in heard
                    ],
                }
                for who, said in told.items():
                    flags = np.array(said)
                    false, true = (flags & (truth == 1)).sum(), (flags & (truth != 1)).sum()
                    found[who].append((false / max(1, flags.sum()), true / max(1, (truth != 1).sum())))
            rates = {who: np.mean(pairs, axis=0) for who, pairs in found.items()}
            said = {
                who: f"false {rate[0]:.1%}" + (f", found {rate[1]:.0%}" if moving else "")
                for who, rate in rates.items()
            }
            yield Row(
                figure=f"demand: trends of 100 themes, {base} groups a year, {moving:.0%} doubled or halved",
                ours=said["ours"],
                peer=f"{said['peer']} (exact test of each theme)",
                bar="false <= 10 %",
            )


def gap_rows() -> Iterator[Row]:
    """Count how often the interval of a gap holds the ratio of the market it was drawn from."""
    rng = np.random.default_rng(3)
    policy = GapPolicy(resamples=400)
    for members in (5, 10, 20, 50):
        cells = [f"c{at:03}" for at in range(200)]
        expected = members * np.exp(0.5)
        ratio = (expected * EOK * 50 + policy.balance_krw) / (expected * EOK * 50 * 0.5 + policy.balance_krw)
        wants = [
            Demanded(group=f"g{cell}{at}", cell=cell, verified_krw=int(rng.lognormal() * 50 * EOK))
            for cell in cells
            for at in range(rng.poisson(members))
        ]
        offers = [
            Supplied(
                project=f"p{cell}{at}",
                cell=cell,
                match_probability=0.5,
                fundable_krw=int(rng.lognormal() * 50 * EOK),
            )
            for cell in cells
            for at in range(rng.poisson(members))
        ]
        rows = [row for row in gap_map(wants, offers, cells=cells, policy=policy) if row.low is not None]
        held = np.mean([row.low <= ratio <= row.high for row in rows if row.low is not None and row.high is not None])
        yield Row(
            figure=f"demand: gap interval of 90 %, {members} groups and projects a cell",
            ours=f"holds the truth in {held:.0%} of {len(rows)} cells",
            bar="90 %",
        )
    cells = [f"f{field}:r{region}" for field in range(60) for region in range(8)]
    wants = [
        Demanded(group=f"g{at % GROUPS}", cell=cells[int(rng.integers(len(cells)))], verified_krw=EOK)
        for at in range(20_000)
    ]
    offers = [
        Supplied(project=f"p{at}", cell=cells[int(rng.integers(len(cells)))], match_probability=0.5, fundable_krw=EOK)
        for at in range(20_000)
    ]
    _, said = clocked(lambda: gap_map(wants, offers, cells=cells))
    yield Row(figure="demand: gap map of 60 fields x 8 regions, 5,000 groups, 20,000 projects", ours=said)


def rows(home: Path) -> Iterator[Row]:
    """Measure everything."""
    yield from index_rows()
    yield from trend_rows()
    yield from gap_rows()


if __name__ == "__main__":
    show(rows)
