"""Compares relu_ufunc, NumPy and a plain copy with other libraries, each in its best spelling.

A library that is not installed, or refuses the dtype or the thread count, is skipped with the
reason. All take turns in one process, on the same arrays, with a preallocated output.
"""

import math
import os
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import product
from typing import Any

import ml_dtypes
import numpy as np

import relu_ufunc
from benchmarks.measure import mark, minimum_seconds, wait_until_idle
from benchmarks.table import FUNCTIONS
from benchmarks.workload import (
    DTYPES,
    VALUES,
    Workload,
    dtype_of,
    is_of_ml_dtypes,
    make_workload,
)

from . import smooth_peers

Call = Callable[[], object]


def _relu_ufunc(function: str, work: Workload, threads: int) -> Call:
    if threads > 1 and not hasattr(relu_ufunc, "set_num_threads"):
        raise NotImplementedError("this version has no threads")
    if hasattr(relu_ufunc, "set_num_threads"):
        relu_ufunc.set_num_threads(threads)
    return _compiled(work.ours, work)


def _numpy(function: str, work: Workload, threads: int) -> Call:
    if threads > 1:
        raise NotImplementedError("NumPy's functions have no threads")
    return _compiled(work.numpy, work)


def _copyto(function: str, work: Workload, threads: int) -> Call:
    if threads > 1:
        raise NotImplementedError("np.copyto has no threads")
    return _compiled(work.copy, work)


def _compiled(statement: str, work: Workload) -> Call:
    return eval(f"lambda: {statement}", work.namespace)  # type: ignore[no-any-return]


def _torch(function: str, work: Workload, threads: int) -> Call:
    import torch

    def tensor(array: np.ndarray) -> torch.Tensor:
        if not is_of_ml_dtypes(array.dtype):
            return torch.from_numpy(array)
        bits = torch.from_numpy(array.view(f"i{array.itemsize}"))
        return bits.view(getattr(torch, array.dtype.name))

    torch.set_num_threads(threads)
    tensors = {name: tensor(work.namespace[name]) for name in (*FUNCTIONS[function].arrays, "out")}
    x, out = tensors["x"], tensors["out"]
    if FUNCTIONS[function].is_smooth:
        return smooth_peers.torch(function, x, tensors.get("y"), out)
    if function == "reglu":
        return lambda: torch.clamp_min(x, 0, out=out).mul_(tensors["y"])
    if function == "relu":
        return lambda: torch.clamp_min(x, 0, out=out)
    if function == "relu6":
        return lambda: torch.clamp(x, 0, 6, out=out)
    if function == "leaky_relu":
        slope = VALUES["slope"]
        return lambda: torch._C._nn.leaky_relu(x, slope, out=out)
    if function in ("soft_threshold", "hard_threshold"):
        aten = torch.ops.aten
        shrink = aten.softshrink if function == "soft_threshold" else aten.hardshrink
        return lambda: shrink.out(x, 1, out=out)
    dy, backward = tensors["dy"], torch.ops.aten.threshold_backward.grad_input
    return lambda: backward(dy, x, 0, grad_input=out)


def _numexpr(function: str, work: Workload, threads: int) -> Call:
    import numexpr

    numexpr.set_num_threads(threads)
    expression = smooth_peers.NUMEXPR | {
        "relu": "maximum(x, zero)",
        "relu6": "minimum(maximum(x, zero), six)",
        "leaky_relu": "where(x > zero, x, x * slope)",
        "relu_backward": "where(x > zero, dy, zero)",
        "soft_threshold": "where(x > one, x - one, where(x < -one, x + one, zero))",
        "hard_threshold": "where(abs(x) > one, x, zero)",
        "reglu": "maximum(x, zero) * y",
    }
    values = _typed_constants(work) | {
        name: work.namespace[name] for name in FUNCTIONS[function].arrays
    }
    out = work.namespace["out"]
    text = _spelling(expression, function)
    return lambda: numexpr.evaluate(text, local_dict=values, out=out)


