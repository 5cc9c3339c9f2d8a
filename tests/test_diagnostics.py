"""Counts of positive, zero, negative and NaN elements, and the monitor based on them."""

import copy
import doctest
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc import _core, diagnostics
from relu_ufunc.diagnostics import ActivationCounts, ActivationMonitor, activation_counts, sparsity
from tests.bits import FLOATS, Array, ordinary, specials
from tests.cases import ISAS
from tests.fp_environment import flush_to_zero, needs_fenv, no_flag_raised
from tests.gil import HAS_GIL
from tests.layouts import CHANGES, unaligned, with_stride
from tests.subprocesses import output_of

COUNTERS = {isa: _core.Counter(isa) for isa in ISAS}

each_isa = pytest.mark.parametrize("isa", ISAS)
each_dtype = pytest.mark.parametrize("character", _core.TYPE_CHARACTERS)
each_float = pytest.mark.parametrize("character", FLOATS)


def oracle(x: Array, axis: Any = None) -> Array:
    """The four counts; the axes along which elements are counted are kept with length 1."""
    with np.errstate(all="ignore"):
        tests = [x > 0, x == 0, x < 0, x != x]
    return np.stack([np.sum(test, axis=axis, keepdims=True) for test in tests], axis=-1)


def count(isa: str, x: Array, axis: Any = None) -> Array:
    """The same with one instruction set, into memory that is not zero."""
    shape = np.empty(x.shape, np.bool_).any(axis, keepdims=True).shape
    counts = np.full((*shape, 4), 77, np.int64)
    with np.errstate(all="raise"):
        COUNTERS[isa](x, counts)
    return counts


def values(character: str, n: int) -> Array:
    """Special values, including NaNs, then 700 ordinary values, repeated to length n."""
    mixed = np.concatenate([specials(character), ordinary(character, 700, seed=1)])
    return np.resize(mixed, n)


@each_isa
@each_dtype
def test_each_value_alone(character: str, isa: str) -> None:
    for x in np.concatenate([specials(character), ordinary(character, 50, seed=2)]):
        x = np.asarray(x, character)
        np.testing.assert_array_equal(count(isa, x), oracle(x), str(x))


@each_isa
@each_dtype
def test_every_length(character: str, isa: str) -> None:
    with_nan, without = values(character, 300), ordinary(character, 300, seed=3)
    without = np.where(without == without, without, np.zeros(1, character))
    for x in (with_nan, without):
        for n in range(300):
            np.testing.assert_array_equal(count(isa, x[:n]), oracle(x[:n]), str(n))


@each_isa
@each_dtype
def test_every_width(character: str, isa: str) -> None:
    """Long rows are counted in other steps than short ones; NaNs are in the first table only."""
    tables = np.resize(values(character, 1_500), (2, 5, 300))
    tables[1][tables[1] != tables[1]] = 0
    for x in tables:
        for n in (*range(70), *range(190, 300)):
            for axis in (0, 1):
                part = x[:, :n]
                np.testing.assert_array_equal(
                    count(isa, part, axis), oracle(part, axis), f"{n} {axis}"
                )


@each_isa
@each_dtype
def test_no_lane_overflows(character: str, isa: str) -> None:
    """Try arrays in which every element adds to the same counter; a multiple of 4 is cut in 4."""
    n = 4 * 65_535 + 70_001
    for value in [1, 0] + [-1] * (character not in "?BHILQ") + [np.nan] * (character in FLOATS):
        x = np.full(n, value, character)
        for each in (x, x[:-1]):
            np.testing.assert_array_equal(count(isa, each), oracle(each))
        columns = np.broadcast_to(x[:5], (n, 5)).copy()
        np.testing.assert_array_equal(count(isa, columns, 0), oracle(columns, 0))


