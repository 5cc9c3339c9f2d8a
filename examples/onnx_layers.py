"""Convolution and pooling for ONNX's own evaluator, computed as a product or a maximum for each
position in the kernel. The reference's own are too slow for networks of this size.

The reference's BatchNormalization of operator sets 9 to 13 mixes in the batch's own mean and
variance, which the standard does not do; the one here follows the standard.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from networks import Array
from onnx.reference.op_run import OpRun


def padded(
    x: Array, kernel: Sequence[int], attributes: dict[str, Any], fill: float
) -> tuple[Array, list[int]]:
    """x with its padding, and the number of places that the kernel takes along each axis."""
    axes = len(kernel)
    strides, dilations = steps(axes, attributes)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
    mode = attributes.get("auto_pad") or "NOTSET"
    if mode.startswith("SAME"):
        sizes = [math.ceil(n / s) for n, s in zip(x.shape[2:], strides, strict=True)]
        total = [
            max(0, (size - 1) * s + r - n)
            for size, s, r, n in zip(sizes, strides, reach, x.shape[2:], strict=True)
        ]
        less, more = [n // 2 for n in total], [n - n // 2 for n in total]
        before, after = (less, more) if mode == "SAME_UPPER" else (more, less)
    else:
        pads = list(attributes.get("pads") or [0] * (2 * axes))
        before, after = pads[:axes], pads[axes:]
    if any(before) or any(after):
        width = [(0, 0), (0, 0), *zip(before, after, strict=True)]
        x = np.pad(x, width, constant_values=fill)
    return x, [(n - r) // s + 1 for n, r, s in zip(x.shape[2:], reach, strides, strict=True)]


def steps(axes: int, attributes: dict[str, Any]) -> tuple[list[int], list[int]]:
    """The strides and the dilations."""
    strides, dilations = (list(attributes.get(k) or [1] * axes) for k in ("strides", "dilations"))
    return strides, dilations


def places(
    x: Array, kernel: Sequence[int], attributes: dict[str, Any], fill: float = 0
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """For each position in the kernel, the elements of x that lie under it."""
    x, sizes = padded(x, kernel, attributes, fill)
    strides, dilations = steps(len(kernel), attributes)
    for place in product(*map(range, kernel)):
        under: list[Any] = [...]
        for k, n, s, d in zip(place, sizes, strides, dilations, strict=True):
            under.append(slice(k * d, k * d + (n - 1) * s + 1, s))
        yield place, x[tuple(under)]


class Conv(OpRun):  # type: ignore[misc]
    def _run(
        self, x: Any, weights: Any, bias: Any = None, group: int = 1, **attributes: Any
    ) -> tuple[Any]:
        filters, inputs, *kernel = weights.shape
        group = group or 1
        grouped = weights.reshape(group, filters // group, inputs, *kernel)
        y: Any = 0
        shape: tuple[int, ...] = ()
        for place, under in places(x, kernel, attributes):
            shape = (len(x), filters, *under.shape[2:])
            columns = under.reshape(len(x), group, inputs, -1)
            y = y + grouped[(..., *place)] @ columns
        y = y.reshape(shape)
        return (y if bias is None else y + bias.reshape(-1, *[1] * len(kernel)),)


class ConvTranspose(OpRun):  # type: ignore[misc]
    """Only for kernels that do not overlap: as large as the strides, without padding."""

    def _run(self, x: Any, weights: Any, bias: Any = None, **attributes: Any) -> tuple[Any]:
        _, filters, *kernel = weights.shape
        plain = kernel == attributes["strides"] and not any(attributes.get("pads") or [])
        if not plain or attributes.get("group", 1) != 1:
            raise NotImplementedError(f"{kernel}: expected the strides, {attributes['strides']}")
        sizes = [n * k for n, k in zip(x.shape[2:], kernel, strict=True)]
        y = np.empty((len(x), filters, *sizes), x.dtype)
        for place in product(*map(range, kernel)):
            spread: list[Any] = [...]
            spread += [slice(k, None, s) for k, s in zip(place, kernel, strict=True)]
            values = weights[(..., *place)].T @ x.reshape(*x.shape[:2], -1)
            y[tuple(spread)] = values.reshape(len(x), filters, *x.shape[2:])
        return (y if bias is None else y + bias.reshape(-1, *[1] * len(kernel)),)


class MaxPool(OpRun):  # type: ignore[misc]
    def _run(self, x: Any, kernel_shape: Any = None, **attributes: Any) -> tuple[Any]:
        y = None
        for _, under in places(x, kernel_shape, attributes, -math.inf):
            y = under.copy() if y is None else np.maximum(y, under, out=y)
        return (y,)


class AveragePool(OpRun):  # type: ignore[misc]
    """Without padding."""

    def _run(self, x: Any, kernel_shape: Any = None, **attributes: Any) -> tuple[Any]:
        if any(attributes.get("pads") or []):
            raise NotImplementedError(f"expected no padding, not {attributes['pads']}")
        total = sum(under for _, under in places(x, kernel_shape, attributes))
        return (total / x.dtype.type(math.prod(kernel_shape)),)


class BatchNormalization(OpRun):  # type: ignore[misc]
    def _run(
        self, x: Any, scale: Any, bias: Any, mean: Any, variance: Any, epsilon: float, **_: Any
    ) -> tuple[Any]:
        shape = (-1, *[1] * (x.ndim - 2))
        factor = scale / np.sqrt(variance + x.dtype.type(epsilon))
        shift = bias - mean * factor
        return (x * factor.reshape(shape) + shift.reshape(shape),)


LAYERS = [Conv, ConvTranspose, MaxPool, AveragePool, BatchNormalization]
