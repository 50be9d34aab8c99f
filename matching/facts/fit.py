"""How well the facts of projects suit a signal: fields, region, readiness, money and consortium, each in [0, 1]."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.blend import Part, weighted_mean
from matching.brief import ConsortiumShape, ProjectBrief, SignalBrief
from matching.facts.kinship import fields_worth
from matching.facts.regions import RegionDistance, region_distance
from matching.facts.stages import STAGES, stages_between
from matching.parameters import MatchParameters

UNKNOWN = -1
"""Stands for a missing number in the arrays of ``ProjectFacts``."""

LARGEST_KRW = 2**62
"""Amounts are compared as 64-bit integers; anything larger counts as this."""


class ProjectFacts:
    """The facts of many projects as arrays, one place a project.

    Attributes
    ----------
    fields : int64 array
        One bit for each technology field, 0 where none is known.
    region, trl_low, trl_high, need : int64 arrays
        Code of the region, lowest and highest readiness (now, aimed at), money sought; ``UNKNOWN`` where missing.
    stages : int64 array
        One bit for each stage of development a project is in or passes (``stage_mask``), 0 where none is known.
    """

    def __init__(self, projects: Sequence[ProjectBrief]) -> None:
        self._field_bits = _bits(field for project in projects for field in project.fields)
        self._field_sets = sorted({project.fields for project in projects}, key=sorted)
        self._worths_kept: dict[frozenset[str], NDArray[np.float64]] = {}
        self._region_worths_kept: dict[tuple[str, MatchParameters], NDArray[np.float64]] = {}
        self._shapes = list(ConsortiumShape)
        regions = sorted({project.region for project in projects if project.region is not None})
        self._region_codes = {region: code for code, region in enumerate(regions)}
        readiness = [readiness_of(project) or (UNKNOWN, UNKNOWN) for project in projects]
        needs = [UNKNOWN if p.need_krw is None else min(p.need_krw, LARGEST_KRW) for p in projects]
        self.fields = _integers(self.field_mask(project.fields) for project in projects)
        self.region = _integers(UNKNOWN if p.region is None else self._region_codes[p.region] for p in projects)
        self.trl_low = _integers(low for low, _ in readiness)
        self.trl_high = _integers(high for _, high in readiness)
        self.need = _integers(needs)
        self.stages = _integers(stage_mask(stages_of(project)) for project in projects)
        places = {fields: at for at, fields in enumerate(self._field_sets)}
        self._field_set = _integers(places[project.fields] for project in projects)
        self._shape = _integers(UNKNOWN if p.consortium is None else self._shapes.index(p.consortium) for p in projects)
        self._specific = _integers(UNKNOWN if p.region_specific is None else p.region_specific for p in projects)
        self._taking_part = _rows_of_parties(projects)
        self._log_need = np.array([math.log(max(need, 1)) for need in needs], dtype=np.float64)

    def field_mask(self, fields: Iterable[str]) -> int:
        """Return the bits of the fields that any project has."""
        return sum(self._field_bits.get(field, 0) for field in fields)

    def in_regions(self, regions: Iterable[str]) -> NDArray[np.bool_]:
        """Return which projects lie in one of the regions."""
        codes = [self._region_codes[region] for region in regions if region in self._region_codes]
        return np.isin(self.region, codes)

    def tied_to(self, parties: Iterable[str]) -> NDArray[np.bool_]:
        """Return in which projects one of the parties takes part."""
        tied = np.zeros(len(self.need), dtype=np.bool_)
        for party in parties:
            tied[self._taking_part.get(party, [])] = True
        return tied

    def fits(self, signal: SignalBrief, parameters: MatchParameters) -> dict[str, Part]:
        """Return each component that the signal speaks of, for every project."""
        fits: dict[str, Part] = {}
        if signal.fields:
            fits["field"] = Part(self._field_worths(signal.fields)[self._field_set], self.fields != 0)
        if signal.trl_min is not None or signal.trl_max is not None:
            below = (signal.trl_min or 0) - self.trl_low
            above = self.trl_low - (signal.trl_max or self.trl_low)
            distance = np.maximum(np.maximum(below, above), 0)
            fits["trl"] = Part(np.maximum(1 - distance / parameters.trl_reach, 0), self.trl_low != UNKNOWN)
        lowest, highest = ticket_range(signal)
        if lowest is not None or highest is not None:
            short = math.log(max(lowest or 1, 1)) - self._log_need
            beyond = self._log_need - math.log(max(highest, 1)) if highest is not None else np.zeros_like(short)
            decades = np.maximum(np.maximum(short, beyond), 0) / math.log(parameters.ticket_reach)
            fits["ticket"] = Part(np.maximum(1 - decades, 0), self.need != UNKNOWN)
        places = self._places(signal, parameters)
        if places:
            fits["region"] = weighted_mean({name: (part, 1.0) for name, part in places.items()}, size=len(self.need))
        if signal.anchor_wanted:
            worth = [shape_worth(shape, parameters) for shape in self._shapes]
            fits["consortium"] = Part(np.array(worth, dtype=np.float64)[self._shape], self._shape != UNKNOWN)
        return fits

    def _places(self, signal: SignalBrief, parameters: MatchParameters) -> dict[str, Part]:
        """Return what the place of each project is worth: how near it lies, and whether it is made for its regions.

        Both count alike where a signal asks for both.
        """
        parts: dict[str, Part] = {}
        if signal.regions:
            nearest = np.max([self._region_worths(region, parameters) for region in signal.regions], axis=0)
            parts["nearness"] = Part(nearest[self.region], self.region != UNKNOWN)
        if signal.region_specific_wanted:
            parts["made_for"] = Part((self._specific == 1).astype(np.float64), self._specific != UNKNOWN)
        return parts

    def _field_worths(self, wanted: frozenset[str]) -> NDArray[np.float64]:
        """Return what each set of fields that projects have is worth; few sets are ever wanted, so all are kept."""
        if wanted not in self._worths_kept:
            worths = [fields_worth(wanted, fields) if fields else 0.0 for fields in self._field_sets]
            self._worths_kept[wanted] = np.array(worths, dtype=np.float64)
        return self._worths_kept[wanted]

    def _region_worths(self, wanted: str, parameters: MatchParameters) -> NDArray[np.float64]:
        """Return what each region of projects is worth where one is wanted, then 0 for an unknown one."""
        if (wanted, parameters) not in self._region_worths_kept:
            worths = [region_worth(region, (wanted,), parameters) for region in self._region_codes]
            self._region_worths_kept[wanted, parameters] = np.array([*worths, 0.0], dtype=np.float64)
        return self._region_worths_kept[wanted, parameters]


def region_worth(region: str, wanted: Iterable[str], parameters: MatchParameters) -> float:
    """Return what a province is worth to a signal that wants some: what it is to the nearest of them."""
    worth = {
        RegionDistance.SAME: 1.0,
        RegionDistance.MEGA_REGION: parameters.mega_region_worth,
        RegionDistance.BORDERING: parameters.bordering_worth,
        RegionDistance.FAR: 0.0,
    }
    return max(worth[region_distance(region, other)] for other in wanted)


def shape_worth(shape: ConsortiumShape, parameters: MatchParameters) -> float:
    """Return what a consortium is worth to a signal that asks for an anchor company."""
    worth = {
        ConsortiumShape.ANCHORED: 1.0,
        ConsortiumShape.ANCHOR_ALONE: parameters.anchor_alone_worth,
        ConsortiumShape.NO_ANCHOR: 0.0,
    }
    return worth[shape]


def stages_of(project: ProjectBrief) -> tuple[str, ...]:
    """Return the stages of development a project is in or passes: as stated, else as its readiness tells; or none."""
    if project.stage is not None:
        return (project.stage,)
    readiness = readiness_of(project)
    return stages_between(*readiness) if readiness else ()


def in_order(stages: Iterable[str]) -> tuple[str, ...]:
    """Return stages of development in their order."""
    return tuple(sorted(stages, key=STAGES.index))


def stage_mask(stages: Iterable[str]) -> int:
    """Return one bit for each of some stages of development."""
    return sum(1 << STAGES.index(stage) for stage in set(stages))


def readiness_of(project: ProjectBrief) -> tuple[int, int] | None:
    """Return the lowest and highest of the readiness levels a project has and aims at; ``None`` when both miss."""
    levels = [level for level in (project.trl_now, project.trl_target) if level is not None]
    return (min(levels), max(levels)) if levels else None


def ticket_range(signal: SignalBrief) -> tuple[int | None, int | None]:
    """Return the least and most won that a signal puts into one project; what is left to spend caps the most."""
    caps = [cap for cap in (signal.ticket_max_krw, signal.available_krw) if cap is not None]
    return signal.ticket_min_krw, min(caps) if caps else None


def _bits(fields: Iterable[str]) -> dict[str, int]:
    """Return one bit for each distinct field."""
    return {field: 1 << place for place, field in enumerate(sorted(set(fields)))}


def _rows_of_parties(projects: Sequence[ProjectBrief]) -> dict[str, list[int]]:
    """Return the places of the projects in which each party takes part."""
    rows: dict[str, list[int]] = {}
    for row, project in enumerate(projects):
        for party in project.parties:
            rows.setdefault(party, []).append(row)
    return rows


def _integers(values: Iterable[int]) -> NDArray[np.int64]:
    """Return the values as 64-bit integers."""
    return np.fromiter(values, dtype=np.int64)
