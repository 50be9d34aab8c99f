"""Write kernels on sixteen numbers at a time: the few words of LLVM's language that the encoder needs."""

# mypy: disable-error-code="no-untyped-call"

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

llvmlite.binding.initialize_native_asmparser()  # one instruction is written out, see ``short_products``

Value = Any
"""A value of LLVM's, or LLVM's builder: llvmlite has no types."""

LANES = 16
"""Numbers that one register holds."""

FLOATS = types.CPointer(types.float32)
WORDS = types.CPointer(types.int32)
SHORTS = types.CPointer(types.int16)
BYTES = types.CPointer(types.uint8)
PLACE = types.intp

_FLOAT, _WORD, _PLACE = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_FLOAT_LANES = ir.VectorType(_FLOAT, LANES)
WORD_LANES = ir.VectorType(_WORD, LANES)
SHORT_LANES = ir.VectorType(ir.IntType(16), LANES)
BYTE_LANES = ir.VectorType(ir.IntType(8), LANES)
NO_WORDS = ir.Constant(WORD_LANES, [0] * LANES)
_THREE_OF_WORDS = ir.FunctionType(WORD_LANES, [WORD_LANES] * 3)

_TWO_TO_THE = (0.0013264723, 0.0096715130, 0.0555073358, 0.2402224243, 0.6931470037, 1.0)
"""Minimax coefficients of 2**x on [-.5, .5], highest power first: relative error below 1e-7."""

_WITHIN = 4.2
_NORMAL_SHARE = (
    4.92597942e-11,
    -4.79731277e-09,
    2.07300289e-07,
    -5.29047429e-06,
    8.98451908e-05,
    -1.08651514e-03,
    9.74113680e-03,
    -6.62224293e-02,
    3.98834705e-01,
)
"""Minimax coefficients of (P(X <= x) - .5) / x of a standard normal X in powers of x squared, on [-4.2, 4.2]: GELU by
them is within 7e-5."""


def kernel(*kinds: Value) -> Callable[[Callable[..., None]], Value]:
    """Make of a function that writes LLVM's language one that compiled code may call with arguments of these kinds."""

    def made(write: Callable[..., None]) -> Value:  # compiled by numba
        def typed(typing: Value, *given: Value) -> Value:
            del typing, given

            def written(context: Value, builder: Value, signature: Value, arguments: Value) -> Value:
                del signature
                write(builder, *arguments)
                return context.get_dummy_value()

            return types.void(*kinds), written

        names = ["typing", *(f"given_{number}" for number in range(len(kinds)))]
        typed.__name__ = write.__name__
        # numba counts the arguments of a call by this.
        typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
        )
        return intrinsic(typed)

    return made


@intrinsic
def _place(typing: Value, array: Value, offset: Value) -> Value:  # noqa: ARG001 - what numba hands over
    """Return the address of an array's number, counted through all its rows."""

    def written(context: Value, builder: Value, signature: Value, arguments: Value) -> Value:
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        return builder.gep(data, [arguments[1]])

    return types.CPointer(array.dtype)(array, types.intp), written


place: Value = _place
"""The same, for callers whose types are checked."""


