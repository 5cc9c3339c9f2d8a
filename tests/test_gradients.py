"""Each backward is the derivative of its forward; at a kink, the one-sided choice made."""

from collections.abc import Callable

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.cases import BY_NAME, UFUNCS, each_isa

BACKWARDS = [row for row in OPERATIONS if row.is_backward]
each_backward = pytest.mark.parametrize("operation", BACKWARDS, ids=lambda row: row.name)

# Powers of two and short fractions: every sum, product and quotient below is exact.
STEP = 2.0**-10
PARAMETERS = {
    "slope": [-2.0, -0.25, 0.0, 0.125, 1.0, 3.0],
    "max_value": [-1.5, 0.5, 2.0, 4.0],
    "theta": [-1.5, 0.0, 0.5, 2.0],
}
KINKS: dict[str, Callable[[float], list[float]]] = {
    "relu": lambda _: [0.0],
    "leaky_relu": lambda _: [0.0],
    "prelu": lambda _: [0.0],
    "relu6": lambda _: [0.0, 6.0],
    "clipped_relu": lambda max_value: [0.0, max_value],
    "thresholded_relu": lambda theta: [theta],
    "squared_relu": lambda _: [0.0],
}


def parameters_of(operation: Operation) -> list[tuple[float, ...]]:
    names = operation.parameters
    assert len(names) <= 1
    return [(value,) for value in PARAMETERS[names[0]]] if names else [()]


def away_from(kinks: list[float]) -> Array:
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
        kink = parameters[0] if parameters else 0.0
        x = away_from(KINKS[operation.forward](kink))
        dy = np.resize([1.0, -1.0, 0.5, 3.0], x.shape)
        difference = (forward(x + STEP, *parameters) - forward(x - STEP, *parameters)) / (2 * STEP)
        dx = backward(dy, x, *parameters)
        np.testing.assert_array_equal(dx[0] if isinstance(dx, tuple) else dx, dy * difference)


@each_isa
def test_central_difference_in_the_slope(isa: str) -> None:
    prelu, prelu_backward = UFUNCS[isa]["prelu"], UFUNCS[isa]["prelu_backward"]
    x = away_from([0.0])
    dy = np.resize([1.0, -1.0, 0.5, 3.0], x.shape)
    for slope in PARAMETERS["slope"]:
        difference = (prelu(x, slope + STEP) - prelu(x, slope - STEP)) / (2 * STEP)
        np.testing.assert_array_equal(prelu_backward(dy, x, slope)[1], dy * difference)


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


CHOICES: list[tuple[str, tuple[float, ...], tuple[float, ...]]] = [
    # name, (dy, x, parameter), outputs
    ("relu_backward", (3, 0), (0,)),
    ("relu_backward", (3, -0.0), (0,)),
    ("leaky_relu_backward", (3, 0, 0.25), (0.75,)),
    ("leaky_relu_backward", (3, -0.0, 0.25), (0.75,)),
    ("leaky_relu_backward", (3, 0, -2), (-6,)),
    ("prelu_backward", (3, 0, 0.25), (0.75, 0)),
    ("prelu_backward", (3, -0.0, 0.25), (0.75, 0)),
    ("relu6_backward", (3, 0), (0,)),
    ("relu6_backward", (3, 6), (0,)),
    ("clipped_relu_backward", (3, 0, 2), (0,)),
    ("clipped_relu_backward", (3, 2, 2), (0,)),
    ("clipped_relu_backward", (3, 0, 0), (0,)),
    ("clipped_relu_backward", (3, 1, -1), (0,)),
    ("thresholded_relu_backward", (3, 2, 2), (0,)),
    ("thresholded_relu_backward", (3, -0.0, 0), (0,)),
    ("squared_relu_backward", (3, 0), (0,)),
    ("squared_relu_backward", (3, -0.0), (0,)),
]


@pytest.mark.parametrize(("name", "operands", "wanted"), CHOICES)
@pytest.mark.parametrize("character", "efdg")
@each_isa
def test_choice_at_the_kink(
    name: str, operands: tuple[float, ...], wanted: tuple[float, ...], character: str, isa: str
) -> None:
    for n in (1, 33):
        results = UFUNCS[isa][name](*(np.full(n, value, character) for value in operands))
        results = results if isinstance(results, tuple) else (results,)
        for result, right in zip(results, wanted, strict=True):
            assert result.tolist() == [right] * n
            assert not np.signbit(result[result == 0]).any()


def test_every_backward_has_its_kinks_and_its_choice() -> None:
    assert {row.forward for row in BACKWARDS} == set(KINKS)
    assert {row.name for row in BACKWARDS} == {name for name, _, _ in CHOICES}
    assert all(row.forward in BY_NAME for row in BACKWARDS)


@each_backward
@each_isa
def test_a_nan_input_gives_nan(operation: Operation, isa: str) -> None:
    for parameters in parameters_of(operation):
        results = UFUNCS[isa][operation.name](np.ones(40), np.full(40, np.nan), *parameters)
        assert np.isnan(results).all()


@pytest.mark.parametrize("dy", [np.inf, -np.inf, np.nan])
@each_isa
def test_a_dead_input_stops_whatever_comes_back(dy: float, isa: str) -> None:
    upstream = np.full(40, dy)
    for name, dead, parameters in (
        ("relu_backward", -1.0, ()),
        ("relu6_backward", 7.0, ()),
        ("clipped_relu_backward", 3.0, (2.0,)),
        ("thresholded_relu_backward", 1.0, (2.0,)),
        ("squared_relu_backward", -1.0, ()),
    ):
        dx = UFUNCS[isa][name](upstream, np.full(40, dead), *parameters)
        assert dx.tobytes() == np.zeros(40).tobytes()


def test_backward_of_one_is_the_derivative() -> None:
    x = np.array([-2.0, 0.0, 3.0])
    assert relu_ufunc.relu_backward(1, x).tolist() == [0, 0, 1]
    assert relu_ufunc.leaky_relu_backward(1, x, 0.5).tolist() == [0.5, 0.5, 1]
    assert relu_ufunc.squared_relu_backward(1, x).tolist() == [0, 0, 6]
