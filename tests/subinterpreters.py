"""A second interpreter, in which an ImportError refuses the package.

Some releases of NumPy load there, but not what they have in Cython, such as numpy.random.

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
    {statement}
except ImportError as error:
    refused = str(error)
else:
    refused = ""
assert {message!r} in refused, refused
"""


def attempt(kind: str, statement: str = "import relu_ufunc", message: str = "interpreter") -> None:
    """Create one, see that it refuses the statement with that message, and destroy it."""
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
        error = interpreters.run_string(
            interpreter, ATTEMPT.format(statement=statement, message=message)
        )
    finally:
        interpreters.destroy(interpreter)
    if error is not None:
        raise RuntimeError(error)
