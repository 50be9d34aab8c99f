import numpy as np
import pytest
from safetensors.numpy import load_file

from matching.encoding.bert_weights import BLOCKS, IN_BYTES, KEY, NARROW, VALUE, WIDE, aligned, read_model
from matching.encoding.model_files import ModelFiles

FOLDER = ModelFiles().folder


@pytest.fixture(scope="module")
def model():
    return read_model(FOLDER, IN_BYTES)


def matrix_of(model, block):
    """Build a block's matrix, (columns, numbers), from its codes."""
    in_bytes = model.in_bytes[block]
    words = (model.bytes if in_bytes else model.shorts)[model.stored[block]]
    codes = np.ascontiguousarray(words.transpose(0, 2, 1)).view(np.int8 if in_bytes else np.int16).reshape(384, 384)
    return codes * model.steps[block][:, None]


@pytest.mark.parametrize(
    ("part", "name", "rows", "columns"),
    [
        (VALUE, "attention.self.value", slice(None), slice(None)),
        (WIDE + 1, "intermediate.dense", slice(384, 768), slice(None)),
        (NARROW + 2, "output.dense", slice(None), slice(768, 1152)),
    ],
)
def test_codes_times_steps_are_the_weights(model, part, name, rows, columns):
    weights = load_file(FOLDER / "model.safetensors")[f"encoder.layer.4.{name}.weight"][rows, columns]
    block = 4 * BLOCKS + part
    again = matrix_of(model, block)
    assert np.all(np.abs(again - weights) <= model.steps[block][:, None] * 0.51)
    assert model.in_bytes[block] == (part in IN_BYTES)
    if model.in_bytes[block]:
        assert np.allclose(model.sums[block], again.sum(axis=1), atol=1e-4)


def test_what_loud_channels_are_divided_by_is_in_the_weights_of_a_layers_input(model):
    weights = load_file(FOLDER / "model.safetensors")["encoder.layer.0.attention.self.key.weight"]
    again = matrix_of(model, KEY) * model.quiet[0]
    assert np.all(np.abs(again - weights) <= model.steps[KEY][:, None] * 0.51)
    assert model.quiet[0].min() < 1
    assert np.all(model.quiet[1] == 1)


def test_only_one_of_the_blocks_that_add_up_has_the_bias(model):
    biases = model.biases.reshape(-1, BLOCKS, 384)
    assert np.all(biases[:, NARROW].any(axis=1))
    assert not biases[:, NARROW + 1 :].any()


def test_arrays_begin_where_a_line_of_the_cache_does(model):
    assert all(array.ctypes.data % 64 == 0 for array in model)
    assert not aligned((3, 5), np.int16).any()
