"""The values that float32 results are compared with: the estimates of tests/oracles.py, in float64.

`check` compares them with the definitions by MPFR.
"""

import numpy as np

from tests.bits import Array
from tests.mpfr import value
from tests.oracles import ORACLES

UNCERTAINTY = 2.0**-48
"""An estimate is within half of this, relatively, of the value: what `check` makes sure of."""


def reference(name: str, x: Array) -> Array:
    """The values of a function for float32 inputs, with the usual parameters."""
    parameters = (np.float64(each) for each in ORACLES[name].usual)
    with np.errstate(all="ignore"):
        return np.asarray(ORACLES[name].value(x.astype(np.float64), *parameters))


def check(name: str, x: Array) -> None:
    """Raise an error if an estimate is not near enough to the value."""
    for at, found in zip(x.tolist(), reference(name, x).tolist(), strict=True):
        right = value(name, at, *ORACLES[name].usual)
        # Where a result is 0 in float32, the estimate has fewer bits.
        if abs(right) > 2.0**-200 and abs(found - right) > UNCERTAINTY / 2 * abs(right):
            raise ArithmeticError(f"the reference of {name} at {at!r} is {found!r}, not {right}")
