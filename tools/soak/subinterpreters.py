"""Create and destroy subinterpreters while threads of the main interpreter compute.

    python -m tools.soak.subinterpreters [--seconds S] [--seed N]

The package can be loaded into one interpreter only: in another, its import raises ImportError.
"""

import sys
import time
import warnings
from pathlib import Path

import relu_ufunc
from relu_ufunc import _core
from tests.subinterpreters import KINDS, attempt
from tools.soak import actors
from tools.soak.companions import arguments

N_CALLERS = 2


def kinds() -> tuple[str, ...]:
    """Leave out isolated ones for an editable install: they may not start its build."""
    is_editable = Path(_core.__file__).parent != Path(relu_ufunc.__file__).parent
    return KINDS[: 1 if is_editable else None]


def main() -> int:
    warnings.simplefilter("ignore", DeprecationWarning)
    seconds, seed = arguments(__doc__)
    shared, n = actors.Shared(seed), 0
    callers = [actors.start(shared, f"caller {k}", actors.caller, k) for k in range(N_CALLERS)] + [
        actors.start(shared, "switcher", actors.switcher, N_CALLERS)
    ]
    until = time.monotonic() + seconds
    while time.monotonic() < until and not shared.gate.failures:
        attempt(kinds()[n % len(kinds())])
        n += 1
    with shared.gate.closed({caller.name for caller in callers}):
        shared.gate.end()
    for failure in shared.gate.failures:
        print(failure, file=sys.stderr)
    print(f"subinterpreters: {n} beside {shared.tally().calls:,} calls", flush=True)
    return int(bool(shared.gate.failures))


if __name__ == "__main__":
    sys.exit(main())
