"""Gather live demand signals into named themes: by technology field, and within a field by what they ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.brief import Passage
from matching.dense import exact_cosines, is_present, on_grid
from matching.language.terms import is_korean
from matching.language.text import Language
from matching.themes.clusters import Texts, split
from matching.themes.labels import class_terms
from matching.themes.reading import read
from matching.themes.space import stacked, term_counts, term_weights
from matching.themes.stability import Standing, standing_of
from matching.yardstick import DENSE_SCALE

LEAST_GROUPS = 5
"""Distinct ownership groups without which no part of a field becomes a theme of its own."""

LEAST_AFFINITY = 0.07
"""Affinity from which a signal that names no field belongs to the nearest one."""

LABEL_TERMS = 3
"""Terms that a theme's label names."""

LEAST_COMPOUND = 4
"""Hangul syllables from which a term written as one counts as a compound."""


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
    single signal. ``stability`` is the mean best Jaccard index over resamples, 1 for a field that does not fall into
    parts; ``centroid`` the mean of the members' vectors at unit length, empty where there are none.
    """

    code: str
    field: str
    label_ko: str
    label_en: str
    terms_ko: tuple[str, ...]
    terms_en: tuple[str, ...]
    members: tuple[str, ...]
    stability: float
    centroid: tuple[float, ...]

    @property
    def standing(self) -> Standing:
        """Whether it stands however a few signals come or go."""
        return standing_of(self.stability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """All themes in the order of their codes, and the keys of signals that belong to no field."""

    themes: tuple[Theme, ...]
    unclassified: tuple[str, ...]

    @property
    def unclassified_share(self) -> float:
        """Share of the signals that belong to no theme; of none, it is none."""
        themed = sum(len(theme.members) for theme in self.themes)
        return len(self.unclassified) / max(themed + len(self.unclassified), 1)


@dataclass(frozen=True, slots=True)
class _Class:
    """A theme to be: its field, its number there if it is one of several, and the places of its signals."""

    seed: FieldSeed
    number: int | None
    places: list[int]
    stability: float
    rest: bool

    @property
    def code(self) -> str:
        return self.seed.code if self.number is None else f"{self.seed.code}-{self.number}"


class ThemeFinder:
    """Finds the themes of signals around given fields; the same signals give the same themes in any order.

    Parameters
    ----------
    seeds : sequence of FieldSeed
        The fields, at least one; codes must differ and hold no hyphen.
    """

    def __init__(self, seeds: Sequence[FieldSeed]) -> None:
        self._seeds = sorted(seeds, key=lambda seed: seed.code)

    def find(self, signals: Sequence[ThemeSignal]) -> Themes:
        """Return the themes of the signals, of which there may be none or tens of thousands.

        Every signal goes to one field: of those it wants (of all, where it wants none) the one whose seeds its text is
        nearest to. A field falls into parts only where each speaks for at least ``LEAST_GROUPS`` ownership groups.
        """
        ordered = sorted(signals, key=lambda signal: ([passage.text for passage in signal.passages], signal.key))
        pooled = [[passage for text in seed.texts for passage in text.passages] for seed in self._seeds]
        reading = read([*(signal.passages for signal in ordered), *pooled])
        counts = term_counts(reading)
        vectors = on_grid(stacked([signal.vector for signal in ordered]))
        fields = self._primary_fields(ordered, self._affinities(term_weights(counts), vectors))
        found = [
            one
            for number, seed in enumerate(self._seeds)
            for one in _classes(seed, ordered, np.flatnonzero(fields == number), counts, vectors)
        ]
        classes = np.full(reading.texts, -1, dtype=np.int64)
        for number, one in enumerate(found):
            classes[one.places] = number
        groups = np.zeros(reading.texts, dtype=np.int64)
        groups[: len(ordered)] = np.unique([signal.group for signal in ordered], return_inverse=True)[1]
        terms = class_terms(reading, classes, groups)
        return Themes(
            themes=tuple(
                _theme(one, terms[number], [ordered[at].key for at in one.places], vectors[one.places])
                for number, one in enumerate(found)
            ),
            unclassified=tuple(sorted(ordered[at].key for at in np.flatnonzero(fields < 0))),
        )

    def _primary_fields(self, signals: Sequence[ThemeSignal], affinities: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the field of each signal by its number, -1 where it names none and no text is near enough."""
        known = {seed.code: number for number, seed in enumerate(self._seeds)}
        fields = np.full(len(signals), -1, dtype=np.int64)
        for at, signal in enumerate(signals):
            wanted = sorted(known[code] for code in signal.fields & known.keys())
            nearest = max(wanted or known.values(), key=lambda number: affinities[at, number])
            if wanted or affinities[at, nearest] >= LEAST_AFFINITY:
                fields[at] = nearest
        return fields

    def _affinities(self, weights: sparse.csr_array, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return how near each signal's text is to each field, shape (signals, fields), in [0, 1].

        The cosine of their terms, all texts of a field taken together; where there are vectors, the mean of that and
        the cosine with the nearest text of the field, less what unrelated texts have.
        """
        affinities: NDArray[np.float64] = (weights[: len(vectors)] @ weights[len(vectors) :].T).toarray()
        spoken = is_present(vectors)
        for number, seed in enumerate(self._seeds):
            described = [text.vector for text in seed.texts if text.vector is not None]
            if described and spoken.any():
                cosines = exact_cosines(vectors[spoken], on_grid(stacked(described))).max(axis=1)
                nearness = np.clip(cosines - DENSE_SCALE.low, 0, 1)
                affinities[spoken, number] = (affinities[spoken, number] + nearness) / 2
        return affinities.round(6)


def _classes(
    seed: FieldSeed,
    signals: Sequence[ThemeSignal],
    places: NDArray[np.int64],
    counts: sparse.csr_array,
    vectors: NDArray[np.float32],
) -> list[_Class]:
    """Return the themes to be of one field, whose signals stand at some places."""
    texts = Texts(
        keys=[signals[at].key for at in places],
        groups=[signals[at].group for at in places],
        counts=counts[places],
        vectors=vectors[places],
    )
    parts = split(texts, least_groups=LEAST_GROUPS)
    return [
        _Class(seed, number if len(parts) > 1 else None, places[part.places].tolist(), part.stability, part.rest)
        for number, part in enumerate(parts, 1)
    ]


def _theme(
    one: _Class, terms: Mapping[Language, Sequence[str]], keys: Sequence[str], vectors: NDArray[np.float32]
) -> Theme:
    """Return the theme of a field or a part of it, named by what sets it apart."""
    total = vectors.sum(axis=0, dtype=np.float64)
    length = float(np.sqrt(np.square(total).sum()))
    korean = _beside(one.seed.name_ko, terms[Language.KOREAN])
    english = _beside(one.seed.name_en, terms[Language.ENGLISH])
    return Theme(
        code=one.code,
        field=one.seed.code,
        label_ko=f"{one.seed.name_ko}: 그 밖" if one.rest else _label(one.seed.name_ko, korean, one.number),
        label_en=f"{one.seed.name_en}: other" if one.rest else _label(one.seed.name_en, english, one.number),
        terms_ko=korean,
        terms_en=english,
        members=tuple(sorted(keys)),
        stability=one.stability,
        centroid=tuple((total / length).round(6).tolist()) if length else (),
    )


def _label(field: str, terms: Sequence[str], number: int | None) -> str:
    """Return a label: the most telling terms, after the field's name where they do not speak for themselves.

    A field that does not fall into parts keeps its name in front, and only compounds say more of it; of a part, two
    compounds say enough. A part without terms is told from the others by its number.
    """
    named = [term for term in terms if number is not None or _is_compound(term)][:LABEL_TERMS]
    if number is not None and not named:
        return f"{field} ({number})"
    if number is not None and sum(_is_compound(term) for term in named) > 1:
        return ", ".join(named)
    return ": ".join([field, *filter(None, [", ".join(named)])])


def _is_compound(term: str) -> bool:
    """Tell whether a term is made of several words: parted, or long, since Korean often writes them as one."""
    return " " in term or "-" in term or (is_korean(term) and len(term) >= LEAST_COMPOUND)


def _beside(name: str, terms: Iterable[str]) -> tuple[str, ...]:
    """Return the terms that say more than the field's name does."""
    known = "".join(name.lower().split())
    return tuple(term for term in terms if "".join(term.lower().split()) not in known)
