"""The functions inside Numba's compiled code; Numba loads this by its entry point."""

import ctypes
from collections.abc import Iterable
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.typing.templates import builtin_registry, infer_global
from numba.extending import intrinsic, overload, register_jitable
from numba.np import numpy_support

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc.compiled import loop, scalar_function

_STRIDED = "relu_ufunc_strided"


def init() -> None:
    """Make the functions known to Numba."""
    for operation in OPERATIONS:
        for character in operation.type_characters:
            made = loop(operation.name, character)
            llvmlite.binding.add_symbol(_data_symbol(operation, character), made.data)
            llvmlite.binding.add_symbol(_STRIDED, _address(made.strided))
        for character in _numbers_of(operation):
            address = _address(scalar_function(operation.name, character))
            llvmlite.binding.add_symbol(_scalar_symbol(operation, character), address)
        _overload(operation)


def _numbers_of(operation: Operation) -> str:
    """The characters of its functions of numbers."""
    try:
        scalar_function(operation.name)
    except TypeError:
        return ""
    return "fd"


def _address(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return address


# By name, where an address would keep the caller from being cached.
def _data_symbol(operation: Operation, character: str) -> str:
    return f"relu_ufunc_data_{operation.name}_{character}"


def _scalar_symbol(operation: Operation, character: str) -> str:
    return f"relu_ufunc_scalar_{operation.name}_{character}"


def _overload(operation: Operation) -> None:
    def implementation(operands: list[Any], out: Any) -> Any:
        has_out = _has_out(operation, out)
        if any(isinstance(operand, types.Array) for operand in operands):
            dtype = _dtype(operation, operands, numbers_are_weak=True)
            return _of_arrays(operation, dtype, operands, out if has_out else None)
        if has_out:
            raise TypingError(f"{operation.name} of numbers takes no out")
        return _of_numbers(operation, _dtype(operation, operands, numbers_are_weak=False))

    # Numba would make a loop of its own of a call whose key is a ufunc, and call our function for
    # each element. So the key is another function, which stands for the ufunc. Errors name it.
    def stand_in() -> None: ...

    stand_in.__name__ = operation.name
    stand_in.__qualname__ = f"relu_ufunc.{operation.name}"
    overload(stand_in)(_compiled(_OVERLOAD, operation, {"implement": implementation}))
    (numba_type,) = (numba_type for key, numba_type in builtin_registry.globals if key is stand_in)
    infer_global(getattr(relu_ufunc, operation.name), numba_type)


def _has_out(operation: Operation, out: Any) -> bool:
    """Whether there is an array to write to. Anything else in its place is an error."""
    if out is None or isinstance(out, types.NoneType | types.Omitted):
        return False
    if not isinstance(out, types.Array):
        raise TypingError(f"{operation.name} expects an array as out, not {out}")
    if not out.mutable:
        raise TypingError(f"{operation.name} expects an out that it may write to, not {out}")
    return True


def _dtype(operation: Operation, operands: list[Any], *, numbers_are_weak: bool) -> "np.dtype[Any]":
    """The dtype of the loop that NumPy takes.

    To Numba a number of Python's is a float64 or an int64. Beside an array it takes on the array's
    dtype, as it does in NumPy.
    """
    weak = {types.float64: float, types.int64: int} if numbers_are_weak else {}
    given: list[Any] = []
    for operand in operands:
        number = operand.literal_type if isinstance(operand, types.Literal) else operand
        if not isinstance(operand, types.Array) and number in weak:
            given.append(weak[number])
        else:
            of_items = operand.dtype if isinstance(operand, types.Array) else number
            try:
                given.append(numpy_support.as_dtype(of_items))
            except (TypingError, NotImplementedError, AttributeError):
                raise TypingError(f"{operation.name} does not take {operand}") from None
    ufunc = getattr(relu_ufunc, operation.name)
    try:
        resolved = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout))
    except TypeError as error:
        raise TypingError(str(error)) from None
    dtype: np.dtype[Any] = resolved[0]
    if np.dtype(np.float16) in (*given, dtype):
        raise TypingError(_no_float16(operation, operands, given))
    return dtype


