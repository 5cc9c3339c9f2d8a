"""The rectifiers of relu_ufunc in ONNX's own evaluator, which runs networks in NumPy.

ReferenceEvaluator(path, new_ops=RECTIFIERS)
"""

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from relu_ufunc import clipped_relu, leaky_relu, prelu, relu, thresholded_relu


class Relu(OpRun):  # type: ignore[misc]
    def _run(self, x: Any) -> tuple[Any]:
        return (relu(x),)


class LeakyRelu(OpRun):  # type: ignore[misc]
    def _run(self, x: Any, alpha: float) -> tuple[Any]:
        return (leaky_relu(x, x.dtype.type(alpha)),)


class PRelu(OpRun):  # type: ignore[misc]
    def _run(self, x: Any, slope: Any) -> tuple[Any]:
        return (prelu(x, slope),)


class ThresholdedRelu(OpRun):  # type: ignore[misc]
    def _run(self, x: Any, alpha: float) -> tuple[Any]:
        return (thresholded_relu(x, x.dtype.type(alpha)),)


class Clip(OpRun):  # type: ignore[misc]
    """A rectifier if `low` is 0; any other range is left to NumPy. For operator sets from 11 on."""

    def _run(self, x: Any, low: Any = None, high: Any = None) -> tuple[Any]:
        if low is None or high is None or low != 0:
            return (x if low is high is None else np.clip(x, low, high),)
        return (clipped_relu(x, high),)


RECTIFIERS = [Relu, LeakyRelu, PRelu, ThresholdedRelu, Clip]
