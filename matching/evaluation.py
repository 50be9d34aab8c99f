"""Measure the matcher on labelled retrieval sets in the BEIR layout."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.brief import Brief, passages_of, text_project, text_signal
from matching.encoder import Encoder, vectors_of
from matching.matcher import HybridMatcher
from matching.parameters import MatchParameters
from matching.pivot import Glossary
from matching.yardstick import Yardstick

Progress = Callable[[str, int, int], None]
"""Told a step's name, how much of it is done and how much there is."""

DEPTH = 100
"""Ranks looked at; recall at this depth is always reported."""


_BRIEFS_AT_ONCE = 256
_HEADING = ["query-id", "corpus-id", "score"]


class EvaluationSetError(Exception):
    """A labelled set is missing a file or holds a line that cannot be read; the message names both."""


class System(StrEnum):
    """What ranks the documents."""

    DENSE = "dense"
    """Vectors alone."""
    LEXICAL = "lexical"
    """Terms alone."""
    HYBRID = "hybrid"
    """The matcher as the service runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    """Queries, documents, and which document answers which query how well (0 is not at all)."""

    queries: Mapping[str, str]
    documents: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]


def ndcg_at_k(ranking: Sequence[str], judged: Mapping[str, int], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first ``k`` ranks, gains as judged.

    As trec_eval's ndcg_cut: a judged document's gain at rank r is divided by log2(r + 1), and the sum by that of the
    best ranking there is; 0 where nothing is relevant.
    """
    gains = [max(judged.get(document, 0), 0) for document in ranking[:k]]
    ideal = _discounted(sorted((gain for gain in judged.values() if gain > 0), reverse=True)[:k])
    return _discounted(gains) / ideal if ideal else 0.0


