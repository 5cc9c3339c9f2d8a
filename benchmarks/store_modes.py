"""Compare the store modes with a copy and PyTorch: python store_modes.py [FUNCTION ...]

The figures are GB/s moved in float32, with out= and one thread: the median of rounds in which the
contenders take turns. `measured` leaves the choice of the store mode to the call itself. PyTorch's
function is clamp_min(out=), if it is installed.
"""

import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np

import relu_ufunc
from benchmarks.workload import random_values
from relu_ufunc import _core

MEGABYTES = (1, 2, 4, 8, 12, 16, 24, 40, 100, 400)
"""The sizes of one array."""

SECONDS = 0.6
"""The time for all the contenders of a line."""

FEWEST_ROUNDS = 5
WARM_UP = 3
"""These calls bring the caches into the state that repeated use of a store mode leaves."""

CALLS = {
    "relu": lambda x, out: relu_ufunc.relu(x, out=out),
    "leaky_relu": lambda x, out: relu_ufunc.leaky_relu(x, np.float32(0.01), out=out),
    "relu6": lambda x, out: relu_ufunc.relu6(x, out=out),
    "relu_backward": lambda x, out: relu_ufunc.relu_backward(x, x, out=out),
}

Call = Callable[[], object]


def median_seconds(contenders: dict[str, Call]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    end = perf_counter() + SECONDS
    while perf_counter() < end or len(next(iter(seconds.values()))) < FEWEST_ROUNDS:
        for name, call in contenders.items():
            for _ in range(WARM_UP):
                call()
            start = perf_counter()
            call()
            seconds[name].append(perf_counter() - start)
    return {name: median(times) for name, times in seconds.items()}


def by_mode(mode: str | None, call: Call) -> Call:
    """Force a store mode, for small results too; None leaves the choice to the call."""
    stream_bytes = _core.stream_bytes() if mode is None else 0

    def forced() -> None:
        before = _core.stream_bytes()
        _core.force_store_mode(mode)
        _core.set_stream_bytes(stream_bytes)
        call()
        _core.set_stream_bytes(before)

    return forced


def contenders_for(name: str, megabytes: int) -> dict[str, Call]:
    x = random_values(np.dtype(np.float32), megabytes * 250_000)
    out = np.empty_like(x)
    out.fill(0)
    call = partial(CALLS[name], x, out)
    contenders: dict[str, Call] = {mode: by_mode(mode, call) for mode in _core.STORE_MODES}
    contenders["measured"] = by_mode(None, call)
    contenders["np.copyto"] = partial(np.copyto, out, x)
    try:
        import torch
    except ImportError:
        return contenders
    torch.set_num_threads(1)
    tensor, target = torch.from_numpy(x), torch.from_numpy(out)
    contenders["torch"] = partial(torch.clamp_min, tensor, 0, out=target)
    return contenders


def main() -> None:
    for name in sys.argv[1:] or CALLS:
        print(f"\n{name:>14}", end="")
        for megabytes in MEGABYTES:
            contenders = contenders_for(name, megabytes)
            if megabytes == MEGABYTES[0]:
                print("".join(f"{contender:>12}" for contender in contenders))
            seconds = median_seconds(contenders)
            arrays = 3 if name.endswith("backward") else 2
            print(f"{megabytes:>11} MB", end="")
            for contender, taken in seconds.items():
                moved = 2 if contender in ("np.copyto", "torch") else arrays
                print(f"{moved * megabytes * 1e6 / taken / 1e9:>12.1f}", end="")
            print(flush=True)


if __name__ == "__main__":
    main()
