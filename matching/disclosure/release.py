"""A release of market demand: from signals and the release before it to what is published of each place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from matching.disclosure.changes import MIN_CHANGED, Sum, Voices, admitted, groups_changed
from matching.disclosure.demand import Cell, Frame, Measure, Place, Voice, demand_table, groups_in
from matching.disclosure.rounding import band_of, round_together
from matching.disclosure.rules import MIN_GROUPS
from matching.disclosure.suppression import Suppression, suppress
from matching.disclosure.table import AdditiveTable, Cells
from matching.disclosure.tracing import Tracer

SHOWN = (Measure.STATED, Measure.VERIFIED)
ATTEMPTS = 3
"""How often changes that cannot be hidden are told to wait one by one, before all wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPlace:
    """What a release says of a place; nothing of what is withheld, nor why."""

    groups: str | None = None
    """Band of the ownership groups heard there; none below `MIN_GROUPS`, an empty place included."""
    stated_krw: int | None = None
    verified_krw: int | None = None
    since: int = 0
    """Number of the release in which this was first said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The releases so far: what the last one said, and the signals that each one counted, by number."""

    number: int
    places: Mapping[Place, PublishedPlace]
    counted: Mapping[int, Voices]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as it would be published."""

    voices: Voices
    """The signals counted, as they are counted."""
    waiting: int
    """Signals whose change waits for a later release."""
    places: Mapping[Place, PublishedPlace]
    unsafe: frozenset[Cell]
    """Cells that break a primary rule; what else is withheld keeps these hidden."""
    empty: frozenset[Place]
    """Withheld places without any money: told from nobody's."""


def make_release(voices: Iterable[Voice], frame: Frame, *, earlier: Earlier | None = None) -> Release:
    """Decide what is published of each place, after disclosure control.

    A place says again what it said, until `MIN_CHANGED` groups have changed in it; signals whose change could be found
    in a difference are counted as they last were. Where changes cannot be hidden in what may be withheld, they wait
    too.
    """
    new = {voice.key: voice for voice in voices}
    if earlier is None:
        return _Draft(new, frame, None).release(waiting=0)
    old = earlier.counted[earlier.number]
    known = _known_sums(earlier.places, frame)
    barred: set[str] = set()
    for _ in range(ATTEMPTS):
        counted = admitted(old, new, known, barred=barred)
        draft = _Draft(counted, frame, earlier)
        exposed = draft.exposed_places(old)
        if not exposed:
            return draft.release(waiting=_waiting(counted, new))
        barred |= {
            key
            for key in old.keys() | new.keys()
            if old.get(key) != new.get(key)
            and any(place in exposed for voice in (old.get(key), new.get(key)) if voice for place in voice.shares())
        }
    return _Draft(old, frame, earlier).release(waiting=_waiting(old, new))


def _waiting(counted: Voices, new: Voices) -> int:
    return sum(counted.get(key) != new.get(key) for key in counted.keys() | new.keys())


def _published(said: PublishedPlace, measure: Measure) -> bool:
    if measure is Measure.STATED:
        return said.stated_krw is not None
    if measure is Measure.VERIFIED:
        return said.verified_krw is not None
    return said.stated_krw is not None and said.verified_krw is not None


def _known_sums(places: Mapping[Place, PublishedPlace], frame: Frame) -> list[Sum]:
    """Give the amounts that a reader of the last release knows: what was published, and the remainders that follow."""
    nothing = PublishedPlace()
    known = [
        Sum(frozenset({place}), measure)
        for place, said in places.items()
        for measure in Measure
        if _published(said, measure)
    ]
    for total, parts in frame.sums():
        for measure in Measure:
            if _published(places.get(total, nothing), measure):
                hidden = frozenset(part for part in parts if not _published(places.get(part, nothing), measure))
                known += [Sum(hidden, measure)] if hidden else []
    return known


