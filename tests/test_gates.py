"""The smooth gates: an activation times y, rounded once, and their two gradients."""

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from relu_ufunc._operations import Operation
from tests.bits import Array, assert_same_numbers, bits
from tests.cases import UFUNCS, each_isa
from tests.fp_environment import flush_to_zero, needs_fenv, rounding_upward
from tests.mpfr import ACTIVATIONS, errors_in_ulp
from tests.oracles import HAS_BOUND, PRODUCT_ULPS
from tests.smooth_facts import GATES
from tests.smooth_points import operands_of_any_exponent
from tests.test_smooth import one_by_one, sample

each_gate = pytest.mark.parametrize("operation", GATES, ids=lambda row: row.name)
each_activation = pytest.mark.parametrize(("gate", "activation"), list(ACTIVATIONS.items()))

MOST = {"e": PRODUCT_ULPS, "f": PRODUCT_ULPS, "d": 1.0, "g": 8.0}


def outputs(ufunc: np.ufunc, *operands: Any) -> tuple[Array, ...]:
    results = ufunc(*operands)
    return results if isinstance(results, tuple) else (results,)


def in_the_middle(operation: Operation, n: int, dtype: "np.dtype[Any]") -> list[Array]:
    random = np.random.default_rng(11)
    return [(random.normal(size=n) * 3).astype(dtype) for _ in operation.inputs]


def in_the_tails(operation: Operation, n: int, dtype: "np.dtype[Any]") -> list[Array]:
    """As far as sigmoid(-x) and Phi(x) count."""
    operands = in_the_middle(operation, n, dtype)
    x: Array = np.random.default_rng(12).uniform(-45, 45, n).astype(dtype)
    operands[operation.inputs.index("x")] = x
    return operands


@pytest.mark.parametrize("character", MOST)
@each_gate
def test_accuracy(operation: Operation, character: str) -> None:
    """Of operands of any exponent: of extreme ones the product may be ordinary."""
    if character == "g" and not HAS_BOUND:
        pytest.skip("long double is as exact as the C library: the bound is stated for glibc")
    dtype: np.dtype[Any] = np.dtype(character)
    for operands in (
        operands_of_any_exponent(operation, 400, dtype, 1),
        in_the_middle(operation, 400, dtype),
        in_the_tails(operation, 200, dtype),
    ):
        results = outputs(UFUNCS["generic"][operation.name], *operands)
        for output, result in enumerate(results):
            errors = errors_in_ulp(operation.name, result, *operands, output=output)
            worst = np.argmax(errors)
            assert errors[worst] <= MOST[character], (output, [a[worst] for a in operands])


@each_gate
@each_isa
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_instruction_set_gives_the_same(operation: Operation, isa: str, dtype: type) -> None:
    any_exponent = operands_of_any_exponent(operation, 20_000, np.dtype(dtype), 2)
    for operands in (any_exponent, in_the_middle(operation, 20_000, np.dtype(dtype))):
        right = outputs(UFUNCS["generic"][operation.name], *operands)
        results = outputs(UFUNCS[isa][operation.name], *operands)
        for one, other in zip(results, right, strict=True):
            assert_same_numbers(one, other)


