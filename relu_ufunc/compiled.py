"""The loops and scalar functions behind the ufuncs, for callers that are compiled.

C and Cython have them from the header in :func:`relu_ufunc.get_include`; this module gives their
addresses to what takes an address: ctypes, Numba's ``cfunc``, ``scipy.LowLevelCallable``.
"""

import ctypes
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import relu_ufunc

__all__ = ["Loop", "loop", "scalar_function"]

_POINTERS = ctypes.POINTER(ctypes.c_void_p)
_SIZES = ctypes.POINTER(ctypes.c_ssize_t)
_Strided = ctypes.CFUNCTYPE(None, _POINTERS, _SIZES, _SIZES, ctypes.c_void_p)
_Contiguous = ctypes.CFUNCTYPE(None, _POINTERS, ctypes.c_ssize_t)


class _Loop(ctypes.Structure):
    """relu_ufunc_loop"""

    _fields_: ClassVar[Any] = (
        ("itemsize", ctypes.c_ssize_t),
        ("n_inputs", ctypes.c_int),
        ("n_outputs", ctypes.c_int),
        ("strided", _Strided),
        ("data", ctypes.c_void_p),
        ("contiguous", _Contiguous),
    )


class _Function(ctypes.Structure):
    """relu_ufunc_function"""

    _fields_: ClassVar[Any] = (
        ("name", ctypes.c_char_p),
        ("inputs", ctypes.c_char_p),
        ("outputs", ctypes.c_char_p),
        ("n_inputs", ctypes.c_int),
        ("n_outputs", ctypes.c_int),
        ("loops", ctypes.POINTER(_Loop) * 128),
        ("scalar_float", ctypes.c_void_p),
        ("scalar_double", ctypes.c_void_p),
    )


class _Api(ctypes.Structure):
    """relu_ufunc_api"""

    _fields_: ClassVar[Any] = (
        ("version", ctypes.c_size_t),
        ("size", ctypes.c_size_t),
        ("release", ctypes.c_char_p),
        ("isa", ctypes.c_char_p),
        ("n_functions", ctypes.c_size_t),
        ("functions", ctypes.POINTER(ctypes.POINTER(_Function))),
    )


class Loop(NamedTuple):
    """One function for one dtype, as the header describes ``relu_ufunc_loop``.

    Attributes
    ----------
    strided : ctypes function
        ``void (char **operands, const ptrdiff_t *n, const ptrdiff_t *steps, void *data)``.
    data : int
        The address that ``strided`` takes last.
    contiguous : ctypes function
        ``void (char *const *operands, ptrdiff_t n)``.
    itemsize : int
        The bytes of an element.
    n_inputs, n_outputs : int
        How many operands there are.
    """

    strided: Callable[..., None]
    data: int
    contiguous: Callable[..., None]
    itemsize: int
    n_inputs: int
    n_outputs: int


def _read_table() -> dict[str, _Function]:
    # The attributes of ctypes.pythonapi belong to the whole process.
    prototype = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    get_pointer = prototype(("PyCapsule_GetPointer", ctypes.pythonapi))
    api = _Api.from_address(get_pointer(relu_ufunc._C_API, b"relu_ufunc._C_API"))
    functions = [api.functions[k].contents for k in range(api.n_functions)]
    return {function.name.decode(): function for function in functions}


_functions = _read_table()


def _function(name: str) -> _Function:
    try:
        return _functions[name]
    except KeyError:
        raise ValueError(
            f"relu_ufunc has no function {name!r}, only {', '.join(_functions)}"
        ) from None


def loop(name: str, character: str) -> Loop:
    """Return the loop of a function for a dtype.

    Parameters
    ----------
    name : str
        The name of a ufunc of the package.
    character : str
        NumPy's type character of the dtype: ``"f"`` for float32, ``"d"`` for float64.

    Returns
    -------
    Loop
        It is valid until the process ends.

    Raises
    ------
    ValueError
        If there is no such function.
    TypeError
        If the function has no loop for the dtype.

    See Also
    --------
    scalar_function : One element at a time.

    Examples
    --------
    >>> import ctypes
    >>> import numpy as np
    >>> from relu_ufunc.compiled import loop
    >>> relu = loop("relu", "f")
    >>> x = np.array([-1.0, 2.0], dtype=np.float32)
    >>> operands = (ctypes.c_void_p * 2)(x.ctypes.data, x.ctypes.data)
    >>> relu.contiguous(operands, 2)
    >>> x
    array([0., 2.], dtype=float32)
    """
    function = _function(name)
    found = function.loops[ord(character)] if len(character) == 1 and character.isascii() else None
    if not found:
        raise TypeError(f"{name} has no loop for the type character {character!r}")
    fields = found.contents
    return Loop(
        fields.strided, fields.data, fields.contiguous,
        fields.itemsize, fields.n_inputs, fields.n_outputs,
    )  # fmt: skip


def scalar_function(name: str, character: str = "d") -> Any:
    """Return a function of numbers as a ctypes function.

    Parameters
    ----------
    name : str
        The name of a ufunc of the package.
    character : {"d", "f"}
        ``"d"`` for double, ``"f"`` for float.

    Returns
    -------
    ctypes function
        It takes the inputs, and returns the output; where there are two outputs, it takes
        pointers to them after the inputs. ``scipy.LowLevelCallable`` takes it as it is.

    Raises
    ------
    ValueError
        If there is no such function.
    TypeError
        If the dtype is another, or the function is a smooth one, which has only loops.

    See Also
    --------
    loop : Many elements at a time, of any dtype.

    Examples
    --------
    >>> from relu_ufunc.compiled import scalar_function
    >>> scalar_function("leaky_relu")(-2.0, 0.25)
    -0.5
    """
    function = _function(name)
    if character == "f":
        number: Any = ctypes.c_float
        address = function.scalar_float
    elif character == "d":
        number = ctypes.c_double
        address = function.scalar_double
    else:
        raise TypeError(f"expected 'f' or 'd' for a scalar function, not {character!r}")
    if not address:
        raise TypeError(f"{name} has only loops, no scalar function: see relu_ufunc.compiled.loop")
    operands = [number] * function.n_inputs
    if function.n_outputs == 1:
        return ctypes.CFUNCTYPE(number, *operands)(address)
    pointers = [ctypes.POINTER(number)] * function.n_outputs
    return ctypes.CFUNCTYPE(None, *operands, *pointers)(address)