@each_isa
@each_dtype
@pytest.mark.parametrize("stride", [-1, 0, 2, -2, 3, 7])
def test_strides(stride: int, character: str, isa: str) -> None:
    for n in (1, 2, 3, 17, 300, 5_000):
        x = with_stride(values(character, n), stride)
        np.testing.assert_array_equal(count(isa, x), oracle(x))


@each_isa
@each_dtype
def test_axes(character: str, isa: str) -> None:
    shapes = [(), (1,), (5, 7), (300, 100), (2_100, 3), (3, 2_000), (2, 3, 4, 5), (9, 3, 17, 6)]
    for shape in shapes:
        x = values(character, int(np.prod(shape))).reshape(shape)
        views = (
            [x, x.T, x[::-1], x[..., ::2], np.repeat(x[..., None], 2, -1)[..., 0]] if shape else [x]
        )
        for view in views:
            for axis in all_axes(view.ndim):
                np.testing.assert_array_equal(
                    count(isa, view, axis), oracle(view, axis), f"{view.shape} {axis}"
                )


def all_axes(n_axes: int) -> Iterator[tuple[int, ...]]:
    for bits in range(1 << n_axes):
        yield tuple(k for k in range(n_axes) if bits >> k & 1)


@each_isa
@pytest.mark.parametrize("character", "bef")
def test_a_single_nan_or_other_value_in_a_large_table(character: str, isa: str) -> None:
    odd_ones = np.array([1, 0] + ([np.nan] if character in FLOATS else []), character)
    for shape in ((1_000, 40), (40, 1_500), (1_031, 1_031)):
        for place in (0, 77, shape[0] * shape[1] - 1):
            for odd_one in odd_ones:
                x = np.full(shape, -1, character)
                x.flat[place] = odd_one
                for axis in (0, 1, (0, 1)):
                    np.testing.assert_array_equal(count(isa, x, axis), oracle(x, axis))


@each_isa
@each_dtype
def test_unaligned(character: str, isa: str) -> None:
    x = values(character, 700).reshape(7, 100)
    for axis in (0, 1, (0, 1)):
        np.testing.assert_array_equal(count(isa, unaligned(x), axis), oracle(x, axis))


@needs_fenv
@each_isa
@each_float
def test_the_floating_point_environment(character: str, isa: str) -> None:
    for n in (1, 5, 64, 700):
        for x in (values(character, n), values(character, n)[::-1], values(character, 2 * n)[::2]):
            wanted, counts = oracle(x), np.zeros((1, 4), np.int64)
            with no_flag_raised(), flush_to_zero():
                COUNTERS[isa](x, counts)
            np.testing.assert_array_equal(counts, wanted)


def test_the_special_values_include_subnormals() -> None:
    assert (oracle(np.array([1e-40, -1e-40, 0, -0.0], np.float32)) == [[1, 2, 1, 0]]).all()


def test_an_unknown_instruction_set() -> None:
    with pytest.raises(ValueError, match="cannot run here"):
        _core.Counter("x86-64-v9")


def test_a_counter_cannot_be_made_without_an_instruction_set() -> None:
    for arguments in ((), (None,)):
        with pytest.raises(TypeError):
            _core.Counter.__new__(_core.Counter, *arguments)


AXES: list[Any] = [None, 0, 1, 2, -1, -3, (), (0,), (0, 2), (-1, 0), (0, 1, 2), np.int64(1)]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_shapes_are_those_of_count_nonzero(axis: Any, keepdims: bool) -> None:
    x = values("f", 6 * 7 * 8).reshape(6, 7, 8)
    with np.errstate(all="ignore"):
        tests = (x > 0, x == 0, x < 0, x != x)
    for ours, test in zip(activation_counts(x, axis, keepdims=keepdims), tests, strict=True):
        theirs = np.count_nonzero(test, axis, keepdims=keepdims)
        np.testing.assert_array_equal(ours, theirs)
        assert np.shape(ours) == np.shape(theirs)
        assert type(ours) is int if axis is None and not keepdims else ours.dtype == np.int64


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_empty_arrays(shape: tuple[int, ...]) -> None:
    x = np.empty(shape, np.float32)
    for axis in (None, *range(len(shape))):
        for ours in activation_counts(x, axis):
            np.testing.assert_array_equal(ours, np.count_nonzero(x, axis))
        assert np.isnan(sparsity(x, axis)).all()


