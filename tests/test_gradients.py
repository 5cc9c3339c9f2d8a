"""Each backward is the derivative of its forward, and at a kink the chosen one-sided derivative."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.cases import BY_NAME, UFUNCS, each_isa
from tests.facts import FLOATING, Backward
from tests.oracles import BACKWARDS, ORACLES, expected

each_backward = pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS if row.is_backward], ids=lambda row: row.name
)

# Powers of two and short fractions: every sum, product and quotient below is exact.
STEP = 2.0**-10


def is_exact(value: float) -> bool:
    return (value / STEP).is_integer()


def oracle_of(operation: Operation) -> Backward:
    oracle = ORACLES[operation.name]
    assert isinstance(oracle, Backward)
    return oracle


def parameters_of(operation: Operation) -> Iterator[tuple[float, ...]]:
    return oracle_of(operation).combinations(is_exact, "a short binary fraction or a whole")


def away_from(kinks: Iterable[float]) -> Array:
    x = np.arange(-9, 9, 2.0**-5) + 2.0**-7
    for kink in kinks:
        x = x[np.abs(x - kink) > STEP]
    return x


@each_backward
@each_isa
def test_central_difference_in_x(operation: Operation, isa: str) -> None:
    forward = UFUNCS[isa][operation.forward]
    backward = UFUNCS[isa][operation.name]
    for parameters in parameters_of(operation):
        x = away_from(oracle_of(operation).kinks(*parameters))
        dy = np.resize([1.0, -1.0, 0.5, 3.0], x.shape)
        difference = (forward(x + STEP, *parameters) - forward(x - STEP, *parameters)) / (2 * STEP)
        dx = backward(dy, x, *parameters)
        # By a third derivative below 8, if there is one.
        error = 8 * STEP**2 if oracle_of(operation).smooth else 0
        np.testing.assert_allclose(
            dx[0] if isinstance(dx, tuple) else dx, dy * difference, rtol=0, atol=error
        )


@pytest.mark.parametrize(
    ("operation", "output"),
    [(row, output) for row in OPERATIONS if row.is_backward for output in row.outputs[1:]],
    ids=lambda each: getattr(each, "name", each),
)
@each_isa
def test_central_difference_in_a_parameter(operation: Operation, output: str, isa: str) -> None:
    forward = UFUNCS[isa][operation.forward]
    backward = UFUNCS[isa][operation.name]
    k = operation.parameters.index(output.removeprefix("d"))
    for parameters in parameters_of(operation):
        x = away_from(oracle_of(operation).kinks(*parameters))
        dy = np.resize([1.0, -1.0, 0.5, 3.0], x.shape)
        higher, lower = (
            forward(x, *parameters[:k], parameters[k] + step, *parameters[k + 1 :])
            for step in (STEP, -STEP)
        )
        gradient = backward(dy, x, *parameters)[operation.outputs.index(output)]
        slope = dy * ((higher - lower) / (2 * STEP))
        # A rounding error of the value is magnified, one of an exact product is none.
        tolerance = 1e-9 if oracle_of(operation).smooth else 0
        np.testing.assert_allclose(gradient, slope, rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("slope_shape", "shared_axes"),
    [((3, 1, 1), (0, 2, 3)), ((5,), (0, 1, 2)), ((), (0, 1, 2, 3)), ((2, 3, 4, 5), ())],
    ids=["NCHW", "NHWC", "one slope", "a slope each"],
)
@each_isa
def test_slope_gradient_sums_over_shared_axes(
    slope_shape: tuple[int, ...], shared_axes: tuple[int, ...], isa: str
) -> None:
    prelu, prelu_backward = UFUNCS[isa]["prelu"], UFUNCS[isa]["prelu_backward"]
    random = np.random.default_rng(6)
    x = random.integers(-64, 64, (2, 3, 4, 5)) / 16 + 2.0**-5
    dy = random.integers(-8, 8, x.shape) / 4
    slope = random.integers(-8, 8, slope_shape) / 8
    dslope = prelu_backward(dy, x, slope)[1].sum(axis=shared_axes).reshape(slope_shape)
    for index in np.ndindex(slope_shape):
        step = np.zeros(slope_shape)
        step[index] = STEP
        raised, lowered = (dy * prelu(x, slope + step)).sum(), (dy * prelu(x, slope - step)).sum()
        assert dslope[index] == (raised - lowered) / (2 * STEP)


@pytest.mark.parametrize(
    ("name", "operands", "wanted"),
    [(name, *choice) for name, oracle in BACKWARDS.items() for choice in oracle.choices],
)
@pytest.mark.parametrize("character", FLOATING)
@each_isa
def test_choice_at_the_kink(
    name: str,
    operands: tuple[float, ...],
    wanted: float | tuple[float, ...],
    character: str,
    isa: str,
) -> None:
    for n in (1, 33):
        results = UFUNCS[isa][name](*(np.full(n, value, character) for value in operands))
        several = results if isinstance(results, tuple) else (results,)
        each_wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        for result, right in zip(several, each_wanted, strict=True):
            assert result.tolist() == [right] * n
            assert not np.signbit(result[result == 0]).any()


@each_backward
def test_every_kink_is_stated(operation: Operation) -> None:
    oracle = oracle_of(operation)
    x = np.arange(-9, 9, STEP)
    for parameters in parameters_of(operation):
        numbers = [np.array(value, np.float64) for value in parameters]
        (y,) = expected(BY_NAME[operation.forward], x, *numbers)
        # The change of the slope from one step to the next.
        bends = x[1:-1][np.abs(np.diff(y, 2)) / STEP > 0.05]
        kinks = oracle.kinks(*parameters)
        unstated = [bend for bend in bends.tolist() if all(abs(bend - k) > STEP for k in kinks)]
        assert not unstated, (
            f"tests/oracles.py: {operation.forward!r} has kinks for {oracle.inputs[2:]} = "
            f"{parameters} that kinks= of {operation.name!r} leaves out: {unstated}"
        )


@each_backward
def test_every_kink_has_its_choice(operation: Operation) -> None:
    oracle = oracle_of(operation)
    chosen: dict[tuple[float, ...], set[float]] = {}
    for (_, x, *parameters), _ in oracle.choices:
        chosen.setdefault(tuple(parameters), set()).add(x)
    assert any(set(oracle.kinks(*parameters)) <= at for parameters, at in chosen.items()), (
        f"tests/oracles.py: add to the choices= of {oracle.name!r} its value at each of "
        "its kinks, for one set of parameters"
    )


@each_backward
def test_a_selection_states_where_it_is_off(operation: Operation) -> None:
    assert operation.has_arithmetic or oracle_of(operation).dead is not None, (
        f"tests/oracles.py: {operation.name!r} selects dy or 0: write dead=(x, *parameters), "
        "where it selects 0"
    )


@each_backward
@each_isa
def test_a_nan_input_gives_nan(operation: Operation, isa: str) -> None:
    for parameters in parameters_of(operation):
        results = UFUNCS[isa][operation.name](np.ones(40), np.full(40, np.nan), *parameters)
        assert np.isnan(results).all()


@pytest.mark.parametrize(
    ("name", "dead"),
    [(name, oracle.dead) for name, oracle in BACKWARDS.items() if oracle.dead is not None],
)
@pytest.mark.parametrize("dy", [np.inf, -np.inf, np.nan])
@each_isa
def test_a_dead_unit_stops_any_gradient(
    name: str, dead: tuple[float, ...], dy: float, isa: str
) -> None:
    x, *parameters = dead
    dx = UFUNCS[isa][name](np.full(40, dy), np.full(40, x), *parameters)
    assert dx.tobytes() == np.zeros(40).tobytes()


def test_backward_of_one_is_the_derivative() -> None:
    x = np.array([-2.0, 0.0, 3.0])
    assert relu_ufunc.relu_backward(1, x).tolist() == [0, 0, 1]
    assert relu_ufunc.leaky_relu_backward(1, x, 0.5).tolist() == [0.5, 0.5, 1]
    assert relu_ufunc.squared_relu_backward(1, x).tolist() == [0, 0, 6]
