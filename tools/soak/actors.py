"""The actors: each runs in a thread of its own until the gate ends it."""

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

import relu_ufunc
from relu_ufunc import _core
from relu_ufunc.diagnostics import ActivationMonitor
from tests.bits import Array
from tests.gil import HAS_GIL
from tools.soak import children, jobs
from tools.soak.gate import Gate
from tools.soak.memory import MB

MOST_THREADS = 8
_STREAM_BYTES = (0, 4096, 1 << 16, 1 << 20, _core.stream_bytes(), 1 << 40)
_SPINS = (0, 20, _core.spin_microseconds())
_UNITS = 16


@dataclass
class Shared:
    """The state that all actors share."""

    seed: int
    gate: Gate = field(default_factory=Gate)
    lock: threading.Lock = field(default_factory=threading.Lock)
    monitor: ActivationMonitor = field(default_factory=ActivationMonitor)
    counted: Array = field(default_factory=lambda: np.zeros((4, _UNITS), np.int64))
    tallies: dict[str, jobs.Tally] = field(default_factory=dict)
    forks: int = 0
    signals: int = 0
    switches: int = 0
    blocks: int = 0

    def tally(self) -> jobs.Tally:
        return sum(self.tallies.values(), jobs.Tally())


Actor = Callable[[Shared, np.random.Generator], Iterator[None]]


def start(shared: Shared, name: str, actor: Actor, number: int) -> threading.Thread:
    """Start a thread that takes one step after another and passes through the gate in between."""

    def act() -> None:
        try:
            steps = actor(shared, np.random.default_rng([shared.seed, number]))
            while shared.gate.pass_through():
                next(steps)
        except BaseException:
            shared.gate.fail(f"{name}: {traceback.format_exc()}")

    thread = threading.Thread(target=act, name=name, daemon=True)
    thread.start()
    return thread


def caller(shared: Shared, random: np.random.Generator) -> Iterator[None]:
    tally = shared.tallies.setdefault(threading.current_thread().name, jobs.Tally())
    while True:
        seed = int(random.integers(1 << 62))
        try:
            jobs.run_one(np.random.default_rng(seed), tally)
        except BaseException as error:
            error.add_note(f"in the job of seed {seed}")
            raise
        if random.random() < 0.05:
            batch = random.normal(size=(200, _UNITS)).astype(np.float32)
            with shared.lock:
                shared.monitor.update(batch)
                shared.counted += jobs.counts_of(batch, 0)
            tally.calls += 1
        yield


def switcher(shared: Shared, random: np.random.Generator) -> Iterator[None]:
    """Change how many threads share a call, the streaming threshold, and how long workers spin."""
    while True:
        count = int(random.integers(1, MOST_THREADS + 1))
        relu_ufunc.set_num_threads(count)
        assert relu_ufunc.get_num_threads() == count
        _core.set_stream_bytes(jobs.chosen(random, _STREAM_BYTES))
        _core.set_spin_microseconds(jobs.chosen(random, _SPINS))
        shared.switches += 1
        time.sleep(random.uniform(0, 0.02))
        yield


def forker(shared: Shared, random: np.random.Generator) -> Iterator[None]:
    while True:
        work = jobs.chosen(random, children.WORKS)
        failed = children.wait(children.fork(work, [int(random.integers(1 << 32))]))
        if failed:
            raise AssertionError(f"{work.__name__}: {failed}")
        shared.forks += 1
        yield


def hoarder(shared: Shared, random: np.random.Generator) -> Iterator[None]:
    """Allocate large blocks, touch every page, and free them."""
    while True:
        blocks = [
            np.ones(int(random.integers(1, 128)) * MB, np.uint8)
            for _ in range(random.integers(1, 4))
        ]
        shared.blocks += len(blocks)
        time.sleep(random.uniform(0, 0.1))
        del blocks
        yield


def signaller(shared: Shared, random: np.random.Generator) -> Iterator[None]:
    """Send SIGUSR1 to one of the callers, so that it arrives during a call."""
    while True:
        for _ in range(20):
            thread = jobs.chosen(random, threading.enumerate())
            if thread.ident is not None and thread.is_alive() and thread.name.startswith("caller"):
                signal.pthread_kill(thread.ident, signal.SIGUSR1)
                shared.signals += 1
            time.sleep(random.uniform(0.0005, 0.005))
        yield


# Without the GIL, a thread that is in NumPy may hold a lock of NumPy's own, for which a child that
# is forked then would wait for ever.
OTHERS: tuple[Actor, ...] = (switcher, *([forker] * HAS_GIL), hoarder, signaller)
