"""The signals of the main thread: some are counted, others interrupt its calls."""

import signal
import time
from types import FrameType

import numpy as np

from relu_ufunc._operations import OPERATIONS
from tests.bits import Array, bits
from tests.cases import ISAS, UFUNCS
from tools.soak import jobs
from tools.soak.gate import MOST_SECONDS
from tools.soak.right import Right, check, right
from tools.soak.values import Dtype, dtypes_of, values


class Interrupts:
    """Count each SIGUSR1, and raise KeyboardInterrupt at each SIGALRM."""

    def __init__(self) -> None:
        self.counted = 0
        self.interrupts = 0
        signal.signal(signal.SIGUSR1, self._count)
        signal.signal(signal.SIGALRM, self._interrupt)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.counted += 1

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.interrupts += 1
        raise KeyboardInterrupt

    def interrupt_calls(self, random: np.random.Generator, tally: jobs.Tally) -> None:
        """Call until interrupted; each output is then wholly unchanged, or wholly correct."""
        operation = jobs.chosen(random, OPERATIONS)
        dtype: Dtype = jobs.chosen(random, dtypes_of(operation))
        n = int(random.integers(1, 1 << 17))
        given = [values(random, dtype, (n,)) for _ in operation.inputs]
        wanted = right(operation, *given)
        before = [values(random, dtype, (n,)) for _ in wanted]
        out = tuple(old.copy() for old in before)
        ufunc = UFUNCS[jobs.chosen(random, ISAS)][operation.name]

        # In CPython 3.13, what a signal raises at the end of a loop escapes a `try` around the loop
        # itself, but not one around a call.
        def call_again_and_again() -> None:
            until = time.monotonic() + MOST_SECONDS
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.01))
            while time.monotonic() < until:
                for each, old in zip(out, before, strict=True):
                    each[...] = old
                ufunc(*given, out=out)
                tally.calls += 1

        try:
            call_again_and_again()
        except KeyboardInterrupt:
            for each, old, want in zip(out, before, wanted, strict=True):
                tally.elements += _check_whole(each, old, want, f"interrupted {operation.name}")
        else:
            raise AssertionError("a SIGALRM was lost")


def _check_whole(out: Array, before: Array, wanted: Right, about: str) -> int:
    if np.array_equal(bits(out), bits(before)):
        return out.size
    return check(out, wanted, about)
