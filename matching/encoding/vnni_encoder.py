"""Encode with the packaged model in whole numbers, by AVX512-VNNI: three times as fast as torch, and without it."""

import hashlib
import importlib.metadata
import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import llvmlite.binding
import numpy as np

from matching.encoding.encoder import Vectors
from matching.encoding.model_files import ModelFiles
from matching.language.text import Language

INSTRUCTIONS = ("avx512f", "avx512bw", "avx512vl", "avx512vnni")
"""What a processor must know, by LLVM's names: the last one sums products of eight- and of sixteen-bit numbers."""

ARITHMETIC = 1
"""Version of how vectors are computed: raised when the same weights would give others."""

_TOKENS_A_RUN = 512
"""Tokens of the texts that one thread takes together: each weight is fetched once for all of them."""

_TEXTS_A_TASK = 16


def why_vnni_cannot_run() -> str | None:
    """Say why this machine cannot encode as measured, in words for the operator; nothing where it can."""
    known = llvmlite.binding.get_host_cpu_features()
    missing = [name for name in INSTRUCTIONS if not known.get(name)]
    return f"this processor has no instructions {', '.join(missing)}" if missing else None


class VnniEncoder:
    """The packaged all-MiniLM-L6-v2 with whole numbers for factors, some texts a thread at a time.

    Weights and states get codes of 16 bits, or of 8 where that costs little (``bert_weights``); their products and
    sums are exact, everything between is at full precision, and no text meets another. So a vector has the same bits
    alone, in any company and order, with any number of threads. The codes are made of the pinned weights when first
    needed, in half a second: there is no exported file that could be stale. The first run on a machine compiles for
    ten seconds more; what was compiled is kept. Beside plain ``SentenceTransformer.encode``:
    ``python -m tests.benchmarks.encoding``.

    Parameters
    ----------
    threads : int, optional
        Threads that encode side by side; every processor this process may use when left out. Changes no vector.

    Raises
    ------
    ModelNotUsableError
        When the packaged weights are not the pinned ones.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        self._files = ModelFiles()
        self._threads = threads or len(os.sched_getaffinity(0))
        self._loading = threading.Lock()
        self._loaded: Any = None
        self._rooms: list[Any] = []

    @property
    def name(self) -> str:
        """The packaged model's name."""
        return self._files.name

    @cached_property
    def revision(self) -> str:
        """Sixteen hexadecimal digits that change with the model's files, the arithmetic and the compiler's version."""
        parts = (self._files.revision, "vnni", importlib.metadata.version("llvmlite"), str(ARITHMETIC))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(json.loads((self._files.folder / "config.json").read_text())["hidden_size"])

    @property
    def languages(self) -> frozenset[Language]:
        """What the model reads: English alone."""
        return frozenset({Language.ENGLISH})

    @cached_property
    def max_tokens(self) -> int:
        """Tokens the model reads of a text, the opening and closing marks included."""
        return int(json.loads((self._files.folder / "sentence_bert_config.json").read_text())["max_seq_length"])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, uncut, the opening and closing marks included."""
        return [len(tokens) for tokens in self._tokens(texts)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, shape (len(texts), dimensions)."""
        model = self._model()
        tokens = [_cut(ids, self.max_tokens) for ids in self._tokens(texts)]
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)

        def encode_some(rows: Sequence[int]) -> None:
            vectors[rows] = self._run([tokens[row] for row in rows], model)

        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(encode_some, _runs([len(ids) for ids in tokens])):
                pass
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]], model: Any) -> Vectors:  # noqa: ANN401 - Model, whose import must wait
        """Return the rows of some texts, by their tokens."""
        from matching.encoding.bert import encode_tokens, room_for  # noqa: PLC0415 - only where texts are encoded

        rows = np.empty((len(tokens), self.dimensions), dtype=np.float32)
        starts = np.cumsum([0, *map(len, tokens)], dtype=np.int64)
        try:
            room = self._rooms.pop()
        except IndexError:  # more threads than ever before
            room = room_for(_TOKENS_A_RUN)
        encode_tokens(np.concatenate(tokens, dtype=np.int32), starts, model, room, rows)
        self._rooms.append(room)
        return rows

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, uncut, tokenised side by side."""
        tasks = [texts[start : start + _TEXTS_A_TASK] for start in range(0, len(texts), _TEXTS_A_TASK)]
        with ThreadPoolExecutor(self._threads) as pool:
            return [ids for some in pool.map(self._files.tokens, tasks) for ids in some]

    def _model(self) -> Any:  # noqa: ANN401 - Model, whose import must wait
        """Return the coded weights, made once."""
        with self._loading:
            if self._loaded is None:
                from matching.encoding.bert_weights import IN_BYTES, read_model  # noqa: PLC0415 - imports numba

                self._loaded = read_model(self._files.folder, IN_BYTES)
        return self._loaded


def _cut(tokens: list[int], longest: int) -> list[int]:
    """Return a text's tokens, cut to ``longest`` before the closing mark."""
    return [*tokens[: longest - 1], tokens[-1]] if len(tokens) > longest else tokens


def _runs(counts: Sequence[int]) -> Iterator[list[int]]:
    """Give the texts of each run, by their tokens' counts.

    The longest come first, so that no thread is left alone with one at the end.
    """
    run: list[int] = []
    tokens = 0
    for row in sorted(range(len(counts)), key=lambda row: counts[row], reverse=True):
        if tokens + counts[row] > _TOKENS_A_RUN:
            yield run
            run, tokens = [], 0
        run.append(row)
        tokens += counts[row]
    if run:
        yield run
