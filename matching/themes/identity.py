"""Which themes go on under their identity when themes are found anew, and which split, merge, end or begin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

import numpy as np
from scipy.optimize import linear_sum_assignment

LINKED_FROM = 0.5
"""Share of the smaller theme's members that two themes must share for one to come from the other."""

SAME_MEANING = 0.9
"""Cosine of the centroids from which a theme goes on though every signal in it was replaced."""


class StepKind(StrEnum):
    """What became of a theme from one summary to the next."""

    CONTINUES = "continues"
    """It goes on, and from nothing else."""
    SPLIT = "split"
    """It is one of several that came from the same one."""
    MERGED = "merged"
    """It came from several."""
    NEW = "new"
    """It came from none."""
    ENDED = "ended"
    """Nothing came from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTheme:
    """A theme to compare: its key, its members, and its unit centroid, empty where there is none.

    Raises
    ------
    ValueError
        When it has no members.
    """

    key: str
    members: frozenset[str]
    centroid: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError(f"theme {self.key} has no members")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeStep:
    """One line from an old theme to a new one; either end is missing where a theme begins or ends.

    ``jaccard`` is the share of members in both; ``keeps_identity`` tells whether the new theme is the old one gone on:
    each old theme goes on in at most one new theme, and each new theme is at most one old one gone on.
    """

    kind: StepKind
    old: str | None
    new: str | None
    jaccard: float = 0.0
    keeps_identity: bool = False


def continue_themes(old: Sequence[KnownTheme], new: Sequence[KnownTheme]) -> list[ThemeStep]:
    """Return what became of each old theme and where each new one came from, by keys.

    A new theme comes from an old one when they share ``LINKED_FROM`` of the smaller one's members; those without any
    such tie are linked when their centroids are nearly the same (``SAME_MEANING``). Among linked pairs, identity goes
    where it makes the sum of Jaccard indices and centroid cosines greatest (Kuhn, 1955). The order of themes changes
    nothing.
    """
    before = {theme.key: theme for theme in sorted(old, key=lambda theme: theme.key)}
    after = {theme.key: theme for theme in sorted(new, key=lambda theme: theme.key)}
    links = _links(before, after)
    kept = _identities(before, after, links)
    from_old = _counted(source for source, _ in links)
    into_new = _counted(target for _, target in links)
    steps = [
        ThemeStep(
            kind=_kind(from_old[source], into_new[target]),
            old=source,
            new=target,
            jaccard=_jaccard(before[source], after[target]),
            keeps_identity=(source, target) in kept,
        )
        for source, target in links
    ]
    begun = [ThemeStep(kind=StepKind.NEW, old=None, new=key) for key in after if key not in into_new]
    ended = [ThemeStep(kind=StepKind.ENDED, old=key, new=None) for key in before if key not in from_old]
    return [*steps, *begun, *ended]


def _links(before: Mapping[str, KnownTheme], after: Mapping[str, KnownTheme]) -> list[tuple[str, str]]:
    """Return the pairs of an old and a new theme of which one comes from the other, in order of keys."""
    places: dict[str, list[str]] = {}
    for target in after.values():
        for member in target.members:
            places.setdefault(member, []).append(target.key)
    linked = set()
    for source in before.values():
        shared = _counted(key for member in source.members for key in places.get(member, ()))
        linked |= {
            (source.key, key)
            for key, number in shared.items()
            if number >= LINKED_FROM * min(len(source.members), len(after[key].members))
        }
    lone_old = [theme for key, theme in before.items() if all(key != source for source, _ in linked)]
    lone_new = [theme for key, theme in after.items() if all(key != target for _, target in linked)]
    worth = np.array([[_cosine(source, target) for target in lone_new] for source in lone_old])
    if worth.size:
        for row, column in zip(
            *linear_sum_assignment(np.where(worth >= SAME_MEANING, worth, 0.0), maximize=True), strict=True
        ):
            if worth[row, column] >= SAME_MEANING:
                linked.add((lone_old[row].key, lone_new[column].key))
    return sorted(linked)


def _identities(
    before: Mapping[str, KnownTheme], after: Mapping[str, KnownTheme], links: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return the links along which identity goes: no theme at either end of two."""
    rows = {key: number for number, key in enumerate(sorted({source for source, _ in links}))}
    columns = {key: number for number, key in enumerate(sorted({target for _, target in links}))}
    worth = np.zeros((len(rows), len(columns)))
    for source, target in links:
        pair = before[source], after[target]
        worth[rows[source], columns[target]] = round(_jaccard(*pair) + max(_cosine(*pair), 0.0), 9) + _LINKED
    chosen = set(zip(*(part.tolist() for part in linear_sum_assignment(worth, maximize=True)), strict=True))
    return {(source, target) for source, target in links if (rows[source], columns[target]) in chosen}


_LINKED = 1e-6  # any link is worth more than none


def _kind(parts: int, sources: int) -> StepKind:
    if sources > 1:
        return StepKind.MERGED
    return StepKind.SPLIT if parts > 1 else StepKind.CONTINUES


def _jaccard(left: KnownTheme, right: KnownTheme) -> float:
    return round(len(left.members & right.members) / len(left.members | right.members), 6)


def _cosine(left: KnownTheme, right: KnownTheme) -> float:
    """Return the cosine of two centroids; 0 where either is missing, or they are of different encoders."""
    if len(left.centroid) != len(right.centroid):
        return 0.0
    return fsum(a * b for a, b in zip(left.centroid, right.centroid, strict=True))


def _counted(keys: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for key in keys:
        counted[key] = counted.get(key, 0) + 1
    return counted