@each_gate
@each_isa
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neighbours_do_not_change_a_result(operation: Operation, isa: str, dtype: type) -> None:
    """A chunk with an extreme operand, or a failed rounding test, goes by other loops."""
    ufunc, n = UFUNCS[isa][operation.name], 3_000
    operands = in_the_middle(operation, n, np.dtype(dtype))
    random = np.random.default_rng(6)
    for some, each in zip(
        operands, operands_of_any_exponent(operation, n, np.dtype(dtype), 5), strict=True
    ):
        places = random.integers(0, n, n // 100)
        some[places] = each[places]
    right = outputs(ufunc, *operands)
    for output, result in enumerate(right):
        if len(right) == 1:
            alone = one_by_one(ufunc, operands)
        else:
            several = [outputs(ufunc, *(a[i : i + 1] for a in operands)) for i in range(n)]
            alone = np.concatenate([each[output] for each in several])
        assert_same_numbers(result, alone)
    for inputs in ((0, 1), (1, 0)) if len(right) == 2 else ((0,), (1,)):
        arrays = [a.copy() for a in operands]
        ufunc(*arrays, out=tuple(arrays[k] for k in inputs))
        for k, result in zip(inputs, right, strict=True):
            assert arrays[k].tobytes() == result.tobytes()


#: Products, and gradients of x, beside midpoints by less than a pair of floats resolves.
HARD = {
    "swiglu": """
        0x1.bfdafp-7 0x1.96b5c8p+1   -0x1.c8b05cp-8 0x1.895d1cp-3   -0x1.55731ap-7 -0x1.48a148p-1
        -0x1.c750a2p-5 -0x1.d0687cp-6   0x1.b575a6p-2 0x1.c48b2ap+2
        -0x1.dac70cp+2 -0x1.a4f144p-7   0x1.913352p-8 0x1.2760ecp+0   -0x1.aaee6p-1 0x1.b88c32p+3
    """,
    "swiglu_backward": """
        -0x1.cf60fep+2 -0x1.e21454p+3 0x1.fe7622p+2   0x1.baff3ap+3 -0x1.4f49bep+0 -0x1.78164ep-7
        -0x1.f30db4p+3 -0x1.f432d8p-6 0x1.f78174p+0   0x1.911218p-3 -0x1.1587eap-2 0x1.452162p+2
        0x1.57a01ap+1 0x1.7aaa46p-7 0x1.178f54p-2   -0x1.20e51ep+2 -0x1.aedc1cp-7 0x1.4d8c3ep-1
        0x1.bfdfdap-7 -0x1.0e69f4p-7 0x1.da8506p+4   0x1.808f02p-3 -0x1.4b043p+0 -0x1.9ba0eap+4
        0x1.053264p-6 -0x1.bf8ff2p+1 -0x1.94c372p-6   0x1.f5f502p-6 -0x1.4f5f04p+0 -0x1.6e6dccp-3
    """,
}


@each_isa
@pytest.mark.parametrize("name", HARD)
def test_beside_midpoints(name: str, isa: str) -> None:
    ufunc = UFUNCS[isa][name]
    numbers = np.array([float.fromhex(number) for number in HARD[name].split()], np.float32)
    operands = [np.repeat(column, 100) for column in numbers.reshape(-1, ufunc.nin).T]
    result = outputs(ufunc, *operands)[0]
    right = outputs(UFUNCS["generic"][name], *operands)[0]
    # A number on the wrong side of a midpoint may be within the bound.
    np.testing.assert_array_equal(bits(result), bits(right))
    assert errors_in_ulp(name, result, *operands).max() <= PRODUCT_ULPS


@each_isa
@pytest.mark.parametrize("name", HARD)
def test_zeros_and_others_side_by_side(name: str, isa: str) -> None:
    ordinary = [0.0, -0.0, 1.5, -1.25, -1.5]
    for values in (ordinary, [*ordinary, 1e-30, -20, 100, inf, -inf, nan, 3e38]):
        grid = np.meshgrid(*[np.array(values, np.float32)] * UFUNCS[isa][name].nin)
        for operands in ([a.ravel() for a in grid], [np.repeat(a, 100) for a in grid]):
            results = outputs(UFUNCS[isa][name], *operands)
            for result, right in zip(
                results, outputs(UFUNCS["generic"][name], *operands), strict=True
            ):
                assert_same_numbers(result, right)


@each_gate
@each_isa
def test_an_extreme_neighbour_changes_no_bit(operation: Operation, isa: str) -> None:
    """In float64, from numbers that count as 0 to those that leave the range."""
    ufunc, n, random = UFUNCS[isa][operation.name], 4_096, np.random.default_rng(9)
    operands: list[Array] = [
        random.normal(size=n) * np.exp2(random.uniform(-120, 20, n)) for _ in operation.inputs
    ]
    x = operands[operation.inputs.index("x")]
    x[:] = random.uniform(-45, 45, n) * np.exp2(random.integers(0, 3, n))
    x[: n // 2] *= np.exp2(random.uniform(-120, 0, n // 2))
    right = outputs(ufunc, *operands)
    beside = np.arange(n) % 64 == 0
    for extreme in (nan, inf, -1e300):
        x[beside] = extreme
        for result, other in zip(outputs(ufunc, *operands), right, strict=True):
            np.testing.assert_array_equal(bits(result[~beside]), bits(other[~beside]))


@each_isa
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("gate", ACTIVATIONS)
def test_the_derivative_at_0_is_a_half(gate: str, dtype: type, isa: str) -> None:
    dz: Array = np.array([3.0, -5.0, 0.0] * 30, dtype)
    y: Array = np.array([7.0, 0.5, 1.0] * 30, dtype)
    for zero in (0.0, -0.0):
        dx, _ = UFUNCS[isa][f"{gate}_backward"](dz, np.full_like(dz, zero), y)
        np.testing.assert_array_equal(dx, dz * y / 2)
        np.testing.assert_array_equal(np.signbit(dx), np.signbit(dz * y))


@needs_fenv
@each_isa
@each_gate
def test_no_mode_of_the_thread_changes_a_bit(operation: Operation, isa: str) -> None:
    ufunc = UFUNCS[isa][operation.name]
    for dtype in (np.float32, np.float64):
        operands = operands_of_any_exponent(operation, 2_000, np.dtype(dtype), 4)
        right = outputs(ufunc, *operands)
        results = tuple(np.empty_like(each) for each in right)
        for mode in (rounding_upward, flush_to_zero):
            with mode():
                ufunc(*operands, out=results)
            for result, other in zip(results, right, strict=True):
                assert result.tobytes() == other.tobytes()


@each_isa
@each_activation
def test_with_1_it_is_the_activation(gate: str, activation: str, isa: str) -> None:
    """In float32, where both are correctly rounded, at every 4099th x."""
    x, ufuncs = sample(), UFUNCS[isa]
    value: Array = ufuncs[activation](x)
    assert ufuncs[gate](x, np.float32(1)).tobytes() == value.tobytes()
    dx, dy = ufuncs[f"{gate}_backward"](np.float32(1), x, np.float32(1))
    assert dx.tobytes() == ufuncs[f"{activation}_backward"](np.float32(1), x).tobytes()
    assert dy.tobytes() == value.tobytes()


@each_isa
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("gate", [*ACTIVATIONS, "reglu"])
def test_the_gradient_of_y_is_the_gate_of_dz(gate: str, dtype: type, isa: str) -> None:
    random = np.random.default_rng(3)
    operands: list[Array] = [random.normal(size=1000).astype(dtype) for _ in range(3)]
    dz, x, y = operands
    _, dy = UFUNCS[isa][f"{gate}_backward"](dz, x, y)
    right: Array = UFUNCS[isa][gate](x, dz)
    step = np.spacing(np.abs(right))
    assert np.all(np.abs(dy - right) <= (step if dtype == np.float64 else 0))


@each_isa
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("gate", ACTIVATIONS)
def test_where_the_activation_is_0(gate: str, dtype: type, isa: str) -> None:
    y: Array = np.array([inf, -inf, nan, 0.0, -0.0, 3.0, -3.0] * 20, dtype)
    for zero in (0.0, -0.0, -inf):
        x = np.full_like(y, zero)
        for z in (UFUNCS[isa][gate](x, y), UFUNCS[isa][f"{gate}_backward"](y, x, y)[1]):
            assert np.all(z == 0)
            np.testing.assert_array_equal(np.signbit(z), np.signbit(x) ^ np.signbit(y))
    far: Array = UFUNCS[isa][gate](dtype(-np.finfo(dtype).max), y[:3])
    np.testing.assert_array_equal(far, np.array([-inf, inf, nan], dtype))
    kept: Array = UFUNCS[isa][gate](dtype(nan), y)
    assert np.isnan(kept).all()


@pytest.mark.parametrize("gate", ACTIVATIONS)
def test_extreme_factors_of_float64(gate: str) -> None:
    """dz y is out of range, and the gradient is not."""
    for dz, x, y in [(1e200, -20.0, 1e200), (1e-200, 1.0, 1e-100), (1e308, -3.0, 1e-308)]:
        for scale in (1.0, -1.0):
            operands = [np.array([each]) for each in (scale * dz, x, y)]
            for output, result in enumerate(UFUNCS["generic"][f"{gate}_backward"](*operands)):
                errors = errors_in_ulp(f"{gate}_backward", result, *operands, output=output)
                assert errors[0] <= 1


@each_isa
@each_gate
@pytest.mark.parametrize("columns", [7, 256])
def test_halves_of_one_array(operation: Operation, isa: str, columns: int) -> None:
    random = np.random.default_rng(8)
    h = random.normal(size=(9, columns * len(operation.inputs))).astype(np.float32)
    parts = np.split(h, len(operation.inputs), axis=-1)
    ufunc = UFUNCS[isa][operation.name]
    wanted = outputs(ufunc, *(part.copy() for part in parts))
    for result, right in zip(outputs(ufunc, *parts), wanted, strict=True):
        assert result.tobytes() == right.tobytes()


@each_isa
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_below_0_beside_a_great_y(name: str, isa: str) -> None:
    """Alone, and beside others that leave the ordinary range."""
    x, y = (
        a.ravel()
        for a in np.meshgrid(-(2.0 ** np.arange(2, 120, 2)), 2.0 ** np.arange(200, 300, 9))
    )
    alone = one_by_one(UFUNCS[isa][name], [x, y])
    np.testing.assert_array_equal(bits(UFUNCS[isa][name](x, y)), bits(alone))
    assert errors_in_ulp(name, alone, x, y).max() <= 1
    assert np.signbit(alone).all()
