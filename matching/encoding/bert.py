"""Run the packaged BERT model over texts in whole numbers: compiled once for this machine, on one thread a call."""

# mypy: disable-error-code="untyped-decorator"

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from matching.encoding.bert_kernels import (
    COLUMNS,
    ROWS,
    WIDTH,
    attention_shares,
    dense_bytes,
    dense_bytes_added,
    dense_shorts,
    dense_shorts_added,
    dense_shorts_gelu,
    normalise_sum,
    pair_values,
    query_key_sums,
    shared_values,
    spread_key,
    to_bytes,
    to_query_shorts,
    to_shorts,
    to_value_shorts,
)
from matching.encoding.bert_weights import BLOCKS, KEY, MIXED, NARROW, QUERY, VALUE, WIDE, Model, aligned
from matching.encoding.registers import place

LONGEST = 256
"""Most tokens of a text: the sums of its attention stay within 32 bits."""

_HEADS = WIDTH // COLUMNS
_TILES = WIDTH // COLUMNS
_BEHIND = 48
"""Rows behind the last token that a pass may read or write."""

_njit = numba.njit(nogil=True, error_model="numpy")

Rows = NDArray[np.float32]


class Codes(NamedTuple):
    """A row's codes for each token, in 16 or in 8 bits, and what they stand for."""

    shorts: NDArray[np.int16]
    short_steps: Rows
    bytes: NDArray[np.uint8]
    byte_steps: Rows
    byte_lows: Rows


class Room(NamedTuple):
    """Where a run keeps what it has in hand; one thread's at a time."""

    states: Rows
    states_coded: Codes
    between: Rows
    between_coded: Codes
    gathered: Rows
    heads: NDArray[np.int16]
    """(tokens, 3 * 384): codes of query, key and value."""
    head_steps: Rows
    """(3, tokens)."""
    keys: NDArray[np.int32]
    values: NDArray[np.int32]
    sums: NDArray[np.int32]
    shares: Rows
    share_codes: NDArray[np.int16]
    share_steps: Rows
    mask: Rows


