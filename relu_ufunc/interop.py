"""Registers the functions of this package with astropy and pint, so that they handle units.

Other array types need no registration, since they accept any ufunc.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation

__all__ = ["register_astropy", "register_pint"]

# The units of each function's inputs and outputs. A name stands for any unit, the same one
# throughout its row; 1 means dimensionless. The units of a backward function follow from the
# chain rule.
_UNITS = {
    "relu": "x -> x",
    "leaky_relu": "x, 1 -> x",
    "prelu": "x, 1 -> x",
    "relu6": "1 -> 1",
    "clipped_relu": "x, x -> x",
    "thresholded_relu": "x, x -> x",
    "squared_relu": "x -> x*x",
    "crelu": "x -> x, x",
    "add_relu": "x, x -> x",
    "affine_relu": "x, scale, x*scale -> x*scale",
    "soft_threshold": "x, x -> x",
    "hard_threshold": "x, x -> x",
    "reglu": "x, y -> x*y",
    "softplus": "1 -> 1",
    "log_sigmoid": "1 -> 1",
    "elu": "1, 1 -> 1",
    "selu": "1 -> 1",
    "celu": "x, x -> x",
    "gelu": "1 -> 1",
    "gelu_tanh": "1 -> 1",
    "silu": "1 -> 1",
    "swish": "x, 1/x -> x",
    "mish": "1 -> 1",
    "squareplus": "x, x*x -> x",
    "hard_swish": "1 -> 1",
    "hard_sigmoid": "1 -> 1",
    "swiglu": "1, y -> y",
    "geglu": "1, y -> y",
    "geglu_tanh": "1, y -> y",
}


def register_astropy() -> None:
    """Make the functions of this package accept `astropy.units.Quantity`.

    The homogeneous functions keep the unit: `relu`, `leaky_relu`, `prelu`, `crelu`.
    `add_relu`, `clipped_relu`, `thresholded_relu`, `soft_threshold`, `hard_threshold` and
    `celu` convert their second input to the unit of the first; the second operand of
    `squareplus` has the square of the first's unit, and that of `swish` the inverse. The
    result of `squared_relu` has the square of the unit, and those of `affine_relu` and `reglu`
    the unit of the product. `relu6`, `hard_swish` and the other smooth functions accept only a
    dimensionless input, and `swiglu`, `geglu` and `geglu_tanh` keep the unit of their second
    one. The result of a backward function has the unit of the gradient that it is given times
    that of the output, divided by that of the input.

    Calling this function again has no effect.

    Raises
    ------
    ImportError
        If astropy is not installed.

    See Also
    --------
    register_pint : The same for pint.

    Notes
    -----
    A unit that does not fit raises astropy's `UnitConversionError`. A number without a unit
    counts as dimensionless, except that 0, infinities and NaN fit any unit.

    Examples
    --------
    >>> from astropy import units as u
    >>> from relu_ufunc import add_relu, relu
    >>> from relu_ufunc.interop import register_astropy
    >>> register_astropy()
    >>> relu([-1.0, 2.0] * u.m)
    <Quantity [0., 2.] m>
    >>> add_relu([-1.0, 2.0] * u.m, 50 * u.cm)
    <Quantity [0. , 2.5] m>
    """
    from astropy.units.quantity_helper import UFUNC_HELPERS

    for operation in OPERATIONS:
        ufunc = getattr(relu_ufunc, operation.name)
        UFUNC_HELPERS[ufunc] = partial(_astropy_helper, operation)


def register_pint() -> None:
    """Make the functions of this package accept `pint.Quantity`.

    The rules for units are those of `register_astropy`. Calling this function again has no
    effect.

    Raises
    ------
    ImportError
        If pint is not installed.

    See Also
    --------
    register_astropy : The same for astropy; it explains what happens to each unit.

    Notes
    -----
    A unit that does not fit raises pint's `DimensionalityError`. A unit with an offset, such
    as degC, raises an `OffsetUnitCalculusError`, since its 0 is not a temperature of 0. `out`
    has to be a quantity in the unit of the result, or an array if the result is
    dimensionless.

    pint identifies ufuncs by name, so another package's `relu` would be taken for this one.

    Examples
    --------
    >>> import pint
    >>> from relu_ufunc import add_relu, relu
    >>> from relu_ufunc.interop import register_pint
    >>> register_pint()
    >>> unit = pint.UnitRegistry()
    >>> print(relu([-1.0, 2.0] * unit.m))
    [0.0 2.0] meter
    >>> print(add_relu([-1.0, 2.0] * unit.m, 50 * unit.cm))
    [0.0 2.5] meter
    """
    from pint.facets.numpy.numpy_func import HANDLED_UFUNCS

    for operation in OPERATIONS:
        HANDLED_UFUNCS[operation.name] = partial(_pint_call, operation)


def _resolve(
    operation: Operation, given: Sequence[Any], one: Any
) -> tuple[Sequence[Any], Sequence[Any]]:
    """The unit that each input must have, and the unit that each output gets.

    `given` holds the units of the inputs, None for a number without one; `one` is dimensionless.
    """
    if not operation.is_backward:
        return _resolve_forward(operation.name, given, one)
    dy = one if given[0] is None else given[0]
    inputs, (result,) = _resolve_forward(operation.forward, given[1:], one)
    unit_of = dict(zip(operation.inputs, [dy, *inputs], strict=True))
    outputs = [dy * result / unit_of[name.removeprefix("d")] for name in operation.outputs]
    return [dy, *inputs], outputs


def _resolve_forward(
    name: str, given: Sequence[Any], one: Any
) -> tuple[Sequence[Any], Sequence[Any]]:
    inputs, outputs = (side.split(", ") for side in _UNITS[name].split(" -> "))
    unit_of = {"1": one}
    for term, unit in zip(inputs, given, strict=True):
        if unit is not None:
            unit_of.setdefault(term, unit)

    def product(term: str) -> Any:
        return prod((unit_of.get(factor, one) for factor in term.split("*")), start=one)

    def value(term: str) -> Any:
        above, _, below = term.partition("/")
        return product(above) / product(below) if below else product(above)

    return [value(term) for term in inputs], [value(term) for term in outputs]


def _astropy_helper(
    operation: Operation, ufunc: Any, *given: Any
) -> tuple[list[Callable[[Any], Any] | bool | None], Any]:
    """Return what astropy expects: how to convert each input, and the unit of the result."""
    from astropy.units import dimensionless_unscaled

    inputs, outputs = _resolve(operation, given, dimensionless_unscaled)
    converters: list[Callable[[Any], Any] | bool | None] = []
    for unit, wanted in zip(given, inputs, strict=True):
        own = dimensionless_unscaled if unit is None else unit
        if own == wanted:
            converters.append(None)
        elif unit is None and not own.is_equivalent(wanted):
            # astropy then checks whether the number is one that fits any unit.
            converters.append(False)
        else:
            converters.append(own.get_converter(wanted))
    return converters, outputs[0] if len(outputs) == 1 else tuple(outputs)


def _pint_call(operation: Operation, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
    """Call the function on the magnitudes, and give the results their units."""
    from pint import DimensionalityError, OffsetUnitCalculusError
    from pint.facets.numpy.numpy_func import convert_arg

    if hasattr(kwargs.get("where"), "units"):
        raise TypeError("expected `where` to be an array of bool, not a Quantity")
    arrays = (*inputs, *(out or ()))
    given = [getattr(array, "units", None) for array in arrays]
    for array, unit in zip(arrays, given, strict=True):
        if unit is not None and not array._is_multiplicative:
            raise OffsetUnitCalculusError(unit)
    one = next(array for array in arrays if hasattr(array, "units"))._REGISTRY.Unit("")
    wanted, units = _resolve(operation, given[: len(inputs)], one)
    magnitudes = [
        array.magnitude if unit == to else convert_arg(array, to)
        for array, unit, to in zip(inputs, given, wanted, strict=False)
    ]
    if out is not None:
        for array, own, unit in zip(out, given[len(inputs) :], units, strict=True):
            held = one if own is None else own
            if array is not None and held != unit:
                raise DimensionalityError(held, unit, extra_msg=": `out` has to be in the latter")
        kwargs["out"] = tuple(getattr(array, "magnitude", array) for array in out)
    results = getattr(relu_ufunc, operation.name)(*magnitudes, **kwargs)
    if len(units) == 1:
        return _pint_result(results, units[0], out and out[0])
    return tuple(map(_pint_result, results, units, out or [None] * len(units)))


def _pint_result(magnitude: Any, unit: Any, out: Any) -> Any:
    return unit._REGISTRY.Quantity(magnitude, unit) if out is None else out
