"""What a BERT layer does to a row or a tile of rows, in registers: products of whole numbers, norms, shares."""

# mypy: disable-error-code="no-untyped-call, misc, untyped-decorator"

from collections.abc import Callable, Iterator

from llvmlite import ir

from matching.encoding.registers import (
    BYTE_LANES,
    BYTES,
    FLOATS,
    LANES,
    NO_WORDS,
    PLACE,
    SHORT_LANES,
    SHORTS,
    WORD_LANES,
    WORDS,
    Floats,
    Loop,
    Value,
    as_floats,
    byte_products,
    float_at,
    floats_at,
    kernel,
    lanes_at,
    moved,
    put,
    short_products,
    sixteen_of,
    times,
)

WIDTH = 384
"""Numbers of a state."""

ROWS, TILES = 12, 2
"""Rows, and registers of columns, that one pass multiplies: 24 sums fill the registers."""

COLUMNS = TILES * LANES
"""Columns of a pass; as many as an attention head is wide."""

SHORT = 2364
"""Largest 16-bit code of a state or a weight: the sum of ``WIDTH`` products stays within 32 bits."""
QUERY_SHORT = 8191
"""Largest code of a query or a key, whose sums have ``COLUMNS`` products."""
SHARE_SHORT, VALUE_SHORT = 4095, 2047
"""Largest codes of an attention's shares and of values, whose sums have at most 256 products."""
BYTE = 255
"""Largest 8-bit code of a state, the smallest being 0."""

LEAST = 1e-30
"""What a row's largest number counts at least, so that a row of zeros has codes."""
_LOWEST = ir.Constant(ir.VectorType(ir.FloatType(), LANES), [-1e30] * LANES)
_NOTHING = ir.Constant(ir.VectorType(ir.FloatType(), LANES), [0.0] * LANES)
_EPSILON = 1e-12
"""What is added to a variance, as the packaged model's configuration says."""

Products = Callable[[Value, Value, Value, Value], Value]
Sums = list[list[Value]]


def _sums(b: Value, products: Products, rows: Value, stride: Value, words: Value, columns: Value) -> Sums:  # noqa: PLR0917 - as kernels have them  # compiled by numba
    """Return the sums of ``ROWS`` rows with ``COLUMNS`` columns, by row and register."""
    loop = Loop(b, words, 1, [NO_WORDS] * (ROWS * TILES))
    here = times(b, loop.at, COLUMNS)
    registers = [lanes_at(b, moved(b, columns, here), tile * LANES, WORD_LANES) for tile in range(TILES)]
    grown = []
    for row in range(ROWS):
        word = sixteen_of(b, b.load(moved(b, rows, b.add(times(b, stride, row), loop.at))))
        for tile, register in enumerate(registers):
            grown.append(products(b, loop.carried[row * TILES + tile], word, register))
    loop.end(grown)
    return [grown[row * TILES : (row + 1) * TILES] for row in range(ROWS)]


def _each(
    b: Value, sums: Sums, out: Value, width: Value
) -> Iterator[tuple[int, int, Value, Value]]:  # compiled by numba
    """Give row, register, sums and the place where what comes of them is kept."""
    for row, registers in enumerate(sums):
        start = moved(b, out, times(b, width, row))
        for tile, register in enumerate(registers):
            yield row, tile, register, moved(b, start, tile * LANES)


