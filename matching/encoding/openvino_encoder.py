"""Encode with the packaged model's weights in eight bits through OpenVINO: three times as fast, and without torch."""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from matching.encoding.encoder import Vectors
from matching.encoding.model_files import ModelFiles
from matching.language.text import Language

PROCESSOR_FACTS = Path("/proc/cpuinfo")
"""Where Linux says what a processor can do."""

INT8_INSTRUCTIONS = frozenset({"avx512_vnni", "avx_vnni"})
"""Any of these sums products of eight-bit numbers exactly; without them OpenVINO computes other vectors."""

GRAPH = 1
"""Version of the graph and of how it is run: raised when the same weights would give other vectors."""

_BLOCK = 16
"""Tokens are padded to a multiple of this: OpenVINO prepares once for each length it meets (5 ms), and runs one that
is a multiple 12 % faster (192 tokens 15.8 ms of one core, 191 tokens 17.7 ms). Changes no vector."""

_TEXTS_A_TASK = 64


def why_openvino_cannot_run() -> str | None:
    """Say why this machine cannot encode as measured, in words for the operator; nothing where it can."""
    if importlib.util.find_spec("openvino") is None:
        return "the package openvino is not installed"
    facts = PROCESSOR_FACTS.read_text().split() if PROCESSOR_FACTS.exists() else []
    if INT8_INSTRUCTIONS.isdisjoint(facts):
        return (
            "this processor has no instructions for eight-bit products (" + ", ".join(sorted(INT8_INSTRUCTIONS)) + ")"
        )
    return None


class OpenVinoEncoder:
    """The packaged all-MiniLM-L6-v2 in eight bits, one text a run, several runs side by side on one thread each.

    Weights and states have one scale for every 128 numbers, those of the states found while running; sums, attention
    and everything between stay at full precision. So no text meets another, and a vector has the same bits alone, in
    any company and order, with any number of threads. The graph is built from the pinned weights when first needed, in
    half a second: there is no exported file that could be stale. Beside plain ``SentenceTransformer.encode``:
    ``python -m tests.benchmarks.encoding``.

    Parameters
    ----------
    threads : int, optional
        Texts encoded side by side; every processor this process may use when left out. Changes no vector.

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

    @property
    def name(self) -> str:
        """The packaged model's name."""
        return self._files.name

    @cached_property
    def revision(self) -> str:
        """Sixteen hexadecimal digits that change with the model's files, the graph and the version of OpenVINO."""
        parts = (self._files.revision, "openvino", importlib.metadata.version("openvino"), str(GRAPH))
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
        tokens = self._tokens(texts)
        # Equal lengths after one another, so that OpenVINO seldom has to prepare for another; the longest first, so
        # that no thread is left alone with one at the end.
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]), reverse=True)
        inputs = (_padded(tokens[row], self.max_tokens) for row in order)
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as pool:
            for row, outputs in zip(order, pool.map(model.infer_new_request, inputs), strict=True):
                vectors[row] = outputs[0][0]
        return vectors

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, uncut, tokenised side by side."""
        tasks = [texts[start : start + _TEXTS_A_TASK] for start in range(0, len(texts), _TEXTS_A_TASK)]
        with ThreadPoolExecutor(self._threads) as pool:
            return [ids for some in pool.map(self._files.tokens, tasks) for ids in some]

    def _model(self) -> Any:  # noqa: ANN401 - openvino.CompiledModel, whose import must wait
        """Return the compiled graph, built once."""
        with self._loading:
            if self._loaded is None:
                import openvino as ov  # noqa: PLC0415 - only where texts are encoded

                from matching.encoding.bert_graph import TOGETHER, bert_graph  # noqa: PLC0415 - imports openvino

                self._loaded = ov.Core().compile_model(
                    bert_graph(self._files.folder),
                    "CPU",
                    {
                        "NUM_STREAMS": self._threads,
                        "INFERENCE_NUM_THREADS": self._threads,
                        "INFERENCE_PRECISION_HINT": "f32",
                        "DYNAMIC_QUANTIZATION_GROUP_SIZE": TOGETHER,
                        "ENABLE_CPU_PINNING": False,  # several workers on one machine would be pinned to one core
                    },
                )
        return self._loaded


def _padded(tokens: Sequence[int], longest: int) -> list[np.ndarray[Any, Any]]:
    """Return what the graph takes: the ids, cut to ``longest`` before the closing mark, and where there is one."""
    kept = [*tokens[: longest - 1], tokens[-1]] if len(tokens) > longest else tokens
    length = -(-len(kept) // _BLOCK) * _BLOCK
    ids = np.zeros((1, length), dtype=np.int32)
    ids[0, : len(kept)] = kept
    return [ids, (np.arange(length) < len(kept)).astype(np.float32)[None]]