def _no_float16(operation: Operation, operands: list[Any], given: list[Any]) -> str:
    """What is wrong where float16 goes in or would come out, and what to write."""
    name, inputs = operation.name, list(operation.inputs)
    passed = [each for each, dtype in zip(inputs, given, strict=True) if dtype == np.float16]
    if passed:
        converted = " and ".join(f"{each}.astype(np.float32)" for each in passed)
        return f"{name} takes no float16 here, since Numba has none: pass {converted}"
    are_arrays = [isinstance(operand, types.Array) for operand in operands]
    k = are_arrays.index(any(are_arrays))
    inputs[k] = f"{inputs[k]}.astype(np.float32)" if are_arrays[k] else f"np.float32({inputs[k]})"
    return (
        f"{name} of {', '.join(map(str, operands))} is float16 to NumPy, and Numba has none: "
        f"write {name}({', '.join(inputs)})"
    )


def _call_scalar(operation: Operation, dtype: "np.dtype[Any]") -> Any:
    """An intrinsic of the inputs, which are of the dtype."""
    number = numpy_support.from_dtype(dtype)
    n_inputs, n_outputs = len(operation.inputs), len(operation.outputs)
    result = number if n_outputs == 1 else types.UniTuple(number, n_outputs)

    @intrinsic  # type: ignore[untyped-decorator]
    def call(_: Any, operands: Any) -> Any:
        def code(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
            values = cgutils.unpack_tuple(builder, arguments[0], n_inputs)
            if dtype.char in _numbers_of(operation):
                made = _from_scalar(builder, values, context.get_value_type(number))
            else:
                made = _from_loop(context, builder, values)
            return made[0] if n_outputs == 1 else context.make_tuple(builder, result, made)

        return result(operands), code

    def _from_scalar(builder: Any, values: list[Any], llvm_type: Any) -> list[Any]:
        symbol = _scalar_symbol(operation, dtype.char)
        llvm_types = [llvm_type] * n_inputs
        if n_outputs == 1:
            function = _function(builder, symbol, ir.FunctionType(llvm_type, llvm_types))
            return [builder.call(function, values)]
        places = [cgutils.alloca_once(builder, llvm_type) for _ in range(n_outputs)]
        llvm_types += [llvm_type.as_pointer()] * n_outputs
        function = _function(builder, symbol, ir.FunctionType(ir.VoidType(), llvm_types))
        builder.call(function, [*values, *places])
        return [builder.load(place) for place in places]

    def _from_loop(context: Any, builder: Any, values: list[Any]) -> list[Any]:
        llvm_type = context.get_data_type(number)
        places = [cgutils.alloca_once(builder, llvm_type) for _ in range(n_inputs + n_outputs)]
        for value, place in zip(values, places, strict=False):
            context.pack_value(builder, number, value, place)
        size = context.get_constant(types.intp, dtype.itemsize)
        one = context.get_constant(types.intp, 1)
        _call_strided(builder, operation, dtype, places, one, [size] * len(places))
        return [context.unpack_value(builder, number, place) for place in places[n_inputs:]]

    return call


def _function(builder: Any, symbol: str, llvm_type: Any) -> Any:
    return cgutils.get_or_insert_function(builder.module, llvm_type, symbol)


def _call_strided(
    builder: Any, operation: Operation, dtype: "np.dtype[Any]", places: Any, n: Any, steps: Any
) -> None:
    byte, size = ir.IntType(8).as_pointer(), n.type
    operands = cgutils.alloca_once(builder, ir.ArrayType(byte, len(places)))
    strides = cgutils.alloca_once(builder, ir.ArrayType(size, len(places)))
    count = cgutils.alloca_once_value(builder, n)
    for k, (place, step) in enumerate(zip(places, steps, strict=True)):
        builder.store(builder.bitcast(place, byte), cgutils.gep_inbounds(builder, operands, 0, k))
        builder.store(step, cgutils.gep_inbounds(builder, strides, 0, k))
    llvm_types = [byte.as_pointer(), size.as_pointer(), size.as_pointer(), byte]
    symbol = _data_symbol(operation, dtype.char)
    try:
        data = builder.module.get_global(symbol)
    except KeyError:
        data = ir.GlobalVariable(builder.module, ir.IntType(8), symbol)
    builder.call(
        _function(builder, _STRIDED, ir.FunctionType(ir.VoidType(), llvm_types)),
        [
            builder.bitcast(operands, byte.as_pointer()),
            count,
            builder.bitcast(strides, size.as_pointer()),
            data,
        ],
    )


def _call_loop(operation: Operation, dtype: "np.dtype[Any]") -> Any:
    """An intrinsic of the operands' addresses, their length and their steps."""
    n_operands = len(operation.inputs) + len(operation.outputs)

    @intrinsic  # type: ignore[untyped-decorator]
    def call(_: Any, addresses: Any, n: Any, steps: Any) -> Any:
        def code(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
            integers = cgutils.unpack_tuple(builder, arguments[0], n_operands)
            byte = ir.IntType(8).as_pointer()
            places = [builder.inttoptr(integer, byte) for integer in integers]
            strides = cgutils.unpack_tuple(builder, arguments[2], n_operands)
            _call_strided(builder, operation, dtype, places, arguments[1], strides)
            return context.get_dummy_value()

        return types.void(addresses, n, steps), code

    return call


# What a call becomes, written out for its inputs and outputs.
_OVERLOAD = """
def {name}({inputs}, out=None):
    return implement([{inputs}], out)
"""
_OF_NUMBERS = """
def {name}({inputs}, out=None):
    return call(({converted},))
"""
_OF_ARRAYS = """
def {name}({inputs}, out=None):
    {converted}
    shape = {shape}
    {allocated}
    {apart}
    walk(shape, ({operands},), ({addresses},), ({strides},))
    return {outputs}
"""


def _compiled(template: str, operation: Operation, known: dict[str, Any], **texts: str) -> Any:
    names = {"name": operation.name, "inputs": ", ".join(operation.inputs)}
    exec(template.format(**names, **texts), known)
    return known[operation.name]


def _of_numbers(operation: Operation, dtype: "np.dtype[Any]") -> Any:
    converted = ", ".join(f"of({name})" for name in operation.inputs)
    known = {"call": _call_scalar(operation, dtype), "of": dtype.type}
    return _compiled(_OF_NUMBERS, operation, known, converted=converted)


def _of_arrays(operation: Operation, dtype: "np.dtype[Any]", given: list[Any], out: Any) -> Any:
    has_out = out is not None
    number = numpy_support.from_dtype(dtype)
    if has_out and (len(operation.outputs) > 1 or out.dtype != number):
        raise TypingError(
            f"{operation.name} expects one out, of dtype {dtype}, not {out}"
            if len(operation.outputs) == 1
            else f"{operation.name} has two outputs and takes no out here"
        )
    n_dimensions = max(each.ndim for each in given if isinstance(each, types.Array))
    inputs, outputs = operation.inputs, operation.outputs
    # Numba broadcasts no array without axes.
    shapes = [
        f"{name}.shape"
        for name, operand in zip(inputs, given, strict=True)
        if isinstance(operand, types.Array) and operand.ndim > 0
    ]
    operands = (*inputs, *outputs)
    converted = [
        f"{name} = {_conversion(name, operand, number)}"
        for name, operand in zip(inputs, given, strict=True)
    ]
    allocated = [
        f"{name} = {'fitting(shape, out)' if has_out else 'np.empty(shape, of)'}"
        for name in outputs
    ]
    apart = "apart({0}, out)" if has_out else "{0}"
    apart_from_out = [f"{name} = {apart.format(name)}" for name in inputs]
    known = {
        "apart": _apart,
        "broadcast": _broadcast,
        "exact": _exact,
        "fitting": _fitting,
        "filled": _filled,
        "np": np,
        "of": dtype.type,
        "walk": _walk(_call_loop(operation, dtype), n_dimensions, dtype.itemsize),
    }
    return _compiled(
        _OF_ARRAYS,
        operation,
        known,
        converted="; ".join(converted),
        shape=f"np.broadcast_shapes({', '.join(shapes)})" if shapes else "()",
        allocated="; ".join(allocated),
        apart="; ".join(apart_from_out),
        operands=", ".join(operands),
        addresses=", ".join(f"{name}.ctypes.data" for name in operands),
        strides=", ".join(f"broadcast({name}, shape)" for name in operands),
        outputs=", ".join(outputs),
    )


def _conversion(name: str, operand: Any, number: Any) -> str:
    if isinstance(operand, types.Array):
        return name if operand.dtype == number else f"{name}.astype(of)"
    convert = "exact" if isinstance(number, types.Integer) else "filled"
    return f"{convert}({name}, of)"


@register_jitable  # type: ignore[untyped-decorator]
def _filled(number: Any, of: Any) -> Any:
    array = np.empty((), of)
    array[()] = of(number)
    return array


@register_jitable  # type: ignore[untyped-decorator]
def _exact(number: Any, of: Any) -> Any:
    array = np.empty((), of)
    array[()] = of(number)
    if array[()] != number:
        raise OverflowError("an integer is out of bounds for the dtype of the arrays")
    return array


@register_jitable  # type: ignore[untyped-decorator]
def _fitting(shape: Any, out: Any) -> Any:
    if out.shape != shape:
        raise ValueError("out does not have the shape of the inputs")
    return out


@register_jitable  # type: ignore[untyped-decorator]
def _bounds(array: Any) -> Any:
    low = high = array.ctypes.data
    for length, stride in zip(array.shape, array.strides):  # noqa: B905
        if stride < 0:
            low += (length - 1) * stride
        else:
            high += (length - 1) * stride
    return low, high + array.itemsize


@register_jitable  # type: ignore[untyped-decorator]
def _apart(array: Any, out: Any) -> Any:
    """The array, or a copy of it where writing to out would change what is still to be read."""
    low, high = _bounds(array)
    out_low, out_high = _bounds(out)
    is_out = (
        array.ctypes.data == out.ctypes.data
        and array.shape == out.shape
        and array.strides == out.strides
    )
    if low < out_high and out_low < high and not is_out:
        return array.copy()
    return array


@register_jitable  # type: ignore[untyped-decorator]
def _flat_step(shape: Any, strides: Any, itemsize: int) -> int:
    """The step between elements that follow each other or are all the same; else -1."""
    expected, is_contiguous, is_one = itemsize, True, True
    for k in range(len(shape) - 1, -1, -1):
        is_contiguous &= shape[k] == 1 or strides[k] == expected
        is_one &= strides[k] == 0
        expected *= shape[k]
    if is_contiguous:
        return itemsize
    return 0 if is_one else -1


def _walk(call: Any, n_dimensions: int, itemsize: int) -> Any:
    """What calls the loop: once, or for each row. `kept` holds the arrays until all is done."""
    if n_dimensions == 0:

        @register_jitable  # type: ignore[untyped-decorator]
        def once(shape: Any, kept: Any, addresses: Any, strides: Any) -> None:
            # No step is taken, so that any will do.
            call(addresses, 1, addresses)

        return once

    @register_jitable  # type: ignore[untyped-decorator]
    def by_rows(shape: Any, addresses: Any, strides: Any) -> None:
        steps = _last(strides)
        if n_dimensions == 1:
            call(addresses, shape[0], steps)
        else:
            for index in np.ndindex(shape[:-1]):
                call(_moved(addresses, strides, index), shape[-1], steps)

    @register_jitable  # type: ignore[untyped-decorator]
    def walk(shape: Any, kept: Any, addresses: Any, strides: Any) -> None:
        n, are_flat = 1, True
        for length in shape:
            n *= length
        steps = _flat_steps(shape, strides, itemsize)
        for step in steps:
            are_flat &= step >= 0
        if n > 0 and are_flat:
            call(addresses, n, steps)
        elif n > 0:
            by_rows(shape, addresses, strides)

    return walk


# Their results are tuples, whose lengths Numba has to know when it compiles.
def _flat_steps(shape: Any, strides: Any, itemsize: Any) -> Any: ...
def _broadcast(array: Any, shape: Any) -> Any: ...
def _last(strides: Any) -> Any: ...
def _moved(addresses: Any, strides: Any, index: Any) -> Any: ...


def _tuple_of(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


@overload(_flat_steps)
def _flat_steps_of(shape, strides, itemsize):  # type: ignore[no-untyped-def]
    each = (f"step(shape, strides[{k}], itemsize)" for k in range(len(strides)))
    known = {"step": _flat_step}
    return eval(f"lambda shape, strides, itemsize: {_tuple_of(each)}", known)


@overload(_broadcast)
def _broadcast_of(array, shape):  # type: ignore[no-untyped-def]
    """The strides of an array that broadcasts to the shape."""
    new = len(shape) - array.ndim
    each = [f"array.strides[{k}] if array.shape[{k}] != 1 else 0" for k in range(array.ndim)]
    return eval(f"lambda array, shape: {_tuple_of(['0'] * new + each)}")


@overload(_last)
def _last_of(strides):  # type: ignore[no-untyped-def]
    each = (f"strides[{k}][-1]" for k in range(len(strides)))
    return eval(f"lambda strides: {_tuple_of(each)}")


@overload(_moved)
def _moved_of(addresses, strides, index):  # type: ignore[no-untyped-def]
    """The addresses of a row."""
    each = (
        " + ".join(
            [f"addresses[{k}]", *(f"index[{d}] * strides[{k}][{d}]" for d in range(len(index)))]
        )
        for k in range(len(addresses))
    )
    return eval(f"lambda addresses, strides, index: {_tuple_of(each)}")
