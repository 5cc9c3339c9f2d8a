"""Compare looking up with computing, for short and long arrays: python tables.py [FUNCTION ...]

The figures are ns per element in float16, with out= and one thread: the minimum of many calls in
which the contenders take turns. For a cold table, as much other data as the last-level cache holds
is read before each call, and for a cool one 4 MB.
"""

import sys
from time import perf_counter

import numpy as np

import relu_ufunc
from benchmarks.workload import random_values
from relu_ufunc import _caches, _core

SIZES = (10, 100, 1_000, 10_000, 100_000)
OTHER_BYTES = {
    "hot": 0,
    "cool": 4_000_000,
    "cold": 2 * max(_caches.SIZES.values(), default=1 << 25),
}
ROUNDS = 60
DEFAULT = [
    "gelu",
    "silu",
    "hard_swish",
    "softplus",
    "gelu_backward",
    "silu_backward",
    "selu_backward",
]


def nanoseconds(function: np.ufunc, n: int, other: np.ndarray) -> dict[str, float]:
    """For each contender the least time of an element after the other data have been read."""
    arrays = [random_values(np.dtype(np.float16), n) for _ in range(function.nin)]
    out = np.empty_like(arrays[0])
    least = {"looked up": np.inf, "computed": np.inf}
    calls = 1 if other.size else 10_000 // n + 1
    for _ in range(ROUNDS):
        for name in least:
            _core.enable_tables(name == "looked up")
            function(*arrays, out=out)
            other.sum()
            # The arrays of the call itself are in the cache: they are not what is compared.
            for array in arrays:
                array.view(np.uint16).sum()
            out.fill(0)
            start = perf_counter()
            for _ in range(calls):
                function(*arrays, out=out)
            least[name] = min(least[name], (perf_counter() - start) / calls / n * 1e9)
    return least


def main(names: list[str]) -> None:
    print(
        f"{'function':16}{'n':>8}"
        + "".join(f"{state:>12}{'computed':>10}" for state in OTHER_BYTES)
    )
    for name in names:
        function = getattr(relu_ufunc, name)
        every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
        function(*[every] * function.nin)
        for n in SIZES:
            line = f"{name:16}{n:>8}"
            for size in OTHER_BYTES.values():
                least = nanoseconds(function, n, np.ones(size // 8))
                line += f"{least['looked up']:12.2f}{least['computed']:10.2f}"
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or DEFAULT)
