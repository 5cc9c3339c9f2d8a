"""Neither streaming past the caches nor sharing among threads changes a value."""

import mmap
import sys
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from relu_ufunc import _core
from tests.bits import Array, assert_same
from tests.cases import (
    BY_NAME,
    UFUNCS,
    Case,
    each_case,
    each_case_with,
    each_isa,
    ordinary_operands,
)
from tests.fp_environment import flush_to_zero, needs_fenv
from tests.layouts import GUARD, is_marked, marked
from tests.oracles import expected

PERIOD = 1009
SHARED_BYTES = 1 << 21
STREAMED = _core.STORE_MODES[1:]


@pytest.fixture(autouse=True)
def settings_of_before() -> Iterator[None]:
    stream_bytes, threads = _core.stream_bytes(), _core.thread_count()
    mode = _core.forced_store_mode()
    yield
    _core.force_store_mode(mode)
    _core.set_stream_bytes(stream_bytes)
    _core.set_thread_count(threads)


def repeated(a: Array, n: int, step: int) -> Array:
    return np.resize(np.repeat(a, step), n * step)[::step]


@each_case_with(lambda case: case.character in "bhefdg")
def test_streams_and_threads(case: Case) -> None:
    n = SHARED_BYTES // (case.dtype.itemsize * (case.n_inputs + case.n_outputs)) + 77
    period = ordinary_operands(case, PERIOD)
    wanted = [np.resize(right, n) for right in expected(case.operation, *period)]
    _core.set_stream_bytes(0)
    for step, mode in product((1, 2), _core.STORE_MODES):
        operands = [repeated(a, n, step) for a in period]
        _core.force_store_mode(mode)
        for threads in (1, 3):
            _core.set_thread_count(threads)
            memories = [marked((n + 2 * GUARD,), case.character) for _ in wanted]
            outputs = tuple(memory[threads : threads + n] for memory in memories)
            case.call(*operands, out=outputs)
            for out, memory, right in zip(outputs, memories, wanted, strict=True):
                assert_same(out, right, (case, step, mode, threads))
                assert is_marked(memory[:threads])
                assert is_marked(memory[threads + n :])


@each_case_with(lambda case: case.operation.parameters and case.character in "hefd")
def test_scalar_parameters_streams_and_threads(case: Case) -> None:
    n = SHARED_BYTES // case.dtype.itemsize + 77
    n_arrays = case.n_inputs - len(case.operation.parameters)
    period = ordinary_operands(case, PERIOD)
    period[n_arrays:] = [np.array(3, case.dtype)] * (case.n_inputs - n_arrays)
    wanted = [np.resize(right, n) for right in expected(case.operation, *period)]
    operands = [np.resize(a, n) for a in period[:n_arrays]] + period[n_arrays:]
    _core.set_stream_bytes(0)
    for mode, threads in product(_core.STORE_MODES, (1, 2)):
        _core.force_store_mode(mode)
        _core.set_thread_count(threads)
        for out, right in zip(case.call(*operands), wanted, strict=True):
            assert_same(out, right, (case, mode, threads))


@each_case_with(lambda case: case.character in "hf")
def test_streams_of_every_short_length(case: Case) -> None:
    operands = ordinary_operands(case, 1200)
    wanted = expected(case.operation, *operands)
    _core.set_stream_bytes(0)
    for mode in STREAMED:
        _core.force_store_mode(mode)
        for n in [*range(500, 1200, 7), 1200]:
            for out, right in zip(case.call(*(a[:n] for a in operands)), wanted, strict=True):
                assert_same(out, right[:n], (case, mode, n))