def _numba(function: str, work: Workload, threads: int) -> Call:
    import numba

    numba.set_num_threads(threads)
    spellings = smooth_peers.NUMBA | {
        "relu": "zero if x[i] < zero else x[i]",
        "relu6": "zero if x[i] < zero else six if x[i] > six else x[i]",
        "leaky_relu": "x[i] if x[i] > zero else slope * x[i]",
        "relu_backward": "dy[i] if x[i] > zero else zero",
        "soft_threshold": "x[i] - one if x[i] > one else x[i] + one if x[i] < -one else zero",
        "hard_threshold": "x[i] if abs(x[i]) > one else zero",
        "reglu": "(x[i] if x[i] > zero else zero) * y[i]",
    }
    expression = _spelling(spellings, function)
    arrays = {name: work.namespace[name] for name in FUNCTIONS[function].arrays}
    out = work.namespace["out"]
    if out is arrays["x"]:
        # With two names for one array, the compiler would have to allow for an overlap.
        del arrays["x"]
        expression = expression.replace("x[i]", "out[i]")
    arguments = arrays | {"out": out} | _typed_constants(work)
    source = f"""def run({", ".join(arguments)}):
    for i in prange(out.size):
        out[i] = {expression}"""
    namespace: dict[str, Any] = {"prange": numba.prange, "math": math}
    exec(source, namespace)
    run, values = numba.njit(parallel=threads > 1)(namespace["run"]), tuple(arguments.values())
    return lambda: run(*values)


def _typed_constants(work: Workload) -> dict[str, Any]:
    """Plain Python numbers would turn the whole expression into float64 or int64."""
    scalar = work.namespace["x"].dtype.type
    constants = {"zero": 0, "six": 6, "slope": VALUES["slope"]} | smooth_peers.CONSTANTS
    return {name: scalar(value) for name, value in constants.items()}


def _spelling(expressions: dict[str, str], function: str) -> str:
    try:
        return expressions[function]
    except KeyError:
        raise NotImplementedError(f"it has no part of {function}") from None


def _scipy(function: str, work: Workload, threads: int) -> Call:
    if threads > 1:
        raise NotImplementedError("SciPy's functions have no threads")
    from scipy import special

    text = _spelling(smooth_peers.SCIPY, function)
    return eval(f"lambda: {text}", work.namespace | {"special": special})  # type: ignore[no-any-return]


def _jax(function: str, work: Workload, threads: int) -> Call:
    if threads > 1:
        raise NotImplementedError("JAX chooses its threads when it starts")
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call,unused-ignore]
    run = jax.jit(smooth_peers.jax(function))
    arrays = [jax.device_put(work.namespace[name]) for name in FUNCTIONS[function].arrays]
    # Each call makes a new array: this one is compared with what the others write.
    work.namespace["out"][...] = run(*arrays)
    return lambda: run(*arrays).block_until_ready()


