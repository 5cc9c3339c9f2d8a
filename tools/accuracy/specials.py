"""What the contenders return for infinities, zeros, NaN and subnormals, and where they reach 0."""

from collections.abc import Iterator

import numpy as np

from tests.bits import Array
from tools.accuracy.contenders import Contender, libraries

INF = np.inf
# As bits: of both signs, with a payload, and a signalling one.
NANS = np.array([0x7FC12345, 0xFFC54321, 0x7F812345], np.uint32)
LANES = 33
"""Copies of a value, so that the lanes of a vector and a tail have it."""


def _results(call: Contender, value: float) -> str:
    """The distinct results; more than one if they depend on the lane."""
    results = call(np.full(LANES, value, np.float32))
    return " or ".join(sorted({f"{each:.9g}" for each in results.tolist()}))


def _bits_of_nans(call: Contender) -> str:
    found = call(np.repeat(NANS.view(np.float32), LANES)).view(np.uint32).reshape(-1, LANES)
    if not np.isnan(found.view(np.float32)).all():
        return "not NaN"
    quiet = NANS | 0x00400000
    if (found == NANS[:, None]).all():
        return "kept"
    if (found == quiet[:, None]).all():
        return "made quiet"
    is_kept = (found == NANS[:, None]) | (found == quiet[:, None])
    return "kept or made quiet" if is_kept.all() else "changed"


def _floats(first: float, last: float) -> Array:
    """Float32 of one sign from the one nearer to 0 on, evenly over their bits."""
    low, high = np.array([first, last], np.float32).view(np.uint32).tolist()
    bits: Array = np.linspace(low, high, 1 << 20).astype(np.uint32)
    return bits.view(np.float32)


def _from(x: Array, holds: Array) -> str:
    """The first x from which on it holds."""
    fails = np.flatnonzero(~holds)
    first = fails[-1] + 1 if fails.size else 0
    return f"{x[first]:.5g}" if first < len(x) else "–"


def special_values(names: list[str]) -> Iterator[str]:
    """A table with a row for each function and contender."""
    far, near = _floats(-0.5, -1e6), _floats(1.0, 3.4028235e38)
    columns = ("−∞", "−0.0", "+∞", "bits of NaN", "1e-40", "-1e-40", "0 up to", "not finite from")
    yield "| | |" + "".join(f" {each} |" for each in columns)
    yield "|---" * (len(columns) + 2) + "|"
    for name in names:
        for contender, call in libraries(name).items():
            with np.errstate(all="ignore"):
                cells = (
                    *(_results(call, value) for value in (-INF, -0.0, INF)),
                    _bits_of_nans(call),
                    *(_results(call, value) for value in (1e-40, -1e-40)),
                    _from(far, call(far) == 0),
                    _from(near, ~np.isfinite(call(near))),
                )
            yield f"| `{name}` | {contender} | {' | '.join(cells)} |"
