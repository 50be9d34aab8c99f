"""Gather live demand signals into named themes: by technology field, and within a field by what they ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.brief import Passage, ProjectBrief, SignalBrief, open_signal, text_project
from matching.clusters import Member, split
from matching.labels import LabelTerms, class_terms
from matching.lexical import LexicalStatistics
from matching.matcher import HybridMatcher
from matching.text import Language, digest
from matching.yardstick import DENSE_SCALE, LEXICAL_SCALE, Yardstick

LEAST_GROUPS = 5
"""Distinct ownership groups without which no part of a field becomes a theme of its own."""

LEAST_AFFINITY = 0.08
"""Worth of the texts, as the matcher reads it, from which a signal without fields belongs to the nearest field."""

LABEL_TERMS = 3
"""Terms that a theme's label names after its field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedText:
    """One description of a field or of a technology in it, in one or both languages, with its vector if there is one."""

    passages: tuple[Passage, ...]
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSeed:
    """A technology field around which themes form: its code, its names, and texts that describe it."""

    code: str
    name_ko: str
    name_en: str
    texts: tuple[SeedText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeSignal:
    """A live signal: its key, the ownership group it speaks for, its text, wanted fields and vector if there is one."""

    key: str
    group: str
    passages: tuple[Passage, ...]
    fields: frozenset[str]
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A named part of the demand; ``code`` is the field's own, or that with a number for a part of it.

    ``members`` are signal keys in order. The terms name words that at least three groups used: a label gives away no
    single signal.
    """

    code: str
    field: str
    label_ko: str
    label_en: str
    terms_ko: tuple[str, ...]
    terms_en: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """All themes in the order of their codes, and the keys of signals that belong to no field."""

    themes: tuple[Theme, ...]
    unclassified: tuple[str, ...]


class ThemeFinder:
    """Finds the themes of signals around given fields; the same signals give the same themes in any order."""

    def __init__(self, seeds: Sequence[FieldSeed]) -> None:
        self._seeds = {seed.code: seed for seed in sorted(seeds, key=lambda seed: seed.code)}

    def find(self, signals: Sequence[ThemeSignal]) -> Themes:
        """Return the themes of the signals.

        Every signal goes to one field: of those it wants (of all, where it wants none) the one whose seeds its text is
        nearest to. A field falls into parts only where each speaks for at least ``LEAST_GROUPS`` ownership groups.
        """
        ordered = sorted(signals, key=lambda signal: (_text_digest(signal), signal.key))
        fields = self._primary_fields(ordered)
        parts: dict[str, list[ThemeSignal]] = {}
        for code, seed in self._seeds.items():
            members = [signal for signal in ordered if fields[signal.key] == code]
            clusters = split([Member(s.group, s.passages, s.vector) for s in members], least_groups=LEAST_GROUPS)
            for number, cluster in enumerate(clusters, 1):
                part = code if len(clusters) == 1 else f"{seed.code}-{number}"
                parts[part] = [members[at] for at in cluster]
        terms = class_terms({part: [(s.group, s.passages) for s in members] for part, members in parts.items()})
        return Themes(
            themes=tuple(self._theme(part, members, terms[part]) for part, members in parts.items() if members),
            unclassified=tuple(sorted(signal.key for signal in signals if fields[signal.key] is None)),
        )

    def _primary_fields(self, signals: Sequence[ThemeSignal]) -> dict[str, str | None]:
        """Return the field of each signal, ``None`` where none is near."""
        affinities = self._affinities(signals)
        found: dict[str, str | None] = {}
        for signal in signals:
            near = affinities[signal.key]
            wanted = sorted(signal.fields & near.keys())
            nearest = max(wanted or sorted(near), key=lambda code: near[code], default=None)
            close = nearest is not None and (bool(wanted) or near[nearest] >= LEAST_AFFINITY)
            found[signal.key] = nearest if close else None
        return found

    def _affinities(self, signals: Sequence[ThemeSignal]) -> dict[str, dict[str, float]]:
        """Return for each signal what its text and the nearest text of each field are worth to each other."""
        texts = {
            f"{code}/{number}": text
            for code, seed in self._seeds.items()
            for number, text in enumerate(seed.texts)
        }
        projects = [text_project(key, text.passages) for key, text in texts.items()]
        briefs = [open_signal(signal.key, signal.passages) for signal in signals]
        matcher = _matcher(projects, briefs, vectors=_stacked([text.vector for text in texts.values()], signals))
        vectors = _stacked([signal.vector for signal in signals], texts.values())
        affinities = {signal.key: dict.fromkeys(self._seeds, 0.0) for signal in signals}
        for key, near in zip(affinities, matcher.text_worths(briefs, vectors, list(texts)), strict=True):
            for text, worth in zip(texts, near.tolist(), strict=True):
                code = text.rsplit("/", maxsplit=1)[0]
                affinities[key][code] = max(affinities[key][code], worth)
        return affinities

    def _theme(self, part: str, members: Sequence[ThemeSignal], terms: Mapping[Language, LabelTerms]) -> Theme:
        """Return the theme of a part of a field, with its name."""
        seed = self._seeds[part if part in self._seeds else part.rsplit("-", maxsplit=1)[0]]
        korean = _named(seed.name_ko, terms[Language.KOREAN])
        english = _named(seed.name_en, terms[Language.ENGLISH])
        return Theme(
            code=part,
            field=seed.code,
            label_ko=_label(seed.name_ko, korean),
            label_en=_label(seed.name_en, english),
            terms_ko=korean,
            terms_en=english,
            members=tuple(sorted(signal.key for signal in members)),
        )
