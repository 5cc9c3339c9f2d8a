"""The smooth functions are correctly rounded in float32, and within 1 ulp in float64."""

import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.cases import BY_NAME, UFUNCS, each_isa
from tests.fp_environment import flush_to_zero, needs_fenv, rounding_upward
from tests.oracles import ORACLES

ROOT = Path(__file__).parents[1]
SMOOTH = [row for row in OPERATIONS if row.is_smooth]

each_smooth = pytest.mark.parametrize("operation", SMOOTH, ids=lambda row: row.name)

USUAL = {"alpha": 1.0, "b": 4.0}
"""The parameters for which every float32 has been looked at."""

# Inputs and results, as bits, that are hardest to round: a value within 2^-29 of the last place
# of the middle between two floats. MPFR says which of the two is nearer.
NEAR_TIES = {
    "softplus": [(0x39EA41D0, 0x3F3180BD)],
    "gelu": [(0x37B0A46F, 0x3730A531), (0xB7B0A46F, 0xB730A3AD)],
    "silu": [(0xB7100000, 0xB68FFFD8)],
}

# crc32 of the results for every 4099th float32, its NaN apart.
CHECKSUMS: dict[str, int] = {
    "softplus": 0x8A69E630,
    "softplus_backward": 0xFAE97346,
    "elu": 0x29E3FAAF,
    "elu_backward": 0xDC1F2DAC,
    "selu": 0x414655E1,
    "selu_backward": 0x40BD1BCE,
    "celu": 0x29E3FAAF,
    "celu_backward": 0xDC1F2DAC,
    "gelu": 0x750BB619,
    "gelu_backward": 0x8918DBE4,
    "gelu_tanh": 0x2BA68971,
    "gelu_tanh_backward": 0x2EEE929C,
    "silu": 0x8BF97267,
    "silu_backward": 0x738EDA1C,
    "mish": 0xFE758560,
    "mish_backward": 0xABB76C33,
    "squareplus": 0x138661AA,
    "squareplus_backward": 0x7FA01943,
    "hard_swish": 0xB17FAD13,
    "hard_swish_backward": 0x9981D63C,
}

STEP = 4099


def operands_of(operation: Operation, x: Array) -> list[Array]:
    dy = [np.ones((), x.dtype)] if operation.is_backward else []
    return [*dy, x, *(np.array(USUAL[name], x.dtype) for name in operation.parameters)]


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


@pytest.mark.parametrize("name", NEAR_TIES)
@each_isa
def test_near_ties(name: str, isa: str) -> None:
    x, right = (np.array(column, np.uint32) for column in zip(*NEAR_TIES[name], strict=True))
    for n in (1, 100):
        operands = operands_of(BY_NAME[name], np.tile(x.view(np.float32), n))
        results = UFUNCS[isa][name](*operands).view(np.uint32)
        np.testing.assert_array_equal(results, np.tile(right, n))


@pytest.mark.parametrize("name", NEAR_TIES)
def test_mpfr_says_the_same_of_near_ties(name: str) -> None:
    from tests.mpfr import errors_in_ulp

    x, right = (np.array(column, np.uint32) for column in zip(*NEAR_TIES[name], strict=True))
    parameters = [USUAL[each] for each in BY_NAME[name].parameters]
    errors = errors_in_ulp(name, right.view(np.float32), x.view(np.float32), *parameters)
    assert (errors < 0.5).all()
    assert (errors > 0.499999).all()


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


BACKWARD_ULPS = 4.0
"""A derivative has fewer digits the nearer it is to 0: three have a root."""


@each_smooth
def test_float64_is_within_an_ulp(operation: Operation) -> None:
    from tests.mpfr import errors_in_ulp

    x = float64_points(200)
    for parameters in ORACLES[operation.name].combinations():
        dy = [np.ones(())] if operation.is_backward else []
        results = UFUNCS["generic"][operation.name](*dy, x, *parameters)
        reached = np.isfinite(results)
        errors = errors_in_ulp(operation.name, results[reached], x[reached], *parameters)
        worst = np.argmax(errors)
        most = BACKWARD_ULPS if operation.is_backward else 1
        assert errors[worst] <= most, (operation.name, x[reached][worst], parameters)


@each_smooth
def test_float64_is_the_same_on_every_instruction_set(operation: Operation) -> None:
    x = float64_points(20_000)
    operands = operands_of(operation, x)
    right = UFUNCS["generic"][operation.name](*operands).tobytes()
    for ufuncs in UFUNCS.values():
        assert ufuncs[operation.name](*operands).tobytes() == right


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tests/c/smooth.c, built with the library's own build."""
    meson, ninja = shutil.which("meson"), shutil.which("ninja")
    if not meson or not ninja or np.finfo(np.longdouble).nmant < 63:
        pytest.skip("needs meson, ninja and a long double of 64 bits")
    build = tmp_path_factory.mktemp("smooth") / "build"
    subprocess.run([meson, "setup", build, ROOT], check=True, capture_output=True)
    subprocess.run([ninja, "-C", build, "tests/c/smooth_test"], check=True, capture_output=True)
    return build / "tests/c/smooth_test"


@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform == "win32", reason="an oracle in long double")
@each_smooth
def test_all_float32_inputs(operation: Operation, program: Path) -> None:
    """Against long double; where that cannot tell which float is nearer, against MPFR."""
    from tests.mpfr import errors_in_ulp

    done = subprocess.run(
        [program, operation.name, "0", "0x100000000", "1"],
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert not [line for line in lines if line[0] == "wrong"]
    assert len({line[2] for line in lines if line[0] == "sum"}) == 1
    near = [[int(bits, 16) for bits in line[2:]] for line in lines if line[0] == "near"]
    if near:
        x, results = np.array(near, np.uint32).T.copy().view(np.float32)
        finite = np.isfinite(x)
        parameters = [USUAL[name] for name in operation.parameters]
        errors = errors_in_ulp(operation.name, results[finite], x[finite], *parameters)
        assert (errors <= 0.5).all()
