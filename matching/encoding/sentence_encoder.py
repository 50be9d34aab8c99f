"""Encode with sentence-transformers itself: any local model, at full precision, through torch."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from matching.encoding.encoder import Vectors
from matching.encoding.model_files import ModelFiles
from matching.language.text import Language

_TEXTS_A_TASK = 16


class SentenceEncoder:
    """A sentence-transformers model read from local files, one text at a time.

    Each text runs by itself on one thread, several texts side by side: padding texts into one batch moves the last
    bits of a vector with its neighbours (1.6e-7 measured), and so does the number of threads within an operation.
    Measured on two cores with abstracts of about 190 word pieces: 39 texts/s this way, 32 in batches of 32. Torch and
    the weights are loaded when they are first needed. A text longer than the model reads is cut by the model.

    Parameters
    ----------
    model : str or Path, optional
        Folder, or name in the local model cache; left out, the packaged all-MiniLM-L6-v2.
    languages : frozenset of Language, optional
        What the model reads; English alone when left out.
    threads : int, optional
        Texts encoded side by side; every processor this process may use when left out. Changes no vector.

    Raises
    ------
    ModelNotUsableError
        When there is no such model here, it has no safetensors weights, or the packaged weights are not the pinned
        ones.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        languages: frozenset[Language] = frozenset({Language.ENGLISH}),
        threads: int | None = None,
    ) -> None:
        self._files = ModelFiles(model)
        self._languages = languages
        self._threads = threads or len(os.sched_getaffinity(0))
        self._loading = threading.Lock()
        self._loaded: Any = None

    @property
    def name(self) -> str:
        """The packaged model's name, else the last part of the folder or name given."""
        return self._files.name

    @property
    def revision(self) -> str:
        """Sixteen hexadecimal digits that change with any weight, vocabulary or configuration file of the model."""
        return self._files.revision

    @property
    def dimensions(self) -> int:
        """Length of a vector; loads the model."""
        return int(self._model().get_embedding_dimension())

    @property
    def languages(self) -> frozenset[Language]:
        """What the model reads."""
        return self._languages

    @property
    def max_tokens(self) -> int:
        """Tokens the model reads of a text; loads the model."""
        return int(self._model().max_seq_length)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, uncut, the opening and closing marks included; loads the model."""
        tokenizer = self._model().tokenizer
        return [len(ids) for ids in tokenizer(list(texts), verbose=False)["input_ids"]] if texts else []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, shape (len(texts), dimensions)."""
        model = self._model()
        import torch  # noqa: PLC0415 - takes seconds and 500 MB: only where texts are encoded

        def encode_alone(some: Sequence[str]) -> Vectors:
            vectors: Vectors = model.encode(some, batch_size=1, normalize_embeddings=True, show_progress_bar=False)
            return vectors

        tasks = [texts[start : start + _TEXTS_A_TASK] for start in range(0, len(texts), _TEXTS_A_TASK)]
        with ThreadPoolExecutor(self._threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            rows = list(pool.map(encode_alone, tasks))
        return np.concatenate([np.empty((0, self.dimensions), dtype=np.float32), *rows])

    def _model(self) -> Any:  # noqa: ANN401 - SentenceTransformer, whose import must wait
        """Return the model, loaded once and from local files only."""
        with self._loading:
            if self._loaded is None:
                from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - imports torch
                from transformers.utils import logging  # noqa: PLC0415 - the same

                logging.disable_progress_bar()  # type: ignore[no-untyped-call] # a bar for the weights would run through results in a pipe
                model = SentenceTransformer(
                    str(self._files.folder),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
                model.encode("warm up", show_progress_bar=False)  # sets the tokenizer up before threads share it
                self._loaded = model
        return self._loaded
