"""Measure what threads gain or cost: python sharing.py [idle] [pinned] [beside] [torch]

All calls are relu of float32 with out=. `idle`, `pinned` (to one processor) and `beside` (next to a
busy process, of the lowest and of ordinary priority) print how many times as fast as one thread
several threads are. `torch` prints how many times as fast as PyTorch's clamp_min(out=) ours is,
both on two threads. Contenders take turns, each for a burst of calls back to back; the ratios are
between means, medians and minima over the bursts.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import mean, median
from time import perf_counter
from typing import Any

import numpy as np

import relu_ufunc
from benchmarks.measure import wait_until_idle
from benchmarks.workload import random_values

SIZES = (32_768, 65_536, 100_000, 262_144, 300_000, 524_288, 1_000_000, 4_000_000, 10_000_000)
SECONDS_EACH = 0.7
SECONDS_OF_A_BURST = 0.02
WARM_UP = 10
"""These calls wake the workers before a burst is timed."""

Call = Callable[[], object]


def with_threads(threads: int, x: Any, out: Any) -> Call:
    call = partial(relu_ufunc.relu, x, out=out)
    relu_ufunc.set_num_threads(threads)
    return call


def bursts(starts: dict[str, Callable[[], Call]]) -> dict[str, list[float]]:
    """Return the seconds per call in each burst; `starts` prepare the contenders' calls."""
    seconds: dict[str, list[float]] = {name: [] for name in starts}
    end = perf_counter() + SECONDS_EACH * len(starts)
    while perf_counter() < end:
        for name, start in starts.items():
            call = start()
            wait_until_idle()
            for _ in range(WARM_UP):
                call()
            calls, began, now = 0, perf_counter(), 0.0
            while now - began < SECONDS_OF_A_BURST:
                call()
                calls, now = calls + 1, perf_counter()
            seconds[name].append((now - began) / calls)
    return seconds


def compare(title: str, sizes: tuple[int, ...], counts: tuple[int, ...]) -> None:
    for n in sizes:
        x = random_values(np.dtype(np.float32), n)
        out = np.zeros_like(x)
        seconds = bursts({f"{k} threads": partial(with_threads, k, x, out) for k in (1, *counts)})
        _print(title, n, seconds, "1 threads")


def _print(title: str, n: int, seconds: dict[str, list[float]], reference: str) -> None:
    base = seconds.pop(reference)
    ratios = "   ".join(
        f"{name}: " + " ".join(f"{f(base) / f(times):.2f}" for f in (mean, median, min))
        for name, times in seconds.items()
    )
    print(f"{title:24} {n:>10,}  {median(base) * 1e6:9.1f} us   {ratios}", flush=True)


def idle() -> None:
    compare("idle", SIZES, (2,))


def pinned() -> None:
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    compare("pinned to one processor", (100_000, 300_000, 3_000_000), (2, 4, 16))
    os.sched_setaffinity(0, processors)


@contextmanager
def busy_process(*before: str) -> Iterator[None]:
    process = subprocess.Popen([*before, sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def beside() -> None:
    for title, before in (("beside, nice -n 19", ("nice", "-n", "19")), ("beside", ())):
        with busy_process(*before):
            compare(title, (100_000, 300_000, 1_000_000, 4_000_000), (2,))


def _itself(call: Call) -> Call:
    return call


def torch() -> None:
    import torch as peer

    peer.set_num_threads(2)
    for n in SIZES:
        x = random_values(np.dtype(np.float32), n)
        out = np.zeros_like(x)
        tensor, target = peer.from_numpy(x), peer.from_numpy(out)
        clamp = partial(peer.clamp_min, tensor, 0, out=target)
        starts: dict[str, Callable[[], Call]] = {
            "ours": partial(with_threads, 2, x, out),
            "torch": partial(_itself, clamp),
        }
        _print("torch on 2 threads", n, bursts(starts), "torch")


SECTIONS = (idle, pinned, beside, torch)


def main() -> None:
    wanted = sys.argv[1:] or [section.__name__ for section in SECTIONS]
    for section in SECTIONS:
        if section.__name__ in wanted:
            print(f"\n{section.__name__}: n, one call of the reference; mean, median, minimum")
            section()


if __name__ == "__main__":
    main()
