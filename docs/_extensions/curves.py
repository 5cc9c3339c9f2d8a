"""Computes the graph of a function as unbroken pieces, with the points where it jumps."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Any]

# A power of two, so that the kinks at round numbers lie on the grid.
STEP = 2.0**-10
# More than the change of any function in one step, and less than any of their jumps.
_JUMP = 0.04
_FARTHEST = 64.0


class Curve(NamedTuple):
    """The pieces to draw, each an x and a y, and the dots where one ends and the next begins."""

    pieces: list[tuple[Array, Array]]
    values: list[tuple[float, float]]
    limits: list[tuple[float, float]]


def curve(function: Function, lowest: float, highest: float) -> Curve:
    """The graph of a function between two numbers.

    `values` are the points at its jumps, and `limits` the points that it approaches there but does
    not reach.
    """
    x = _grid(lowest, highest)
    y = np.asarray(function(x), np.float64)
    jumps = np.flatnonzero(np.abs(np.diff(y)) > _JUMP)
    pieces = list(zip(np.split(x, jumps + 1), np.split(y, jumps + 1), strict=True))
    result = Curve(pieces, [], [])
    for k in jumps:
        left, right = (float(x[k]), float(y[k])), (float(x[k + 1]), float(y[k + 1]))
        middle = float(np.asarray(function(x[k : k + 1] + STEP / 2), np.float64)[0])
        # If the middle continues the right piece, the jump is at the left point, and vice versa.
        at_left = abs(middle - right[1]) < abs(middle - left[1])
        value, limit = (left, right) if at_left else (right, left)
        result.values.append(value)
        result.limits.append((value[0], limit[1]))
    return result


def kinks(function: Function) -> list[float]:
    """Where a function jumps or turns sharply."""
    x = _grid(-_FARTHEST, _FARTHEST)
    slope = np.diff(np.asarray(function(x), np.float64)) / STEP
    return [float(x[k + 1]) for k in np.flatnonzero(np.abs(np.diff(slope)) > _JUMP)]


def _grid(lowest: float, highest: float) -> Array:
    return np.arange(round(lowest / STEP), round(highest / STEP) + 1, dtype=np.float64) * STEP
