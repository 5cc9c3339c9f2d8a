"""Forked children, which compute and check, with threads of their own and without memory."""

import os
import resource
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

import numpy as np

import relu_ufunc
from relu_ufunc._operations import OPERATIONS
from tests.cases import ISAS, UFUNCS
from tools.soak import jobs
from tools.soak.memory import MB, address_space
from tools.soak.right import check, right
from tools.soak.values import values

MOST_SECONDS = 120
_FAILED = 1

Work = Callable[[np.random.Generator], None]


def fork(work: Work, seed: list[int]) -> int:
    """Fork, and return the child's process number. The child does the work, and never returns."""
    pid = os.fork()
    if pid:
        return pid
    status = _FAILED
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(MOST_SECONDS)
        work(np.random.default_rng(seed))
        status = 0
    except BaseException:
        os.write(2, f"child of seed {seed}:\n{traceback.format_exc()}".encode())
    finally:
        os._exit(status)


def wait(pid: int) -> str | None:
    """Wait for a child, and return what went wrong, or None."""
    until = time.monotonic() + MOST_SECONDS + 10
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return None if code == 0 else f"a child ended with {code}"
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "a child hung"


def compute(random: np.random.Generator) -> None:
    """Run some jobs, and calls that the child has to start worker threads for."""
    relu_ufunc.set_num_threads(int(random.integers(1, 9)))
    for _ in range(3):
        jobs.run_one(random, jobs.Tally())
    shared(random)


def fork_again(random: np.random.Generator) -> None:
    shared(random)
    failed = wait(fork(compute, [int(random.integers(1 << 32))]))
    assert failed is None, failed
    shared(random)


def shared(random: np.random.Generator, n: int = 1 << 20) -> None:
    """Make calls so long that threads share them even if they have to be woken."""
    operation = jobs.chosen(random, OPERATIONS)
    dtype = np.dtype(jobs.chosen(random, "dq") if "q" in operation.type_characters else "d")
    given = [values(random, dtype, (n,)) for _ in operation.inputs]
    wanted = right(operation, *given)
    out = tuple(np.empty_like(each.value) for each in wanted)
    ufunc = UFUNCS[jobs.chosen(random, ISAS)][operation.name]
    for _ in range(6):
        for each in out:
            each.fill(0)
        ufunc(*given, out=out)
        for got, want in zip(out, wanted, strict=True):
            check(got, want, operation.name)


def without_memory(random: np.random.Generator) -> None:
    """A result that does not fit into memory is a MemoryError, and all else goes on."""
    relu_ufunc.set_num_threads(int(random.integers(1, 9)))
    operation = jobs.chosen(random, OPERATIONS)
    dtype = jobs.chosen(random, [np.dtype("f"), np.dtype("d"), np.dtype("e")])
    given = [values(random, dtype, (200_000,)) for _ in operation.inputs]
    wanted = right(operation, *given)
    out = tuple(np.empty_like(each.value) for each in wanted)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    room = int(random.integers(1, 33)) * MB
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + room, hard))
    for isa in ISAS:
        ufunc = UFUNCS[isa][operation.name]
        try:
            ufunc(*(np.broadcast_to(a[:1], (64 * MB,)) for a in given))
        except MemoryError:
            pass
        else:
            raise AssertionError(f"{operation.name}: a result of {64 * dtype.itemsize} MB")
        ufunc(*given, out=out)
        # A cast needs memory, which may be refused.
        with suppress(MemoryError):
            ufunc(*(a.astype(a.dtype.newbyteorder()) for a in given))
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    for got, want in zip(out, wanted, strict=True):
        check(got, want, operation.name)
    shared(random)


WORKS: tuple[Work, ...] = (compute, fork_again, without_memory)
