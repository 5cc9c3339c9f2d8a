"""The smooth functions are correctly rounded in float32, and within 1 ulp in float64."""

import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from relu_ufunc._operations import Operation
from tests.bits import Array
from tests.cases import CASES, UFUNCS, Case, each_isa
from tests.fp_environment import flush_to_zero, needs_fenv, rounding_upward
from tests.oracles import ORACLES, ULPS
from tests.smooth_facts import (
    CHECKSUMS,
    DIGESTS,
    NEAR_TIES,
    SMOOTH,
    near_ties,
    usual_parameters,
)

each_smooth = pytest.mark.parametrize("operation", SMOOTH, ids=lambda row: row.name)

STEP = 4099


def operands_of(operation: Operation, x: Array) -> list[Array]:
    dy = [np.ones((), x.dtype)] if operation.is_backward else []
    return [*dy, x, *(np.array(value, x.dtype) for value in usual_parameters(operation))]


def sample() -> Array:
    x = np.arange(0, 1 << 32, STEP, dtype=np.uint32).view(np.float32)
    return x[~np.isnan(x)]


def checksum(results: Array) -> int:
    return zlib.crc32(results.astype("<f4").tobytes())


@each_isa
@each_smooth
def test_a_sample_of_all_float32_has_its_checksum(operation: Operation, isa: str) -> None:
    ufunc = UFUNCS[isa][operation.name]
    operands = operands_of(operation, sample())
    assert checksum(ufunc(*operands)) == CHECKSUMS[operation.name]


@needs_fenv
@each_isa
@each_smooth
def test_no_mode_of_the_thread_changes_a_bit(operation: Operation, isa: str) -> None:
    ufunc = UFUNCS[isa][operation.name]
    for x in (sample()[::5], sample()[::97].astype(np.float64)):
        operands = operands_of(operation, x)
        right, result = ufunc(*operands), np.empty_like(x)
        with rounding_upward():
            ufunc(*operands, out=result)
        assert result.tobytes() == right.tobytes()
        with flush_to_zero():
            ufunc(*operands, out=result)
        assert result.tobytes() == right.tobytes()


@each_smooth
@each_isa
def test_near_ties(operation: Operation, isa: str) -> None:
    x, right = near_ties(operation.name)
    for n in (1, 100):
        operands = operands_of(operation, np.tile(x, n))
        results = UFUNCS[isa][operation.name](*operands).view(np.uint32)
        np.testing.assert_array_equal(results, np.tile(right, n))


def one_by_one(ufunc: np.ufunc, operands: list[Array]) -> Array:
    """A failed rounding test of one element does not hide what the others would be.

    With a mask, NumPy calls the loop once for each run of elements that are not masked.
    """
    arrays = [np.repeat(a, 2) for a in np.broadcast_arrays(*operands)]
    results = np.zeros_like(arrays[0])
    ufunc(*arrays, out=results, where=np.arange(len(results)) % 2 == 0)
    alone: Array = results[::2]
    return alone


@each_smooth
@each_isa
def test_neighbours_do_not_change_a_result(operation: Operation, isa: str) -> None:
    # Some forms are computed again, chunk by chunk, if the rounding test of one element fails.
    ufunc = UFUNCS[isa][operation.name]
    x = np.linspace(-20, 20, 2053, dtype=np.float32)
    x[::97] = np.resize(near_ties(operation.name)[0], len(x[::97]))
    for dtype in (np.float32, np.float16):
        with np.errstate(over="ignore"):
            operands = operands_of(operation, x.astype(dtype))
        right = one_by_one(ufunc, operands)
        assert ufunc(*operands).tobytes() == right.tobytes()
        for k in range(len(operands)):
            arrays = [np.broadcast_to(operand, x.shape).copy() for operand in operands]
            assert ufunc(*arrays, out=arrays[k]).tobytes() == right.tobytes()
        x_of_dtype = operands[int(operation.is_backward)]
        assert ufunc(*operands, out=x_of_dtype).tobytes() == right.tobytes()


@each_smooth
def test_mpfr_says_the_same_of_near_ties(operation: Operation) -> None:
    from tests.mpfr import errors_in_ulp

    x, right = near_ties(operation.name)
    results = right.view(np.float32)
    errors = errors_in_ulp(operation.name, results, *operands_of(operation, x))
    assert (errors <= 0.5).all()
    assert (errors > 0.49999).all()


@each_smooth
@each_isa
def test_every_float16(operation: Operation, isa: str) -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    Case(operation, "e", isa).check(*operands_of(operation, every))
    ufunc, operands = UFUNCS[isa][operation.name], operands_of(operation, every)
    assert one_by_one(ufunc, operands).tobytes() == ufunc(*operands).tobytes()