def room_for(tokens: int) -> Room:
    """Return what a run over so many tokens at most needs."""
    rows = tokens + ROWS + _BEHIND
    return Room(
        states=aligned((rows, WIDTH), np.float32),
        states_coded=_codes(rows),
        between=aligned((rows, WIDTH), np.float32),
        between_coded=_codes(rows),
        gathered=aligned((rows, WIDTH), np.float32),
        heads=aligned((rows, 3 * WIDTH), np.int16),
        head_steps=aligned((3, rows), np.float32),
        keys=aligned((LONGEST * COLUMNS // 2,), np.int32),
        values=aligned((LONGEST * COLUMNS // 2,), np.int32),
        sums=aligned((ROWS * LONGEST,), np.int32),
        shares=aligned((LONGEST,), np.float32),
        share_codes=aligned((ROWS * LONGEST,), np.int16),
        share_steps=aligned((ROWS,), np.float32),
        mask=aligned((LONGEST,), np.float32),
    )


def _codes(rows: int) -> Codes:
    return Codes(
        shorts=aligned((rows, WIDTH), np.int16),
        short_steps=aligned((rows,), np.float32),
        bytes=aligned((rows, WIDTH), np.uint8),
        byte_steps=aligned((rows,), np.float32),
        byte_lows=aligned((rows,), np.float32),
    )


@_njit
def _code(rows: Rows, count: int, codes: Codes, in_bytes: bool, quiet: Rows) -> None:  # noqa: FBT001 - compiled: numba takes no keyword-only arguments  # compiled by numba
    """Give rows the codes that a block reads."""
    for row in range(count):
        here = place(rows, row * WIDTH)
        if in_bytes:
            steps, lows = place(codes.byte_steps, row), place(codes.byte_lows, row)
            to_bytes(here, place(quiet, 0), place(codes.bytes, row * WIDTH), steps, lows)
        else:
            to_shorts(here, place(codes.shorts, row * WIDTH), place(codes.short_steps, row))


@_njit
def _multiply(codes: Codes, count: int, model: Model, block: int, out: Rows) -> None:
    """Fill ``out`` with what a block makes of coded rows: wide ones through GELU, narrow ones after the first added."""
    shorts, eights = codes.shorts.view(np.int32), codes.bytes.view(np.int32)
    part = block % BLOCKS
    gelu, adds = WIDE <= part < NARROW, part > NARROW
    for tile in range(_TILES):
        column = block * WIDTH + tile * COLUMNS
        stored = model.stored[block] * _TILES + tile
        bias, steps = place(model.biases, column), place(model.steps, column)
        for row in range(0, count, ROWS):
            here = place(out, row * WIDTH + tile * COLUMNS)
            if model.in_bytes[block]:
                rows = place(eights, row * WIDTH // 4)
                columns = place(model.bytes, stored * COLUMNS * WIDTH // 4)
                row_steps, lows = place(codes.byte_steps, row), place(codes.byte_lows, row)
                sums = place(model.sums, column)
                if adds:
                    dense_bytes_added(rows, columns, here, row_steps, lows, steps, sums, bias)
                else:
                    dense_bytes(rows, columns, here, row_steps, lows, steps, sums, bias)
            else:
                rows = place(shorts, row * WIDTH // 2)
                columns = place(model.shorts, stored * COLUMNS * WIDTH // 2)
                row_steps = place(codes.short_steps, row)
                if adds:
                    dense_shorts_added(rows, columns, here, row_steps, steps, bias)
                elif gelu:
                    dense_shorts_gelu(rows, columns, here, row_steps, steps, bias)
                else:
                    dense_shorts(rows, columns, here, row_steps, steps, bias)


@_njit
def _attend(room: Room, start: int, count: int) -> None:  # compiled by numba
    """Fill ``between`` with what the tokens of one text read of one another."""
    heads = room.heads.view(np.int32)
    words, rows = heads.shape[1], room.head_steps.shape[1]
    whole = (count + COLUMNS - 1) // COLUMNS * COLUMNS
    for token in range(whole):
        room.mask[token] = np.float32(0) if token < count else np.float32(-1e30)
    query_steps, steps = start, place(room.head_steps, rows + start)
    value_steps, shares = place(room.head_steps, 2 * rows + start), room.share_codes.view(np.int32)
    for head in range(_HEADS):
        at = head * COLUMNS
        for token in range(whole):
            key = place(heads, (start + token) * words + (WIDTH + at) // 2)
            spread_key(key, place(room.keys, token // COLUMNS * COLUMNS * COLUMNS // 2 + token % COLUMNS))
        for token in range(0, whole, 2):
            first = (start + token) * 2 * words + 2 * WIDTH + at
            values = place(room.values, token // 2 * COLUMNS)
            pair_values(place(room.heads, first), place(room.heads, first + 2 * words), values)
        for query in range(0, count, ROWS):
            for key in range(0, whole, COLUMNS):
                keys, sums = place(room.keys, key * COLUMNS // 2), place(room.sums, key)
                query_key_sums(place(heads, (start + query) * words + at // 2), words, keys, sums, whole)
            for row in range(min(ROWS, count - query)):
                attention_shares(
                    place(room.sums, row * whole),
                    whole,
                    place(room.head_steps, query_steps + query + row),
                    steps,
                    value_steps,
                    place(room.mask, 0),
                    place(room.shares, 0),
                    place(room.share_codes, row * whole),
                    place(room.share_steps, row),
                )
            out, step = place(room.between, (start + query) * WIDTH + at), place(room.share_steps, 0)
            shared_values(place(shares, 0), whole // 2, place(room.values, 0), out, step)


@_njit
def _normalise(rows: Rows, others: Rows, count: int, norm: Rows) -> None:  # compiled by numba
    """Add the others to rows, and normalise them."""
    for row in range(count):
        here = place(rows, row * WIDTH)
        normalise_sum(here, place(others, row * WIDTH), place(norm, 0), here)


@_njit
def _layer(room: Room, starts: NDArray[np.int64], model: Model, layer: int) -> None:  # compiled by numba
    """Take all states through one layer: attention, then two dense steps, each added to what it was given."""
    count, first, quiet = starts[-1], layer * BLOCKS, model.quiet
    for part in (QUERY, KEY, VALUE):
        in_bytes = model.in_bytes[first + part]
        if part == QUERY or in_bytes != model.in_bytes[first + part - 1]:
            _code(room.states, count, room.states_coded, in_bytes, quiet[0])
        _multiply(room.states_coded, count, model, first + part, room.gathered)
        for row in range(count):
            here, codes = place(room.gathered, row * WIDTH), place(room.heads, (row * 3 + part) * WIDTH)
            step = place(room.head_steps, part * room.head_steps.shape[1] + row)
            if part == VALUE:
                to_value_shorts(here, codes, step)
            else:
                to_query_shorts(here, codes, step)
    for text in range(len(starts) - 1):
        _attend(room, starts[text], starts[text + 1] - starts[text])
    _code(room.between, count, room.between_coded, model.in_bytes[first + MIXED], quiet[1])
    _multiply(room.between_coded, count, model, first + MIXED, room.gathered)
    _normalise(room.states, room.gathered, count, model.norms[1 + 2 * layer])
    _code(room.states, count, room.states_coded, model.in_bytes[first + WIDE], quiet[1])
    for part in range(NARROW - WIDE):
        _multiply(room.states_coded, count, model, first + WIDE + part, room.between)
        _code(room.between, count, room.between_coded, model.in_bytes[first + NARROW + part], quiet[1])
        _multiply(room.between_coded, count, model, first + NARROW + part, room.gathered)
    _normalise(room.states, room.gathered, count, model.norms[2 + 2 * layer])


def _run(
    tokens: NDArray[np.int32], starts: NDArray[np.int64], model: Model, room: Room, out: Rows
) -> None:  # compiled by numba
    """Fill ``out`` as ``encode_tokens`` says."""
    for text in range(len(starts) - 1):
        for row in range(starts[text], starts[text + 1]):
            token, at = place(model.tokens, tokens[row] * WIDTH), place(model.places, (row - starts[text]) * WIDTH)
            normalise_sum(token, at, place(model.norms, 0), place(room.states, row * WIDTH))
    for layer in range(len(model.in_bytes) // BLOCKS):
        _layer(room, starts, model, layer)
    for text in range(len(starts) - 1):
        total = np.zeros(WIDTH)
        for row in range(starts[text], starts[text + 1]):
            for column in range(WIDTH):
                total[column] += room.states[row, column]
        length = 0.0
        for column in range(WIDTH):
            length += total[column] * total[column]
        length = np.sqrt(length)
        for column in range(WIDTH):
            out[text, column] = np.float32(total[column] / length)


def _compiled(sources: str) -> Callable[..., None]:
    """Compile, or take what was compiled before: numba looks for it by the value of ``sources``, among others."""

    def run(tokens: Any, starts: Any, model: Any, room: Any, out: Any) -> None:  # noqa: ANN401 - numba finds the types  # compiled by numba
        if len(sources) > 0:
            _jitted_run(tokens, starts, model, room, out)

    compiled: Callable[..., None] = numba.njit(nogil=True, error_model="numpy", cache=True)(run)
    return compiled


_jitted_run = _njit(_run)

encode_tokens = _compiled(
    hashlib.sha256(
        b"".join((Path(__file__).parent / name).read_bytes() for name in ("registers.py", "bert_kernels.py", "bert.py"))
    ).hexdigest()
)
"""Fill ``out``, float32 (texts, 384), with the unit means of the texts' last states.

``tokens`` are the ids of all texts, int32, one text behind the other; ``starts``, int64 (texts + 1), says where each
begins. No text has more than ``LONGEST`` tokens, and ``room`` has room for all. Equations: Devlin et al. 2019, as in
transformers' ``BertModel``, in codes of 8 and 16 bits for the products' factors. Only sums of whole numbers meet other
texts' rows, so every vector has the same bits in any company.
"""
