"""The correct result for operands of any dtype that has loops, from the oracles of the tests.

NumPy's dtypes are computed directly; those of ml_dtypes in float32, and rounded once.

A smooth function is correctly rounded for every input only with the usual parameters, and in the
forward direction. With others, which are random here, a value may lie so near to the midpoint of
two numbers that the oracle and the library choose differently: then the library's result on the
plainest instruction set is the one that all have to give.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import ANY_NAN, Array, bits, is_any_nan
from tests.cases import UFUNCS
from tests.mpfr import errors_in_ulp
from tests.oracles import ORACLES, PRODUCT_ULPS, ULPS, evaluated
from tests.small_floats import DTYPES as OF_ML_DTYPES
from tests.small_floats import as_float32, from_bits, rounded


@dataclass(frozen=True)
class Right:
    """A correct output, and where it may be any NaN."""

    value: Array
    any_nan: Array

    def last(self) -> "Right":
        return Right(self.value[-1], self.any_nan[-1])

    def lifted(self) -> Array:
        if self.value.dtype in OF_ML_DTYPES:
            return np.where(self.any_nan, ANY_NAN["f"], lifted(self.value))
        return self.value

    def where(self, mask: Array, otherwise: Array) -> "Right":
        return Right(np.where(mask, self.value, otherwise), self.any_nan & mask)


def lifted(a: Array) -> Array:
    """Convert to the dtype that the oracles compute in."""
    return as_float32(a).reshape(a.shape) if a.dtype in OF_ML_DTYPES else a


def lowered(a: Array, dtype: "np.dtype[Any]") -> Right:
    value = from_bits(rounded(a, dtype), dtype).reshape(a.shape) if dtype in OF_ML_DTYPES else a
    return Right(value, is_any_nan(a).reshape(a.shape))


MOST_NEAR_MIDDLES = 1e-4
"""The part of the results that may be the number beside the oracle's, besides a single one."""


def _settled(operation: Operation, output: int, oracles: Right, operands: Sequence[Array]) -> Right:
    """The oracle's result, or the library's where both are next to the midpoint of two numbers."""
    if not operation.is_smooth or operands[0].dtype.char in ULPS:
        return oracles
    results = UFUNCS["generic"][operation.name](*(a.copy() for a in operands))
    own = np.asarray(results[output] if isinstance(results, tuple) else results)
    steps = np.abs(bits(own).astype(np.int64) - bits(oracles.value).astype(np.int64))
    beside = np.array((steps.reshape(own.shape) == 1) & ~oracles.any_nan)
    if ORACLES[operation.name].is_gate:
        # They are as near as that alone, and a few operands of float8 come again and again.
        each = [np.broadcast_to(a, own.shape)[beside] for a in operands]
        errors = errors_in_ulp(operation.name, own[beside], *each, output=output)
        beside[beside] = errors <= PRODUCT_ULPS
    elif np.count_nonzero(beside) > 1 + MOST_NEAR_MIDDLES * own.size:
        return oracles
    return Right(np.where(beside, own, oracles.value), oracles.any_nan)


def _one_right(operation: Operation, output: int, value: Array, operands: Sequence[Array]) -> Right:
    return _settled(operation, output, lowered(value, operands[0].dtype), operands)


def _expected(operation: Operation, *operands: Array, dtype: "np.dtype[Any]") -> tuple[Array, ...]:
    """In the dtype that the oracles compute in; what is rounded again is rounded to odd."""
    is_rounded_again = operation.is_smooth and dtype in OF_ML_DTYPES
    return evaluated(operation, *operands, rounds_to_odd=is_rounded_again)


def right(operation: Operation, *operands: Array) -> list[Right]:
    """Compute each output for operands of one dtype."""
    outputs = _expected(operation, *map(lifted, operands), dtype=operands[0].dtype)
    return [_one_right(operation, output, value, operands) for output, value in enumerate(outputs)]


def folded(operation: Operation, rows: Array) -> Right:
    """Accumulate the rows one after another."""
    values, masks = [rows[0]], [np.zeros(rows.shape[1:], np.bool_)]
    for row in rows[1:]:
        so_far = Right(values[-1], masks[-1]).lifted()
        (value,) = _expected(operation, so_far, lifted(row), dtype=rows.dtype)
        row_right = _one_right(operation, 0, value, [values[-1], row])
        values.append(row_right.value)
        masks.append(row_right.any_nan)
    return Right(np.stack(values), np.stack(masks))


def check(actual: object, wanted: Right, about: object) -> int:
    """Compare every bit, and return the number of elements compared."""
    result = np.asarray(actual)
    if result.dtype.newbyteorder("=") != wanted.value.dtype or result.shape != wanted.value.shape:
        raise AssertionError(
            f"{about}: {result.dtype}{result.shape} instead of "
            f"{wanted.value.dtype}{wanted.value.shape}"
        )
    got, want = bits(result), bits(wanted.value)
    if np.array_equal(got, want):
        return result.size
    same = (got == want).reshape(*result.shape, -1).all(axis=-1)
    if wanted.any_nan.any():
        same |= wanted.any_nan & np.isnan(lifted(result))
    if not same.all():
        where = np.argwhere(~same)
        first = tuple(where[0])
        raise AssertionError(
            f"{about}: {len(where)} of {result.size} differ, first at {first}: "
            f"{result[first]!r} ({result[first].tobytes().hex()}) instead of "
            f"{wanted.value[first]!r} ({wanted.value[first].tobytes().hex()})"
        )
    return result.size
