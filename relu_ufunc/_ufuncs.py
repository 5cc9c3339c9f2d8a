"""Makes a ufunc of each operation."""

from contextlib import suppress

import numpy as np

from relu_ufunc import _core
from relu_ufunc._docstrings import docstring, signature
from relu_ufunc._operations import OPERATIONS, Operation


def make_ufuncs(isa: str) -> dict[str, np.ufunc]:
    """Make every ufunc of the operation table, with the loops of one instruction set."""
    ufuncs = {operation.name: _make_ufunc(operation, isa) for operation in OPERATIONS}
    for dtype in dtypes_of_ml_dtypes():
        character = _core.ML_DTYPES[dtype.name]
        for operation in OPERATIONS:
            _core.add_loop(ufuncs[operation.name], operation.number, isa, character, dtype.num)
    return ufuncs


def _make_ufunc(operation: Operation, isa: str) -> np.ufunc:
    text = docstring(operation)
    ufunc = _core.make_ufunc(operation.number, isa, text)
    # These attributes can be set from NumPy 2.2 on. pickle looks up a ufunc by the first
    # two; with older versions it searches sys.modules for the package. Unless the third is
    # set, NumPy puts a line with inputs named x1, x2 before the docstring.
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


def dtypes_of_ml_dtypes() -> "list[np.dtype[np.generic]]":
    """Return the dtypes of ml_dtypes that have loops, or none if it is not installed."""
    try:
        import ml_dtypes
    except ImportError:
        return []
    return [np.dtype(getattr(ml_dtypes, name)) for name in _core.ML_DTYPES]