def _dense_of_shorts(*, adds: bool, gelu: bool) -> Value:
    """Make the pass of a dense step on 16-bit codes: sums times both steps, plus bias or what is there already."""

    def dense(  # noqa: PLR0917 - what compiled code hands over  # compiled by numba
        b: Value, rows: Value, columns: Value, out: Value, row_steps: Value, column_steps: Value, bias: Value
    ) -> None:
        words = ir.Constant(ir.IntType(64), WIDTH // 2)
        width = ir.Constant(ir.IntType(64), WIDTH)
        for row, tile, sums, here in _each(b, _sums(b, short_products, rows, words, words, columns), out, width):
            step = float_at(b, row_steps, row) * floats_at(b, column_steps, tile * LANES)
            start = floats_at(b, here) if adds else floats_at(b, bias, tile * LANES)
            found = as_floats(b, sums).times_plus(step, start)
            put(b, found.gelu() if gelu else found, here)

    return kernel(WORDS, WORDS, FLOATS, FLOATS, FLOATS, FLOATS)(dense)


def _dense_of_bytes(*, adds: bool) -> Value:
    """Make the pass of a dense step on 8-bit codes, whose zero stands for each row's smallest number."""

    def dense(  # noqa: PLR0917 - what compiled code hands over  # compiled by numba
        b: Value,
        rows: Value,
        columns: Value,
        out: Value,
        row_steps: Value,
        row_lows: Value,
        column_steps: Value,
        column_sums: Value,
        bias: Value,
    ) -> None:
        words = ir.Constant(ir.IntType(64), WIDTH // 4)
        width = ir.Constant(ir.IntType(64), WIDTH)
        for row, tile, sums, here in _each(b, _sums(b, byte_products, rows, words, words, columns), out, width):
            step = float_at(b, row_steps, row) * floats_at(b, column_steps, tile * LANES)
            start = floats_at(b, here) if adds else floats_at(b, bias, tile * LANES)
            low = float_at(b, row_lows, row).times_plus(floats_at(b, column_sums, tile * LANES), start)
            put(b, as_floats(b, sums).times_plus(step, low), here)

    return kernel(WORDS, WORDS, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS)(dense)


dense_shorts = _dense_of_shorts(adds=False, gelu=False)
dense_shorts_gelu = _dense_of_shorts(adds=False, gelu=True)
dense_shorts_added = _dense_of_shorts(adds=True, gelu=False)
dense_bytes = _dense_of_bytes(adds=False)
dense_bytes_added = _dense_of_bytes(adds=True)


@kernel(WORDS, PLACE, WORDS, WORDS, PLACE)
def query_key_sums(b: Value, queries: Value, stride: Value, keys: Value, out: Value, width: Value) -> None:  # noqa: PLR0917 - what compiled code hands over  # compiled by numba
    """Write the sums of ``ROWS`` queries with ``COLUMNS`` keys."""
    words = ir.Constant(ir.IntType(64), COLUMNS // 2)
    for _, _, sums, here in _each(b, _sums(b, short_products, queries, stride, words, keys), out, width):
        put(b, sums, here)


@kernel(WORDS, PLACE, WORDS, FLOATS, FLOATS)
def shared_values(b: Value, shares: Value, words: Value, values: Value, out: Value, steps: Value) -> None:  # noqa: PLR0917 - what compiled code hands over  # compiled by numba
    """Write what ``ROWS`` rows read of one head's values."""
    width = ir.Constant(ir.IntType(64), WIDTH)
    for row, _, sums, here in _each(b, _sums(b, short_products, shares, words, words, values), out, width):
        put(b, as_floats(b, sums) * float_at(b, steps, row), here)


def _row(b: Value, start: Value) -> list[Floats]:  # compiled by numba
    return [floats_at(b, start, at) for at in range(0, WIDTH, LANES)]


def _combined(parts: list[Floats], combine: Callable[[Floats, Floats], Floats]) -> Floats:  # compiled by numba
    """Return all numbers of a row combined, in every lane, always in one order."""
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        parts = [combine(*pair) for pair in pairs] + parts[len(parts) - len(parts) % 2 :]
    return parts[0].across(combine)


def _to_shorts(largest: int) -> Value:
    """Make what turns a row into 16-bit codes and the step between them."""

    def coded(b: Value, row: Value, codes: Value, step: Value) -> None:  # compiled by numba
        numbers = _row(b, row)
        top = _combined([each.magnitude() for each in numbers], Floats.larger).larger(LEAST)
        scale = top.like(largest) / top
        for at, each in enumerate(numbers):
            put(b, b.trunc((each * scale).rounded().words(), SHORT_LANES), codes, at * LANES)
        b.store((top * (1 / largest)).first(), step)

    return kernel(FLOATS, SHORTS, FLOATS)(coded)


to_shorts = _to_shorts(SHORT)
to_query_shorts = _to_shorts(QUERY_SHORT)
to_value_shorts = _to_shorts(VALUE_SHORT)


@kernel(FLOATS, FLOATS, BYTES, FLOATS, FLOATS)
def to_bytes(b: Value, row: Value, quiet: Value, codes: Value, step: Value, low: Value) -> None:  # noqa: PLR0917 - what compiled code hands over  # compiled by numba
    """Turn a row, times ``quiet``, into 8-bit codes, the step between them and the number that code 0 stands for."""
    numbers = [each * factor for each, factor in zip(_row(b, row), _row(b, quiet), strict=True)]
    high = _combined(numbers, Floats.larger).larger(0.0)
    bottom = _combined(numbers, Floats.smaller).smaller(0.0)
    span = (high - bottom).larger(LEAST)
    scale = span.like(BYTE) / span
    zero = (bottom * scale).rounded()  # so that the number 0 has a code of its own
    for at, each in enumerate(numbers):
        code = ((each * scale).rounded() - zero).smaller(BYTE).larger(0.0)
        put(b, b.trunc(code.words(), BYTE_LANES), codes, at * LANES)
    b.store((span * (1 / BYTE)).first(), step)
    b.store((zero * (span * (1 / BYTE))).first(), low)


@kernel(FLOATS, FLOATS, FLOATS, FLOATS)
def normalise_sum(b: Value, row: Value, other: Value, weights: Value, out: Value) -> None:
    """Write the sum of two rows with mean 0 and variance 1, then weighed and moved (Ba et al. 2016)."""
    numbers = [one + two for one, two in zip(_row(b, row), _row(b, other), strict=True)]
    mean = _combined(numbers, Floats.__add__) * (1 / WIDTH)
    numbers = [each - mean for each in numbers]
    variance = _combined([each * each for each in numbers], Floats.__add__).times_plus(1 / WIDTH, _EPSILON)
    scale = mean.like(1.0) / variance.root()
    gains, shifts = _row(b, weights), _row(b, moved(b, weights, WIDTH))
    for at, (each, gain, shift) in enumerate(zip(numbers, gains, shifts, strict=True)):
        put(b, (each * scale).times_plus(gain, shift), out, at * LANES)


@kernel(WORDS, WORDS)
def spread_key(b: Value, key: Value, out: Value) -> None:  # compiled by numba
    """Write a head's words of one key below one another, where ``query_key_sums`` reads a column."""
    words = lanes_at(b, key, 0, WORD_LANES)
    for at in range(LANES):
        b.store(b.extract_element(words, ir.Constant(ir.IntType(32), at)), moved(b, out, at * COLUMNS))


@kernel(SHORTS, SHORTS, WORDS)
def pair_values(b: Value, one: Value, two: Value, out: Value) -> None:  # compiled by numba
    """Write a head's values of two tokens as pairs, where ``shared_values`` reads a word of every column."""
    for at in range(0, COLUMNS, LANES):
        low, high = (b.zext(lanes_at(b, start, at, SHORT_LANES), WORD_LANES) for start in (one, two))
        put(b, b.or_(low, b.shl(high, ir.Constant(WORD_LANES, [16] * LANES))), out, at)


@kernel(WORDS, PLACE, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS, SHORTS, FLOATS)
def attention_shares(  # noqa: PLR0917 - what compiled code hands over  # compiled by numba
    b: Value,
    sums: Value,
    count: Value,
    query_step: Value,
    key_steps: Value,
    value_steps: Value,
    mask: Value,
    room: Value,
    codes: Value,
    step: Value,
) -> None:
    """Turn a query's sums with ``count`` keys into shares (softmax), each times its value's step."""
    query = float_at(b, query_step)
    loop = Loop(b, count, LANES, [_LOWEST])
    found = as_floats(b, lanes_at(b, sums, loop.at, WORD_LANES))
    found = found.times_plus(query * floats_at(b, key_steps, loop.at), floats_at(b, mask, loop.at))
    put(b, found, room, loop.at)
    top = Floats(b, loop.carried[0]).larger(found)
    loop.end([top.value])
    top = top.across(Floats.larger)
    loop = Loop(b, count, LANES, [_NOTHING, _NOTHING])
    share = (floats_at(b, room, loop.at) - top).exponential()
    weighed = share * floats_at(b, value_steps, loop.at)
    put(b, weighed, room, loop.at)
    total, largest = (Floats(b, each) for each in loop.carried)
    total, largest = total + share, largest.larger(weighed)
    loop.end([total.value, largest.value])
    total, largest = total.across(Floats.__add__), largest.across(Floats.larger).larger(LEAST)
    scale = largest.like(SHARE_SHORT) / largest
    loop = Loop(b, count, LANES)
    code = (floats_at(b, room, loop.at) * scale).rounded()
    put(b, b.trunc(code.words(), SHORT_LANES), codes, loop.at)
    loop.end()
    b.store((largest / (total * SHARE_SHORT)).first(), step)