def test_array_likes() -> None:
    class Lazy:
        def __array__(self, dtype: object = None, copy: object = None) -> Array:
            return np.array([1.0, -1.0, np.nan])

    assert activation_counts([[1, -2], [0, 3]]) == (2, 1, 1, 0)
    assert activation_counts(-1.5) == (0, 0, 1, 0)
    assert activation_counts(np.float16(0)) == (0, 1, 0, 0)
    assert activation_counts(Lazy()) == (1, 0, 1, 1)
    assert activation_counts([True, False, True]) == (2, 1, 0, 0)
    masked = np.ma.masked_array([1.0, 2.0, -1.0], [True, False, False])
    assert activation_counts(masked) == (2, 0, 1, 0)
    for each in activation_counts(np.array([[1, 2], [3, 4]]).view(np.recarray), 0):
        assert type(each) is np.ndarray


@each_dtype
def test_byte_order(character: str) -> None:
    x = values(character, 300).reshape(3, 100)
    for change in CHANGES:
        for axis in (None, 0, 1):
            for ours, right in zip(
                activation_counts(change(x), axis, keepdims=True),
                np.moveaxis(oracle(x, axis), -1, 0),
                strict=True,
            ):
                np.testing.assert_array_equal(ours, right)


@each_isa
@pytest.mark.parametrize("name", [*_core.ML_DTYPES, "float8_e4m3fnuz"])
def test_other_floats(name: str, isa: str) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    dtype = np.dtype(getattr(ml_dtypes, name))
    patterns = np.arange(1 << 8 * dtype.itemsize, dtype=f"u{dtype.itemsize}")
    x = np.concatenate([patterns, patterns[:77]]).view(dtype)
    wide = x.astype(np.float32)
    assert activation_counts(x) == tuple(oracle(wide)[0])
    if name in _core.ML_DTYPES:
        np.testing.assert_array_equal(count(isa, x), oracle(wide))
        table = np.resize(x, (100, 100))
        for axis in (0, 1):
            np.testing.assert_array_equal(
                count(isa, table, axis), oracle(np.resize(wide, (100, 100)), axis)
            )


@pytest.mark.parametrize(
    "x",
    [[1j], ["a"], [b"a"], [None], np.zeros(2, "m8[s]"), np.zeros(2, "M8[s]"), np.zeros(2, "V4")],
)
def test_other_dtypes(x: Any) -> None:
    with pytest.raises(TypeError, match="expected bool, integers or floats"):
        activation_counts(x)


@pytest.mark.parametrize("axis", [2, -3, (0, 2)])
def test_no_such_axis(axis: Any) -> None:
    with pytest.raises(np.exceptions.AxisError):
        activation_counts(np.zeros((2, 3)), axis)
    with pytest.raises(np.exceptions.AxisError):
        activation_counts(1.0, 0)


def test_no_axis_at_all() -> None:
    with pytest.raises(ValueError, match="duplicate"):
        activation_counts(np.zeros((2, 3)), (0, -2))
    with pytest.raises(TypeError):
        activation_counts(np.zeros((2, 3)), 0.5)  # type: ignore[arg-type]


def test_sparsity() -> None:
    nan = np.nan
    x = np.array([[1, -1, nan, -0.0], [nan, 0, nan, -2], [3, nan, nan, 4]])
    np.testing.assert_array_equal(sparsity(x, 0), [0, 1, nan, 2 / 3])
    np.testing.assert_array_equal(sparsity(x, 1, keepdims=True), [[2 / 3], [1], [0]])
    assert sparsity(x) == 4 / 7
    assert np.isnan(sparsity([nan]))