class _Draft:
    """One set of counted signals, with what may be published of it."""

    def __init__(self, voices: Voices, frame: Frame, earlier: Earlier | None) -> None:
        self.voices, self.frame, self.earlier = voices, frame, earlier
        self.table: AdditiveTable = demand_table(voices.values(), frame)
        self.cells = cast("tuple[Cell, ...]", self.table.keys)
        self.position = {cell: number for number, cell in enumerate(self.cells)}
        self.heard = groups_in(voices.values())
        self.kept, self.held = self._locked()
        self.chosen: Suppression = suppress(self.table, withheld=self.held, published=self.kept)

    def _locked(self) -> tuple[Cells, Cells]:
        """Say which cells must stay published, and which withheld, since too few groups changed in them."""
        kept, held = np.zeros((2, len(self.table.keys)), dtype=np.bool_)
        if self.earlier is None:
            return kept, held
        before: dict[int, dict[Cell, dict[str, int]]] = {}
        for place, said in self.earlier.places.items():
            if said.since not in before:
                before[said.since] = contributions(self.earlier.counted[said.since].values())
            for measure in SHOWN:
                cell = self.position.get((place, measure))
                if cell is None:
                    continue
                now = {str(self.table.groups[group]): won for group, won in self.table.of(cell).items()}
                if groups_changed(before[said.since].get((place, measure), {}), now) < MIN_CHANGED:
                    (kept if _published(said, measure) else held)[cell] = True
            both = [self.position.get((place, measure), -1) for measure in SHOWN]
            if min(both) >= 0 and kept[both].all():
                kept[self.position[place, Measure.UNVERIFIED]] = True
        return kept, held

    def exposed_places(self, old: Voices) -> set[Place]:
        """Name places with something that cannot be hidden: an amount, or what one or two groups changed in it."""
        exposed = {self.cells[cell][0] for cell in self.chosen.exposed}
        return exposed | self._exposed_changes(old)

    def _exposed_changes(self, old: Voices) -> set[Place]:
        """Look at the difference to the last release as at a table: what is not published in both hides its changes."""
        was = contributions(old.values())
        count = len(self.table.keys)
        moved, few, known = np.zeros(count), [], np.zeros(count, dtype=np.bool_)
        nothing = PublishedPlace()
        for (place, measure), cell in self.position.items():
            before = was.get((place, measure), {})
            now = {str(self.table.groups[group]): won for group, won in self.table.of(cell).items()}
            moved[cell] = abs(sum(now.values()) - sum(before.values()))
            said = self.earlier.places.get(place, nothing) if self.earlier else nothing
            known[cell] = _published(said, measure) and not self.chosen.withheld[cell]
            if 0 < groups_changed(before, now) < MIN_CHANGED and not known[cell] and moved[cell]:
                few.append(cell)
        tracer = Tracer(self.table)
        return {
            self.cells[cell][0] for cell in few if tracer.trace(cell, moved, withheld=~known, open_cells=~known) is None
        }

    def release(self, *, waiting: int) -> Release:
        """Round what is published, and say again what must be said again."""
        verified = self._rounded(Measure.VERIFIED, least={})
        stated = self._rounded(Measure.STATED, least=verified)
        number = self.earlier.number + 1 if self.earlier else 1
        places = {}
        for place in self.frame.places():
            said = PublishedPlace(
                groups=self._band(place), stated_krw=stated.get(place), verified_krw=verified.get(place), since=number
            )
            before = self.earlier.places.get(place) if self.earlier else None
            places[place] = before if before is not None and _same(before, said) else said
        return Release(
            voices=self.voices,
            waiting=waiting,
            places=places,
            unsafe=frozenset(self.cells[cell] for cell in np.flatnonzero(self.chosen.unsafe)),
            empty=frozenset(
                place
                for place, said in places.items()
                if said.stated_krw is None and not self.table.amounts[self.position[place, Measure.STATED]]
            ),
        )

    def _band(self, place: Place) -> str | None:
        """Give the band of a place's groups, the one said before until `MIN_CHANGED` of them came or went."""
        now = self.heard.get(place, frozenset())
        before = self.earlier.places.get(place) if self.earlier else None
        if self.earlier is not None and before is not None:
            then = groups_in(self.earlier.counted[before.since].values()).get(place, frozenset())
            if len(now ^ then) < MIN_CHANGED:
                return before.groups
        return band_of(len(now))

    def _rounded(self, measure: Measure, *, least: Mapping[Place, int]) -> dict[Place, int]:
        """Round the published amounts of one measure; a place where too few are heard says nothing of money either."""
        shown = {
            place: int(self.table.amounts[cell])
            for place in self.frame.places()
            if not self.chosen.withheld[cell := self.position[place, measure]]
            and (self.kept[cell] or len(self.heard.get(place, ())) >= MIN_GROUPS)
            and (measure is Measure.STATED or not self.chosen.withheld[self.position[place, Measure.STATED]])
        }
        fixed = {
            place: said
            for place in shown
            if self.kept[self.position[place, measure]]
            and self.earlier is not None
            and (said := _said(self.earlier.places[place], measure)) is not None
        }
        sums = [
            (total, parts) for total, parts in self.frame.sums() if total in shown and all(p in shown for p in parts)
        ]
        return round_together(
            shown, sums, least={place: krw for place, krw in least.items() if place in shown}, fixed=fixed
        )


def _said(said: PublishedPlace, measure: Measure) -> int | None:
    return said.stated_krw if measure is Measure.STATED else said.verified_krw


def _same(before: PublishedPlace, now: PublishedPlace) -> bool:
    return (before.groups, before.stated_krw, before.verified_krw) == (now.groups, now.stated_krw, now.verified_krw)


def contributions(voices: Iterable[Voice]) -> dict[Cell, dict[str, int]]:
    """Give what each group brings into each cell, such as bring nothing left out."""
    brought: dict[Cell, dict[str, int]] = defaultdict(dict)
    for voice in voices:
        for place, (verified, unverified) in voice.shares().items():
            for measure, won in (
                (Measure.VERIFIED, verified),
                (Measure.UNVERIFIED, unverified),
                (Measure.STATED, verified + unverified),
            ):
                if won:
                    here = brought[place, measure]
                    here[voice.group] = here.get(voice.group, 0) + won
    return dict(brought)