@each_case
def test_streams_of_every_dtype_at_any_alignment(case: Case) -> None:
    # The array covers the pages that are streamed in turn several times, plus a remainder.
    n = 40_000 // case.dtype.itemsize + 3
    operands = [np.resize(a, n) for a in ordinary_operands(case, PERIOD)]
    wanted = expected(case.operation, *operands)
    line = max(1, 64 // case.dtype.itemsize)
    _core.set_stream_bytes(0)
    for mode, start in product(STREAMED, {0, 1 % line, line // 2, line - 1}):
        _core.force_store_mode(mode)
        memories = [marked((n + line + GUARD,), case.character) for _ in wanted]
        outputs = tuple(memory[start : start + n] for memory in memories)
        case.call(*operands, out=outputs)
        for out, memory, right in zip(outputs, memories, wanted, strict=True):
            assert_same(out, right, (case, mode, start))
            assert is_marked(memory[:start])
            assert is_marked(memory[start + n :])


@pytest.mark.parametrize("threads", [1, 2])
@each_isa
def test_what_is_measured_changes_no_value(isa: str, threads: int) -> None:
    case = Case(BY_NAME["add_relu"], "f", isa)
    # The operands have 48 MB in total, which is about a hundred parts per call.
    n = 4_000_000
    operands = [np.resize(a, n) for a in ordinary_operands(case, PERIOD)]
    wanted = expected(case.operation, *operands)[0]
    _core.set_stream_bytes(0)
    _core.set_thread_count(threads)
    out = np.empty_like(wanted)
    for _ in range(5):
        out.fill(0)
        case.call(*operands, out=out)
        assert_same(out, wanted, (case, threads))
    measured = [
        timings
        for timings in _core.timings()
        if (timings["name"], timings["dtype"], timings["bytes"]) == ("add_relu", "f32", 1 << 25)
        and not timings["is_fresh"]
    ]
    assert len(measured) == 1
    assert not measured[0]["is_in_place"]
    rates = measured[0]["alone"]
    assert set(rates) <= set(_core.STORE_MODES)
    assert "plain" in rates
    assert all(0.001 < rate < 10_000 for rate in rates.values())


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's mincore")
def test_the_first_touch_of_an_output_has_timings_of_its_own() -> None:
    x = np.ones(1 << 22, np.float64)
    _core.set_stream_bytes(0)
    out = np.frombuffer(mmap.mmap(-1, x.nbytes, flags=mmap.MAP_PRIVATE), x.dtype)
    for _ in range(2):
        UFUNCS["generic"]["squared_relu"](x, out=out)
        assert_same(out, x)
    found = {
        timings["is_fresh"]
        for timings in _core.timings()
        if timings["name"] == "squared_relu" and timings["bytes"] == 2 * x.nbytes
    }
    assert found == {True, False}


@pytest.mark.parametrize("name", ["relu", "add_relu", "clipped_relu"])
@each_isa
def test_shared_work_in_place_and_onto_itself(name: str, isa: str) -> None:
    _core.set_thread_count(2)
    _core.set_stream_bytes(0)
    _core.force_store_mode("interleaved")
    case = Case(BY_NAME[name], "f", isa)
    n = SHARED_BYTES // 4 + 5
    period = ordinary_operands(case, PERIOD)
    for shift in (0, 1, 16):
        memory = np.resize(period[0], n + 16)
        others = [np.resize(a, n) for a in period[1:]]
        wanted = expected(case.operation, memory[:n].copy(), *others)[0]
        out = memory[shift : shift + n]
        case.call(memory[:n], *others, out=out)
        assert_same(out, wanted, (case, shift))


@pytest.mark.parametrize("name", ["add_relu", "relu_backward", "clipped_relu"])
@each_isa
def test_long_accumulation_is_not_shared(name: str, isa: str) -> None:
    _core.set_thread_count(2)
    _core.set_stream_bytes(0)
    _core.force_store_mode("streamed")
    x = np.random.default_rng(1).integers(-3, 4, SHARED_BYTES).astype(np.int16)
    ufunc = UFUNCS[isa][name]
    pieces = [ufunc.accumulate(x[:200])]
    for start in range(200, 2000, 200):
        seeded = np.concatenate([pieces[-1][-1:], x[start : start + 200]])
        pieces.append(ufunc.accumulate(seeded)[1:])
    whole = ufunc.accumulate(x)
    assert_same(whole[:2000], np.concatenate(pieces))
    assert ufunc.reduce(x) == whole[-1]


@needs_fenv
def test_workers_adopt_the_floating_point_environment_of_the_caller() -> None:
    _core.set_thread_count(2)
    _core.force_store_mode("plain")
    n = SHARED_BYTES
    x, out = np.full(n, -1e-38, np.float32), np.empty(n, np.float32)
    leaky_relu = UFUNCS["generic"]["leaky_relu"]
    slope = np.float32(0.001)
    for _ in range(5):
        with flush_to_zero():
            leaky_relu(x, slope, out=out)
        assert not np.count_nonzero(out)
        leaky_relu(x, slope, out=out)
        assert np.count_nonzero(out) == n
