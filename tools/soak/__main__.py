"""A soak test: everything at once for a long time, and every bit checked.

    python -m tools.soak [--minutes M | --seconds S] [--seed N] [--dask]

Eight Python threads call every function on every dtype and instruction set, in random layouts.
Meanwhile the number of threads that share a call and the streaming threshold change, children are
forked (if Python has a GIL), signals arrive, and memory is taken or refused; another process
creates and destroys subinterpreters and, with --dask, a third runs a Dask cluster. The soak fails
if a bit is wrong, if a thread, child, signal or count is lost or hangs, if something crashes, or if
memory grows.

It needs Linux. Run it at the root of a checkout with an editable install and the extra `test`
(--dask: and `interop`), or at the root of a copy made by tools/built_copy.sh.
"""

import argparse
import faulthandler
import os
import sys
import time
import traceback
import warnings
from typing import NoReturn

import numpy as np

import relu_ufunc
from tools.soak import actors, companions, memory
from tools.soak.gate import MOST_SECONDS, HungError
from tools.soak.interrupts import Interrupts
from tools.soak.jobs import Tally

N_CALLERS = 8
MOST_WINDOWS = 40
LEAST_SECONDS = 3.0
# In MB. Runs of 20 minutes grew by about 1 MB without a leak, and runs of 12 s by up to 8 MB beside
# other load, where they are half over before each thread has met each combination of dtypes: Python
# keeps 1 MB for each object that is left in it, and NumPy remembers the combination. A leak of 64
# bytes in each call would be several times this in 20 minutes.
MOST_GROWTH = 12.0


def run(seconds: float, seed: int, names: list[str]) -> list[str]:
    """Run the soak, print its progress and summary, and return what went wrong."""
    interrupts, shared = Interrupts(), actors.Shared(seed)
    windows, random, start = memory.Windows(seconds), np.random.default_rng(seed), time.monotonic()
    n_windows = max(4, min(MOST_WINDOWS, int(seconds / LEAST_SECONDS)))
    own = shared.tallies.setdefault("main", Tally())
    beside = [companions.start(name, seconds, seed) for name in names]
    cast: list[tuple[str, actors.Actor]] = [
        (f"caller {k}", actors.caller) for k in range(N_CALLERS)
    ]
    cast += [(each.__name__, each) for each in actors.OTHERS]
    threads = [actors.start(shared, *each, number) for number, each in enumerate(cast)]
    everyone = {thread.name for thread in threads}
    failures: list[str] = []
    try:
        for window in range(1, n_windows + 1):
            faulthandler.dump_traceback_later(seconds / n_windows + 3 * MOST_SECONDS, exit=True)
            while True:
                interrupts.interrupt_calls(random, own)
                is_over = time.monotonic() >= start + window * seconds / n_windows
                if is_over or shared.gate.failures:
                    break
            with shared.gate.closed(everyone):
                now = windows.add(time.monotonic() - start)
            tell(shared, interrupts, time.monotonic() - start, now)
            failures += filter(None, [each.failure(ended=False) for each in beside])
            if shared.gate.failures or failures:
                break
        shared.gate.end()
        failures += shared.gate.failures
        if not failures:
            failures += filter(None, [each.failure(ended=True) for each in beside])
            failures += verdicts(shared, interrupts, windows)
    except HungError as hung:
        faulthandler.dump_traceback()
        failures.append(f"hung for {MOST_SECONDS} s: {hung}")
    except Exception:
        failures.append(f"main: {traceback.format_exc()}")
    finally:
        for each in beside:
            each.stop()
    faulthandler.cancel_dump_traceback_later()
    return failures


def tell(shared: actors.Shared, interrupts: Interrupts, at: float, now: float) -> None:
    done = shared.tally()
    print(
        f"{at:7.1f} s: {done.calls:,} calls, {done.elements:,} elements, {shared.forks} forks, "
        f"{shared.signals} signals, {interrupts.interrupts} interrupts, "
        f"{shared.switches} switches, {now:.1f} MB, {memory.native_threads()} threads",
        flush=True,
    )


def verdicts(shared: actors.Shared, interrupts: Interrupts, windows: memory.Windows) -> list[str]:
    """Print the summary, and return what was lost or grew."""
    done = shared.tally()
    print(
        f"{done.calls:,} calls, {done.elements:,} elements checked, {shared.forks} forks, "
        f"{shared.signals} signals ({interrupts.counted} seen, as some coincide), "
        f"{interrupts.interrupts} interrupts, {shared.switches} switches; "
        f"peak {memory.peak():.0f} MB, at rest {windows.samples[-1][1]:.1f} MB, "
        f"growing by {windows.growth():+.2f} MB ({windows.slope():+.3f} MB a minute), and "
        f"{memory.tables():.1f} MB of tables",
        flush=True,
    )
    found = []
    if windows.growth() > MOST_GROWTH:
        found.append(f"memory grew by {windows.growth():.1f} MB, at most {MOST_GROWTH} expected")
    if not 0 < interrupts.counted <= shared.signals:
        found.append(f"{interrupts.counted} of {shared.signals} signals arrived")
    with shared.lock:
        if not np.array_equal(np.stack(shared.monitor.counts()), shared.counted):
            found.append("the monitor that all threads updated lost counts")
    idle = {name for name, tally in shared.tallies.items() if tally.calls == 0}
    done_by = {"forker": shared.forks, "switcher": shared.switches, "hoarder": shared.blocks}
    idle |= {actor.__name__ for actor in actors.OTHERS if not done_by.get(actor.__name__, 1)}
    if idle:
        found.append(f"nothing was done by {', '.join(sorted(idle))}")
    return found


def main(arguments: list[str] | None = None) -> NoReturn:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=20.0)
    length.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--dask", action="store_true", help="needs the extra `interop`")
    given = parser.parse_args(arguments)
    seconds = given.seconds or 60 * given.minutes
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.setswitchinterval(1e-4)
    faulthandler.enable()
    memory.give_back_at_once()
    print(
        f"relu_ufunc {relu_ufunc.__version__}, {', '.join(relu_ufunc.available_isas())}; "
        f"{seconds:g} s, seed {given.seed}",
        flush=True,
    )
    failures = run(seconds, given.seed, ["subinterpreters"] + ["cluster"] * given.dask)
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    print("FAILED" if failures else "passed", flush=True)
    sys.stderr.flush()
    # A thread that hangs must not keep the process alive.
    os._exit(int(bool(failures)))


if __name__ == "__main__":
    main()
