"""Tables of all results of a smooth function of a float of 8 or 16 bits."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from relu_ufunc import _core
from relu_ufunc._operations import OPERATIONS, Operation
from tests import fp_environment
from tests.bits import Array
from tests.cases import ISAS, UFUNCS
from tests.small_floats import DTYPES as ML_DTYPES
from tests.small_floats import bits_of, every
from tests.smooth_facts import SMOOTH
from tests.subprocesses import output_of

MOST_TABLES = 4
PARAMETERS = (0.5, 1.0, 2.0, 4.0)

DTYPES = [np.dtype(np.float16), *ML_DTYPES]
WITH_TABLES = [
    operation
    for operation in OPERATIONS
    if operation in SMOOTH and not operation.is_backward and len(operation.inputs) <= 2
]

# Derivatives that are dy times a function of x.
PRODUCTS = [
    operation
    for operation in OPERATIONS
    if operation.is_backward
    and operation.forward
    in ("softplus", "log_sigmoid", "selu", "gelu", "gelu_tanh", "silu", "mish")
]

each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
each_function = pytest.mark.parametrize("operation", WITH_TABLES, ids=lambda row: row.name)
each_product = pytest.mark.parametrize("operation", PRODUCTS, ids=lambda row: row.name)
each_isa = pytest.mark.parametrize("isa", ISAS)


@pytest.fixture(autouse=True)
def enabled_again() -> Iterator[None]:
    yield
    _core.enable_tables(True)


def parameters(operation: Operation, dtype: "np.dtype[np.generic]") -> list[tuple[Array, ...]]:
    if len(operation.inputs) == 1:
        return [()]
    return [(np.asarray(value, dtype),) for value in PARAMETERS]


def computed(ufunc: np.ufunc, *operands: Array) -> Array:
    _core.enable_tables(False)
    result: Array = ufunc(*operands)
    _core.enable_tables(True)
    return result


def has_table(isa: str, operation: Operation, dtype: "np.dtype[np.generic]") -> bool:
    made = {(name, character) for name, character, _, _ in _core.tables(isa)}
    return (operation.name, _core.character_of(dtype)) in made


def same_bits(actual: Array, wanted: Array) -> bool:
    return bool((bits_of(actual) == bits_of(wanted)).all())


@each_dtype
@each_function
@each_isa
def test_every_result_is_that_of_the_kernel(
    dtype: "np.dtype[np.generic]", operation: Operation, isa: str
) -> None:
    ufunc, x = UFUNCS[isa][operation.name], every(dtype)
    for parameter in parameters(operation, dtype):
        wanted = computed(ufunc, x, *parameter)
        for _ in range(2):
            assert same_bits(ufunc(x, *parameter), wanted)
    assert has_table(isa, operation, dtype)


def gradients(dtype: "np.dtype[np.generic]") -> Array:
    """All of 8 bits; of 16 bits zeros, subnormals, infinities, NaNs and a few others."""
    if dtype.itemsize == 1:
        return every(dtype)
    infinity = int(bits_of(np.asarray(np.inf, dtype)))
    random = np.random.default_rng(0).integers(0, infinity, 12)
    bits = np.concatenate([[0, 1, 3, infinity - 1, infinity, infinity + 1, 0x7FFF], random])
    values: Array = every(dtype)[np.concatenate([bits, bits | 1 << 15])]
    return values


@each_dtype
@each_product
@each_isa
def test_every_product_is_that_of_the_kernel(
    dtype: "np.dtype[np.generic]", operation: Operation, isa: str
) -> None:
    ufunc, x = UFUNCS[isa][operation.name], every(dtype)
    ufunc(np.ones(x.shape, dtype), x)
    for dy in gradients(dtype):
        operands = np.full(x.shape, dy), x
        assert same_bits(ufunc(*operands), computed(ufunc, *operands))
    assert has_table(isa, operation, dtype)


@each_dtype
def test_no_other_derivative_has_a_table(dtype: "np.dtype[np.generic]") -> None:
    x = every(dtype)
    for operation in OPERATIONS:
        if operation.is_smooth and operation.is_backward:
            scalars = len(operation.inputs) - 2
            UFUNCS[ISAS[0]][operation.name](x, x, *[np.ones((), dtype)] * scalars)
    made = {name for name, *_ in _core.tables(ISAS[0]) if name.endswith("_backward")}
    assert made == {operation.name for operation in PRODUCTS}


@each_dtype
@each_isa
def test_every_length_and_layout_of_products(dtype: "np.dtype[np.generic]", isa: str) -> None:
    ufunc = UFUNCS[isa]["silu_backward"]
    ufunc(every(dtype), every(dtype))
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 1 << 8 * dtype.itemsize, (2, 9_000)).astype(f"u{dtype.itemsize}")
    dy, x = bits.view(dtype)
    wanted = computed(ufunc, dy, x)
    unaligned = np.frombuffer(b"." + x.tobytes(), np.uint8)[1:]
    for n in [*range(1, 150), 8_999]:
        assert same_bits(ufunc(dy[:n], x[:n]), wanted[:n])
        assert same_bits(ufunc(dy[:n][::-1], x[:n][::-1]), wanted[:n][::-1])
        assert same_bits(ufunc(dy[: 3 * n : 3], x[: 3 * n : 3]), wanted[: 3 * n : 3])
        assert same_bits(ufunc(dy[0], x[:n]), computed(ufunc, np.full(n, dy[0]), x[:n]))
        assert same_bits(ufunc(dy[:n], x[0]), computed(ufunc, dy[:n], np.full(n, x[0])))
        assert same_bits(ufunc(dy[:n], unaligned[: n * dtype.itemsize].view(dtype)), wanted[:n])
        for which in range(2):
            operands = [dy[:n].copy(), x[:n].copy()]
            assert same_bits(ufunc(*operands, out=operands[which]), wanted[:n])
        spread = np.zeros(2 * n, dtype)
        ufunc(dy[:n], x[:n], out=spread[::2])
        assert same_bits(spread[::2], wanted[:n])
        assert not bits_of(spread[1::2]).any()
    shifted = x[:5_000].copy()
    ufunc(dy[:4_999], shifted[:-1], out=shifted[1:])
    assert same_bits(shifted[1:], wanted[:4_999])


@fp_environment.needs_fenv
@each_dtype
@each_isa
def test_products_do_not_depend_on_the_environment(dtype: "np.dtype[np.generic]", isa: str) -> None:
    ufunc, x = UFUNCS[isa]["gelu_backward"], every(dtype)
    dy = x[::-1].copy()
    wanted = computed(ufunc, dy, x)
    with fp_environment.rounding_upward(), fp_environment.flush_to_zero():
        with fp_environment.no_flag_raised():
            results = [ufunc(dy, x) for _ in range(3)]
        assert fp_environment.flushes_to_zero()
    assert all(same_bits(result, wanted) for result in results)


@each_dtype
@each_isa
def test_every_length_and_layout(dtype: "np.dtype[np.generic]", isa: str) -> None:
    gelu = UFUNCS[isa]["gelu"]
    gelu(every(dtype))
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 1 << 8 * dtype.itemsize, 9_000).astype(f"u{dtype.itemsize}")
    x = bits.view(dtype)
    wanted = computed(gelu, x)
    bytes_of_x = np.frombuffer(b"." + x.tobytes(), np.uint8)[1:]
    for n in [*range(1, 200), 8_999]:
        assert same_bits(gelu(x[:n]), wanted[:n])
        assert same_bits(gelu(x[:n][::-1]), wanted[:n][::-1])
        assert same_bits(gelu(x[: 3 * n : 3]), wanted[: 3 * n : 3])
        in_place, spread = x[:n].copy(), np.zeros(2 * n, dtype)
        assert same_bits(gelu(in_place, out=in_place), wanted[:n])
        gelu(x[:n], out=spread[::2])
        assert same_bits(spread[::2], wanted[:n])
        assert not bits_of(spread[1::2]).any()
        unaligned = bytes_of_x[: n * dtype.itemsize].view(dtype)
        assert same_bits(gelu(unaligned), wanted[:n])
    shifted = x[:5_000].copy()
    gelu(shifted[:-1], out=shifted[1:])
    assert same_bits(shifted[1:], wanted[:4_999])


@each_dtype
def test_a_parameter_has_its_own_table_while_there_is_room(
    dtype: "np.dtype[np.generic]",
) -> None:
    ufunc, x = UFUNCS[ISAS[0]]["squareplus"], every(dtype)
    values = [np.asarray(value, dtype) for value in (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, np.nan)]
    for _ in range(2):
        for value in values:
            assert same_bits(ufunc(x, value), computed(ufunc, x, value))
    counts = [
        count
        for name, character, count, _ in _core.tables(ISAS[0])
        if (name, character) == ("squareplus", _core.character_of(dtype))
    ]
    assert counts == [MOST_TABLES]


@each_dtype
def test_an_array_of_parameters_is_computed(dtype: "np.dtype[np.generic]") -> None:
    ufunc, x = UFUNCS[ISAS[0]]["elu"], every(dtype)
    alpha = np.resize(np.asarray([1, 2, 3], dtype), x.shape)
    ufunc(x, dtype.type(1))
    assert same_bits(ufunc(x, alpha), computed(ufunc, x, alpha))


@fp_environment.needs_fenv
def test_the_environment_of_the_first_caller_does_not_matter(tmp_path: Path) -> None:
    """In a process of its own, where nothing has made the tables before."""
    code = """
