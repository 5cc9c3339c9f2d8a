"""Makes workloads for a function and arrays of a given dtype, size and layout: statements in one
namespace for the call, for NumPy's spelling of it, and for a plain copy of the same input."""

import math
from dataclasses import dataclass
from functools import lru_cache
from math import isqrt
from typing import Any

import numpy as np

import relu_ufunc

from .table import FUNCTIONS

DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32")

LAYOUTS = (
    "contiguous",  # out= given, parameters are Python scalars
    "in place",
    "fresh output",
    "strided",  # every second element
    "rows",  # contiguous rows with gaps between them
    "transposed",
    "array parameters",  # as large as x
    "channel parameters",  # one value per column
    "row parameters",  # one value per row
)

ROW = 256

VALUES = {"slope": 0.01, "max_value": 6, "theta": 1, "b": 1, "alpha": 1, "scale": 0.5, "shift": 0.5}


@dataclass(frozen=True)
class Workload:
    ours: str
    numpy: str
    copy: str
    namespace: dict[str, Any]
    bytes_moved: int
    bytes_copied: int


@lru_cache(maxsize=1)  # asv calls setup again before every sample
def make_workload(
    function_name: str, dtype_name: str, kilobytes: float, layout: str = "contiguous"
) -> Workload:
    """`kilobytes` is the size of x. Raises NotImplementedError if there is no such call."""
    function = FUNCTIONS[function_name]
    dtype = dtype_of(dtype_name)
    ufunc = getattr(relu_ufunc, function.name, None)
    if not isinstance(ufunc, np.ufunc):
        raise NotImplementedError(f"this version has no {function.name}")
    if not _has_loop(ufunc, dtype):
        raise NotImplementedError(f"{function.name} has no loop for {dtype_name}")
    if "parameters" in layout and not function.parameters:
        raise NotImplementedError(f"{function.name} has no parameters")

    if not function.numpy:
        raise ValueError(f"the operation table lacks NumPy's spelling of {function.name}")

    size = round(kilobytes * 1000) // dtype.itemsize
    arrays = {name: _in_layout(dtype, size, layout) for name in function.arrays}
    x = arrays["x"]
    parameters = {name: _parameter(name, x, layout) for name in function.parameters}
    outputs = [np.empty(x.shape, dtype) for _ in range(function.n_outputs)]
    target = outputs[0]
    if layout == "in place":
        outputs[0] = arrays[function.arrays[0]]
    for output in (*outputs, target):
        output.fill(0)  # so that the page faults occur before any measured call

    namespace = {"np": np, "math": math, "f": ufunc, "out": outputs[0], "target": target}
    namespace |= arrays | parameters
    out = "out"
    if function.n_outputs > 1:
        out = "out_both"
        namespace[out] = tuple(outputs)
    is_fresh = layout == "fresh output"
    moved = [*arrays.values(), *outputs, *map(np.asarray, parameters.values())]
    return Workload(
        ours=f"f({', '.join(function.inputs)}{'' if is_fresh else f', out={out}'})",
        numpy=function.numpy.replace(", out=out", "") if is_fresh else function.numpy,
        copy="x.copy()" if is_fresh else "np.copyto(target, x)",
        namespace=namespace,
        bytes_moved=sum(array.nbytes for array in moved),
        bytes_copied=2 * x.nbytes,
    )


def dtype_of(name: str) -> np.dtype[Any]:
    """NumPy's dtype of a name, or that of ml_dtypes."""
    try:
        return np.dtype(name)
    except TypeError:
        try:
            import ml_dtypes
        except ModuleNotFoundError:
            raise NotImplementedError("ml_dtypes is not installed") from None
        dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
        return dtype


def is_of_ml_dtypes(dtype: np.dtype[Any]) -> bool:
    return dtype.isbuiltin == 2


def _has_loop(ufunc: np.ufunc, dtype: np.dtype[Any]) -> bool:
    # ufunc.types leaves out the loops of other libraries' dtypes.
    if is_of_ml_dtypes(dtype):
        ones = [np.ones(1, dtype)] * ufunc.nin
        return bool(np.result_type(*np.atleast_1d(ufunc(*ones))) == dtype)
    return any(types.startswith(dtype.char) for types in ufunc.types)


def random_values(dtype: np.dtype[Any], size: int) -> np.ndarray[Any, Any]:
    """Values of both signs, in an order that a branch predictor cannot foresee."""
    random = np.random.default_rng(0)
    if dtype.kind in "iu":
        values = random.integers(-100, 100, min(size, 100_003), dtype)
    else:
        values = (random.standard_normal(min(size, 100_003)) * 4).astype(dtype)
    return np.resize(values, size)


def _in_layout(dtype: np.dtype[Any], size: int, layout: str) -> np.ndarray[Any, Any]:
    if layout == "strided":
        return random_values(dtype, 2 * size)[::2]
    if layout == "rows":
        return random_values(dtype, 2 * (size // ROW) * ROW).reshape(-1, 2 * ROW)[:, :ROW]
    if layout == "transposed":
        side = isqrt(size)
        return random_values(dtype, side * side).reshape(side, side).T
    if layout in ("channel parameters", "row parameters"):
        return random_values(dtype, (size // ROW) * ROW).reshape(-1, ROW)
    return random_values(dtype, size)


def _parameter(name: str, x: np.ndarray[Any, Any], layout: str) -> Any:
    value = VALUES.get(name, 1)
    if layout == "array parameters":
        return np.full_like(x, value)
    if layout == "channel parameters":
        return np.full_like(x[0], value)
    if layout == "row parameters":
        return np.full_like(x[:, :1], value)
    # Beside a number of Python's, a dtype of ml_dtypes becomes float32.
    return x.dtype.type(value) if is_of_ml_dtypes(x.dtype) else value
