"""Disclosure control of a release of 60 fields by 8 regions: its time, what it publishes, and what attacks find."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from matching.disclosure.demand import ALL, Frame, Measure, Place, Voice, demand_table
from matching.disclosure.release import Earlier, Release, make_release
from matching.disclosure.suppression import suppress
from matching.disclosure.table import AdditiveTable
from tests.benchmarks.figures import Row, show
from tests.disclosure_attacks import bounds, width

FIELDS, REGIONS, THEMES = 60, 9, 60
"""Eight regions, and the column of what is limited to none."""
TRIED = 60
"""Withheld cells attacked of each table, the largest of each kind and others at random."""


def demand_of(seed: int, *, signals: int, groups: int, fields: int = FIELDS, themes: int = THEMES) -> list[Voice]:
    """Draw signals: lognormal cheques (sigma 1.2, larger groups), some fields and regions much likelier than others."""
    draw = np.random.default_rng(seed)
    field_share, region_share = draw.dirichlet(np.full(fields, 0.8)), draw.dirichlet(np.full(REGIONS, 1.5))
    size = draw.lognormal(0, 1, groups)
    voices = []
    for number in range(signals):
        group = int(draw.integers(groups))
        amount = int(np.exp(draw.normal(np.log(3e9), 1.2)) * size[group] ** 0.5)
        named = draw.choice(fields, int(draw.choice([1, 2, 3], p=[0.6, 0.3, 0.1])), replace=False, p=field_share)
        within = draw.choice(REGIONS, int(draw.choice([1, 2], p=[0.8, 0.2])), replace=False, p=region_share)
        voices.append(
            Voice(
                key=f"{number:06d}",
                group=f"g{group:05d}",
                stated_krw=amount,
                verified_krw=amount if draw.random() < 0.3 else 0,
                fields=tuple(f"f{one:02d}" for one in sorted(named)),
                regions=tuple(f"r{one}" for one in sorted(within)),
                theme=f"t{int(draw.integers(themes)):02d}",
            )
        )
    return voices


def frame(fields: int = FIELDS, themes: int = THEMES) -> Frame:
    return Frame(
        fields=[f"f{one:02d}" for one in range(fields)],
        regions=[f"r{one}" for one in range(REGIONS)],
        themes=[f"t{one:02d}" for one in range(themes)],
    )


def name_of(place: Place, measure: Measure) -> str:
    return f"{place.field}|{place.region}|{place.theme}|{measure.value}"


def sums_of(table: AdditiveTable) -> list[tuple[str, list[str]]]:
    names = [name_of(*key) for key in table.keys]
    return [(names[relation.total], [names[part] for part in relation.parts]) for relation in table.relations]


def known_of(table: AdditiveTable, release: Release) -> dict[str, float]:
    """Give what a release publishes, exactly: more than anybody knows, who sees it rounded."""
    known = {}
    for place, said in release.places.items():
        for measure, krw in ((Measure.STATED, said.stated_krw), (Measure.VERIFIED, said.verified_krw)):
            if krw is not None:
                known[name_of(place, measure)] = float(table.amounts[table.keys.index((place, measure))])
    return known


def rows(home: Path) -> Iterator[Row]:
    """Measure it."""
    for signals in (1_500, 5_000):
        voices = demand_of(0, signals=signals, groups=signals // 4)
        begin, worked = time.perf_counter(), time.process_time()
        release = make_release(voices, frame())
        took, worked = time.perf_counter() - begin, time.process_time() - worked
        table = demand_table(voices, frame())
        yield Row(
            figure=f"release of {FIELDS} fields x 8 regions + nationwide, {signals} signals",
            ours=f"{took:.1f} s, {worked:.1f} s of processor time", bar="<= 30 s on 2 cores",
        )  # fmt: skip
        yield from _published(table, release, signals)
        yield _attacked(table, release, signals)


def _published(table: AdditiveTable, release: Release, signals: int) -> Iterator[Row]:
    chosen = suppress(table)
    for what, inside in (("fields x regions", True), ("with totals and themes", False)):
        safe = published = unsafe = shown = 0
        for cell, (place, measure) in enumerate(table.keys):
            if measure is not Measure.STATED or (inside and ALL in {place.field, place.region}):
                continue
            said = release.places[place].stated_krw is not None
            if chosen.unsafe[cell]:
                unsafe += 1
                shown += said
            else:
                safe += int(table.amounts[cell])
                published += int(table.amounts[cell]) if said else 0
        yield Row(
            figure=f"stated money of safe cells published, {what}, {signals} signals",
            ours=f"{published / safe:.0%} of safe won; {unsafe - shown} of {unsafe} unsafe cells withheld",
            bar=">= 60 %; 100 %",
        )


def _attacked(table: AdditiveTable, release: Release, signals: int) -> Row:
    known = known_of(table, release)
    amounts = {name_of(*key): float(amount) for key, amount in zip(table.keys, table.amounts, strict=True)}
    hidden = sorted(
        (name for name, amount in amounts.items() if amount and name not in known and not name.endswith("unverified")),
        key=lambda name: -amounts[name],
    )
    draw = np.random.default_rng(1)
    tried = hidden[: TRIED // 2] + [hidden[int(one)] for one in draw.choice(len(hidden), TRIED // 2, replace=False)]
    found = bounds(known, sums_of(table), tried)
    worst = min(width(amounts[name], found[name]) for name in tried)
    return Row(
        figure=f"worst interval by linear programs, {len(tried)} of {len(hidden)} withheld amounts, {signals} signals",
        ours=f"+-{worst:.1%}", bar=">= +-15 %",
    )  # fmt: skip


def next_release(first: Release, voices: list[Voice], of: Frame) -> Release:
    """Make the release after a first one."""
    return make_release(voices, of, earlier=Earlier(number=1, places=first.places, counted={1: first.voices}))


if __name__ == "__main__":
    sys.exit(show(rows))
