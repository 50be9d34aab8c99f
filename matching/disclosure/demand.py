"""The table of market demand: technology field by region, themes beside them, money verified and not."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from matching.disclosure.apportionment import apportion
from matching.disclosure.table import AdditiveTable, additive_table

ALL = "*"
"""Code of a total along one dimension."""
SMALL_CELL = 0.05
"""What publishing a cell is worth whatever its money, as a share of the mean over cells that have any."""


class Measure(StrEnum):
    """What an amount counts."""

    STATED = "stated"
    """Money said to be set aside."""
    VERIFIED = "verified"
    """The part of it that rests on a document."""
    UNVERIFIED = "unverified"
    """The other part: never shown, but whoever sees the first two knows it."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A cell's place: a field and a region, either of them all, or a theme."""

    field: str
    region: str
    theme: str = ALL


EVERYTHING = Place(ALL, ALL)
Cell = tuple[Place, Measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one signal brings: whose it is, its money, and the fields, regions and theme it counts in, one at least."""

    key: str
    group: str
    stated_krw: int
    verified_krw: int
    fields: tuple[str, ...]
    regions: tuple[str, ...]
    theme: str

    def shares(self) -> dict[Place, tuple[int, int]]:
        """Apportion its verified and unverified won over its field-by-region cells, and give all its places."""
        inner = [(field, region) for field in self.fields for region in self.regions]
        verified = apportion(self.verified_krw, inner)
        unverified = apportion(self.stated_krw - self.verified_krw, inner)
        shares: dict[Place, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for field, region in inner:
            more = verified[field, region], unverified[field, region]
            for place in (Place(field, region), Place(field, ALL), Place(ALL, region)):
                shares[place] = shares[place][0] + more[0], shares[place][1] + more[1]
        whole = self.verified_krw, self.stated_krw - self.verified_krw
        return dict(shares) | {EVERYTHING: whole, Place(ALL, ALL, self.theme): whole}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Which fields, regions and themes a table has, each in the order shown."""

    fields: Sequence[str]
    regions: Sequence[str]
    themes: Sequence[str]

    def places(self) -> list[Place]:
        """Give every place: inner cells, totals, everything, themes."""
        return [
            *(Place(field, region) for field in (*self.fields, ALL) for region in (*self.regions, ALL)),
            *(Place(ALL, ALL, theme) for theme in self.themes),
        ]

    def sums(self) -> list[tuple[Place, list[Place]]]:
        """Say which places add up to which."""
        return [
            *((Place(field, ALL), [Place(field, region) for region in self.regions]) for field in (*self.fields, ALL)),
            *((Place(ALL, region), [Place(field, region) for field in self.fields]) for region in (*self.regions, ALL)),
            *([(EVERYTHING, [Place(ALL, ALL, theme) for theme in self.themes])] if self.themes else []),
        ]


def demand_table(voices: Iterable[Voice], frame: Frame) -> AdditiveTable:
    """Build the table of all measures; a group's several signals are summed cell by cell."""
    entries: list[tuple[Hashable, Hashable, int]] = []
    for voice in voices:
        for place, (verified, unverified) in voice.shares().items():
            entries += [
                ((place, Measure.VERIFIED), voice.group, verified),
                ((place, Measure.UNVERIFIED), voice.group, unverified),
                ((place, Measure.STATED), voice.group, verified + unverified),
            ]
    places = frame.places()
    keys: list[Hashable] = [(place, measure) for place in places for measure in Measure]
    relations: list[tuple[Hashable, Sequence[Hashable]]] = [
        ((total, measure), [(part, measure) for part in parts]) for total, parts in frame.sums() for measure in Measure
    ]
    relations += [
        ((place, Measure.STATED), [(place, Measure.VERIFIED), (place, Measure.UNVERIFIED)]) for place in places
    ]
    return additive_table(entries, relations, keys=keys, loss=_loss)


def _loss(key: Hashable, amount: int) -> float:
    """Say what a cell is worth to a reader: its money, above all stated; what is never shown is worth nothing."""
    worth = {Measure.STATED: 1.0, Measure.VERIFIED: 0.6, Measure.UNVERIFIED: 0.0}
    return worth[key[1]] * amount if isinstance(key, tuple) else 0.0


def groups_in(voices: Iterable[Voice]) -> dict[Place, frozenset[str]]:
    """Give the ownership groups heard in each place, those without money included."""
    heard: dict[Place, set[str]] = defaultdict(set)
    for voice in voices:
        for place in voice.shares():
            heard[place].add(voice.group)
    return {place: frozenset(groups) for place, groups in heard.items()}


def themes_of(voices: Collection[Voice]) -> list[str]:
    """Give the themes that occur, by name."""
    return sorted({voice.theme for voice in voices})
