"""How well the facts of projects suit a signal: fields, region, readiness and money, each as a value in [0, 1]."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.blend import Part
from matching.brief import ProjectBrief, SignalBrief
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
    """

    def __init__(self, projects: Sequence[ProjectBrief]) -> None:
        self._field_bits = _bits(field for project in projects for field in project.fields)
        regions = sorted({project.region for project in projects if project.region is not None})
        self._region_codes = {region: code for code, region in enumerate(regions)}
        readiness = [readiness_of(project) or (UNKNOWN, UNKNOWN) for project in projects]
        needs = [UNKNOWN if p.need_krw is None else min(p.need_krw, LARGEST_KRW) for p in projects]
        self.fields = _integers(self.field_mask(project.fields) for project in projects)
        self.region = _integers(UNKNOWN if p.region is None else self._region_codes[p.region] for p in projects)
        self.trl_low = _integers(low for low, _ in readiness)
        self.trl_high = _integers(high for _, high in readiness)
        self.need = _integers(needs)
        self._log_need = np.array([math.log(max(need, 1)) for need in needs], dtype=np.float64)
        self._field_count = np.bitwise_count(self.fields).astype(np.float64)

    def field_mask(self, fields: Iterable[str]) -> int:
        """Return the bits of the fields that any project has."""
        return sum(self._field_bits.get(field, 0) for field in fields)

    def in_regions(self, regions: Iterable[str]) -> NDArray[np.bool_]:
        """Return which projects lie in one of the regions."""
        codes = [self._region_codes[region] for region in regions if region in self._region_codes]
        return np.isin(self.region, codes)

    def fits(self, signal: SignalBrief, parameters: MatchParameters) -> dict[str, Part]:
        """Return each component that the signal speaks of, for every project."""
        fits: dict[str, Part] = {}
        if signal.fields:
            shared = np.bitwise_count(self.fields & self.field_mask(signal.fields))
            smaller = np.minimum(self._field_count, len(signal.fields))
            fits["field"] = Part(shared / np.maximum(smaller, 1), self.fields != 0)
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
        if signal.regions:
            fits["region"] = Part(self.in_regions(signal.regions).astype(np.float64), self.region != UNKNOWN)
        return fits


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


def _integers(values: Iterable[int]) -> NDArray[np.int64]:
    """Return the values as 64-bit integers."""
    return np.fromiter(values, dtype=np.int64)