@each_smooth
def test_every_value_of_other_small_floats(operation: Operation) -> None:
    from tests.small_floats import DTYPES, check, every

    for dtype in DTYPES:
        operands = operands_of(operation, every(dtype))
        check(operation, *(np.atleast_1d(a) for a in operands))


@pytest.mark.exhaustive
@each_smooth
def test_every_small_float_by_mpfr(operation: Operation) -> None:
    from tests.mpfr import rounded
    from tests.small_floats import DTYPES, bits_of, every

    dtypes: list[np.dtype[Any]] = [np.dtype(np.float16), *DTYPES]
    for dtype in dtypes:
        x = every(dtype)
        with np.errstate(all="ignore"):
            x = x[np.isfinite(x)]
            exact, parameters = x.astype(np.float64), usual_parameters(operation)
            right = rounded(operation.name, exact, dtype, *parameters).astype(dtype)
        for isa in UFUNCS:
            results = UFUNCS[isa][operation.name](*operands_of(operation, x))
            np.testing.assert_array_equal(bits_of(results), bits_of(right), f"{isa} {dtype}")


def float64_points(n: int) -> Array:
    """Where the functions bend, far out, and over all exponents."""
    random = np.random.default_rng(7)
    signs = random.choice([-1, 1], n)
    return np.concatenate(
        [
            random.normal(0, 2, n),
            random.uniform(-50, 50, n),
            random.uniform(-760, 0, n),
            np.exp2(random.uniform(-70, 8, n)) * signs,
            np.exp2(random.uniform(-1074, 1023, n)) * signs,
        ]
    )


@each_smooth
def test_float64_is_within_an_ulp(operation: Operation) -> None:
    from tests.mpfr import errors_in_ulp

    x = float64_points(200)
    for parameters in ORACLES[operation.name].combinations():
        operands = [*([1.0] if operation.is_backward else []), x, *parameters]
        errors = errors_in_ulp(
            operation.name, UFUNCS["generic"][operation.name](*operands), *operands
        )
        worst = np.argmax(errors)
        assert errors[worst] <= ULPS["d"][operation.is_backward], (
            operation.name,
            x[worst],
            parameters,
        )


@each_smooth
def test_float64_is_the_same_on_every_instruction_set(operation: Operation) -> None:
    # Where exponentials are so small that the rounding error of a product may be subnormal.
    small = [float.fromhex(x) for x in ("-0x1.2aef916b777f8p+5", "-0x1.2b5117a917866p+5")]
    x = np.concatenate([float64_points(20_000), small])
    operands = operands_of(operation, x)
    right = UFUNCS["generic"][operation.name](*operands).tobytes()
    for ufuncs in UFUNCS.values():
        assert ufuncs[operation.name](*operands).tobytes() == right


@each_smooth
def test_any_parameters_give_the_same_on_every_instruction_set(operation: Operation) -> None:
    random = np.random.default_rng(8)
    n = 1 << 12
    x = np.exp2(random.uniform(-75, 64, n)) * random.choice([-1, 1], n)
    # Some that almost cancel x^2, and some of any magnitude.
    almost = np.exp2(random.uniform(-20, 0, n)) - 1
    parameter = x * x * np.where(random.random(n) < 0.5, almost, np.exp2(random.uniform(-8, 8, n)))
    with np.errstate(over="ignore"):
        operands = operands_of(operation, x.astype(np.float32))
        for k in range(len(operands) - len(usual_parameters(operation)), len(operands)):
            # The usual one is first, and among others.
            usual = np.arange(n) % 3 == 0
            operands[k] = np.where(usual, operands[k], parameter).astype(np.float32)
    right = UFUNCS["generic"][operation.name](*operands).tobytes()
    for ufuncs in UFUNCS.values():
        assert ufuncs[operation.name](*operands).tobytes() == right
        assert one_by_one(ufuncs[operation.name], operands).tobytes() == right


def beside_the_root(ufunc: np.ufunc, operation: Operation) -> Array:
    """All floats near the root of a derivative, below 0; or near -1 if it has none."""
    x = np.linspace(-2, -0.5, 1 << 16, dtype=np.float32)
    derivative = np.abs(ufunc(*operands_of(operation, x)))
    root = x[np.argmin(derivative)] if derivative.min() < 1e-4 else np.float32(-1)
    bits = root.view(np.uint32) + np.arange(-(1 << 14), 1 << 14, dtype=np.int64)
    return bits.astype(np.uint32).view(np.float32)


