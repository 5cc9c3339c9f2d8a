"""The correct result for operands of any dtype that has loops, from the oracles of the tests.

NumPy's dtypes are computed directly; those of ml_dtypes in float32, and rounded once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import ANY_NAN, Array, bits, is_any_nan
from tests.oracles import expected
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


def right(operation: Operation, *operands: Array) -> list[Right]:
    """Compute each output for operands of one dtype."""
    outputs = expected(operation, *map(lifted, operands))
    return [lowered(output, operands[0].dtype) for output in outputs]


def folded(operation: Operation, rows: Array) -> Right:
    """Accumulate the rows one after another."""
    values, masks = [rows[0]], [np.zeros(rows.shape[1:], np.bool_)]
    for row in rows[1:]:
        so_far = Right(values[-1], masks[-1]).lifted()
        (output,) = expected(operation, so_far, lifted(row))
        row_right = lowered(output, rows.dtype)
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
