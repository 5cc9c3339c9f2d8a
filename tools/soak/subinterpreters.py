"""Subinterpreters that come and go while threads of the main interpreter compute.

    python -m tools.soak.subinterpreters [--seconds S] [--seed N]

NumPy can be loaded into one interpreter only: the import is an ImportError in another, and so
is ours then. Where NumPy can be imported we have to compute.
"""

import importlib
import sys
import time
import warnings
from typing import Any

from tools.soak import actors
from tools.soak.companions import arguments

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
N_CALLERS = 2


def _interpreters() -> Any:
    try:
        return importlib.import_module("_interpreters")
    except ImportError:
        return importlib.import_module("_xxsubinterpreters")


def attempt(interpreters: Any) -> None:
    interpreter = interpreters.create()
    try:
        # Raised before Python 3.13, returned from then on.
        error = interpreters.run_string(interpreter, ATTEMPT)
    finally:
        interpreters.destroy(interpreter)
    assert error is None, error


def main() -> int:
    warnings.simplefilter("ignore", DeprecationWarning)
    seconds, seed = arguments(__doc__)
    interpreters, shared, n = _interpreters(), actors.Shared(seed), 0
    callers = [actors.start(shared, f"caller {k}", actors.caller, k) for k in range(N_CALLERS)] + [
        actors.start(shared, "switcher", actors.switcher, N_CALLERS)
    ]
    until = time.monotonic() + seconds
    while time.monotonic() < until and not shared.gate.failures:
        attempt(interpreters)
        n += 1
    with shared.gate.closed({caller.name for caller in callers}):
        shared.gate.end()
    for failure in shared.gate.failures:
        print(failure, file=sys.stderr)
    print(f"subinterpreters: {n} beside {shared.tally().calls:,} calls", flush=True)
    return int(bool(shared.gate.failures))


if __name__ == "__main__":
    sys.exit(main())
