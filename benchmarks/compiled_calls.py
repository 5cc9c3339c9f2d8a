"""What a call from compiled code costs, beside the ufunc and a loop written by hand.

    python benchmarks/compiled_calls.py

It compiles a small program of C with cc, and prints the table of docs/compiled.md: nanoseconds per
call, the least of seven rounds.
"""

import ctypes
import subprocess
import tempfile
import timeit
from pathlib import Path
from typing import Any

import numpy as np

import relu_ufunc
from relu_ufunc.compiled import loop

LENGTHS = (1, 10, 100)
ROUNDS = 7

PROGRAM = r"""
#define _POSIX_C_SOURCE 200809L
#include <relu_ufunc.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What one would write: NaN comes through, -0.0 becomes +0.0. */
static inline float by_hand(float x) { return x > 0 || x != x ? x : 0; }
static inline float leaky_by_hand(float x, float slope) { return x < 0 ? x * slope : x; }

/* Memory that the compiler may not look through, so that each call is made. */
#define KEEP(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

#define TIME(NAME, STATEMENT)                                                           \
    double time_##NAME(                                                                 \
        const relu_ufunc_loop *loop, float *x, float *y, ptrdiff_t n, long calls)       \
    {                                                                                   \
        char *operands[] = {(char *)x, (char *)y};                                      \
        const ptrdiff_t steps[] = {4, 4};                                               \
        const double start = seconds();                                                 \
        (void)loop, (void)operands, (void)steps, (void)n;                               \
        for (long call = 0; call < calls; ++call) {                                     \
            STATEMENT;                                                                  \
            KEEP(y);                                                                    \
        }                                                                               \
        return (seconds() - start) / (double)calls * 1e9;                               \
    }

TIME(hand, for (ptrdiff_t i = 0; i < n; ++i) y[i] = by_hand(x[i]))
TIME(inlined, for (ptrdiff_t i = 0; i < n; ++i) y[i] = relu_ufunc_reluf(x[i]))
TIME(leaky_hand, for (ptrdiff_t i = 0; i < n; ++i) y[i] = leaky_by_hand(x[i], 0.1f))
TIME(leaky_inlined, for (ptrdiff_t i = 0; i < n; ++i) y[i] = relu_ufunc_leaky_reluf(x[i], 0.1f))
TIME(contiguous, relu_ufunc_contiguous(loop, operands, n))
TIME(strided, relu_ufunc_strided(loop, operands, n, steps))
"""


class _CLoop(ctypes.Structure):
    _fields_ = (
        ("itemsize", ctypes.c_ssize_t),
        ("n_inputs", ctypes.c_int),
        ("n_outputs", ctypes.c_int),
        ("strided", ctypes.c_void_p),
        ("data", ctypes.c_void_p),
        ("contiguous", ctypes.c_void_p),
    )


def address(function: Any) -> int | None:
    return ctypes.cast(function, ctypes.c_void_p).value


def compiled(directory: Path) -> ctypes.CDLL:
    source, library = directory / "calls.c", directory / "calls.so"
    source.write_text(PROGRAM, encoding="utf-8")
    options = ["-O2", "-DNDEBUG", "-shared", "-fPIC", f"-I{relu_ufunc.get_include()}"]
    subprocess.run(["cc", *options, source, "-o", library], check=True)
    return ctypes.CDLL(str(library))


def main() -> None:
    made = loop("relu", "f")
    c_loop = _CLoop(
        made.itemsize,
        made.n_inputs,
        made.n_outputs,
        address(made.strided),
        made.data,
        address(made.contiguous),
    )
    names = {
        "hand": "a loop written by hand",
        "inlined": "`relu_ufunc_reluf`, inlined",
        "leaky_hand": "leaky, by hand",
        "leaky_inlined": "`relu_ufunc_leaky_reluf`, inlined",
        "contiguous": "`contiguous`",
        "strided": "`strided`",
    }
    with tempfile.TemporaryDirectory() as directory:
        library = compiled(Path(directory))
        arrays = {n: np.linspace(-1, 1, n, dtype=np.float32) for n in LENGTHS}
        rows: dict[str, list[float]] = {name: [] for name in names}
        for name in names:
            function = getattr(library, f"time_{name}")
            function.restype = ctypes.c_double
            for n, x in arrays.items():
                y = np.empty_like(x)
                arguments = (
                    ctypes.byref(c_loop),
                    ctypes.c_void_p(x.ctypes.data),
                    ctypes.c_void_p(y.ctypes.data),
                    ctypes.c_ssize_t(n),
                    ctypes.c_long(2_000_000 // n),
                )
                rows[name].append(min(function(*arguments) for _ in range(ROUNDS)))
    ufunc = []
    for x in arrays.values():
        y = np.empty_like(x)
        timer = timeit.Timer(lambda x=x, y=y: relu_ufunc.relu(x, out=y))  # type: ignore[misc]
        ufunc.append(min(timer.repeat(ROUNDS, 100_000)) / 100_000 * 1e9)
    print(f"| ns per call, float32 | {' | '.join(f'n = {n}' for n in LENGTHS)} |")
    print(f"|---|{'---:|' * len(LENGTHS)}")
    for name, label in names.items():
        print(f"| {label} | {' | '.join(f'{each:.1f}' for each in rows[name])} |")
    print(f"| the ufunc, with `out=` | {' | '.join(f'{each:.0f}' for each in ufunc)} |")


if __name__ == "__main__":
    main()
