"""The packaged BERT model as an OpenVINO graph: weights in eight bits, one text a run, padding that changes nothing."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import ArrayLike, NDArray
from openvino import opset13 as ops
from safetensors.numpy import load_file

from matching.encoding.model_files import WEIGHTS

_MASKED = np.float32(-1e9)
"""What is added to the attention that padding would draw: its share becomes an exact zero."""

_SHORTEST = np.float32(1e-12)
"""Least length by which a vector is divided."""

TOGETHER = 128
"""Numbers of a state, and of a weight row, that share one scale. One core, 200 tokens: 128: 17.4 ms, 192: 17.2 ms,
64: 19.1 ms, 256: 24.5 ms; 1 - cosine with full precision, mean of 96 texts: .0004 with 128, .0006 with 192."""

Weights = dict[str, NDArray[np.float32]]
Loud = Mapping[int, float]

_NONE_LOUD: Loud = {}
_LOUD_BEFORE_ATTENTION: Loud = {99: 4.0, 157: 3.0}
"""Channels of the packaged model several times as large as the others in every layer's input, and how many times: they
would leave few of the eight bits to the 127 they share a scale with. Divided out, 1 - cosine is .0004 instead of .0009
(a range measured for each channel: .0004)."""
_LOUD_BETWEEN: Loud = {99: 4.0}
"""The same, between attention and the two dense steps."""


def bert_graph(folder: Path) -> ov.Model:
    """Return the graph of a BERT model whose vectors are the unit mean of its tokens' last states.

    Inputs are the tokens' ids, shape (1, t), and 1 where there is a token, 0 where padding, shape (1, t); the output
    is the unit vector, shape (1, dimensions). Equations: Devlin et al. 2019, as in transformers' ``BertModel``. Each
    weight matrix has eight bits a number.
    """
    config = json.loads((folder / "config.json").read_text())
    weights: Weights = load_file(folder / WEIGHTS)
    tokens = ops.parameter([1, -1], np.int32, name="tokens")
    real = ops.parameter([1, -1], np.float32, name="real")
    mask = ops.unsqueeze(ops.multiply(ops.subtract(real, _constant(np.float32(1))), _constant(-_MASKED)), _axes(1, 2))
    layer_of = _Layers(weights, heads=config["num_attention_heads"], epsilon=config["layer_norm_eps"])
    states = layer_of.embedded(tokens)
    for number in range(config["num_hidden_layers"]):
        states = layer_of.after(f"encoder.layer.{number}.", states, mask)
    total = ops.squeeze(
        ops.matmul(ops.unsqueeze(real, _axes(1)), states, transpose_a=False, transpose_b=False), _axes(1)
    )
    unit = ops.normalize_l2(total, _axes(1), _SHORTEST, "max")
    return ov.Model([unit], [tokens, real], "sentence")


class _Layers:
    """The parts of the model, reading their weights by the names of the checkpoint."""

    def __init__(self, weights: Weights, *, heads: int, epsilon: float) -> None:
        self._weights = weights
        self._heads = heads
        self._epsilon = epsilon

    def embedded(self, tokens: ov.Node) -> ov.Node:
        """Return the first states: word, position and segment (always the first), normalised."""
        part = "embeddings.{}_embeddings.weight".format
        words = _constant(self._weights[part("word")] + self._weights[part("token_type")][0])
        length = ops.gather(ops.shape_of(tokens), _axes(1), _constant(np.int64(0)))
        places = ops.slice(_constant(self._weights[part("position")]), _axes(0), length, _axes(1), _axes(0))
        return self._normalised(
            "embeddings.LayerNorm", ops.add(ops.gather(words, tokens, _constant(np.int64(0))), places)
        )

    def after(self, layer: str, states: ov.Node, mask: ov.Node) -> ov.Node:
        """Return the states after one layer: attention, then two dense steps, each added to what it was given."""
        attention = ops.add(self._dense(layer + "attention.output.dense", self._attended(layer, states, mask)), states)
        states = self._normalised(layer + "attention.output.LayerNorm", attention)
        quiet = self._quieted(states, _LOUD_BETWEEN)
        wide = ops.gelu(self._dense(layer + "intermediate.dense", quiet, _LOUD_BETWEEN), "erf")
        return self._normalised(layer + "output.LayerNorm", ops.add(self._dense(layer + "output.dense", wide), states))

    def _attended(self, layer: str, states: ov.Node, mask: ov.Node) -> ov.Node:
        """Return what the heads read of one another's states, side by side again.

        The division by the square root of a head's width is in the query's weights.
        """
        width = len(self._weights[layer + "attention.self.query.bias"]) // self._heads
        states = self._quieted(states, _LOUD_BEFORE_ATTENTION)
        query, key, value = (
            ops.transpose(
                ops.reshape(
                    self._dense(f"{layer}attention.self.{part}", states, _LOUD_BEFORE_ATTENTION, scale=scale),
                    _axes(0, 0, self._heads, width),
                    special_zero=True,
                ),
                _axes(0, 2, 1, 3),
            )
            for part, scale in (("query", width**-0.5), ("key", 1.0), ("value", 1.0))
        )
        shares = ops.softmax(ops.add(ops.matmul(query, key, transpose_a=False, transpose_b=True), mask), -1)
        read = ops.transpose(ops.matmul(shares, value, transpose_a=False, transpose_b=False), _axes(0, 2, 1, 3))
        return ops.reshape(read, _axes(0, 0, self._heads * width), special_zero=True)

    def _dense(self, name: str, states: ov.Node, loud: Loud = _NONE_LOUD, *, scale: float = 1.0) -> ov.Node:
        """Return the states through one weight matrix and its bias, both times ``scale``.

        The columns of channels that were quieted are as much larger. Eight bits: each row has a step of its own for
        every ``TOGETHER`` columns.
        """
        matrix = self._weights[name + ".weight"].copy()
        for channel, times in loud.items():
            matrix[:, channel] *= times
        groups = matrix.reshape(len(matrix), -1, TOGETHER)
        step = np.abs(groups).max(axis=2, keepdims=True) / 127
        rebuilt = ops.multiply(
            ops.convert(_constant(np.rint(groups / step).astype(np.int8)), np.float32),
            _constant(step * np.float32(scale)),
        )
        bias = _constant(self._weights[name + ".bias"] * np.float32(scale))
        rows = ops.reshape(rebuilt, _axes(*matrix.shape), special_zero=False)
        return ops.add(ops.matmul(states, rows, transpose_a=False, transpose_b=True), bias)

    def _quieted(self, states: ov.Node, loud: Loud) -> ov.Node:
        """Return the states with their loud channels divided by how loud they are."""
        spread = np.ones_like(self._weights["embeddings.LayerNorm.bias"])
        for channel, times in loud.items():
            spread[channel] = times
        return ops.multiply(states, _constant(1 / spread))

    def _normalised(self, name: str, states: ov.Node) -> ov.Node:
        """Return each state with mean 0 and variance 1, then weighed and moved as the checkpoint says."""
        even = ops.mvn(states, _axes(-1), normalize_variance=True, eps=self._epsilon, eps_mode="inside_sqrt")
        return ops.add(
            ops.multiply(even, _constant(self._weights[name + ".weight"])), _constant(self._weights[name + ".bias"])
        )


def _constant(values: ArrayLike) -> ov.Node:
    return ops.constant(np.asarray(values))


def _axes(*numbers: int) -> ov.Node:
    return ops.constant(np.array(numbers, dtype=np.int64))
