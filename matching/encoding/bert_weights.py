"""The packaged BERT model's weights as whole numbers, block by block, in the order in which registers read them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray
from safetensors.numpy import load_file

from matching.encoding.bert_kernels import COLUMNS, SHORT, WIDTH

QUERY, KEY, VALUE, MIXED, WIDE, NARROW, BLOCKS = 0, 1, 2, 3, 4, 8, 12
"""Every matrix is cut into blocks of 384 x 384. A layer's: query, key, value, what attention hands on, four that widen
the states and four that narrow them again."""

IN_BYTES = frozenset({QUERY, KEY, MIXED, *range(NARROW, BLOCKS)})
"""Blocks of every layer with 8-bit codes, at half the time of 16-bit ones. 1 - cosine with full precision, mean of 24
abstracts, and one core's time for 224 tokens: none .000006, 19.9 ms; query and key .00008, 18.8 ms; those and narrowing
.00027, 16.9 ms; those and mixed .00034, 16.1 ms; value too .00043, 15.5 ms. The widening ones have a pass for 16 bits
only, see ``bert_kernels``: with theirs it would be .0006."""

_BYTE = 127
"""Largest 8-bit code of a weight."""

_LOUD = {99: 4.0, 157: 3.0}
"""Channels several times as large as the others in every layer's input, and how many times: they would leave few of the
eight bits to the others. Divided out where states get 8-bit codes, and multiplied into the weights."""

_LINE = 64

Floats = NDArray[np.float32]
Words = NDArray[np.int32]
Weights = dict[str, Floats]


class Model(NamedTuple):
    """What a forward run reads: everything of all layers, blocks one after the other."""

    tokens: Floats
    """(vocabulary, 384), the segment added."""
    places: Floats
    """(places, 384)."""
    norms: Floats
    """(1 + 2 a layer, 2, 384): weights, then shifts."""
    biases: Floats
    """(blocks, 384)."""
    steps: Floats
    """(blocks, 384): what 1 of a column's codes stands for."""
    sums: Floats
    """(blocks, 384): each column's sum over its numbers; of blocks in bytes."""
    stored: NDArray[np.int64]
    """(blocks,): where a block lies among those of its kind."""
    in_bytes: NDArray[np.bool_]
    """(blocks,): whether a block has 8-bit codes, or 16-bit ones."""
    shorts: Words
    """(blocks of 16 bits, 12 tiles, 192 words, 32 columns): two codes a word."""
    bytes: Words
    """(blocks of 8 bits, 12 tiles, 96 words, 32 columns): four codes a word."""
    quiet: Floats
    """(2, 384): by what states are multiplied before they get 8-bit codes: a layer's input, then any other."""


def aligned(shape: tuple[int, ...], kind: DTypeLike) -> NDArray[Any]:
    """Return an array of zeros that begins where a line of the processor's cache does."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    room = np.zeros(size + _LINE, dtype=np.uint8)
    start = -room.ctypes.data % _LINE
    return room[start : start + size].view(kind).reshape(shape)


def read_model(folder: Path, in_bytes: frozenset[int]) -> Model:
    """Read a BERT model with states of 384 numbers and heads of 32, the blocks named of every layer in 8 bits."""
    config = json.loads((folder / "config.json").read_text())
    weights: Weights = load_file(folder / "model.safetensors")
    layers = range(config["num_hidden_layers"])
    quiet = np.ones((2, WIDTH), dtype=np.float32)
    for channel, times in _LOUD.items():
        quiet[0, channel] = 1 / times
    kinds = np.array([block in in_bytes for _ in layers for block in range(BLOCKS)])
    coded: dict[bool, list[Words]] = {True: [], False: []}
    steps, sums, biases, stored = [], [], [], []
    blocks = [block for layer in layers for block in _blocks(weights, f"encoder.layer.{layer}.")]
    for number, (matrix, bias) in enumerate(blocks):
        in_eight = bool(kinds[number])
        loud = quiet[0] if in_eight and number % BLOCKS <= VALUE else quiet[1]
        codes, step = _coded(matrix / loud, _BYTE if in_eight else SHORT)
        stored.append(len(coded[in_eight]))
        coded[in_eight].append(_words(codes.astype(np.int8 if in_eight else np.int16)))
        steps.append(step)
        sums.append(codes.sum(axis=1) * step)
        biases.append(bias)
    part = "embeddings.{}_embeddings.weight".format
    arrays = {
        "tokens": weights[part("word")] + weights[part("token_type")][0],
        "places": weights[part("position")],
        "norms": np.array([_norm(weights, name) for name in ["embeddings.LayerNorm", *_norm_names(layers)]]),
        "biases": np.array(biases),
        "steps": np.array(steps),
        "sums": np.array(sums, dtype=np.float32),
        "stored": np.array(stored, dtype=np.int64),
        "in_bytes": kinds,
        "shorts": np.array(coded[False], dtype=np.int32).reshape(-1, WIDTH // COLUMNS, WIDTH // 2, COLUMNS),
        "bytes": np.array(coded[True], dtype=np.int32).reshape(-1, WIDTH // COLUMNS, WIDTH // 4, COLUMNS),
        "quiet": quiet,
    }
    return Model(**{name: _in_line(array) for name, array in arrays.items()})


def _blocks(weights: Weights, layer: str) -> Iterator[tuple[Floats, Floats]]:
    """Give a layer's blocks, (columns, numbers), and their biases.

    The division by the square root of a head's width is in the query's; the narrowing blocks add up, so one has a bias.
    """
    parts = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")
    for part, scale in zip(parts, (COLUMNS**-0.5, 1, 1, 1), strict=True):
        yield weights[f"{layer}{part}.weight"] * np.float32(scale), weights[f"{layer}{part}.bias"] * np.float32(scale)
    wide, bias = weights[f"{layer}intermediate.dense.weight"], weights[f"{layer}intermediate.dense.bias"]
    for start in range(0, len(wide), WIDTH):
        yield wide[start : start + WIDTH], bias[start : start + WIDTH]
    narrow, bias = weights[f"{layer}output.dense.weight"], weights[f"{layer}output.dense.bias"]
    for start in range(0, narrow.shape[1], WIDTH):
        yield narrow[:, start : start + WIDTH], bias * np.float32(start == 0)


def _norm_names(layers: range) -> list[str]:
    parts = ("attention.output.LayerNorm", "output.LayerNorm")
    return [f"encoder.layer.{layer}.{part}" for layer in layers for part in parts]


def _norm(weights: Weights, name: str) -> list[Floats]:
    return [weights[f"{name}.weight"], weights[f"{name}.bias"]]


def _coded(matrix: Floats, largest: int) -> tuple[NDArray[np.int64], Floats]:
    """Return whole numbers up to the largest for each row, and each row's step."""
    step = np.abs(matrix).max(axis=1) / np.float32(largest)
    return np.rint(matrix / step[:, None]).astype(np.int64), step


def _words(codes: NDArray[Any]) -> Words:
    """Return codes, (columns, numbers), as (tiles, words, columns)."""
    words = np.ascontiguousarray(codes).view(np.int32)
    return words.reshape(-1, COLUMNS, words.shape[1]).transpose(0, 2, 1)


def _in_line(array: NDArray[Any]) -> NDArray[Any]:
    kept = aligned(array.shape, array.dtype)
    kept[...] = array
    return kept