from relu_ufunc import _core
from tests.test_tables import DTYPES, ISAS, UFUNCS, computed, every, fp_environment, same_bits
for isa in ISAS:
    for dtype in DTYPES:
        ufunc, x = UFUNCS[isa]["mish"], every(dtype)
        wanted = computed(ufunc, x)
        made = len(_core.tables(isa))
        with fp_environment.rounding_upward(), fp_environment.flush_to_zero():
            mode = fp_environment.rounding()
            with fp_environment.no_flag_raised():
                actual = ufunc(x)
            assert fp_environment.flushes_to_zero()
            assert fp_environment.rounding() == mode
        assert len(_core.tables(isa)) == made + 1
        assert same_bits(actual, wanted), (isa, dtype)
print("done")
"""
    with_tests = f"import sys; sys.path.append({str(Path(__file__).parents[1])!r})"
    assert output_of(f"{with_tests}\n{code}", tmp_path) == "done"


@pytest.mark.parametrize("name", ["mish", "mish_backward"])
def test_the_first_use_from_many_threads(name: str) -> None:
    """Each has the right results, and one table is kept."""
    dtype = np.dtype(np.float16)
    ufunc, x = UFUNCS[ISAS[-1]][name], every(dtype)
    operands = [x] * ufunc.nin
    wanted = computed(ufunc, *operands)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: ufunc(*operands), range(32)))
    assert all(same_bits(result, wanted) for result in results)
    counts = {name: count for name, char, count, _ in _core.tables(ISAS[-1]) if char == "e"}
    assert counts[name] == 1


def test_a_table_comes_after_as_many_elements_as_it_has(tmp_path: Path) -> None:
    code = """
