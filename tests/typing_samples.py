"""Calls and their types: mypy checks this file, and test_typing.py runs it."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import relu_ufunc
from relu_ufunc import (
    add_relu,
    affine_relu,
    clipped_relu,
    crelu,
    gelu,
    leaky_relu,
    leaky_relu_backward,
    prelu,
    prelu_backward,
    relu,
    relu_backward,
    soft_threshold,
    soft_threshold_backward,
    squared_relu,
)

f16: NDArray[np.float16] = np.ones(3, np.float16)
f32: NDArray[np.float32] = np.ones(3, np.float32)
f64: NDArray[np.float64] = np.ones(3, np.float64)
i8: NDArray[np.int8] = np.ones(3, np.int8)
u8: NDArray[np.uint8] = np.ones(3, np.uint8)
i64: NDArray[np.int64] = np.ones(3, np.int64)
u64: NDArray[np.uint64] = np.ones(3, np.uint64)
truth: NDArray[np.bool_] = np.ones(3, np.bool_)
untyped: NDArray[Any] = np.ones(3)
vector = np.ones(3, np.float32)
one32 = np.float32(1)
one64 = np.float64(1)

# With one input, the result has its type.
assert_type(relu(f32), NDArray[np.float32])
assert_type(relu(f16, where=truth, out=None), NDArray[np.float16])
assert_type(relu(i8, casting="no", order="C", subok=False), NDArray[np.int8])
assert_type(relu(truth), NDArray[np.bool_])
assert_type(squared_relu(u8), NDArray[np.uint8])
assert_type(gelu(f16), NDArray[np.float16])
assert_type(relu(one32), np.float32)
assert_type(relu(one64), np.float64)
assert_type(relu(vector), NDArray[np.float32])

# Several inputs of one dtype, and Python numbers, which are weak.
assert_type(leaky_relu(f32, f32), NDArray[np.float32])
assert_type(leaky_relu(f32, one32), NDArray[np.float32])
assert_type(leaky_relu(f16, 0.01), NDArray[np.float16])
assert_type(prelu(f32, 1), NDArray[np.float32])
assert_type(leaky_relu(one32, 0.01), np.float32)
assert_type(leaky_relu(1.5, f32), NDArray[np.float32])
assert_type(relu_backward(f64, one64), NDArray[np.float64])
assert_type(relu_backward(one32, 1.5), np.float32)
assert_type(leaky_relu_backward(f32, f32, 0.01), NDArray[np.float32])
assert_type(relu_backward(1.0, f32), NDArray[np.float32])
assert_type(relu_backward(1, i8), NDArray[np.int8])
assert_type(relu_backward(True, truth), NDArray[np.bool_])
assert_type(clipped_relu(u8, 6), NDArray[np.uint8])
assert_type(clipped_relu(f32, 6), NDArray[np.float32])
assert_type(add_relu(i8, i8), NDArray[np.int8])
assert_type(affine_relu(f32, 2.0, f32), NDArray[np.float32])
assert_type(affine_relu(one32, 2.0, 1), np.float32)
assert_type(leaky_relu(f64, one64), NDArray[np.float64])
assert_type(soft_threshold(i8, 3), NDArray[np.int8])
assert_type(soft_threshold(f32, 1), NDArray[np.float32])
assert_type(soft_threshold_backward(i8, i8, 3), NDArray[np.int8])

# A NumPy scalar is not weak: the result has the common base of the dtypes.
assert_type(leaky_relu(f32, one64), NDArray[np.floating[Any]])
assert_type(leaky_relu(f32, f64), NDArray[np.floating[Any]])

# Two outputs.
assert_type(crelu(f32), tuple[NDArray[np.float32], NDArray[np.float32]])
assert_type(
    prelu_backward(f64, f64, 0.25),
    tuple[NDArray[np.float64], NDArray[np.float64]],
)

# out= determines the type.
assert_type(relu(f32, out=f64), NDArray[np.float64])
assert_type(relu(f32, f64), NDArray[np.float64])
assert_type(relu([1.5], out=(f32,)), NDArray[np.float32])
assert_type(leaky_relu(i8, 0.5, out=f64, where=truth), NDArray[np.float64])
assert_type(crelu(f32, out=(f32, f64)), tuple[NDArray[np.float32], NDArray[np.float64]])
assert_type(crelu(f32, f32, f64), tuple[NDArray[np.float32], NDArray[np.float64]])
assert_type(crelu([1], out=(f32, f64)), tuple[NDArray[np.float32], NDArray[np.float64]])

# Python numbers alone give NumPy scalars.
assert_type(relu(1.5), np.float64)
assert_type(relu(1), np.integer[Any])
assert_type(relu(2**63), np.integer[Any])
assert_type(relu(True), np.bool_)
assert_type(squared_relu(True), np.integer[Any])
assert_type(leaky_relu(1, 0.5), np.float64)
assert_type(leaky_relu(1, 2), np.float64)
assert_type(clipped_relu(1, 6), np.integer[Any])
assert_type(clipped_relu(1, 6.0), np.float64)
assert_type(clipped_relu(True, 6), np.integer[Any])
assert_type(relu_backward(1, 1.5), np.float64)
assert_type(crelu(1.5), tuple[np.float64, np.float64])
assert_type(gelu(1), np.float64)
assert_type(gelu(True), np.floating[Any])
assert_type(leaky_relu(True, True), np.floating[Any])
assert_type(prelu_backward(1.0, -1.0, 0.5), tuple[np.float64, np.float64])
assert_type(soft_threshold(1, 0.5), np.float64)
assert_type(soft_threshold(1, 3), np.integer[Any])
assert_type(soft_threshold(True, True), np.integer[Any])
assert_type(soft_threshold_backward(1, True, 3), np.integer[Any])

# With a list or an array the result is an array, of a dtype that the types cannot express.
assert_type(relu([1.5]), NDArray[Any])
assert_type(relu([[1, 2], [3, 4]]), NDArray[Any])
assert_type(relu((True, False)), NDArray[Any])
assert_type(relu(range(3)), NDArray[Any])
assert_type(relu([]), NDArray[Any])
assert_type(relu([one32, one64]), NDArray[Any])
assert_type(leaky_relu([1.5], 0.01), NDArray[Any])
assert_type(leaky_relu(f32, [0.1, 0.2, 0.3]), NDArray[Any])
assert_type(affine_relu(1.5, 2.0, [1.0, 2.0]), NDArray[Any])
assert_type(relu(i8, dtype=np.float32), NDArray[Any])
assert_type(relu(i8, signature="f->f"), NDArray[Any])
assert_type(leaky_relu(f64, 0.5, signature=(None, None, np.float32)), NDArray[Any])
assert_type(gelu(i8), NDArray[Any])
assert_type(gelu(truth), NDArray[Any])
assert_type(squared_relu(truth), NDArray[Any])
assert_type(leaky_relu(i8, 0.01), NDArray[Any])
assert_type(clipped_relu(u8, 6.0), NDArray[Any])
assert_type(clipped_relu(i64, u64), NDArray[Any])
assert_type(clipped_relu(truth, 6), NDArray[Any])
assert_type(soft_threshold(u8, 3), NDArray[Any])
assert_type(soft_threshold(truth, 3), NDArray[Any])
assert_type(crelu([1.5]), tuple[NDArray[Any], NDArray[Any]])

# Results whose type cannot be expressed.
assert_type(relu(untyped), Any)
assert_type(relu_backward(np.int8(1), np.int8(1)), Any)
assert_type(gelu(np.int8(1)), Any)
assert_type(relu(1.5, dtype=np.float32), Any)
assert_type(crelu(f32, out=(None, f64)), tuple[Any, Any])

# The functions are true ufuncs.
ufunc: np.ufunc = relu
assert_type(relu.nin, int)
assert_type(relu.types, list[str])
clipped_relu.reduce(f32)
add_relu.accumulate(f32)
add_relu.reduceat(f32, [0, 2])
leaky_relu.outer(f32, f32)
relu.at(f32, [1])

assert_type(relu_ufunc.isa(), str)
assert_type(relu_ufunc.available_isas(), list[str])
assert_type(relu_ufunc.get_num_threads(), int)
relu_ufunc.set_num_threads(relu_ufunc.get_num_threads())
assert_type(relu_ufunc.__version__, str)
assert_type(relu_ufunc.interop.__name__, str)
assert_type(relu_ufunc.diagnostics.__name__, str)


def what_mypy_refuses() -> None:
    leaky_relu(f32, slope=0.01)  # type: ignore[call-overload]
    leaky_relu(f32)  # type: ignore[call-overload]
    relu(x=f32)  # type: ignore[call-overload]
    relu(f32, f32, f32)  # type: ignore[call-overload]
    relu(f32, order="B")  # type: ignore[call-overload]
    relu(f32, signature=None)  # type: ignore[call-overload]
    crelu(f32, out=f32)  # type: ignore[call-overload]
    relu_ufunc.set_num_threads("2")  # type: ignore[arg-type]
    relu_ufunc.softminus(f32)  # type: ignore[attr-defined]