def test_other_threads_run_while_one_counts() -> None:
    """Counting releases the GIL, even in a thread that would never be asked to."""
    x, stop, turns = np.ones(2_000_000, np.float32), threading.Event(), 0
    counts = np.empty((1, 4), np.int64)

    def work() -> None:
        nonlocal turns
        while not stop.is_set() and turns < 3_000:
            COUNTERS["generic"](x, counts)
            turns += 1

    before = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        stop.set()
        thread.join()
    finally:
        sys.setswitchinterval(before)
    assert turns < 3_000


def monitored(*batches: Any, axis: int = -1) -> ActivationMonitor:
    monitor = ActivationMonitor(axis)
    for batch in batches:
        monitor.update(batch)
    return monitor


def state(monitor: ActivationMonitor) -> tuple[Any, ...]:
    """Everything that a monitor can report, for comparisons."""
    arrays = [*monitor.counts(), monitor.dead(), monitor.sparsity(), monitor.nonfinite()]
    arrays += [monitor.saturated(limit) for limit in (-1, 0, 1, 6)]
    return *(each.tobytes() for each in arrays), monitor.summary()


nan, inf = np.nan, np.inf


def test_the_monitor_agrees_with_the_whole_data() -> None:
    data = np.random.default_rng(5).normal(0.5, 2, (90, 4, 3, 5)).astype(np.float32)
    data[:, 0] = -np.abs(data[:, 0])
    data[:, 1] = 6 + np.abs(data[:, 1])
    data[3, 2, 1, 1], data[4, 3, 0, 0] = nan, -inf
    monitor = monitored(*np.array_split(data, 7), axis=1)
    whole = np.moveaxis(data, 1, 0).reshape(4, -1)
    np.testing.assert_array_equal(np.stack(monitor.counts(), 1), oracle(whole, 1)[:, 0])
    np.testing.assert_array_equal(monitor.dead(), [True, False, False, False])
    np.testing.assert_array_equal(monitor.saturated(6), [False, True, False, False])
    np.testing.assert_array_equal(monitor.nonfinite(), [False, False, True, True])
    np.testing.assert_array_equal(monitor.sparsity(), (whole <= 0).sum(1) / (whole == whole).sum(1))


def test_one_batch_overestimates_the_dead() -> None:
    first, second = [[-1.0, -1.0]], [[-1.0, 1.0]]
    assert monitored(first).dead().tolist() == [True, True]
    assert monitored(first, second).dead().tolist() == [True, False]


def test_a_unit_that_was_nan_is_not_dead_or_saturated() -> None:
    monitor = monitored([[nan, -1.0, 7.0]], [[-1.0, nan, nan]], [[-1.0, -1.0, 7.0]])
    assert not monitor.dead().any()
    assert not monitor.saturated(6).any()
    assert monitor.nonfinite().all()
    np.testing.assert_array_equal(monitor.sparsity(), [1, 1, 0])
    assert np.isnan(monitored([[nan]]).sparsity()).all()
    assert "nan" in monitored([[nan]]).summary()


PARTS = (
    [[1.0, -1.0, nan, 0.0]],
    [[-3.0, 2.0, 7.0, 0.0], [1.0, 0.0, 9.0, 0.0]],
    [[inf, -2.0, 6.0, -0.0]],
)


def test_merging_is_associative_and_commutative() -> None:
    wanted = state(monitored(*PARTS))
    for parts in permutations(map(monitored, PARTS)):
        first, second, third = parts
        assert state(first.merge(second).merge(third)) == wanted
        assert state(first.merge(second.merge(third))) == wanted
        assert state(reduce(ActivationMonitor.merge, parts, ActivationMonitor())) == wanted


def test_monitors_of_two_dtypes_do_not_merge() -> None:
    with pytest.raises(TypeError, match="expected float64, as before, not float32"):
        monitored([[1.0]]).merge(monitored(np.ones((1, 1), np.float32)))


