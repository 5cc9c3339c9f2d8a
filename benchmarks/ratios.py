"""Measure the ratios that the library is judged by, in one run: python ratios.py [SECTION ...]

Each line gives a call of ours, its time, how many times as fast as another call it is, and the goal
if it is missed. Contenders take turns, and each side's shortest time counts.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import relu_ufunc
from benchmarks.measure import Statement, minimum_seconds
from benchmarks.table import FUNCTIONS
from benchmarks.workload import make_workload, random_values
from relu_ufunc import (
    add_relu,
    affine_relu,
    clipped_relu,
    hard_threshold,
    leaky_relu,
    prelu,
    relu,
    relu6,
    soft_threshold,
    squared_relu,
    thresholded_relu,
)

Line = tuple[str, Statement, str, Statement, float]

DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32")


def contiguous() -> Iterator[Line]:
    for name in DTYPES:
        for n in (10_000, 100_000, 1_000_000):
            x = random_values(np.dtype(name), n)
            out = np.empty_like(x)
            ours = bound("f(x, out=out)", f=relu, x=x, out=out)
            numpy = bound("np.maximum(x, 0, out=out)", x=x, out=out)
            copy = bound("np.copyto(out, x)", x=x, out=out)
            goal = {("float32", 10_000): 4.0, ("int8", 100_000): 15.0, ("float16", 100_000): 80.0}
            yield f"relu, {name}, {n:,}", ours, "np.copyto", copy, 0.9
            yield f"relu, {name}, {n:,}", ours, "np.maximum", numpy, goal.get((name, n), 1.0)


def small() -> Iterator[Line]:
    for n in (1, 10, 100):
        x = random_values(np.dtype(np.float32), n)
        out = np.empty_like(x)
        goal = 1 / 1.1 if n == 1 else 1.0
        ours, theirs = (
            bound("f(x, out=out)", f=relu, x=x, out=out),
            bound("np.abs(x, out=out)", x=x, out=out),
        )
        yield f"relu, float32, n = {n}", ours, "np.abs", theirs, goal


def strided() -> Iterator[Line]:
    for name in DTYPES:
        x = random_values(np.dtype(name), 200_000)
        for what, view, out in (
            ("every second element", x[::2], np.empty_like(x[::2])),
            ("every second element of both", x[::2], np.empty_like(x)[::2]),
            ("rows with gaps", x.reshape(-1, 500)[:, :250], np.empty((400, 250), x.dtype)),
        ):
            ours = bound("f(x, out=out)", f=relu, x=view, out=out)
            theirs = bound("np.abs(x, out=out)", x=view, out=out)
            yield f"relu, {name}, {what}", ours, "np.abs", theirs, 1.0


def family() -> Iterator[Line]:
    one_parameter: dict[np.ufunc, float] = {
        leaky_relu: 0.01,
        prelu: 0.25,
        clipped_relu: 6.0,
        thresholded_relu: 1.0,
        add_relu: 0.5,
        soft_threshold: 1.0,
        hard_threshold: 1.0,
    }
    for name in ("float32", "float64"):
        x = random_values(np.dtype(name), 100_000)
        other = np.roll(x, 1)
        out = np.empty_like(x)
        copy = bound("np.copyto(out, x)", x=x, out=out)
        add = bound("np.add(x, y, out=out)", x=x, y=other, out=out)
        for unary in (relu6, squared_relu):
            yield (
                f"{unary.__name__}, {name}",
                bound("f(x, out=out)", f=unary, x=x, out=out),
                "np.copyto",
                copy,
                0.85,
            )
        for f, value in one_parameter.items():
            scalar = bound("f(x, p, out=out)", f=f, x=x, p=value, out=out)
            yield f"{f.__name__}, {name}, scalar", scalar, "np.copyto", copy, 0.85
        for f in one_parameter:
            array = bound("f(x, p, out=out)", f=f, x=x, p=other, out=out)
            yield f"{f.__name__}, {name}, array", array, "np.add", add, 1.0


def passes() -> Iterator[Line]:
    half = random_values(np.dtype(np.float16), 100_000)
    slope = np.float16(0.01)
    half_out = np.empty_like(half)
    for isa in relu_ufunc.available_isas():
        from relu_ufunc._ufuncs import make_ufuncs

        yield (
            f"leaky_relu, float16, 100,000, {isa}",
            bound(
                "f(x, s, out=out)", f=make_ufuncs(isa)["leaky_relu"], x=half, s=slope, out=half_out
            ),
            "np.where",
            bound("np.where(x > 0, x, x * s)", x=half, s=slope),
            20.0,
        )
    x = random_values(np.dtype(np.float32), 1_000_000)
    y = np.roll(x, 1)
    out = np.empty_like(x)
    for f, call, spelling, goal in (
        (
            leaky_relu,
            "f(x, 0.01, out=out)",
            "np.where(x > 0, x, np.multiply(x, 0.01, out=out))",
            3.0,
        ),
        (prelu, "f(x, y, out=out)", "np.where(x > 0, x, np.multiply(x, y, out=out))", 3.0),
        (squared_relu, "f(x, out=out)", "np.square(np.maximum(x, 0, out=out), out=out)", 3.0),
        (add_relu, "f(x, y, out=out)", "np.maximum(np.add(x, y, out=out), 0, out=out)", 2.0),
        (relu6, "f(x, out=out)", "np.clip(x, 0, 6, out=out)", 1.0),
        (clipped_relu, "f(x, 6, out=out)", "np.clip(x, 0, 6, out=out)", 1.0),
        (
            soft_threshold,
            "f(x, 1, out=out)",
            "np.multiply(np.sign(x), np.maximum(np.abs(x, out=out) - 1, 0, out=out), out=out)",
            6.0,
        ),
        (hard_threshold, "f(x, 1, out=out)", "np.where(np.abs(x, out=out) > 1, x, 0)", 6.0),
    ):
        names = {"f": f, "x": x, "y": y, "out": out}
        yield (
            f"{f.__name__}, float32, 1,000,000",
            bound(call, **names),
            spelling,
            bound(spelling, **names),
            goal,
        )


def smooth() -> Iterator[Line]:
    for name in ("float32", "float64"):
        for function, row in FUNCTIONS.items():
            if row.is_smooth:
                work = make_workload(function, name, 10 * np.dtype(name).itemsize)
                ours, numpy = (bound(each, **work.namespace) for each in (work.ours, work.numpy))
                yield f"{function}, {name}, 10,000", ours, "NumPy's spelling", numpy, 1.0


def gates() -> Iterator[Line]:
    for name in ("float32", "float64", "float16"):
        x = random_values(np.dtype(name), 1_000_000)
        y, dz = np.roll(x, 1), np.roll(x, 2)
        dx, dy = np.empty_like(x), np.empty_like(x)
        operands = {"x": x, "y": y, "dz": dz, "dx": dx, "dy": dy}
        reglu = relu_ufunc.reglu
        if name != "float16":
            yield (
                f"reglu, {name}, 1,000,000",
                bound("f(x, y, out=dx)", f=reglu, **operands),
                "np.multiply",
                bound("np.multiply(x, y, out=dx)", **operands),
                0.95,
            )
        for gate, activation in (
            ("reglu", "relu"),
            ("swiglu", "silu"),
            ("geglu", "gelu"),
            ("geglu_tanh", "gelu_tanh"),
        ):
            work = make_workload(gate, name, 1000 * x.itemsize)
            yield (
                f"{gate}, {name}, 1,000,000",
                bound(work.ours, **work.namespace),
                "NumPy's spelling",
                bound(work.numpy, **work.namespace),
                8.0 if name == "float16" else 1.8 if gate == "swiglu" else 1.0,
            )
            names = {
                key: getattr(relu_ufunc, key) for key in (activation, f"{activation}_backward")
            }
            yield (
                f"{gate}, {name}, 1,000,000",
                bound("f(x, y, out=dx)", f=getattr(relu_ufunc, gate), **operands),
                f"{activation}, multiply",
                bound(f"np.multiply({activation}(x, out=dx), y, out=dx)", **names, **operands),
                1.0,
            )
            yield (
                f"{gate}_backward, {name}, 1,000,000",
                bound(
                    "f(dz, x, y, out=(dx, dy))",
                    f=getattr(relu_ufunc, f"{gate}_backward"),
                    **operands,
                ),
                "its four passes",
                bound(
                    f"{activation}_backward(np.multiply(dz, y, out=dx), x, out=dx),"
                    f"np.multiply(dz, {activation}(x, out=dy), out=dy)",
                    **names,
                    **operands,
                ),
                1.5,
            )


def halves() -> Iterator[Line]:
    """Of one array: rows with gaps, and the next row of the other half in between."""
    for name in ("float32", "float64", "float16"):
        for width in (256, 1024, 4096):
            both = random_values(np.dtype(name), 2_000_000 // width // 2 * 2 * width)
            x, y = np.split(both.reshape(-1, 2 * width), 2, -1)
            out = np.empty(x.shape, x.dtype)
            swiglu = relu_ufunc.swiglu
            yield (
                f"swiglu, {name}, halves, rows of {width}",
                bound("f(x, y, out=out)", f=swiglu, x=x, y=y, out=out),
                "contiguous",
                bound("f(x, y, out=out)", f=swiglu, x=x.copy(), y=y.copy(), out=out),
                0.95,
            )


def channels() -> Iterator[Line]:
    for n_channels in (3, 8, 16, 64):
        x = random_values(np.dtype(np.float32), 4 * 56 * 56 * n_channels)
        x = x.reshape(4, 56, 56, n_channels)
        slope, out = np.full(n_channels, 0.25, np.float32), np.empty_like(x)
        names = {"x": x, "s": slope, "out": out}
        multiply = bound("np.multiply(x, s, out=out)", **names)
        for f in (prelu, clipped_relu, thresholded_relu, add_relu):
            yield (
                f"{f.__name__}, NHWC, {n_channels} channels",
                bound("f(x, s, out=out)", f=f, **names),
                "np.multiply",
                multiply,
                1.0,
            )
        affine = bound("f(x, s, s, out=out)", f=affine_relu, **names)
        two_passes = bound("np.add(np.multiply(x, s, out=out), s, out=out)", **names)
        yield f"affine_relu, NHWC, {n_channels} channels", affine, "multiply, add", two_passes, 1.0


def streaming() -> Iterator[Line]:
    for megabytes in (8, 16, 32, 40, 64, 128, 400):
        x = random_values(np.dtype(np.float32), megabytes * 250_000)
        out = np.empty_like(x)
        goal = 1.3 if megabytes in (40, 400) else 1.0
        copy = bound("np.copyto(out, x)", x=x, out=out)
        yield (
            f"relu, float32, {megabytes} MB",
            bound("f(x, out=out)", f=relu, x=x, out=out),
            "np.copyto",
            copy,
            goal,
        )
    x = random_values(np.dtype(np.float32), 10_000_000)
    yield (
        "relu, float32, 40 MB, fresh output",
        bound("f(x)", f=relu, x=x),
        "np.maximum",
        bound("np.maximum(x, 0)", x=x),
        1.0,
    )


def threads() -> Iterator[Line]:
    def with_threads(n: int, x: Any, out: Any) -> Callable[[], object]:
        def call() -> None:
            relu_ufunc.set_num_threads(n)
            for _ in range(calls):
                relu(x, out=out)

        return call

    for n in (65_536, 131_072, 262_144, 524_288, 1_000_000, 10_000_000):
        x = random_values(np.dtype(np.float32), n)
        out = np.empty_like(x)
        goal = 1.7 if n == 1_000_000 else 1.0
        calls = max(10, 50_000_000 // n)  # only the first one has to wake the workers
        yield (
            f"relu, float32, {n:,}, 2 threads",
            with_threads(2, x, out),
            "1 thread",
            with_threads(1, x, out),
            goal,
        )
    relu_ufunc.set_num_threads(2)
    x = random_values(np.dtype(np.float32), 10_000_000)
    fresh, numpy = bound("f(x)", f=relu, x=x), bound("np.maximum(x, 0)", x=x)
    yield "relu, float32, 10,000,000, fresh, 2 threads", fresh, "np.maximum", numpy, 1.5
    relu_ufunc.set_num_threads(1)


SECTIONS = (
    contiguous,
    small,
    strided,
    family,
    passes,
    smooth,
    gates,
    halves,
    channels,
    streaming,
    threads,
)


def bound(statement: str, **names: Any) -> Callable[[], object]:
    call: Callable[[], object] = eval(f"lambda: ({statement})", {"np": np, **names})
    return call


def main() -> None:
    wanted = sys.argv[1:] or [section.__name__ for section in SECTIONS]
    print(f"relu_ufunc {relu_ufunc.__version__}, {relu_ufunc.isa()}, NumPy {np.__version__}")
    for section in SECTIONS:
        if section.__name__ in wanted:
            print(f"\n{section.__name__}")
            for ours, our_call, theirs, their_call, goal in section():
                our_seconds, their_seconds = minimum_seconds([our_call, their_call])
                ratio = their_seconds / our_seconds
                print(
                    f"  {ours:44} {our_seconds * 1e6:10.2f} us  {ratio:7.2f} x {theirs}"
                    f"{'' if ratio >= goal else f'   (goal: {goal:.2f})'}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