class Floats:  # compiled by numba
    """Sixteen 32-bit floats in a register; a plain number beside them stands for sixteen of it."""

    def __init__(self, builder: Value, value: Value) -> None:
        self.builder = builder
        self.value = value

    def __add__(self, other: "Floats | float") -> "Floats":
        return self._made(self.builder.fadd(self.value, self.like(other).value))

    def __sub__(self, other: "Floats | float") -> "Floats":
        return self._made(self.builder.fsub(self.value, self.like(other).value))

    def __mul__(self, other: "Floats | float") -> "Floats":
        return self._made(self.builder.fmul(self.value, self.like(other).value))

    def __truediv__(self, other: "Floats | float") -> "Floats":
        return self._made(self.builder.fdiv(self.value, self.like(other).value))

    def like(self, number: "Floats | float") -> "Floats":
        """Return sixteen of a number."""
        if isinstance(number, Floats):
            return number
        return self._made(ir.Constant(_FLOAT_LANES, [float(np.float32(number))] * LANES))

    def times_plus(self, factor: "Floats | float", summand: "Floats | float") -> "Floats":
        """Return self * factor + summand, rounded once."""
        return self._called("fma", factor, summand)

    def larger(self, other: "Floats | float") -> "Floats":
        """Return the larger number of each two."""
        return self._chosen(">", self.like(other))

    def smaller(self, other: "Floats | float") -> "Floats":
        """Return the smaller number of each two."""
        return self._chosen("<", self.like(other))

    def magnitude(self) -> "Floats":
        """Return the numbers without their signs."""
        return self._called("fabs")

    def rounded(self) -> "Floats":
        """Return the nearest whole numbers, the even one of two."""
        return self._called("rint")

    def root(self) -> "Floats":
        """Return the square roots."""
        return self._called("sqrt")

    def polynomial(self, coefficients: Iterable[float]) -> "Floats":
        """Return the polynomial with these coefficients, highest power first, at each number."""
        first, *others = coefficients
        total = self.like(first)
        for coefficient in others:
            total = total.times_plus(self, coefficient)
        return total

    def exponential(self) -> "Floats":
        """Return e to the power of each number that is at most 0; a power below 2**-126 becomes that."""
        exponent = (self * float(np.log2(np.e))).larger(-126.0)
        whole = exponent.rounded()
        fraction = (exponent - whole).polynomial(_TWO_TO_THE)
        shift = self.builder.shl(whole.words(), ir.Constant(WORD_LANES, [23] * LANES))
        bits = self.builder.add(self.builder.bitcast(fraction.value, WORD_LANES), shift)
        return self._made(self.builder.bitcast(bits, _FLOAT_LANES))

    def gelu(self) -> "Floats":
        """Return each number times the share of a standard normal below it (Hendrycks and Gimpel 2016)."""
        near = self.larger(-_WITHIN).smaller(_WITHIN)
        return self * near.times_plus((near * near).polynomial(_NORMAL_SHARE), 0.5)

    def across(self, combine: Callable[["Floats", "Floats"], "Floats"]) -> "Floats":
        """Return all sixteen combined, in every lane, always in one order."""
        total = self
        for distance in (8, 4, 2, 1):
            others = ir.Constant(WORD_LANES, [lane ^ distance for lane in range(LANES)])
            undefined = ir.Constant(_FLOAT_LANES, ir.Undefined)
            total = combine(total, self._made(self.builder.shuffle_vector(total.value, undefined, others)))
        return total

    def words(self) -> Value:
        """Return whole numbers as integers."""
        return self.builder.fptosi(self.value, WORD_LANES)

    def first(self) -> Value:
        """Return the number in the first lane."""
        return self.builder.extract_element(self.value, ir.Constant(_WORD, 0))

    def _chosen(self, order: str, other: "Floats") -> "Floats":
        first = self.builder.fcmp_ordered(order, self.value, other.value)
        return self._made(self.builder.select(first, self.value, other.value))

    def _called(self, name: str, *others: "Floats | float") -> "Floats":
        function = self.builder.module.declare_intrinsic(
            f"llvm.{name}.v16f32", (), ir.FunctionType(_FLOAT_LANES, [_FLOAT_LANES] * (1 + len(others)))
        )
        return self._made(self.builder.call(function, [self.value, *(self.like(each).value for each in others)]))

    def _made(self, value: Value) -> "Floats":
        return Floats(self.builder, value)