import numpy as np
from relu_ufunc import _config, _core, elu, gelu, gelu_backward, isa
def made():
    return {(name, count) for name, _, count, _ in _core.tables(isa())}
x = np.linspace(-4, 4, 1 << 12).astype(np.float16)
assert _config._tables() == "none yet"
for _ in range(15):
    gelu(x)
assert made() == set()
gelu(x)
assert made() == {("gelu", 1)}
assert _config._tables() == "gelu float16: 128 KiB", _config._tables()
for k in range(40):
    elu(x, np.float16(k % 2))
assert made() == {("gelu", 1)}
for k in range(2):
    for _ in range(16):
        elu(x, np.float16(k))
assert made() == {("gelu", 1), ("elu", 2)}
assert _config._tables() == "elu float16 (for 2 parameters), gelu float16: 384 KiB"
for _ in range(15):
    gelu_backward(x, x)
assert made() == {("gelu", 1), ("elu", 2)}
gelu_backward(x, x)
assert made() == {("gelu", 1), ("elu", 2), ("gelu_backward", 1)}
assert _config._tables() == (
    "elu float16 (for 2 parameters), gelu float16, gelu_backward float16: 896 KiB")
print("done")
"""
    assert output_of(code, tmp_path) == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process")
@pytest.mark.parametrize("name", ["mish", "mish_backward"])
def test_without_memory_for_a_table_everything_is_computed(name: str, tmp_path: Path) -> None:
    code = """
import resource
from pathlib import Path
import numpy as np
import relu_ufunc
from relu_ufunc import _core, isa
function = relu_ufunc.NAME
x = np.linspace(-4, 4, 1 << 16).astype(np.float16)
operands = [x] * function.nin
out, before = np.empty_like(x), np.empty_like(x)
_core.enable_tables(False)
function(*operands, out=before)
_core.enable_tables(True)
held = []
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
_, hard = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (used, hard))
try:
    # What the allocator has left could hold a table.
    while True:
        held.append(bytearray(1 << 16))
except MemoryError:
    pass
for _ in range(3):
    function(*operands, out=out)
without = len(_core.tables(isa()))
resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
held.clear()
assert without == 0
assert (out.view(np.uint16) == before.view(np.uint16)).all()
function(*operands, out=out)
assert len(_core.tables(isa())) == 1
assert (out.view(np.uint16) == before.view(np.uint16)).all()
print("done")
"""
    assert output_of(code.replace("NAME", name), tmp_path) == "done"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_uses_and_makes_tables(tmp_path: Path) -> None:
    code = """
import os, threading, warnings
import numpy as np
from relu_ufunc import _core, gelu, isa, silu, silu_backward
warnings.simplefilter("ignore", DeprecationWarning)
x = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
right = {f: f(*[x] * f.nin).tobytes() for f in (gelu, silu, silu_backward)}
def forever():
    while not stop:
        for name in ("softplus", "mish_backward", "selu"):
            function = getattr(__import__("relu_ufunc"), name)
            function(*[x] * function.nin)
stop = False
threads = [threading.Thread(target=forever) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(20):
    child = os.fork()
    if child == 0:
        ok = all(f(*[x] * f.nin).tobytes() == right[f] for f in right for _ in range(2))
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
stop = True
for thread in threads:
    thread.join()
print("done")
"""
    assert output_of(code, tmp_path) == "done"
