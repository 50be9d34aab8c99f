"""What each fact of a project means to a signal, worked out once for each distinct fact and looked up for each pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.blend import FIT_COMPONENTS, Part, weight_of
from matching.brief import ProjectBrief, SignalBrief, text_project, text_signal
from matching.facts.eligibility import failed_gates
from matching.facts.fit import ProjectFacts
from matching.matcher import to_steps
from matching.parameters import MatchParameters

READ_TOGETHER: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("fields",): ("fields", "excluded_fields"),
    ("region", "region_specific"): ("regions", "region_bound", "region_specific_wanted"),
    ("stage", "trl_now", "trl_target"): ("stages", "trl_min", "trl_max"),
    ("need_krw",): ("ticket_min_krw", "ticket_max_krw", "available_krw"),
    ("parties",): ("bound_to",),
    ("consortium",): ("anchor_wanted",),
}
"""Facts of a project and the conditions of a signal that speak of them: no gate and no component of a score reads
facts of two groups. ``excluded_terms`` are looked up in texts; ``expires_on`` and ``live`` need no project."""

NOTHING_ASKED = -1
"""Stands in ``SignalFacts.start`` for a group that a signal does not speak of."""

WORTH_UNITS = 2**16
"""Units in which the weighted worth of all facts of a pair is kept, rounded up."""

KNOWN_AT, CLOSED_AT = 17, 22
WORTH_MASK = (1 << KNOWN_AT) - 1
"""What facts say to a signal, in one number: units of worth, from bit ``KNOWN_AT`` on which components are known, from
bit ``CLOSED_AT`` on the gates that are closed. No two groups of facts say the same bit, so that what the groups say can
be added up."""

_BLANK_PROJECT = text_project("", ())
_BLANK_SIGNAL = text_signal("", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFacts:
    """What the facts of projects mean to some signals.

    Attributes
    ----------
    start : int64 array (signals, groups)
        Where in the arrays below the entries for a signal and a group begin; the code of a project's fact is added.
    said : int32 array (entries,)
        All that a fact says, in one number (``KNOWN_AT``); worth comes in ``unit``.
    weights : float32 each
        Weights of the components, in their order.
    failed : uint16 array (entries,)
        Bits of the gates that a fact closes.
    always_failed : uint16 array (signals,)
        Bits of the gates that are closed whatever the project.
    may_fail : bool array (signals,)
        Whether some fact closes a gate.
    groups : int64 array (components,)
        The group of facts that decides each component, -1 where none does.
    worths : float64 array (components, entries)
        What an entry makes each component worth, to four decimals; not a number where it is not known.
    codes : uint32 array (groups, projects)
        As in ``FactTables``.
    """

    start: NDArray[np.int64]
    said: NDArray[np.int32]
    unit: np.float32
    weights: tuple[np.float32, ...]
    failed: NDArray[np.uint16]
    always_failed: NDArray[np.uint16]
    may_fail: NDArray[np.bool_]
    groups: NDArray[np.int64]
    worths: NDArray[np.float64]
    codes: NDArray[np.uint32]

    @property
    def for_pairs(self) -> tuple[NDArray[Any], ...]:
        """What ``blend_parts`` reads."""
        return self.start, self.codes, self.groups, self.worths

    def closed(self, signals: NDArray[np.int32], projects: NDArray[np.int32]) -> NDArray[np.uint16]:
        """Return the bits of the gates that are closed to pairs given by the rows of their signals and projects."""
        asked, entries = self._entries(signals, projects)
        by_facts = np.bitwise_or.reduce(np.where(asked, self.failed[entries], np.uint16(0)), axis=1)
        bits: NDArray[np.uint16] = self.always_failed[signals] | by_facts
        return bits

    def _entries(
        self, signals: NDArray[np.int32], projects: NDArray[np.int32]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return for each pair and group whether the signal speaks of it, and the entry of the project's fact."""
        start = self.start[signals]
        asked = start != NOTHING_ASKED
        return asked, np.where(asked, start + self.codes[:, projects].T, 0)


