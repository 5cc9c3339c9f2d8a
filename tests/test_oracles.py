"""The estimates of the smooth functions in tests/oracles.py are as near as the tests assume."""

import numpy as np
import pytest

from relu_ufunc._operations import Operation
from tests import oracles
from tests.bits import Array
from tests.cases import UFUNCS
from tests.oracles import ORACLES, ULPS, evaluated
from tests.smooth_facts import SMOOTH, near_ties

ESTIMATE_ULPS = {"d": 1, "g": 1 << 9}
"""In longdouble the argument of an exponential errs in units of its own last place."""

mpfr = pytest.importorskip("tests.mpfr", reason="the definitions are in MPFR")

each_smooth = pytest.mark.parametrize("operation", SMOOTH, ids=lambda row: row.name)


def points() -> Array:
    """Float32 where the functions bend, on to where float64 has no more exponents, and tiny."""
    random = np.random.default_rng(9)
    tiny = np.exp2(random.uniform(-149, 0, 30)) * random.choice([-1, 1], 30)
    parts = (random.normal(0, 2, 60), random.uniform(-110, 60, 30), [-700.0, 1e6], tiny)
    return np.concatenate(parts).astype(np.float32)


def operands_of(
    name: str, dtype: str, x: Array, parameters: tuple[float, ...]
) -> tuple[Array, ...]:
    dy = (np.ones((), dtype),) if name.endswith("_backward") else ()
    return (*dy, x.astype(dtype), *(np.array(each, dtype) for each in parameters))


def estimate(name: str, operands: tuple[Array, ...]) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(ORACLES[name].value(*operands))


@each_smooth
@pytest.mark.parametrize("dtype", "ef")
def test_what_is_rounded_correctly(operation: Operation, dtype: str) -> None:
    with np.errstate(over="ignore"):
        x = np.concatenate([points(), near_ties(operation.name)[0]]).astype(dtype)
    x = x[np.isfinite(x)]
    for parameters in ORACLES[operation.name].combinations():
        short = tuple(float(np.array(each, dtype)) for each in parameters)
        right = mpfr.rounded(operation.name, x.astype(np.float64), np.dtype(dtype), *short)
        found = estimate(operation.name, operands_of(operation.name, dtype, x, parameters))
        np.testing.assert_array_equal(found, right.astype(dtype), f"{parameters}")


@each_smooth
@pytest.mark.parametrize("dtype", "dg")
def test_what_is_within_some_ulp(operation: Operation, dtype: str) -> None:
    x = points()
    if dtype == "g":
        # Further below, the values are 0 in float64, and these estimates may err.
        x = x[(-x if operation.forward == "log_sigmoid" else x) > -20]
    for parameters in ORACLES[operation.name].combinations():
        operands = operands_of(operation.name, dtype, x, parameters)
        found = estimate(operation.name, operands)
        errors = mpfr.errors_in_ulp(operation.name, found, *operands)
        assert errors.max() <= ESTIMATE_ULPS[dtype], (x[errors.argmax()], parameters)


@each_smooth
@pytest.mark.parametrize("dtype", "dg")
@pytest.mark.parametrize("x", [0.7, -5, -37, -600, -11_000])
def test_a_result_beyond_its_bound_is_refused(
    operation: Operation, dtype: str, x: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    operands = operands_of(operation.name, dtype, np.array(x), ORACLES[operation.name].usual)
    right = UFUNCS["generic"][operation.name](*operands)
    size = np.abs(right)
    step = np.nextafter(size, np.array(np.inf, dtype)) - size
    wrong = right + step * (2 * ULPS[dtype][operation.is_backward] + 1)
    evaluated(operation, *operands)
    monkeypatch.setattr(oracles, "_plain_ufuncs", lambda: {operation.name: lambda *_: wrong})
    with pytest.raises(AssertionError, match="are not near"):
        evaluated(operation, *operands)
