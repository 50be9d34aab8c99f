"""Measure the matcher on judged retrieval sets: figures with intervals, by slice, and against another setting."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.brief import Brief, ProjectBrief, SignalBrief, passages_of, text_project, text_signal
from matching.encoding.encoder import Encoder, vectors_of
from matching.evaluation.metrics import mrr_at_k, ndcg_at_k, recall_at_k
from matching.evaluation.sets import EvaluationSetError, RetrievalSet, read_beir
from matching.evaluation.significance import Interval, bootstrap_interval, randomisation_p
from matching.evaluation.slices import Slice, slices_of
from matching.language.pivot import Glossary
from matching.matcher import HybridMatcher
from matching.parameters import MatchParameters
from matching.yardstick import Yardstick

__all__ = [
    "EvaluationSetError",
    "Setting",
    "System",
    "evaluate",
    "mrr_at_k",
    "ndcg_at_k",
    "read_beir",
    "recall_at_k",
]

Progress = Callable[[str, int, int], None]
"""Told a step's name, how much of it is done and how much there is."""
Judged = Mapping[str, Mapping[str, int]]
Rankings = Mapping[str, Sequence[str]]

DEPTH = 100
"""Ranks looked at; recall at this depth is always reported."""

_BRIEFS_AT_ONCE = 256


class System(StrEnum):
    """What ranks the documents."""

    DENSE = "dense"
    """Vectors alone."""
    LEXICAL = "lexical"
    """Terms alone."""
    HYBRID = "hybrid"
    """The matcher as the service runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a ranking is made with."""

    encoder: Encoder
    system: System = System.HYBRID
    parameters: MatchParameters = field(default_factory=MatchParameters)

    def changed(self, changes: Mapping[str, str]) -> Self:
        """Return the setting with another ``system`` or other parameters, by name, the values as one writes them.

        Raises
        ------
        ValueError
            For a name there is no parameter of, or a value that is none of its kind.
        """
        system = System(changes.get("system", self.system))
        known = {each.name: type(getattr(self.parameters, each.name)) for each in fields(self.parameters)}
        wanted = {name: value for name, value in changes.items() if name != "system"}
        unknown = sorted(wanted.keys() - known)
        if unknown:
            raise ValueError(f"there is no parameter {', '.join(unknown)}; there are system, {', '.join(known)}")
        values = {name: known[name](value) for name, value in wanted.items()}
        return replace(self, system=system, parameters=replace(self.parameters, **values))

    @property
    def effective(self) -> MatchParameters:
        """The parameters by which the system ranks: a leg alone is a blend in which it is all."""
        share = {System.DENSE: 1.0, System.LEXICAL: 0.0, System.HYBRID: self.parameters.dense_share}[self.system]
        return replace(self.parameters, dense_share=share)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The rankings of one setting and how long they took."""

    rankings: Rankings
    encode_seconds: float
    search_seconds: float


class JudgedBriefs:
    """A judged set as the matcher reads it."""

    def __init__(self, labelled: RetrievalSet, glossary: Glossary) -> None:
        documents = glossary.pivoted([passages_of(text) for text in labelled.documents.values()])
        queries = glossary.pivoted([passages_of(text) for text in labelled.queries.values()])
        self.judgements = labelled.judgements
        self.projects: list[ProjectBrief] = [
            text_project(key, passages) for key, passages in zip(labelled.documents, documents, strict=True)
        ]
        self.signals: list[SignalBrief] = [
            text_signal(key, passages) for key, passages in zip(labelled.queries, queries, strict=True)
        ]

    def ranked(self, setting: Setting, *, depth: int, progress: Progress | None) -> Ranked:
        """Rank the documents for every query; queries have text alone, so the score is the text's."""
        started = time.perf_counter()
        parts = len(self.projects)
        if setting.system is System.LEXICAL:
            vectors = np.zeros((parts + len(self.signals), 0), dtype=np.float32)
        else:
            vectors = _encoded([*self.projects, *self.signals], setting.encoder, progress)
        encoded = time.perf_counter()
        parameters = setting.effective
        yardstick = Yardstick.fit(self.projects, vectors[:parts], parameters=parameters)
        matcher = HybridMatcher(yardstick=yardstick, parameters=parameters).fit(self.projects, vectors[:parts])
        steps = _steps(progress, "search", len(self.signals))
        today = datetime.now(UTC).date()
        matches = matcher.match(self.signals, vectors[parts:], today=today, top=depth, near=0, progress=steps)
        return Ranked(
            rankings={found.signal_key: [pair.project_key for pair in found.eligible] for found in matches},
            encode_seconds=encoded - started,
            search_seconds=time.perf_counter() - encoded,
        )


