"""The smooth functions keep their bounds for operands of any exponent, in every dtype."""

from math import inf
from typing import Any

import numpy as np
import pytest

from relu_ufunc._operations import Operation
from tests.bits import Array, assert_same_numbers
from tests.cases import UFUNCS, each_isa
from tests.oracles import BACKWARDS, HAS_BOUND, ULPS
from tests.smooth_facts import SMOOTH
from tests.smooth_points import operands_of_any_exponent
from tests.test_smooth import each_smooth, one_by_one, operands_of

each_smooth_backward = pytest.mark.parametrize(
    "operation", [row for row in SMOOTH if row.is_backward], ids=lambda row: row.name
)

LONG_DOUBLE: "np.dtype[Any]" = np.dtype(np.longdouble)

needs_glibc = pytest.mark.skipif(
    not HAS_BOUND,
    reason="long double is as exact as the C library: the bound is stated for glibc",
)


def check(operation: Operation, dtype: "np.dtype[Any]", most: float, n: int, seed: int = 1) -> None:
    from tests.mpfr import errors_in_ulp

    operands = operands_of_any_exponent(operation, n, dtype, seed)
    results = UFUNCS["generic"][operation.name](*operands)
    if dtype.name == "float8_e4m3fn":  # which has no infinity
        reached = ~np.isnan(results)
        operands, results = [operand[reached] for operand in operands], results[reached]
    errors = errors_in_ulp(operation.name, results, *operands)
    worst = np.argmax(errors)
    assert errors[worst] <= most, [*(operand[worst] for operand in operands), results[worst]]


@each_smooth
def test_float64(operation: Operation) -> None:
    check(operation, np.dtype(np.float64), ULPS["d"][operation.is_backward], 1000)


@needs_glibc
@each_smooth
def test_long_double(operation: Operation) -> None:
    check(operation, LONG_DOUBLE, ULPS["g"][operation.is_backward], 1000)


@each_smooth
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_float32_and_float16_are_correctly_rounded(operation: Operation, dtype: type) -> None:
    check(operation, np.dtype(dtype), 0.5, 1000)


@each_smooth
def test_other_small_floats_are_correctly_rounded(operation: Operation) -> None:
    from tests.small_floats import DTYPES

    for dtype in DTYPES:
        check(operation, dtype, 0.5, 300)


@pytest.mark.exhaustive
@each_smooth
def test_many_points(operation: Operation) -> None:
    for seed in range(3, 7):
        check(operation, np.dtype(np.float64), ULPS["d"][operation.is_backward], 25_000, seed)


@needs_glibc
@pytest.mark.exhaustive
@each_smooth
def test_many_points_in_long_double(operation: Operation) -> None:
    for seed in range(3, 7):
        check(operation, LONG_DOUBLE, ULPS["g"][operation.is_backward], 25_000, seed)


@each_smooth
@each_isa
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_instruction_set_gives_the_same(operation: Operation, isa: str, dtype: type) -> None:
    operands = operands_of_any_exponent(operation, 20_000, np.dtype(dtype), 2)
    right: Array = UFUNCS["generic"][operation.name](*operands)
    results: Array = UFUNCS[isa][operation.name](*operands)
    assert_same_numbers(results, right)


@each_smooth
@each_isa
def test_extremes_do_not_change_their_neighbours(operation: Operation, isa: str) -> None:
    """A chunk of float64 that has one goes by other loops than its ordinary operands alone."""
    ufunc, n = UFUNCS[isa][operation.name], 3_000
    extreme = operands_of_any_exponent(operation, n, np.dtype(np.float64), 5)
    random = np.random.default_rng(6)
    operands = [random.normal(0, 3, n) * np.exp2(random.integers(-40, 40, n)) for _ in extreme]
    for some, each in zip(operands, extreme, strict=True):
        some[::5] = 0
        places = random.integers(0, n, n // 4)
        some[places] = each[places]
    alone = one_by_one(ufunc, operands)
    for results in (ufunc(*operands), ufunc(*(np.repeat(a, 2)[::2] for a in operands))):
        assert_same_numbers(results, alone)
    usual = operands_of(operation, operands[int(operation.is_backward)])
    with_scalars: Array = ufunc(*usual)
    assert with_scalars.tobytes() == one_by_one(ufunc, usual).tobytes()


@each_smooth_backward
@each_isa
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_a_derivative_is_0_at_minus_infinity(operation: Operation, isa: str, dtype: type) -> None:
    """Small, not 0, on the way there: an infinite dy stays infinite. log_sigmoid is mirrored."""
    ufunc = UFUNCS[isa][operation.name]
    has_negative_limit = operation.forward in ("gelu", "gelu_tanh", "silu", "swish", "mish")
    sign = -1 if operation.forward == "log_sigmoid" else 1
    for parameters in BACKWARDS[operation.name].combinations():
        typed = [dtype(parameter) for parameter in parameters]
        for x in (-inf * sign, -np.finfo(dtype).max * sign):
            slope = ufunc(dtype(1), dtype(x), *typed)
            assert slope == 0
            assert np.signbit(slope) == has_negative_limit
            if BACKWARDS[operation.name].dead is None:
                far = ufunc(dtype(inf), dtype(x), *typed)
                assert far == (-inf if has_negative_limit else inf)


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("elu", [-0.2939027783634058, 1.8855694388334646e-277]),
        ("elu", [-0.3, 2.0**1000]),
        ("elu_backward", [1e300, -2000.0, 1e300]),
        ("celu", [-1402 * 2.0**-1074, -(2.0**-1074)]),
        ("squareplus_backward", [1e217, -40.0, 2.0**-1074]),
        ("squareplus_backward", [0.985674, -1138.45901889016, -5.07514e-196]),
        ("gelu_backward", [np.finfo(np.float64).max, -50.0]),
        ("gelu_backward", [1.0, -0.7640389409228352]),
        ("swish_backward", [1.9546760985879066, -0.7313123513174913, 1.702]),
        ("gelu_tanh_backward", [np.finfo(np.float64).max, -27.01]),
    ],
)
def test_of_float64(name: str, operands: list[float]) -> None:
    from tests.mpfr import errors_in_ulp

    result = UFUNCS["generic"][name](*operands)
    assert errors_in_ulp(name, result, *operands)[0] <= 1


@needs_glibc
@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "mish", "softplus"])
def test_tails_of_long_double(name: str) -> None:
    from tests.mpfr import errors_in_ulp

    for x in (-106, -53.9, -11_300, -11_390):
        result = UFUNCS["generic"][name](np.longdouble(x))
        assert errors_in_ulp(name, result, np.longdouble(x))[0] <= ULPS["g"][False]