class Loop:  # compiled by numba
    """What follows is done for ``at`` = 0, step, ... below a count; some registers go from turn to turn."""

    def __init__(self, builder: Value, count: Value, step: int, starts: Sequence[Value] = ()) -> None:
        self._builder, self._count, self._step = builder, count, step
        before = builder.block
        self._body, self._after = builder.append_basic_block("turn"), builder.append_basic_block("done")
        builder.branch(self._body)
        builder.position_at_end(self._body)
        self.at = builder.phi(_PLACE)
        self.at.add_incoming(ir.Constant(_PLACE, 0), before)
        self.carried = [builder.phi(start.type) for start in starts]
        for carried, start in zip(self.carried, starts, strict=True):
            carried.add_incoming(start, before)

    def end(self, following: Sequence[Value] = ()) -> None:
        """Say what the carried registers hold in the next turn, and go on behind the loop."""
        builder = self._builder
        following_at = builder.add(self.at, ir.Constant(_PLACE, self._step))
        self.at.add_incoming(following_at, builder.block)
        for carried, value in zip(self.carried, following, strict=True):
            carried.add_incoming(value, builder.block)
        builder.cbranch(builder.icmp_signed("<", following_at, self._count), self._body, self._after)
        builder.position_at_end(self._after)


def moved(builder: Value, start: Value, by: Value) -> Value:  # compiled by numba
    """Return an address some numbers on."""
    return builder.gep(start, [ir.Constant(_PLACE, by) if isinstance(by, int) else by])


def times(builder: Value, count: Value, number: int) -> Value:  # compiled by numba
    """Return a count times a fixed number."""
    return builder.mul(count, ir.Constant(_PLACE, number))


def lanes_at(builder: Value, start: Value, by: Value, kind: Value) -> Value:  # compiled by numba
    """Return the register of sixteen numbers of a kind that begins some numbers on."""
    return builder.load(builder.bitcast(moved(builder, start, by), kind.as_pointer()), align=1)


def floats_at(builder: Value, start: Value, by: Value = 0) -> Floats:  # compiled by numba
    """Return the sixteen floats that begin some numbers on."""
    return Floats(builder, lanes_at(builder, start, by, _FLOAT_LANES))


def sixteen_of(builder: Value, number: Value) -> Value:  # compiled by numba
    """Return a register that holds a number sixteen times."""
    lanes = ir.VectorType(number.type, LANES)
    undefined = ir.Constant(lanes, ir.Undefined)
    return builder.shuffle_vector(builder.insert_element(undefined, number, ir.Constant(_WORD, 0)), undefined, NO_WORDS)


def float_at(builder: Value, start: Value, by: Value = 0) -> Floats:  # compiled by numba
    """Return a float that lies some numbers on, sixteen times."""
    return Floats(builder, sixteen_of(builder, builder.load(moved(builder, start, by))))


def as_floats(builder: Value, words: Value) -> Floats:  # compiled by numba
    """Return sixteen integers as floats."""
    return Floats(builder, builder.sitofp(words, _FLOAT_LANES))


def put(builder: Value, value: "Floats | Value", start: Value, by: Value = 0) -> None:  # compiled by numba
    """Store a register some numbers on."""
    lanes = value.value if isinstance(value, Floats) else value
    builder.store(lanes, builder.bitcast(moved(builder, start, by), lanes.type.as_pointer()), align=1)


def short_products(builder: Value, total: Value, left: Value, right: Value) -> Value:  # compiled by numba
    """Return sums, each with the products of two pairs of 16-bit numbers added.

    Written out, because LLVM makes two slower instructions of this one where it is asked for by its name.
    """
    return builder.asm(_THREE_OF_WORDS, "vpdpwssd $2, $1, $0", "=v,v,v,0", [left, right, total], side_effect=False)


def byte_products(builder: Value, total: Value, left: Value, right: Value) -> Value:  # compiled by numba
    """Return sums, each with the products of four bytes, the left ones without sign, added."""
    function = builder.module.declare_intrinsic("llvm.x86.avx512.vpdpbusd.512", (), _THREE_OF_WORDS)
    return builder.call(function, [total, left, right])
