"""Multiply matrices of small whole numbers many times faster than floats, exactly, on every processor."""

# mypy: disable-error-code="call-arg, no-untyped-call"

from typing import Any

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 16
"""Targets that one register holds."""

QUERIES_ABREAST = 6
TILES_ABREAST = 4
"""Queries and tiles of targets that one pass multiplies: 24 sums fill the registers."""

TARGETS_ABREAST = LANES * TILES_ABREAST
BYTES_A_WORD = 4

Words = NDArray[np.int32]


def packed_queries(codes: NDArray[np.uint8]) -> Words:
    """Return queries, uint8 (queries, terms), as ``products`` reads them: whole words, whole passes, zeros between."""
    count, terms = codes.shape
    packed = np.zeros((whole(count, QUERIES_ABREAST), whole(terms, BYTES_A_WORD)), dtype=np.uint8)
    packed[:count, :terms] = codes
    return packed.view(np.int32)


def packed_targets(codes: NDArray[np.int8]) -> Words:
    """Return targets, int8 (targets, terms), as ``products`` reads them: (tiles, words, lanes), zeros between."""
    count, terms = codes.shape
    packed = np.zeros((whole(count, TARGETS_ABREAST), whole(terms, BYTES_A_WORD)), dtype=np.int8)
    packed[:count, :terms] = codes
    words = packed.view(np.int32)
    return np.ascontiguousarray(words.reshape(len(words) // LANES, LANES, words.shape[1]).transpose(0, 2, 1))


def whole(count: int, size: int) -> int:
    """Return the smallest multiple of ``size`` that holds ``count``."""
    return -(-count // size) * size


def _declare(context: Any) -> Any:  # noqa: ANN401 # compiled by numba: numba's typing context
    """Return the type of a pass: (queries, words, targets, out, columns of out) -> None."""
    del context
    return types.void(
        types.CPointer(types.int32), types.intp, types.CPointer(types.int32), types.CPointer(types.int32), types.intp
    )


@intrinsic
def _pass(typing: Any, queries: Any, words: Any, targets: Any, out: Any, columns: Any) -> Any:  # noqa: ANN401, ARG001, PLR0917 - what numba hands over
    """Write the products of ``QUERIES_ABREAST`` queries with ``TILES_ABREAST`` tiles.

    The instruction that this stands for (vpdpbusd of AVX512-VNNI) adds four products of bytes to each of sixteen
    sums, four times the work of a float multiplication.
    """
    return _declare(typing), _emit_pass


def _emit_pass(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401 # compiled by numba: what numba hands over
    """Build the pass in LLVM's language: a loop over words with one register for each sum."""
    del signature
    queries, words, targets, out, columns = arguments
    word, place = ir.IntType(32), ir.IntType(64)
    lanes = ir.VectorType(word, LANES)
    add_products = builder.module.declare_intrinsic(
        "llvm.x86.avx512.vpdpbusd.512", (), ir.FunctionType(lanes, [lanes, lanes, lanes])
    )
    everywhere = ir.Constant(lanes, [0] * LANES)
    before, loop, after = builder.block, builder.append_basic_block("word"), builder.append_basic_block("words_done")
    builder.branch(loop)
    builder.position_at_end(loop)
    at = builder.phi(place)
    at.add_incoming(ir.Constant(place, 0), before)
    sums = [[builder.phi(lanes) for _ in range(TILES_ABREAST)] for _ in range(QUERIES_ABREAST)]
    in_tile = builder.mul(at, ir.Constant(place, LANES))
    tiles = []
    for tile in range(TILES_ABREAST):
        start = builder.mul(words, ir.Constant(place, tile * LANES))
        pointer = builder.gep(targets, [builder.add(start, in_tile)])
        tiles.append(builder.load(builder.bitcast(pointer, lanes.as_pointer()), align=4))
    added = []
    for query, row in enumerate(sums):
        start = builder.mul(words, ir.Constant(place, query))
        value = builder.load(builder.gep(queries, [builder.add(start, at)]))
        spread = builder.insert_element(ir.Constant(lanes, ir.Undefined), value, ir.Constant(word, 0))
        spread = builder.shuffle_vector(spread, ir.Constant(lanes, ir.Undefined), everywhere)
        added.append(
            [builder.call(add_products, [total, spread, tile]) for total, tile in zip(row, tiles, strict=True)]
        )
    following = builder.add(at, ir.Constant(place, 1))
    at.add_incoming(following, loop)
    for row, grown in zip(sums, added, strict=True):
        for total, new in zip(row, grown, strict=True):
            total.add_incoming(everywhere, before)
            total.add_incoming(new, loop)
    builder.cbranch(builder.icmp_signed("<", following, words), loop, after)
    builder.position_at_end(after)
    for query, row in enumerate(added):
        for tile, total in enumerate(row):
            start = builder.mul(columns, ir.Constant(place, query))
            pointer = builder.gep(out, [builder.add(start, ir.Constant(place, tile * LANES))])
            builder.store(total, builder.bitcast(pointer, lanes.as_pointer()), align=4)
    return context.get_dummy_value()


@intrinsic
def _from(typing: Any, words: Any, offset: Any) -> Any:  # noqa: ANN401, ARG001 - what numba hands over
    """Return the place of a word in an array, by its number."""
    return types.CPointer(types.int32)(words, types.intp), _emit_from


def _emit_from(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401 # compiled by numba: what numba hands over
    """Build the sum of an array's first place and an offset."""
    array = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])
    return builder.gep(array.data, [arguments[1]])


def products_in_registers(queries: Words, targets: Words, out: Words) -> None:  # compiled by numba
    """Fill ``out`` as ``products`` says, by AVX512-VNNI."""
    words, columns = queries.shape[1], out.shape[1]
    if words == 0:  # a pass reads one word at the least
        out[:] = 0
        return
    for tile in range(0, targets.shape[0], TILES_ABREAST):
        for query in range(0, queries.shape[0], QUERIES_ABREAST):
            _pass(
                _from(queries, query * words),
                words,
                _from(targets, tile * words * LANES),
                _from(out, query * columns + tile * LANES),
                columns,
            )


def products_anywhere(queries: Words, targets: Words, out: Words) -> None:  # compiled by numba
    """Fill ``out`` as ``products`` says, on any processor."""
    of_query = queries.view(np.uint8)
    of_target = targets.view(np.int8)
    out[:] = 0
    for query in range(queries.shape[0]):
        for tile in range(targets.shape[0]):
            for word in range(queries.shape[1]):
                for lane in range(LANES):
                    for byte in range(BYTES_A_WORD):
                        value = np.int32(of_query[query, word * BYTES_A_WORD + byte])
                        out[query, tile * LANES + lane] += value * np.int32(
                            of_target[tile, word, lane * BYTES_A_WORD + byte]
                        )


HAS_INSTRUCTION = bool(llvmlite.binding.get_host_cpu_features().get("avx512vnni"))

products = numba.njit(nogil=True, cache=True)(products_in_registers if HAS_INSTRUCTION else products_anywhere)
"""Fill ``out``, int32 (queries, targets), with the exact products of packed queries with packed targets.

Sums must stay within 32 bits: 66,000 terms at the least. Rows and columns beyond the real ones hold zeros or products
with zeros.
"""
