"""A subinterpreter, in which we compute or are refused as NumPy is.

Complete in itself: a test hands its text to a fresh process.
"""

import importlib
from typing import Any

KINDS = ("legacy", "isolated")
"""One that shares the process's lock and may start others, as a server makes them, and the rest."""

ATTEMPT = """
import warnings
warnings.simplefilter("ignore")
try:
    import numpy as np
    reason = ""
except ImportError as error:
    reason = str(error)
try:
    import relu_ufunc
    result = relu_ufunc.relu(np.array([-1, 2])).tolist()
except ImportError as error:
    result = "ImportError"
assert result == ("ImportError" if reason else [0, 2]), (result, reason)
"""


def attempt(kind: str) -> None:
    """Make one, try it, and remove it; what goes wrong in it is raised."""
    interpreters: Any
    try:
        interpreters = importlib.import_module("_interpreters")
    except ImportError:
        interpreters = importlib.import_module("_xxsubinterpreters")
        interpreter = interpreters.create(isolated=kind == "isolated")
    else:
        interpreter = interpreters.create(kind)
    try:
        # Raised before Python 3.13, returned from then on.
        error = interpreters.run_string(interpreter, ATTEMPT)
    finally:
        interpreters.destroy(interpreter)
    if error is not None:
        raise RuntimeError(error)
