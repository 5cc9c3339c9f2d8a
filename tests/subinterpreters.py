"""A subinterpreter, in which the package works if NumPy does, and else raises ImportError too.

This module imports nothing of ours: a test runs its text in a new process.
"""

import importlib
from typing import Any

KINDS = ("legacy", "isolated")
"""Legacy ones, as web servers make them, may start processes; isolated ones may not."""

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
    """Create one, use it and destroy it; raise what went wrong in it."""
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
