"""The fixed scale by which both legs are read, fitted once on a collection and then frozen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.brief import Passage, ProjectBrief, texts_in
from matching.dense import exact_cosines, is_present, on_grid
from matching.language.text import Language
from matching.lexical.index import LexicalIndex
from matching.lexical.weighing import LexicalStatistics, TermWeighing
from matching.parameters import MatchParameters
from matching.scale import Scale

REFERENCE_PROJECTS = 4_096
"""Projects that are compared with the reference queries, so that fitting takes seconds with any collection."""

FEWEST_BEYOND = 100
"""Reference pairs that must lie beyond the upper quantile, or it is set by a few near-duplicates: on 128 projects one
resubmitted text doubled the lexical scale and halved every score. Smaller collections are read on the scales below."""

DENSE_SCALE = Scale(low=0.0019, full=1.5719)
"""The dense scale of the packaged model as it is adapted, on 16,058 English abstracts."""

LEXICAL_SCALES = {
    Language.ENGLISH: Scale(low=-0.0522, full=0.1743),
    Language.KOREAN: Scale(low=-0.022, full=0.1595),
}
"""The lexical scales: English on the same abstracts. Korean on 128 project texts (-.022 to .0433), widened as the
English scale widened from those projects (-.0617 to .0198) to the abstracts; real Korean announcements repeat one
another too much to be fitted on (160 of their texts: .134 instead of .0433)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Term statistics and the scale of each leg; while it stays, every score keeps its meaning.

    Scores of two yardsticks must not be compared. Fit a new one when the collection has changed in kind or many times
    in size, and match everything anew.
    """

    statistics: LexicalStatistics
    dense: Scale
    lexical: Mapping[Language, Scale]

    @classmethod
    def fit(
        cls,
        projects: Sequence[ProjectBrief],
        vectors: NDArray[np.float32],
        *,
        parameters: MatchParameters | None = None,
    ) -> Self:
        """Fit on a collection and its dense vectors, shape (len(projects), dimensions), zero rows for absent ones.

        The leading words of some projects serve as queries to others. Which ones depends on the keys alone, so the
        order of the projects changes nothing.
        """
        parameters = parameters or MatchParameters()
        statistics = LexicalStatistics.fit(projects)
        order = sorted(range(len(projects)), key=lambda at: hashlib.sha256(projects[at].key.encode()).digest())
        sample = [projects[at] for at in order[:REFERENCE_PROJECTS]]
        index = LexicalIndex.build(sample, TermWeighing(statistics, parameters))
        return cls(
            statistics=statistics,
            dense=_dense_scale(sample, vectors[order[:REFERENCE_PROJECTS]], parameters),
            lexical={language: _lexical_scale(sample, index, language, parameters) for language in Language},
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the yardstick in hexadecimal; goes with every stored match."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the yardstick as UTF-8 JSON, the same bytes for the same yardstick."""
        values = {
            "statistics": self.statistics.as_dict(),
            "dense": [self.dense.low, self.dense.full],
            "lexical": {language.value: [scale.low, scale.full] for language, scale in self.lexical.items()},
        }
        return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Return the yardstick that ``to_bytes`` wrote."""
        values: dict[str, Any] = json.loads(stored)
        low, full = values["dense"]
        return cls(
            statistics=LexicalStatistics.from_dict(values["statistics"]),
            dense=Scale(low=low, full=full),
            lexical={Language(code): Scale(low=low, full=full) for code, (low, full) in values["lexical"].items()},
        )


def _dense_scale(sample: Sequence[ProjectBrief], vectors: NDArray[np.float32], parameters: MatchParameters) -> Scale:
    """Return the dense scale, from the cosines of the first projects with all of the sample."""
    present = np.flatnonzero(is_present(vectors))
    queries = present[: parameters.reference_queries]
    grid = on_grid(vectors)
    cosines = exact_cosines(grid[queries], grid[present])
    return _scale(cosines[_differ(sample, queries, present)], DENSE_SCALE, parameters)


def _lexical_scale(
    sample: Sequence[ProjectBrief], index: LexicalIndex, language: Language, parameters: MatchParameters
) -> Scale:
    """Return the lexical scale of signals in one language, from leading words as queries to the same language."""
    speaking = np.flatnonzero([bool(texts_in(project.passages, language)) for project in sample])
    queries = speaking[: parameters.reference_queries]
    leads = [_lead(sample[at], language, parameters.reference_words) for at in queries]
    asked = index.queries(leads)
    rows = np.flatnonzero(asked.worth[language])
    if not len(rows) or language not in index.weights:
        return LEXICAL_SCALES[language]
    shares, _ = index.shares(asked, rows, asking=language, spoken=language)
    return _scale(shares[:, speaking][_differ(sample, queries[rows], speaking)], LEXICAL_SCALES[language], parameters)


def _lead(project: ProjectBrief, language: Language, words: int) -> ProjectBrief:
    """Return the project with nothing but the leading words of its text in a language."""
    text = " ".join(" ".join(texts_in(project.passages, language)).split()[:words])
    return replace(project, passages=(Passage(language=language, text=text),))


def _differ(sample: Sequence[ProjectBrief], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which pairs are of two different texts."""
    place: dict[tuple[Passage, ...], int] = {}
    texts = np.array([place.setdefault(project.passages, len(place)) for project in sample], dtype=np.int64)
    differ: NDArray[np.bool_] = texts[rows][:, None] != texts[columns][None, :]
    return differ


def _scale(pairs: NDArray[np.float64], otherwise: Scale, parameters: MatchParameters) -> Scale:
    """Return the scale that reference pairs span, or another where they are too few or all alike."""
    if len(pairs) * (1 - parameters.reference_high) < FEWEST_BEYOND:
        return otherwise
    low, high = np.quantile(pairs, [parameters.reference_low, parameters.reference_high]).round(4).tolist()
    return Scale(low=low, full=round(low + parameters.headroom * (high - low), 4)) if high > low else otherwise
