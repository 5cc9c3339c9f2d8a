"""Measures times whose ratios are meaningful."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, process_time, sleep
from timeit import Timer
from typing import Any, TypeVar

Statement = str | Callable[[], object]
Benchmark = TypeVar("Benchmark", bound=Callable[..., object])

SHORTEST_BURST = 100e-6
"""Seconds: a thousand times what reading the clock takes."""

SECONDS_EACH = 0.04
FEWEST_ROUNDS = 3


LONGEST_SPIN = 0.5
"""Seconds: no library that is compared here lets its idle threads spin for as long."""


def wait_until_idle() -> None:
    """Sleep until no thread of this process runs.

    After a call a library's threads spin for the next one, ONNX Runtime's for 40 ms. Meanwhile
    they take a processor from the contender whose turn it is.
    """
    end = perf_counter() + LONGEST_SPIN
    while perf_counter() < end:
        used = process_time()
        sleep(0.005)
        if process_time() - used < 0.001:
            return


def minimum_seconds(
    statements: Sequence[Statement],
    namespace: Mapping[str, Any] | None = None,
    before: Sequence[Statement] | None = None,
) -> list[float]:
    """The shortest time of each statement, measured in rounds in which they take turns.

    A disturbance makes a round slow, so the minimum excludes it, and one that slows the whole
    machine for a while affects all statements. `before` holds statements that run, untimed, at the
    start of each turn.
    """
    timers = [
        Timer(statement, setup, globals=dict(namespace or {}))
        for statement, setup in zip(statements, before or ["pass"] * len(statements), strict=True)
    ]
    calls = [_calls_in_a_burst(timer) for timer in timers]
    shortest = [float("inf")] * len(timers)
    end = perf_counter() + SECONDS_EACH * len(timers)
    rounds = 0
    while rounds < FEWEST_ROUNDS or perf_counter() < end:
        for i, timer in enumerate(timers):
            shortest[i] = min(shortest[i], timer.timeit(calls[i]) / calls[i])
        rounds += 1
    return shortest


def _calls_in_a_burst(timer: Timer) -> int:
    calls = 1
    # The very first call is slower, for instance because of page faults.
    if timer.timeit(calls) < SECONDS_EACH:
        while timer.timeit(calls) < SHORTEST_BURST:
            calls *= 2
    return calls


def mark(**attributes: object) -> Callable[[Benchmark], Benchmark]:
    """Set attributes that asv reads from a benchmark: ``unit``, ``timeout``."""

    def set_attributes(benchmark: Benchmark) -> Benchmark:
        benchmark.__dict__.update(attributes)
        return benchmark

    return set_attributes
