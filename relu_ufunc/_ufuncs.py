"""The table's rows as ufuncs."""

import numpy as np

from relu_ufunc import _core
from relu_ufunc._docstrings import docstring
from relu_ufunc._operations import OPERATIONS, Operation


def make_ufuncs(isa: str) -> dict[str, np.ufunc]:
    """Make every ufunc of the operation table, with the loops of one instruction set."""
    return {operation.name: _make_ufunc(operation, isa) for operation in OPERATIONS}


def _make_ufunc(operation: Operation, isa: str) -> np.ufunc:
    text = docstring(operation)
    ufunc = _core.make_ufunc(operation.index, isa, text)
    # pickle looks a ufunc up by these. They can be set from NumPy 2.2 on; before, it
    # finds the package among sys.modules by itself.
    try:
        ufunc.__module__ = "relu_ufunc"
        ufunc.__qualname__ = operation.name
    except AttributeError:
        pass
    return ufunc
