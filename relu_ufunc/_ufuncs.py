"""The table's rows as ufuncs."""

from contextlib import suppress

import numpy as np

from relu_ufunc import _core
from relu_ufunc._docstrings import docstring, signature
from relu_ufunc._operations import OPERATIONS, Operation


def make_ufuncs(isa: str) -> dict[str, np.ufunc]:
    """Make every ufunc of the operation table, with the loops of one instruction set."""
    ufuncs = {operation.name: _make_ufunc(operation, isa) for operation in OPERATIONS}
    bfloat16 = _bfloat16()
    if bfloat16 is not None:
        for operation in OPERATIONS:
            ufunc = ufuncs[operation.name]
            _core.add_loop(ufunc, operation.row, isa, bfloat16.char, bfloat16.num)
    return ufuncs


def _make_ufunc(operation: Operation, isa: str) -> np.ufunc:
    text = docstring(operation)
    ufunc = _core.make_ufunc(operation.row, isa, text)
    # All of these can be set from NumPy 2.2 on. pickle looks a ufunc up by the first
    # two; before, it finds the package among sys.modules by itself. Without the third,
    # NumPy puts a line with inputs named x1, x2 before the docstring.
    attributes = {
        "__module__": "relu_ufunc",
        "__qualname__": operation.name,
        "__doc__": text,
        "__signature__": signature(operation),
    }
    with suppress(AttributeError):
        for name, value in attributes.items():
            setattr(ufunc, name, value)
    return ufunc


def _bfloat16() -> "np.dtype[np.generic] | None":
    """Return the dtype of ml_dtypes, None where that is not installed."""
    try:
        import ml_dtypes
    except ImportError:
        return None
    bfloat16: np.dtype[np.generic] = np.dtype(ml_dtypes.bfloat16)
    return bfloat16
