"""Gather live demand signals into named themes: by technology field, and within a field by what they ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.brief import Passage
from matching.dense import exact_cosines, on_grid
from matching.language.text import Language
from matching.themes.clusters import Member, split, stacked, term_frequencies
from matching.themes.labels import class_terms
from matching.yardstick import DENSE_SCALE

LEAST_GROUPS = 5
"""Distinct ownership groups without which no part of a field becomes a theme of its own."""

LEAST_AFFINITY = 0.07
"""Affinity from which a signal that names no field belongs to the nearest one."""

LABEL_TERMS = 3
"""Terms that a theme's label names after its field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedText:
    """One description of a field or of a technology in it, with its vector if there is one."""

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
    """Finds the themes of signals around given fields; the same signals give the same themes in any order.

    Parameters
    ----------
    seeds : sequence of FieldSeed
        The fields, at least one; codes must differ and hold no hyphen.
    """

    def __init__(self, seeds: Sequence[FieldSeed]) -> None:
        self._seeds = {seed.code: seed for seed in sorted(seeds, key=lambda seed: seed.code)}

    def find(self, signals: Sequence[ThemeSignal]) -> Themes:
        """Return the themes of the signals.

        Every signal goes to one field: of those it wants (of all, where it wants none) the one whose seeds its text is
        nearest to. A field falls into parts only where each speaks for at least ``LEAST_GROUPS`` ownership groups.
        """
        ordered = sorted(signals, key=lambda signal: ([passage.text for passage in signal.passages], signal.key))
        fields = self._primary_fields(ordered)
        parts: dict[str, list[ThemeSignal]] = {}
        for code in self._seeds:
            members = [signal for signal in ordered if fields[signal.key] == code]
            clusters = split([Member(s.group, s.passages, s.vector) for s in members], least_groups=LEAST_GROUPS)
            for number, cluster in enumerate(clusters, 1):
                parts[code if len(clusters) == 1 else f"{code}-{number}"] = [members[at] for at in cluster]
        terms = class_terms({part: [(s.group, s.passages) for s in members] for part, members in parts.items()})
        return Themes(
            themes=tuple(self._theme(part, members, terms[part]) for part, members in parts.items()),
            unclassified=tuple(sorted(key for key, field in fields.items() if field is None)),
        )

    def _primary_fields(self, signals: Sequence[ThemeSignal]) -> dict[str, str | None]:
        """Return the field of each signal, ``None`` where it names none and no text is near enough."""
        wanted = {signal.key: sorted(signal.fields & self._seeds.keys()) for signal in signals}
        open_ones = [signal for signal in signals if len(wanted[signal.key]) != 1]
        found: dict[str, str | None] = {key: fields[0] for key, fields in wanted.items() if len(fields) == 1}
        for signal, affinities in zip(open_ones, self._affinities(open_ones), strict=True):
            near = dict(zip(self._seeds, affinities.tolist(), strict=True))
            nearest = max(wanted[signal.key] or near, key=lambda code: near[code])
            enough = bool(wanted[signal.key]) or near[nearest] >= LEAST_AFFINITY
            found[signal.key] = nearest if enough else None
        return found

    def _affinities(self, signals: Sequence[ThemeSignal]) -> NDArray[np.float64]:
        """Return how near each signal's text is to each field, shape (signals, fields), in [0, 1].

        The cosine of their terms, all texts of a field taken together; where there are vectors, the mean of that and
        the cosine with the nearest text of the field, less what unrelated texts have.
        """
        pooled = [[passage for text in seed.texts for passage in text.passages] for seed in self._seeds.values()]
        rows = term_frequencies([*pooled, *(signal.passages for signal in signals)])
        affinities = (rows[len(pooled) :] @ rows[: len(pooled)].T).toarray()
        spoken = [at for at, signal in enumerate(signals) if signal.vector is not None]
        own = on_grid(stacked([signals[at].vector for at in spoken]))
        for number, seed in enumerate(self._seeds.values()):
            described = [text.vector for text in seed.texts if text.vector is not None]
            if described and spoken:
                cosines = exact_cosines(own, on_grid(stacked(described))).max(axis=1)
                nearness = np.clip(cosines - DENSE_SCALE.low, 0, 1)
                affinities[spoken, number] = (affinities[spoken, number] + nearness) / 2
        found: NDArray[np.float64] = affinities.round(6)
        return found

    def _theme(self, part: str, members: Sequence[ThemeSignal], terms: Mapping[Language, Sequence[str]]) -> Theme:
        """Return the theme of a field or a part of it, named after the field and its most telling terms."""
        seed = self._seeds[part.partition("-")[0]]
        korean = _beside(seed.name_ko, terms[Language.KOREAN])
        english = _beside(seed.name_en, terms[Language.ENGLISH])
        return Theme(
            code=part,
            field=seed.code,
            label_ko=": ".join([seed.name_ko, *filter(None, [", ".join(korean[:LABEL_TERMS])])]),
            label_en=": ".join([seed.name_en, *filter(None, [", ".join(english[:LABEL_TERMS])])]),
            terms_ko=korean,
            terms_en=english,
            members=tuple(sorted(signal.key for signal in members)),
        )


def _beside(name: str, terms: Iterable[str]) -> tuple[str, ...]:
    """Return the terms that say more than the field's name does."""
    known = "".join(name.lower().split())
    return tuple(term for term in terms if "".join(term.lower().split()) not in known)