@pytest.mark.parametrize(
    "operation", [row for row in SMOOTH if row.is_backward], ids=lambda row: row.name
)
def test_a_derivative_times_any_dy_is_the_same_on_every_instruction_set(
    operation: Operation,
) -> None:
    """Beside the root, and where products are subnormal: half of an odd dy is a midpoint there."""
    random = np.random.default_rng(9)
    generic = UFUNCS["generic"][operation.name]
    root = beside_the_root(generic, operation)
    far = (random.standard_normal(root.size) * 8).astype(np.float32)
    tiny = (far * np.exp2(random.uniform(-140, -30, root.size))).astype(np.float32)
    for x, exponents in (
        (root, (-20, 20)), (far, (-149, -120)), (tiny, (-149, -127)), (far, (-60, 120)),
    ):  # fmt: skip
        dy = random.choice([-1, 1], x.size) * np.exp2(random.uniform(*exponents, x.size))
        operands = [dy.astype(np.float32), *operands_of(operation, x)[1:]]
        right = generic(*operands).tobytes()
        for ufuncs in UFUNCS.values():
            assert ufuncs[operation.name](*operands).tobytes() == right
            assert one_by_one(ufuncs[operation.name], operands).tobytes() == right


SQUAREPLUS = [case for case in CASES if case.operation.name.startswith("squareplus")]


@pytest.mark.parametrize("case", SQUAREPLUS, ids=str)
def test_squareplus_where_b_cancels_the_square(case: Case) -> None:
    n, random = 2_000, np.random.default_rng(9)
    dy, x = (random.normal(size=n).astype(case.dtype) for _ in range(2))
    square = np.square(x)
    b = (random.integers(-3, 4, n) * np.spacing(square) - square).astype(case.dtype)
    case.check(*([dy] * case.operation.is_backward), x, b)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.smooth_programs import CannotBuildError, build

    try:
        return build(tmp_path_factory.mktemp("smooth") / "build")
    except CannotBuildError as error:
        pytest.skip(str(error))


def exhaustive(test: Any) -> Any:
    """Mark a test of each function by a program whose oracle is in long double."""
    unix = pytest.mark.skipif(sys.platform == "win32", reason="an oracle in long double")
    return pytest.mark.exhaustive(unix(each_smooth(test)))


@exhaustive
def test_all_float32_inputs(operation: Operation, programs: Path) -> None:
    """Beside an oracle in C, and where that cannot tell which float is nearer, MPFR."""
    from tests.smooth_programs import ALL, sweep

    found = sweep(programs, operation)
    assert not found.wrong
    assert found.count == ALL
    assert set(found.digests.values()) == {DIGESTS[operation.name]}
    assert set(found.hardest[:4]) <= set(NEAR_TIES[operation.name])


@exhaustive
def test_all_float32_results_are_those_that_were_proven(
    operation: Operation, programs: Path
) -> None:
    """As the test above has it, but for seconds: after a change that ought to change no bit."""
    from tests.smooth_programs import digests

    assert set(digests(programs, operation).values()) == {DIGESTS[operation.name]}


@exhaustive
def test_the_oracle_knows_its_error(operation: Operation, programs: Path) -> None:
    """With room to spare; very near to 0 and far out the same float32 is enough."""
    from tests.mpfr import difference, rounded
    from tests.smooth_programs import estimates

    parameters = usual_parameters(operation)
    for line in estimates(programs, operation, 3000):
        x = np.array([float.fromhex(line[0])])
        is_ordinary = 2.0**-60 <= abs(x[0]) <= 14
        right = rounded(operation.name, x, np.dtype(np.float32), *parameters)
        for estimate, bound in (line[1:3], line[3:5]):
            error = difference(operation.name, estimate, x[0], *parameters)
            is_same = np.float32(float.fromhex(estimate)) == right.astype(np.float32)
            assert error <= float.fromhex(bound) / 8 or (is_same and not is_ordinary), line


@exhaustive
def test_float64_at_ten_million_points(operation: Operation, programs: Path) -> None:
    from tests.smooth_programs import measure

    for parameters in ORACLES[operation.name].combinations():
        found = measure(programs, operation, "f64", 10_000_000, *parameters)
        assert not found.differ
        assert found.worst <= ULPS["d"][operation.is_backward]


@exhaustive
def test_float32_at_ten_million_points(operation: Operation, programs: Path) -> None:
    """With any parameter, and any dy."""
    from tests.smooth_programs import measure

    for parameters in ORACLES[operation.name].combinations():
        found = measure(programs, operation, "f32", 10_000_000, *parameters)
        assert not found.differ
        assert found.worst <= 1
