"""Units of astropy and pint are kept, converted or refused, as the table of units says."""

import doctest
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import relu_ufunc as ru
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc.interop import register_astropy, register_pint
from tests.oracles import ORACLES
from tests.packages import installed

pytestmark = pytest.mark.interop


class Units(NamedTuple):
    """What the tests need from astropy or pint, under common names."""

    module: Any
    refused: type[Exception]
    unit_of: Callable[[Any], Any]
    value_of: Callable[[Any], Any]


def _astropy() -> Units:
    module = installed("astropy.units")
    register_astropy()
    return Units(module, module.UnitsError, lambda q: q.unit, lambda q: q.value)


def _pint() -> Units:
    pint = installed("pint")
    register_pint()
    registry = pint.UnitRegistry()
    return Units(registry, pint.DimensionalityError, lambda q: q.units, lambda q: q.magnitude)


@pytest.fixture(params=[_astropy, _pint], ids=["astropy", "pint"])
def units(request: pytest.FixtureRequest) -> Units:
    made: Units = request.param()
    return made


X = np.array([-2.0, 4.0], dtype=np.float32)
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda row: row.name)


def quantity(units: Units, value: Any, name: str) -> Any:
    unit = units.module.Unit("")
    for factor in name.split("*"):
        unit = unit * units.module.Unit("" if factor == "1" else factor)
    return units.module.Quantity(value, unit)


def numbers(operation: Operation) -> list[Any]:
    parameters = [values[0] for values in ORACLES[operation.name].parameters.values()]
    n_arrays = len(operation.inputs) - len(parameters)
    return [X] * n_arrays + list(map(np.float32, parameters))


def operands(units: Units, operation: Operation) -> list[Any]:
    names = ORACLES[operation.name].units_of_inputs
    return [
        quantity(units, value, name) for value, name in zip(numbers(operation), names, strict=True)
    ]


def results(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


@each_operation
def test_values_and_units(units: Units, operation: Operation) -> None:
    ufunc = getattr(ru, operation.name)
    names = ORACLES[operation.name].units_of_outputs
    plain = results(ufunc(*numbers(operation)))
    given = results(ufunc(*operands(units, operation)))
    for result, expected, name in zip(given, plain, names, strict=True):
        assert units.unit_of(result) == units.unit_of(quantity(units, 1.0, name))
        assert units.value_of(result).dtype == expected.dtype
        np.testing.assert_array_equal(units.value_of(result), expected)


@each_operation
def test_out_is_filled_and_returned(units: Units, operation: Operation) -> None:
    ufunc = getattr(ru, operation.name)
    expected = results(ufunc(*operands(units, operation)))
    empty = np.full(X.shape, 9, np.float64)
    out = tuple(
        quantity(units, empty.copy(), name) for name in ORACLES[operation.name].units_of_outputs
    )
    for result, array, value in zip(
        results(ufunc(*operands(units, operation), out=out)), out, expected, strict=True
    ):
        assert result is array
        assert units.unit_of(array) == units.unit_of(value)
        np.testing.assert_array_equal(units.value_of(array), units.value_of(value))


@each_operation
def test_an_array_cannot_be_out_for_a_unit(units: Units, operation: Operation) -> None:
    names = ORACLES[operation.name].units_of_outputs
    out = tuple(np.full(X.shape, 9.0) for _ in names)
    ufunc = getattr(ru, operation.name)
    if set(names) == {"1"}:
        ufunc(*operands(units, operation), out=out)
        for array, plain in zip(out, results(ufunc(*numbers(operation))), strict=True):
            np.testing.assert_array_equal(array, plain)
    else:
        with pytest.raises(units.refused):
            ufunc(*operands(units, operation), out=out)
        assert all((array == 9).all() for array in out)


def test_an_array_can_be_out_without_a_unit(units: Units) -> None:
    out = np.full(X.shape, 9.0)
    ru.relu6(quantity(units, X, "1"), out=out)
    np.testing.assert_array_equal(out, [0.0, 4.0])


def has_to_fit(names: list[str], position: int) -> bool:
    """Whether an input's unit follows from those of earlier inputs, or has to be dimensionless."""
    name = names[position]
    return name == "1" or "*" in name or name in names[:position]


@pytest.mark.parametrize(
    ("operation", "position"),
    [
        pytest.param(operation, i, id=f"{operation.name}-{i}")
        for operation in OPERATIONS
        for i in range(len(operation.inputs))
        if has_to_fit(ORACLES[operation.name].units_of_inputs, i)
    ],
)
def test_a_unit_that_does_not_fit_is_refused(
    units: Units, operation: Operation, position: int
) -> None:
    inputs = operands(units, operation)
    inputs[position] = quantity(units, numbers(operation)[position], "kg")
    with pytest.raises(units.refused):
        getattr(ru, operation.name)(*inputs)


def test_compatible_units_are_converted(units: Units) -> None:
    x, limit = quantity(units, X, "m"), quantity(units, 300.0, "cm")
    for result, expected in (
        (ru.clipped_relu(x, limit), [0.0, 3.0]),
        (ru.add_relu(x, limit), [1.0, 7.0]),
        (ru.leaky_relu(x, quantity(units, 50.0, "percent")), [-1.0, 4.0]),
    ):
        assert units.unit_of(result) == units.unit_of(x)
        np.testing.assert_array_equal(units.value_of(result), expected)


def test_a_plain_number_is_dimensionless_but_0_fits_any_unit(units: Units) -> None:
    x = quantity(units, X, "m")
    with pytest.raises(units.refused):
        ru.add_relu(x, 1.0)
    for result in (ru.add_relu(x, 0), ru.add_relu(0, x)):
        assert units.unit_of(result) == units.unit_of(x)
        np.testing.assert_array_equal(units.value_of(result), [0.0, 4.0])


def test_integers_stay_integers_in_pint() -> None:
    units = _pint()
    result = ru.relu(units.module.Quantity(np.array([-2, 4], np.int8), "m"))
    assert result.magnitude.dtype == np.int8


def test_pint_refuses_an_out_in_another_unit() -> None:
    units = _pint()
    out = quantity(units, np.full(2, 9.0), "cm")
    with pytest.raises(units.refused, match="out"):
        ru.relu(quantity(units, X, "m"), out=out)
    assert out.magnitude.tolist() == [9.0, 9.0]


def test_pint_refuses_an_offset() -> None:
    units = _pint()
    with pytest.raises(Exception, match="offset unit"):
        ru.relu(units.module.Quantity(X, "degC"))


def test_astropy_supports_the_methods() -> None:
    module = _astropy().module
    result: Any = ru.add_relu.accumulate([0.0, 2.0, -3.0, 1.0] * module.m)
    assert result.unit == module.m
    assert result.value.tolist() == [0.0, 2.0, 0.0, 1.0]
    with pytest.raises(module.UnitsError):
        ru.leaky_relu.accumulate([0.0, 2.0] * module.m)


@pytest.mark.parametrize("register", [register_astropy, register_pint])
def test_the_examples_print_what_they_say(register: Callable[[], None]) -> None:
    package = register.__name__.removeprefix("register_")
    installed(package)
    test = doctest.DocTestParser().get_doctest(register.__doc__ or "", {}, package, None, None)
    assert len(test.examples) > 4
    output: list[str] = []
    doctest.DocTestRunner().run(test, out=output.append)
    assert not output, "".join(output)


def test_a_mask_must_not_have_a_unit(units: Units) -> None:
    mask = quantity(units, np.array([True, False]), "")
    for x in (X, quantity(units, X, "m")):
        with pytest.raises(TypeError, match="where"):
            ru.relu(x, where=mask)
