"""The jobs: each uses the library once or a few times, and checks every bit of the results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc.diagnostics import ActivationMonitor, activation_counts
from tests.bits import Array, bits
from tests.cases import ISAS, UFUNCS
from tools.soak.layouts import place, shifted
from tools.soak.right import Right, check, folded, lifted, right
from tools.soak.values import Dtype, dtypes_of, narrowed, operands, shape, values

FOLDING = [row for row in OPERATIONS if (len(row.inputs), len(row.outputs)) == (2, 1)]
SEVERAL = [row for row in OPERATIONS if len(row.inputs) > 1]
_LONG_BYTES = 1 << 20


@dataclass
class Tally:
    calls: int = 0
    elements: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.calls + other.calls, self.elements + other.elements)


Job = Callable[[np.random.Generator, Tally], None]


def chosen(random: np.random.Generator, among: Sequence[Any]) -> Any:
    return among[int(random.integers(len(among)))]


def _call(
    random: np.random.Generator,
    ufunc: np.ufunc,
    given: list[Array],
    wanted: list[Right],
    about: str,
) -> int:
    """Call once, with a random layout for each operand and a random kind of output."""
    placed = [place(random, a) for a in given]
    inputs = [each.view for each in placed]
    whole = wanted[0].value.shape
    before = [values(random, each.value.dtype, whole) for each in wanted]
    outs = [place(random, each) for each in before]
    out = [each.view for each in outs]
    keywords: dict[str, Any] = {}
    kind = chosen(random, ("new", "out", "out", "in place", "where", "overlapping"))
    full = [k for k, a in enumerate(given) if (a.shape, a.dtype) == (whole, before[0].dtype)]
    if kind == "in place" and full:
        out[0] = inputs[chosen(random, full)]
    elif kind == "overlapping" and full:
        k = chosen(random, full)
        inputs[k], out[0] = shifted(random, given[k])
    elif kind == "where":
        mask = random.integers(0, 2, narrowed(random, whole)).astype(np.bool_)
        keywords["where"] = mask
        wanted = [each.where(mask, old) for each, old in zip(wanted, before, strict=True)]
    if kind != "new":
        keywords["out"] = tuple(out)
    results = ufunc(*inputs, **keywords)
    results = results if isinstance(results, tuple) else (results,)
    about = f"{about}, {kind}, strides {[a.strides for a in inputs + out]}"
    n = sum(check(*pair, about) for pair in zip(results, wanted, strict=True))
    if kind in ("out", "where"):
        for each in outs:
            each.check_surroundings(about)
    return n


def _on_every_isa(
    random: np.random.Generator,
    tally: Tally,
    operation: Operation,
    given: list[Array],
    wanted: list[Right],
) -> None:
    repeats = 4 if wanted[0].value.nbytes >= _LONG_BYTES else 2
    kinds = ", ".join(f"{a.dtype}{a.shape}" for a in given)
    for isa in ISAS:
        about = f"{operation.name}({kinds}) on {isa}"
        for _ in range(repeats):
            tally.elements += _call(random, UFUNCS[isa][operation.name], given, wanted, about)
            tally.calls += 1


def elementwise(random: np.random.Generator, tally: Tally) -> None:
    operation = chosen(random, OPERATIONS)
    dtype = chosen(random, dtypes_of(operation))
    whole = shape(random, dtype.itemsize)
    given = operands(random, operation, [dtype] * len(operation.inputs), whole)
    _on_every_isa(random, tally, operation, given, right(operation, *given))


def mixed(random: np.random.Generator, tally: Tally) -> None:
    """Operands of two NumPy dtypes, which NumPy converts in buffers."""
    operation = chosen(random, SEVERAL)
    resolve = np.maximum if operation.type_characters[0] in "?b" else np.hypot
    of_numpy = [np.dtype(character) for character in operation.type_characters]
    pair: list[Dtype] = [chosen(random, of_numpy), chosen(random, of_numpy)]
    common = resolve(*(np.ones(1, dtype) for dtype in pair)).dtype
    dtypes = [pair[k % 2] for k in range(len(operation.inputs))]
    given = operands(random, operation, dtypes, shape(random, common.itemsize))
    with np.errstate(all="ignore"):
        wanted = right(operation, *(a.astype(common) for a in given))
        _on_every_isa(random, tally, operation, given, wanted)


def folds(random: np.random.Generator, tally: Tally) -> None:
    """reduce, accumulate, reduceat and outer."""
    operation = chosen(random, FOLDING)
    dtype = chosen(random, dtypes_of(operation))
    narrow = random.integers(2)
    n_rows, width = (random.integers(1, 300), 1) if narrow else random.integers(1, (30, 3000))
    rows = values(random, dtype, (int(n_rows), int(width)))
    wanted = folded(operation, rows)
    starts = np.append(0, random.integers(0, n_rows, 3))
    stops = np.append(starts[1:], n_rows)
    lasts = [
        folded(operation, rows[start : max(stop, start + 1)]).last()
        for start, stop in zip(starts, stops, strict=True)
    ]
    segments = Right(np.stack([r.value for r in lasts]), np.stack([r.any_nan for r in lasts]))
    (table,) = right(operation, rows[:, :1], rows[:1, :40])
    for isa in ISAS:
        ufunc = UFUNCS[isa][operation.name]
        about = f"{operation.name} of {dtype}{rows.shape} on {isa}"
        view = place(random, rows).view
        tally.elements += check(ufunc.reduce(view), wanted.last(), f"reduce, {about}")
        tally.elements += check(ufunc.accumulate(view), wanted, f"accumulate, {about}")
        tally.elements += check(ufunc.reduceat(view, starts), segments, f"reduceat, {about}")
        outer = ufunc.outer(view[:, 0], view[0, :40])
        tally.elements += check(outer, table, f"outer, {about}")
        tally.calls += 4


def counts_of(x: Array, axis: int | tuple[int, ...] | None) -> list[Array]:
    """Positive, zero, negative and NaN, in plain NumPy."""
    wide = lifted(x)
    with np.errstate(all="ignore"):
        tests: list[Array] = [wide > 0, wide == 0, wide < 0, wide != wide]
    return [np.sum(test, axis) for test in tests]


def counts(random: np.random.Generator, tally: Tally) -> None:
    """activation_counts, and monitors that merge."""
    dtype = chosen(random, dtypes_of(OPERATIONS[0]))
    units = int(random.integers(1, 20))
    batches = [
        values(random, dtype, (int(random.integers(1, 3000)), units))
        for _ in range(random.integers(1, 4))
    ]
    everything = np.concatenate(batches)
    wanted, view = counts_of(everything, 0), place(random, everything).view
    monitors = [ActivationMonitor() for _ in range(2)]
    for batch in batches:
        chosen(random, monitors).update(place(random, batch).view)
    merged = monitors[0].merge(monitors[1])
    for got in (activation_counts(view, 0), merged.counts()):
        assert all(map(np.array_equal, got, wanted)), (dtype, everything.shape, got, wanted)
    assert list(activation_counts(view)) == [int(np.sum(each)) for each in wanted]
    assert np.array_equal(merged.dead(), (wanted[0] == 0) & (wanted[3] == 0))
    tally.elements += 3 * everything.size
    tally.calls += 2 + len(batches)


def refusals(random: np.random.Generator, tally: Tally) -> None:
    """Invalid arguments are refused before anything is written."""
    operation = chosen(random, OPERATIONS)
    ufunc = UFUNCS[chosen(random, ISAS)][operation.name]
    n_inputs, n_outputs = len(operation.inputs), len(operation.outputs)
    x = values(random, np.dtype("f"), (100,))
    out = [np.arange(100.0) for _ in range(n_outputs)]
    before = [bits(a).copy() for a in out]
    small = np.ones(100, "b")
    attempts: list[tuple[type[Exception], list[Any], dict[str, Any]]] = [
        (TypeError, [x.astype(np.complex64)] * n_inputs, {"out": tuple(out)}),
        (TypeError, [x] * n_inputs, {"out": (small,) * n_outputs}),
        (TypeError, [x] * (n_inputs + n_outputs + 1), {}),
        (TypeError, ["text"] * n_inputs, {"out": tuple(out)}),
        (ValueError, [x[:50]] * n_inputs, {"out": tuple(a[:20] for a in out)}),
    ]
    with np.errstate(all="ignore"):
        for error, given, keywords in attempts:
            try:
                ufunc(*given, **keywords)
            except error:
                tally.calls += 1
            else:
                raise AssertionError(f"{operation.name}: expected {error.__name__} from {given}")
    for a, old in zip(out, before, strict=True):
        assert np.array_equal(bits(a), old), f"{operation.name} wrote before it refused"
    assert (small == 1).all(), f"{operation.name} wrote before it refused"


JOBS: tuple[tuple[Job, float], ...] = (
    (elementwise, 0.7),
    (mixed, 0.1),
    (folds, 0.08),
    (counts, 0.08),
    (refusals, 0.04),
)


def run_one(random: np.random.Generator, tally: Tally) -> None:
    job, _ = JOBS[random.choice(len(JOBS), p=[chance for _, chance in JOBS])]
    job(random, tally)
