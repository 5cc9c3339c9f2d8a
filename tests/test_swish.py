"""swish with other parameters: limits, and 1.702, which is correctly rounded for every float32."""

from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from relu_ufunc._operations import Operation
from tests.bits import Array
from tests.cases import UFUNCS, each_isa
from tests.smooth_facts import (
    QUICK_GELU,
    QUICK_GELU_CHECKSUMS,
    QUICK_GELU_DIGESTS,
    QUICK_GELU_NEAR_TIES,
    SMOOTH,
    near_ties,
)
from tests.test_smooth import checksum, programs, sample

__all__ = ["programs"]

each_swish = pytest.mark.parametrize(
    "operation", [row for row in SMOOTH if row.forward == "swish"], ids=lambda row: row.name
)


def operands_of(operation: Operation, x: Array) -> list[Array]:
    dy = [np.ones((), x.dtype)] if operation.is_backward else []
    return [*dy, x, np.array(QUICK_GELU, x.dtype)]


LIMITS = [
    # beta, the values at -inf, -2, -0.0, 0.0, 2 and inf, and the derivatives there.
    (0.0, [-inf, -1, -0.0, 0.0, 1, inf], [0.5] * 6),
    (-0.0, [-inf, -1, -0.0, 0.0, 1, inf], [0.5] * 6),
    (inf, [-0.0, -0.0, -0.0, 0.0, 2, inf], [-0.0, -0.0, 0.5, 0.5, 1, 1]),
    (-inf, [-inf, -2, -0.0, 0.0, 0.0, 0.0], [1, 1, 0.5, 0.5, -0.0, -0.0]),
    (nan, [nan] * 6, [nan] * 6),
]


@each_isa
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize(("beta", "values", "slopes"), LIMITS)
def test_limits(
    beta: float, values: list[float], slopes: list[float], dtype: type, isa: str
) -> None:
    ufuncs = UFUNCS[isa]
    x: Array = np.array([-inf, -2, -0.0, 0.0, 2, inf], dtype)
    for n, betas in ((1, dtype(beta)), (50, dtype(beta)), (50, np.full(300, beta, dtype))):
        given = np.tile(x, n)
        found = ufuncs["swish"](given, betas), ufuncs["swish_backward"](dtype(1), given, betas)
        for results, right in zip(found, (values, slopes), strict=True):
            wanted: Array = np.tile(np.array(right, dtype), n)
            np.testing.assert_array_equal(results, wanted)
            if not np.isnan(beta):
                np.testing.assert_array_equal(np.signbit(results), np.signbit(wanted))


@each_isa
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_a_negative_beta_mirrors(dtype: type, isa: str) -> None:
    x: Array = np.linspace(-30, 30, 1001).astype(dtype)
    swish, swish_backward = (UFUNCS[isa][name] for name in ("swish", "swish_backward"))
    for beta in (dtype(0.3), dtype(1.702)):
        np.testing.assert_array_equal(swish(x, -beta), -swish(-x, beta))
        dx, mirrored = (swish_backward(dtype(1), *of) for of in ((x, -beta), (-x, beta)))
        np.testing.assert_array_equal(dx, mirrored)


@each_isa
@each_swish
def test_a_sample_of_all_float32_has_its_checksum(operation: Operation, isa: str) -> None:
    results = UFUNCS[isa][operation.name](*operands_of(operation, sample()))
    assert checksum(results) == QUICK_GELU_CHECKSUMS[operation.name]


@each_isa
@each_swish
def test_near_ties(operation: Operation, isa: str) -> None:
    x, right = near_ties(operation.name, quick_gelu=True)
    results = UFUNCS[isa][operation.name](*operands_of(operation, x))
    np.testing.assert_array_equal(results.view(np.uint32), right)


@each_swish
def test_mpfr_says_the_same_of_near_ties(operation: Operation) -> None:
    from tests.mpfr import errors_in_ulp

    x, right = near_ties(operation.name, quick_gelu=True)
    results = right.view(np.float32)
    errors = errors_in_ulp(operation.name, results, *operands_of(operation, x))
    assert (errors <= 0.5).all()
    assert (errors > 0.49999).all()


@each_swish
def test_every_small_float(operation: Operation) -> None:
    from tests.mpfr import rounded
    from tests.small_floats import DTYPES, bits_of, every

    for dtype in [np.dtype(np.float16), *DTYPES]:
        x = every(dtype)[::61]
        with np.errstate(all="ignore"):
            x = x[np.isfinite(x)]
            exact, beta = x.astype(np.float64), float(np.array(QUICK_GELU, dtype))
            right = rounded(operation.name, exact, dtype, beta).astype(dtype)
        for isa in UFUNCS:
            results = UFUNCS[isa][operation.name](*operands_of(operation, x))
            np.testing.assert_array_equal(bits_of(results), bits_of(right), f"{isa} {dtype}")


@pytest.mark.exhaustive
@each_swish
def test_all_float32_inputs(operation: Operation, programs: Path) -> None:
    from tests.smooth_programs import ALL, sweep

    found = sweep(programs, operation, QUICK_GELU)
    assert not found.wrong
    assert found.count == ALL
    assert set(found.digests.values()) == {QUICK_GELU_DIGESTS[operation.name]}
    assert set(found.hardest[:4]) <= set(QUICK_GELU_NEAR_TIES[operation.name])


@pytest.mark.exhaustive
@each_swish
def test_all_float32_results_are_those_that_were_proven(
    operation: Operation, programs: Path
) -> None:
    from tests.smooth_programs import digests

    found = digests(programs, operation, QUICK_GELU)
    assert set(found.values()) == {QUICK_GELU_DIGESTS[operation.name]}