@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn", "float8_e5m2", "int4"])
def test_a_monitor_keeps_to_one_dtype_of_ml_dtypes(name: str) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    if not hasattr(ml_dtypes, name):
        pytest.skip(f"this ml_dtypes has no {name}")
    narrow, wide = np.ones((2, 3), getattr(ml_dtypes, name)), np.ones((2, 3), np.float32)
    monitor = monitored(narrow)
    monitor.update(narrow)
    for first, second in ((monitor, wide), (monitored(wide), narrow)):
        expected = f"expected .+, as before, not {second.dtype}"
        with pytest.raises(TypeError, match=expected):
            first.update(second)
        with pytest.raises(TypeError, match=expected):
            first.merge(monitored(second))
    merged = monitor.merge(pickle.loads(pickle.dumps(monitored(narrow))))
    assert merged.counts().positive.tolist() == [6, 6, 6]


def test_a_monitor_takes_either_byte_order() -> None:
    monitor = monitored(np.ones((2, 3), "<f4"))
    monitor.update(np.ones((2, 3), ">f4"))
    assert monitor.counts().positive.tolist() == [4, 4, 4]


def test_a_limit_beyond_the_range_of_the_dtype() -> None:
    with np.errstate(all="raise"):
        monitor = monitored(np.ones((1, 2), np.float16))
        assert not monitor.saturated(1e6).any()


def test_merging_leaves_its_operands_alone() -> None:
    first, second = monitored(PARTS[0]), monitored(PARTS[1])
    before = state(first), state(second)
    combined = first.merge(second)
    combined.update(PARTS[2])
    assert (state(first), state(second)) == before
    with_empty = first.merge(ActivationMonitor())
    with_empty.update(PARTS[2])
    assert state(first) == before[0]


def test_a_batch_that_changes_later_changes_nothing() -> None:
    batch = np.array([1.0, -1.0])
    monitor = monitored(batch)
    before = state(monitor)
    batch[:] = nan
    monitor.counts().positive[:] = 5
    assert state(monitor) == before


def test_pickling() -> None:
    for monitor in (monitored(*PARTS), monitored(PARTS[1], axis=1)):
        again = pickle.loads(pickle.dumps(monitor))
        assert state(again) == state(monitor)
        assert state(again.merge(monitor)) == state(monitor.merge(monitor))
    empty = pickle.loads(pickle.dumps(ActivationMonitor()))
    assert state(empty.merge(monitored(*PARTS))) == state(monitored(*PARTS))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copying(copied: Callable[[ActivationMonitor], ActivationMonitor]) -> None:
    monitor = monitored(PARTS[0])
    other = copied(monitor)
    other.update(PARTS[1])
    assert state(other) == state(monitored(*PARTS[:2]))
    assert state(monitor) == state(monitored(PARTS[0]))


def test_a_monitor_of_a_subclass_keeps_its_attributes() -> None:
    named = NamedMonitor()
    named.name = "layer 1"
    named.update(PARTS[0])
    again = pickle.loads(pickle.dumps(named))
    again.update(PARTS[1])
    assert (again.name, state(again)) == ("layer 1", state(monitored(*PARTS[:2])))


class NamedMonitor(ActivationMonitor):
    name: str


def test_a_monitor_pickled_by_version_0_1_is_read() -> None:
    old = ActivationMonitor.__new__(ActivationMonitor)
    old.__setstate__({"_axis": -1, "_seen": None})
    old.update(PARTS[0])
    assert state(old) == state(monitored(PARTS[0]))


def test_several_threads_update_one_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    merged = diagnostics._Seen.merged

    def slowly(*both: diagnostics._Seen) -> diagnostics._Seen:
        seen = merged(*both)
        time.sleep(0.002)
        return seen

    monkeypatch.setattr(diagnostics._Seen, "merged", slowly)
    monitor, batch = ActivationMonitor(), np.array([[1.0, -1.0], [0.0, nan]])
    with ThreadPoolExecutor(8) as pool:
        for update in [pool.submit(monitor.update, batch) for _ in range(40)]:
            update.result()
    assert state(monitor) == state(monitored(*[batch] * 40))


