"""Findings: what a check expected of a record and what it found there."""

from collections import Counter
from dataclasses import dataclass, field

MAX_KEPT = 1_000
"""Findings of one check that are kept whole; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    check: str
    record: str
    """Which record it is about: ``entry 17``, ``instruction 0198...``."""
    expected: str
    found: str


@dataclass(slots=True)
class Findings:
    """What the checks found so far; a check that found nothing is named too, so that none can be left out unseen."""

    kept: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def begin(self, *checks: str) -> None:
        """Name checks that are carried out."""
        for check in checks:
            self.counts.setdefault(check, 0)

    def add(self, check: str, record: str, *, expected: object, found: object) -> None:
        """Keep a finding."""
        self.counts[check] += 1
        if self.counts[check] <= MAX_KEPT:
            self.kept.append(Finding(check, record, str(expected), str(found)))