def _onnxruntime(function: str, work: Workload, threads: int) -> Call:
    import onnx.helper
    import onnxruntime

    x, out = work.namespace["x"], work.namespace["out"]
    dtype = onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
    tensor = onnx.helper.make_tensor_value_info
    constants = []
    if function == "relu":
        node = onnx.helper.make_node("Relu", ["x"], ["y"])
    elif function in smooth_peers.ONNX:
        operator, attributes = smooth_peers.ONNX[function]
        node = onnx.helper.make_node(operator, ["x"], ["y"], **attributes)
    elif function == "leaky_relu":
        node = onnx.helper.make_node("LeakyRelu", ["x"], ["y"], alpha=VALUES["slope"])
    elif function in ("soft_threshold", "hard_threshold"):
        bias = 1.0 if function == "soft_threshold" else 0.0
        node = onnx.helper.make_node("Shrink", ["x"], ["y"], lambd=1.0, bias=bias)
    elif function == "relu6":
        node = onnx.helper.make_node("Clip", ["x", "low", "high"], ["y"])
        for name, value in (("low", 0), ("high", 6)):
            constants.append(onnx.helper.make_tensor(name, dtype, [], [value]))
    else:
        raise NotImplementedError(f"ONNX has no operator for {function}")
    graph = onnx.helper.make_graph(
        [node], "peer", [tensor("x", dtype, x.shape)], [tensor("y", dtype, x.shape)], constants
    )
    opset = onnx.helper.make_opsetid("", smooth_peers.OPSETS.get(function, 18))
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    binding = session.io_binding()
    for bind, name, array in ((binding.bind_input, "x", x), (binding.bind_output, "y", out)):
        bind(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
    return lambda: session.run_with_iobinding(binding)


CONTENDERS: dict[str, Callable[[str, Workload, int], Call]] = {
    "relu_ufunc": _relu_ufunc,
    "NumPy": _numpy,
    "np.copyto": _copyto,
    "numba": _numba,  # before torch, whose number of threads it changes on starting
    "torch": _torch,
    "numexpr": _numexpr,
    "onnxruntime": _onnxruntime,
}
SMOOTH_CONTENDERS = CONTENDERS | {"SciPy": _scipy, "JAX": _jax}

ONE_CALL_A_TURN = 4_000
"""Kilobytes from which one call is long enough to be timed alone."""

Outcome = float | str
"""Gigabytes per second, or why there are none."""


def _back_to_back(call: Call) -> None:
    """Call repeatedly until the library's threads are active, however it starts them."""
    end = time.perf_counter() + 0.003
    while time.perf_counter() < end:
        call()


def _expected(work: Workload) -> np.ndarray:
    """What NumPy's spelling gives in float64: in a narrow dtype each of its steps rounds."""

    def wide(value: Any) -> Any:
        return value.astype(np.float64) if isinstance(value, np.ndarray) else value

    namespace = {name: wide(value) for name, value in work.namespace.items()}
    return eval(work.numpy, namespace)  # type: ignore[no-any-return]


def _agree(out: np.ndarray, expected: np.ndarray) -> bool:
    dtype = out.dtype
    bound = 1e-5 if dtype.kind in "iu" else 8 * float(ml_dtypes.finfo(dtype).eps)
    return np.allclose(
        out.astype(np.float64), expected, rtol=max(1e-3, bound), atol=max(1e-5, bound)
    )


def race(
    function: str, dtype: str, kilobytes: int, layout: str, threads: int
) -> dict[str, Outcome]:
    """Every contender's throughput on the same arrays."""
    contenders = SMOOTH_CONTENDERS if FUNCTIONS[function].is_smooth else CONTENDERS
    outcomes: dict[str, Outcome] = {}
    if not any(
        find_spec(library) for library in ("numba", "torch", "numexpr", "onnxruntime", "jax")
    ):
        return dict.fromkeys(contenders, "no other library is installed")
    if layout == "in place" and kilobytes < ONE_CALL_A_TURN:
        return dict.fromkeys(contenders, "a turn's second call would find nothing left to rectify")
    try:
        work = make_workload(function, dtype, kilobytes, layout)
    except NotImplementedError as reason:
        return dict.fromkeys(contenders, str(reason))
    x, out = work.namespace["x"], work.namespace["out"]
    unrectified = x.copy() if out is x else None

    def restore() -> None:
        if unrectified is not None:
            x[...] = unrectified

    expected = _expected(work)
    calls: dict[str, Call] = {}
    for name, prepare in contenders.items():
        try:
            restore()
            call = prepare(function, work, threads)
            call()
            if name != "np.copyto" and not _agree(out, expected):
                raise ArithmeticError("another result")
            calls[name] = call
        except ModuleNotFoundError as error:
            outcomes[name] = f"{error.name} is not installed"
        except Exception as error:  # each library refuses in its own way
            says, *_ = str(error).split("\n")
            outcomes[name] = f"{type(error).__name__}: {says}"

    def before(call: Call) -> Call:
        def run() -> None:
            if threads > 1:
                wait_until_idle()
                _back_to_back(call)
            restore()

        return run

    times = minimum_seconds(list(calls.values()), before=[before(call) for call in calls.values()])
    for name, seconds in zip(calls, times, strict=True):
        moved = work.bytes_copied if name == "np.copyto" else work.bytes_moved
        outcomes[name] = moved / seconds / 1e9
    return outcomes


class _Raced:
    version = 1

    def setup(self, outcomes: dict[tuple[object, ...], Outcome], *parameters: object) -> None:
        outcome = outcomes[parameters]
        if isinstance(outcome, str):
            raise NotImplementedError(outcome)

    @mark(unit="GB/s")
    def track_gigabytes_per_second(
        self, outcomes: dict[tuple[object, ...], float], *parameters: object
    ) -> float:
        return outcomes[parameters]


class ReluOverSize(_Raced):
    """From arrays that fit the first-level cache to arrays in memory."""

    kilobytes = (4, 16, 64, 250, 1_000, 4_000, 16_000, 40_000, 400_000)
    params = (DTYPES, kilobytes, tuple(CONTENDERS))
    param_names = ("dtype", "kilobytes", "library")

    @mark(timeout=900)
    def setup_cache(self) -> dict[tuple[object, ...], Outcome]:
        dtypes, sizes, _ = self.params
        return {
            (dtype, kilobytes, library): outcome
            for dtype, kilobytes in product(dtypes, sizes)
            for library, outcome in race("relu", dtype, kilobytes, "contiguous", 1).items()
        }


MOST_RACES = 5

Outcomes = dict[str, Outcome]


def _has_stalled(many: Outcome, one: Outcome) -> bool:
    return isinstance(many, float) and isinstance(one, float) and many < one / 2


def _better(a: Outcome, b: Outcome) -> Outcome:
    return max(a, b) if isinstance(a, float) and isinstance(b, float) else a


def race_on_threads(race_again: Callable[[], Outcomes], on_one_thread: Outcomes) -> Outcomes:
    """The outcomes of a race, run again while a library stalls.

    Threads that spin for each other while the system runs others make some calls a thousand
    times as long. A library that several threads make less than half as fast as one has met
    that, and not shown what it can do.
    """
    outcomes = race_again()
    for _ in range(MOST_RACES - 1):
        if not any(_has_stalled(outcomes[name], on_one_thread[name]) for name in outcomes):
            break
        again = race_again()
        outcomes = {name: _better(outcome, again[name]) for name, outcome in outcomes.items()}
    return outcomes


class _Ratios(_Raced):
    @mark(unit="x the library")
    def track_time_over_library(
        self, outcomes: dict[tuple[object, ...], Any], *parameters: object
    ) -> Any:
        *case, _ = parameters
        ours = outcomes[*case, "relu_ufunc"]
        if isinstance(ours, str):
            raise NotImplementedError(ours)
        return outcomes[parameters] / ours


class Functions(_Ratios):
    """On one thread and on all, float32."""

    version = 4

    params: tuple[Any, ...] = (
        (
            "relu",
            "relu in place",
            "leaky_relu",
            "relu6",
            "relu_backward",
            "soft_threshold",
            "hard_threshold",
            "reglu",
        ),
        (40, 400, 4_000, 40_000, 400_000),
        ("one thread", "all threads"),
        tuple(CONTENDERS),
    )
    param_names = ("function", "kilobytes", "threads", "library")

    @mark(timeout=1800)
    def setup_cache(self) -> dict[tuple[object, ...], Outcome]:
        functions, sizes, _, _ = self.params
        outcomes: dict[tuple[object, ...], Outcome] = {}
        for function, kilobytes in product(functions, sizes):
            layout = "in place" if function.endswith(" in place") else "contiguous"
            raced = partial(race, function.removesuffix(" in place"), "float32", kilobytes, layout)
            one = raced(1)
            many = race_on_threads(partial(raced, os.cpu_count() or 1), one)
            for threads, each in (("one thread", one), ("all threads", many)):
                for library, outcome in each.items():
                    outcomes[function, kilobytes, threads, library] = outcome
        return outcomes


class SmoothFunctions(Functions):
    """The same for the smooth functions, at fewer sizes: each element takes longer."""

    version = 1

    params = (
        tuple(name for name, row in FUNCTIONS.items() if row.is_smooth and not row.is_backward),
        (40, 4_000),
        ("one thread", "all threads"),
        tuple(SMOOTH_CONTENDERS),
    )

    # asv knows a cache by the line where its function begins, so one that is inherited would be
    # that of the other class.
    @mark(timeout=1800)
    def setup_cache(self) -> dict[tuple[object, ...], Outcome]:
        return super().setup_cache()


class SmoothDtypes(_Ratios):
    """The smooth functions in the other floating dtypes, 100,000 elements on one thread."""

    params = (
        SmoothFunctions.params[0],
        ("float64", "float16", "bfloat16", "float8_e4m3fn"),
        tuple(SMOOTH_CONTENDERS),
    )
    param_names = ("function", "dtype", "library")

    @mark(timeout=1800)
    def setup_cache(self) -> dict[tuple[object, ...], Outcome]:
        functions, dtypes, _ = self.params
        return {
            (function, dtype, library): outcome
            for function, dtype in product(functions, dtypes)
            for library, outcome in race(
                function, dtype, 100 * dtype_of(dtype).itemsize, "contiguous", 1
            ).items()
        }