@pytest.mark.parametrize(
    ("other", "error", "message"),
    [
        (np.ones(2, np.float32), TypeError, "expected float32, as before, not float64"),
        (np.ones(3), ValueError, "expected 3 units, not 2"),
    ],
)
def test_a_batch_that_another_thread_makes_unfit(
    other: Array, error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor = ActivationMonitor()

    def beside_another(*arguments: Any) -> ActivationCounts:
        monkeypatch.undo()
        monitor.update(other)
        return activation_counts(*arguments)

    monkeypatch.setattr(diagnostics, "activation_counts", beside_another)
    with pytest.raises(error, match=message):
        monitor.update(np.ones(2))
    assert state(monitor) == state(monitored(other))


class BusyMonitor(ActivationMonitor):
    """Another thread updates it whenever it is read."""

    def _all_seen(self) -> diagnostics._Seen:
        seen = super()._all_seen()
        self.update([[np.inf, 9.0, -3.0], [nan, 9.0, 0.0]])
        return seen


def test_every_result_is_that_of_one_moment() -> None:
    batch = np.array([[-1.0, 7.0, 2.0], [-2.0, 7.0, 2.0]])
    quiet = monitored(batch)
    reads: tuple[Callable[[ActivationMonitor], Any], ...] = (
        ActivationMonitor.counts, ActivationMonitor.dead, ActivationMonitor.sparsity,
        ActivationMonitor.nonfinite, ActivationMonitor.summary,
        lambda each: each.saturated(6), lambda each: each.plot(Axes()).calls,
    )  # fmt: skip
    for read in reads:
        busy = BusyMonitor()
        busy.update(batch)
        assert repr(read(busy)) == repr(read(quiet))


class Axes:
    """Records what is drawn."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **options: self.calls.append((name, arguments, options))


def test_memory_is_constant() -> None:
    batch = np.random.default_rng(0).normal(size=(100, 8))
    assert len(pickle.dumps(monitored(batch))) == len(pickle.dumps(monitored(*[batch] * 9)))


@pytest.mark.parametrize(
    ("batch", "error"),
    [
        (np.empty((0, 3)), ValueError),
        (np.empty((3, 0)), ValueError),
        (np.ones((2, 4)), ValueError),
        (1.0, np.exceptions.AxisError),
        (np.ones((2, 3), np.float32), TypeError),
        ([["a", "b", "c"]], TypeError),
        ([[1j, 1, 1]], TypeError),
    ],
)
def test_after_an_error_nothing_is_counted(batch: Any, error: type[Exception]) -> None:
    monitor = monitored(np.ones((2, 3)))
    before = state(monitor)
    with pytest.raises(error):
        monitor.update(batch)
    assert state(monitor) == before


def test_what_cannot_be_merged() -> None:
    monitor = monitored([[1.0, 2.0]])
    with pytest.raises(ValueError, match="expected 2 units, not 3"):
        monitor.merge(monitored([[1.0, 2.0, 3.0]]))
    with pytest.raises(ValueError, match="axis"):
        monitor.merge(monitored([[1.0, 2.0]], axis=1))
    with pytest.raises(TypeError, match="ActivationMonitor"):
        monitor.merge([[1.0, 2.0]])  # type: ignore[arg-type]


def test_a_monitor_that_has_seen_nothing() -> None:
    monitor = ActivationMonitor()
    for ask in (monitor.counts, monitor.dead, monitor.sparsity, monitor.nonfinite, monitor.summary):
        with pytest.raises(ValueError, match="update"):
            ask()
    with pytest.raises(ValueError, match="update"):
        monitor.saturated(6)


def test_a_wrong_axis() -> None:
    with pytest.raises(TypeError):
        ActivationMonitor(0.5)  # type: ignore[arg-type]
    with pytest.raises(np.exceptions.AxisError):
        monitored([[1.0]], axis=2)


def test_plot() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    monitor = monitored([[1.0, -1.0, 2.0], [1.0, -1.0, -2.0]])
    ax = monitor.plot()
    heights = [bar.get_height() for bars in ax.containers for bar in bars]
    assert sum(heights) == 3
    assert ax.get_legend_handles_labels()[1] == ["alive", "dead: 1"]
    own = plt.subplots()[1]
    assert monitor.plot(own) is own
    plt.close("all")


def test_plot_says_which_units_it_leaves_out() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    ax = monitored([[nan, 1.0, -1.0]]).plot()
    assert sum(bar.get_height() for bars in ax.containers for bar in bars) == 2
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["alive (not drawn, always NaN: 1)", "dead: 1"]
    assert monitored([[nan, nan]]).plot() is not ax
    plt.close("all")


def test_plot_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        monitored([[1.0]]).plot()


def test_it_is_imported_on_first_use(tmp_path: Path) -> None:
    code = (
        "import sys, relu_ufunc; print('relu_ufunc.diagnostics' in sys.modules);"
        "print(relu_ufunc.diagnostics.activation_counts([1.0]).positive);"
        "print('matplotlib' in sys.modules)"
    )
    assert output_of(code, tmp_path).split() == ["False", "1", "False"]
    with pytest.raises(AttributeError, match="no attribute 'diagnostic'"):
        getattr(relu_ufunc, "diagnostic")  # noqa: B009


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("name", diagnostics.__all__)
def test_examples_print_what_they_say(name: str) -> None:
    tests = doctest.DocTestFinder().find(getattr(diagnostics, name), name)
    assert sum(bool(test.examples) for test in tests) >= (name != "ActivationCounts")
    output: list[str] = []
    for test in tests:
        test.globs = {}
        doctest.DocTestRunner().run(test, out=output.append)
    assert not output, "".join(output)


def test_the_fields_have_names() -> None:
    assert ActivationCounts._fields == ("positive", "zero", "negative", "nan")
    assert activation_counts([2.0, -1.0, 0.0, nan, nan]) == (1, 1, 1, 2)


def test_dtypes_of_ml_dtypes_are_not_taken_for_numpy_s() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    kinds = [kind for kind in vars(ml_dtypes).values() if isinstance(kind, type)]
    dtypes = [np.dtype(kind) for kind in kinds if issubclass(kind, np.generic)]
    real = [dtype for dtype in dtypes if np.can_cast(dtype, np.float32)]
    assert len(real) > 5
    for dtype in real:
        patterns = np.arange(1 << 8 * dtype.itemsize, dtype=f"u{dtype.itemsize}")
        every = patterns.view(dtype)
        assert activation_counts(every) == tuple(oracle(every.astype(np.float32))[0]), dtype


def test_as_many_axes_as_numpy_has() -> None:
    most = 64 if np.__version__ >= "2" else 32
    x = np.ones((1,) * most)
    assert activation_counts(x) == (1, 0, 0, 0)
    assert activation_counts(x, 0, keepdims=True).positive.shape == x.shape


def test_counts_of_no_axis_are_scalars() -> None:
    assert isinstance(activation_counts([1.0, 2.0], 0).positive, np.int64)


@pytest.mark.skipif(not HAS_GIL, reason="without the GIL, NumPy asks for a lock around this")
def test_reshaping_in_another_thread_changes_nothing() -> None:
    x = np.ones(4096)
    stopped = threading.Event()

    def reshape() -> None:
        while not stopped.is_set():
            for shape in ((4096,), (64, 64), (2,) * 12):
                x.resize(shape, refcheck=False)

    thread = threading.Thread(target=reshape)
    thread.start()
    try:
        for _ in range(20_000):
            assert activation_counts(x, 0, keepdims=True).positive.sum() == 4096
    finally:
        stopped.set()
        thread.join()