def evaluate(
    folder: Path,
    *,
    encoder: Encoder,
    glossary: Glossary,
    system: System | str = System.HYBRID,
    k: int = 10,
    legs: bool = False,
    by_slice: bool = False,
    against: Mapping[str, str] | None = None,
    other_encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Rank the documents for every judged query and return the mean figures, ready for JSON.

    ``progress`` is told the step ("encode" or "search"), what is done and what there is in all. The yardstick is
    fitted on the documents. Beside the means stand their 95 % ``intervals``; ``legs`` adds those of either leg alone,
    ``by_slice`` those by language and length, ``against`` those of another setting (see ``Setting.changed``), with
    ``other_encoder`` if given, and how it differs.

    Raises
    ------
    EvaluationSetError
        When the set cannot be read.
    ValueError
        For another setting that there is not.
    """
    setting = Setting(encoder=encoder, system=System(system))
    compared = against is not None or other_encoder is not None
    other = replace(setting.changed(against or {}), encoder=other_encoder or encoder)
    briefs = JudgedBriefs(read_beir(folder), glossary)
    depth = max(DEPTH, k)
    slices = slices_of(briefs.signals, briefs.projects, briefs.judgements, encoder) if by_slice else []

    def figures(tried: Setting) -> tuple[dict[str, Any], Rankings]:
        ranked = briefs.ranked(tried, depth=depth, progress=progress)
        return _figures(tried, briefs, ranked, k=k, slices=slices), ranked.rankings

    found, rankings = figures(setting)
    if legs:
        found["legs"] = {leg.value: figures(replace(setting, system=leg))[0] for leg in (System.DENSE, System.LEXICAL)}
    if compared:
        other_found, other_rankings = figures(other)
        changes = _changes(rankings, other_rankings, briefs.judgements, k)
        found["against"] = {"setting": dict(against or {}), **other_found, "changes": changes}
    return found


def _figures(
    setting: Setting, briefs: JudgedBriefs, ranked: Ranked, *, k: int, slices: Sequence[Slice]
) -> dict[str, Any]:
    """Return the figures of one setting."""
    means, intervals = _means(_values(ranked.rankings, briefs.judgements, k))
    found: dict[str, Any] = {
        "system": setting.system.value,
        "encoder": setting.encoder.name,
        "queries": len(briefs.signals),
        "documents": len(briefs.projects),
        **means,
        "encode_seconds": round(ranked.encode_seconds, 3),
        "search_seconds": round(ranked.search_seconds, 3),
        "intervals": intervals,
    }
    if slices:
        found["slices"] = {each.name: _slice_figures(each, ranked.rankings, k) for each in slices}
    return found


def _slice_figures(part: Slice, rankings: Rankings, k: int) -> dict[str, Any]:
    """Return the figures of a slice, as if nothing outside it had been judged relevant."""
    means, intervals = _means(_values(rankings, part.judgements, k))
    return {"queries": len(part.judgements), **means, "intervals": intervals}


def _values(rankings: Rankings, judged: Judged, k: int) -> dict[str, NDArray[np.float64]]:
    """Return the metrics of every judged query, in the order of the judgements."""
    return {
        name: np.array([metric(rankings[query], gains, depth) for query, gains in judged.items()], dtype=np.float64)
        for name, metric, depth in (
            (f"ndcg@{k}", ndcg_at_k, k),
            (f"recall@{k}", recall_at_k, k),
            (f"recall@{DEPTH}", recall_at_k, DEPTH),
            (f"mrr@{k}", mrr_at_k, k),
        )
    }


def _means(values: Mapping[str, NDArray[np.float64]]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return the mean of each metric and its interval, to five decimals."""
    return (
        {name: _rounded(math.fsum(each) / len(each)) for name, each in values.items()},
        {name: _bounds(bootstrap_interval(each)) for name, each in values.items()},
    )


def _changes(rankings: Rankings, others: Rankings, judged: Judged, k: int) -> dict[str, dict[str, Any]]:
    """Return how much better the other setting is in each metric, query by query, and how sure that is."""
    ours, theirs = _values(rankings, judged, k), _values(others, judged, k)
    return {
        name: {
            "change": _rounded(float((theirs[name] - ours[name]).mean())),
            "interval": _bounds(bootstrap_interval(theirs[name] - ours[name])),
            "p": _rounded(randomisation_p(theirs[name] - ours[name])),
        }
        for name in ours
    }


def _bounds(interval: Interval) -> dict[str, float]:
    return {name: _rounded(bound) for name, bound in asdict(interval).items()}


def _rounded(value: float) -> float:
    return round(value, 5)


def _encoded(briefs: Sequence[Brief], encoder: Encoder, progress: Progress | None) -> NDArray[np.float32]:
    """Return the vectors of the briefs, telling how far it is."""
    tell = _steps(progress, "encode", len(briefs))
    return np.concatenate([_told(vectors_of(some, encoder), tell) for some in _at_once(briefs)])


def _at_once(briefs: Sequence[Brief]) -> Iterator[Sequence[Brief]]:
    for start in range(0, len(briefs), _BRIEFS_AT_ONCE):
        yield briefs[start : start + _BRIEFS_AT_ONCE]


def _told(vectors: NDArray[np.float32], tell: Callable[[int], None]) -> NDArray[np.float32]:
    tell(len(vectors))
    return vectors


def _steps(progress: Progress | None, step: str, total: int) -> Callable[[int], None]:
    """Return what adds up the progress of one step."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(step, done, total)

    return advance
