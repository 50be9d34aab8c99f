"""Read judged sets of queries and documents in the BEIR layout."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_HEADING = ["query-id", "corpus-id", "score"]


class EvaluationSetError(Exception):
    """A labelled set is missing a file or holds a line that cannot be read; the message names both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    """Queries, documents, and which document answers which query how well (0 is not at all)."""

    queries: Mapping[str, str]
    documents: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]


def read_beir(folder: Path) -> RetrievalSet:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``; queries without a judgement are left out.

    Raises
    ------
    EvaluationSetError
        For a missing file, a line that is not as it should be, a repeated id, a judgement of an unknown id, or a set
        whose judgements let no document answer any query: there would be nothing to find.
    """
    documents = _read_texts(folder / "corpus.jsonl", ("title", "text"))
    queries = _read_texts(folder / "queries.jsonl", ("text",))
    judgements = _read_judgements(folder / "qrels" / "test.tsv", queries=queries, documents=documents)
    return RetrievalSet(
        queries={key: text for key, text in queries.items() if key in judgements},
        documents=documents,
        judgements=judgements,
    )


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
    if not any(gain > 0 for gains in judgements.values() for gain in gains.values()):
        raise EvaluationSetError(f"{path}: no judgement above 0 in it")
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