def recall_at_k(ranking: Sequence[str], judged: Mapping[str, int], k: int) -> float:
    """Return the share of the relevant documents among the first ``k`` ranks; 0 where nothing is relevant."""
    relevant = {document for document, gain in judged.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def mrr_at_k(ranking: Sequence[str], judged: Mapping[str, int], k: int) -> float:
    """Return one over the rank of the first relevant document, 0 when none is among the first ``k``."""
    return next((1 / rank for rank, found in enumerate(ranking[:k], 1) if judged.get(found, 0) > 0), 0.0)


def read_beir(folder: Path) -> RetrievalSet:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``; queries without a judgement are left out.

    Raises
    ------
    EvaluationSetError
        For a missing file, a line that is not as it should be, a repeated id, or a judgement of an unknown id.
    """
    documents = _read_texts(folder / "corpus.jsonl", ("title", "text"))
    queries = _read_texts(folder / "queries.jsonl", ("text",))
    judgements = _read_judgements(folder / "qrels" / "test.tsv", queries=queries, documents=documents)
    return RetrievalSet(
        queries={key: text for key, text in queries.items() if key in judgements},
        documents=documents,
        judgements=judgements,
    )


def evaluate(
    folder: Path,
    *,
    encoder: Encoder,
    glossary: Glossary,
    system: System | str = System.HYBRID,
    k: int = 10,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Rank the documents for every judged query and return the mean figures, ready for JSON.

    ``progress`` is told the step ("encode" or "search"), what is done and what there is in all. The yardstick is
    fitted on the documents; queries have text alone, so the score is the text's.
    """
    system = System(system)
    labelled = read_beir(folder)
    documents = glossary.pivoted([passages_of(text) for text in labelled.documents.values()])
    queries = glossary.pivoted([passages_of(text) for text in labelled.queries.values()])
    projects = [text_project(key, passages) for key, passages in zip(labelled.documents, documents, strict=True)]
    signals = [text_signal(key, passages) for key, passages in zip(labelled.queries, queries, strict=True)]
    started = time.perf_counter()
    if system is System.LEXICAL:
        project_vectors, signal_vectors = (
            np.zeros((len(briefs), 0), dtype=np.float32) for briefs in (projects, signals)
        )
    else:
        vectors = _encoded([*projects, *signals], encoder, progress)
        project_vectors, signal_vectors = vectors[: len(projects)], vectors[len(projects) :]
    encoded = time.perf_counter()
    parameters = _PARAMETERS[system]
    yardstick = Yardstick.fit(projects, project_vectors, parameters=parameters)
    matcher = HybridMatcher(yardstick=yardstick, parameters=parameters).fit(projects, project_vectors)
    steps = _steps(progress, "search", len(signals))
    matches = matcher.match(
        signals, signal_vectors, today=datetime.now(UTC).date(), top=max(DEPTH, k), near=0, progress=steps
    )
    searched = time.perf_counter()
    rankings = {found.signal_key: [pair.project_key for pair in found.eligible] for found in matches}
    return {
        "system": system.value,
        "encoder": encoder.name,
        "queries": len(signals),
        "documents": len(projects),
        f"ndcg@{k}": _mean(ndcg_at_k, rankings, labelled.judgements, k),
        f"recall@{k}": _mean(recall_at_k, rankings, labelled.judgements, k),
        f"recall@{DEPTH}": _mean(recall_at_k, rankings, labelled.judgements, DEPTH),
        f"mrr@{k}": _mean(mrr_at_k, rankings, labelled.judgements, k),
        "encode_seconds": round(encoded - started, 3),
        "search_seconds": round(searched - encoded, 3),
    }


_PARAMETERS = {
    System.DENSE: MatchParameters(dense_share=1.0),
    System.LEXICAL: MatchParameters(dense_share=0.0),
    System.HYBRID: MatchParameters(),
}


def _mean(
    metric: Callable[[Sequence[str], Mapping[str, int], int], float],
    rankings: Mapping[str, Sequence[str]],
    judgements: Mapping[str, Mapping[str, int]],
    k: int,
) -> float:
    """Return the mean of a metric over all queries, to five decimals."""
    values = [metric(ranking, judgements[query], k) for query, ranking in rankings.items()]
    return round(math.fsum(values) / len(values), 5)


def _encoded(briefs: Sequence[Brief], encoder: Encoder, progress: Progress | None) -> NDArray[np.float32]:
    """Return the vectors of the briefs, telling how far it is."""
    tell = _steps(progress, "encode", len(briefs))
    parts = []
    for start in range(0, len(briefs), _BRIEFS_AT_ONCE):
        some = briefs[start : start + _BRIEFS_AT_ONCE]
        parts.append(vectors_of(some, encoder))
        tell(len(some))
    return np.concatenate(parts)


def _steps(progress: Progress | None, step: str, total: int) -> Callable[[int], None]:
    """Return what adds up the progress of one step."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(step, done, total)

    return advance


def _read_texts(path: Path, parts: Sequence[str]) -> dict[str, str]:
    """Return the texts of a .jsonl file by ``_id``, its named parts on lines of their own."""
    texts: dict[str, str] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise EvaluationSetError(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("_id"), str):
            raise EvaluationSetError(f"{path}, line {number}: expected an object with a string _id")
        values = [row.get(part, "") for part in parts]
        if not all(isinstance(value, str) for value in values) or "text" not in row:
            raise EvaluationSetError(f"{path}, line {number}: expected strings in {', '.join(parts)}")
        if row["_id"] in texts:
            raise EvaluationSetError(f"{path}, line {number}: _id {row['_id']} stands there twice")
        texts[row["_id"]] = "\n".join(value for value in values if value)
    return texts


def _read_judgements(
    path: Path, *, queries: Mapping[str, str], documents: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Return the judgements by query and document."""
    judgements: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = line.split("\t")
        if number == 1 and columns == _HEADING:
            continue
        if len(columns) != len(_HEADING) or not columns[-1].lstrip("-").isdecimal():
            raise EvaluationSetError(f"{path}, line {number}: expected {', '.join(_HEADING)}, the score a whole number")
        query, document, gain = columns
        if query not in queries or document not in documents:
            raise EvaluationSetError(f"{path}, line {number}: {query} or {document} is in no other file")
        judgements.setdefault(query, {})[document] = int(gain)
    if not judgements:
        raise EvaluationSetError(f"{path}: no judgement in it")
    return judgements


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file that are not empty, with their numbers."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError as error:
        raise EvaluationSetError(f"{path} is missing") from error
    except UnicodeDecodeError as error:
        raise EvaluationSetError(f"{path} is not UTF-8 text") from error


def _discounted(gains: Sequence[int]) -> float:
    """Return the discounted cumulative gain of gains in rank order."""
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