class FactTables:
    """The distinct facts of projects, group by group.

    Attributes
    ----------
    codes : uint32 array (groups, projects)
        Which of a group's distinct facts each project has.
    """

    def __init__(self, projects: Sequence[ProjectBrief]) -> None:
        self.codes = np.empty((len(READ_TOGETHER), len(projects)), dtype=np.uint32)
        self._facts: list[ProjectFacts] = []
        self._sizes: list[int] = []
        for group, names in enumerate(READ_TOGETHER):
            places: dict[tuple[Any, ...], int] = {}
            self.codes[group] = [
                places.setdefault(tuple(getattr(project, name) for name in names), len(places)) for project in projects
            ]
            distinct = [replace(_BLANK_PROJECT, **dict(zip(names, values, strict=True))) for values in places]
            self._facts.append(ProjectFacts(distinct))
            self._sizes.append(len(distinct))

    def of(self, signals: Sequence[SignalBrief], *, today: date, parameters: MatchParameters) -> SignalFacts:
        """Work out what the facts mean to signals; conditions that several signals make are worked out once."""
        gathered = _Gathered(parameters)
        start = np.full((len(signals), len(READ_TOGETHER)), NOTHING_ASKED, dtype=np.int64)
        known: dict[tuple[int, Any], int] = {}
        for group, (names, size) in enumerate(zip(READ_TOGETHER.values(), self._sizes, strict=True)):
            read = attrgetter(*names)
            blank = read(_BLANK_SIGNAL)
            for row, signal in enumerate(signals):
                conditions = read(signal)
                if conditions == blank:
                    continue
                if (group, conditions) not in known:
                    asking = replace(_BLANK_SIGNAL, **{name: getattr(signal, name) for name in names})
                    known[group, conditions] = gathered.add(group, asking, self._facts[group], size=size, today=today)
                start[row, group] = known[group, conditions]
        nobody = ProjectFacts([_BLANK_PROJECT])
        standing = {
            (expires, live): _failed(
                replace(_BLANK_SIGNAL, expires_on=expires, live=live),
                nobody,
                size=1,
                today=today,
                parameters=parameters,
            )[0]
            for expires, live in {(signal.expires_on, signal.live) for signal in signals}
        }
        always = [standing[signal.expires_on, signal.live] for signal in signals]
        return gathered.facts(start, np.array(always, dtype=np.uint16), codes=self.codes)


class _Gathered:
    """Entries of conditions gathered one after the other."""

    def __init__(self, parameters: MatchParameters) -> None:
        self._parameters = parameters
        self._length = 0
        self._fits: list[tuple[int, int, dict[str, Part]]] = []
        self._failed: list[NDArray[np.uint16]] = []

    def add(self, group: int, asking: SignalBrief, facts: ProjectFacts, *, size: int, today: date) -> int:
        """Work out one condition for the distinct facts of a group; return where its entries begin."""
        start = self._length
        self._fits.append((group, size, facts.fits(asking, self._parameters)))
        self._failed.append(_failed(asking, facts, size=size, today=today, parameters=self._parameters))
        self._length += size
        return start

    def facts(self, start: NDArray[np.int64], always: NDArray[np.uint16], *, codes: NDArray[np.uint32]) -> SignalFacts:
        """Return all entries as arrays, with one more that says nothing."""
        failed = np.concatenate([*self._failed, np.zeros(1, dtype=np.uint16)])
        groups = np.full(len(FIT_COMPONENTS), NOTHING_ASKED, dtype=np.int64)
        worths = np.full((len(FIT_COMPONENTS), len(failed)), np.nan)
        may_fail = np.zeros(len(failed), dtype=np.bool_)
        at = 0
        for group, size, fits in self._fits:
            rows = slice(at, at + size)
            for name, part in fits.items():
                place = FIT_COMPONENTS.index(name)
                groups[place] = group
                worths[place, rows] = np.where(part.known, to_steps(part).worth, np.nan)
            may_fail[at] = failed[rows].any()
            at += size
        weights = [weight_of(name, self._parameters) for name in FIT_COMPONENTS]
        unit = max(sum(weights), np.finfo(np.float32).tiny) / WORTH_UNITS
        said = failed.astype(np.int32) << CLOSED_AT
        for place, (worth, weight) in enumerate(zip(worths, weights, strict=True)):
            said += np.ceil(np.nan_to_num(worth) * weight / unit).astype(np.int32)
            said += (~np.isnan(worth)).astype(np.int32) << (KNOWN_AT + place)
        asked = start != NOTHING_ASKED
        return SignalFacts(
            start=start,
            said=said,
            unit=np.float32(unit),
            weights=tuple(np.float32(weight) for weight in weights),
            failed=failed,
            always_failed=always,
            may_fail=(asked & may_fail[start]).any(axis=1),
            groups=groups,
            worths=worths,
            codes=codes,
        )


def _failed(
    signal: SignalBrief, facts: ProjectFacts, *, size: int, today: date, parameters: MatchParameters
) -> NDArray[np.uint16]:
    """Return the gates that a signal closes to each of some facts."""
    nowhere = np.zeros(size, dtype=np.bool_)
    return failed_gates(signal, facts, excluded=nowhere, today=today, parameters=parameters)
