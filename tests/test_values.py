"""The results have the bits that the definitions require, on every dtype and instruction set."""

import numpy as np
import pytest

from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array, assert_same, bits, specials
from tests.cases import (
    BY_NAME,
    ISAS,
    UFUNCS,
    Case,
    combinations,
    each_case,
    each_isa,
    each_operation,
    ordinary_operands,
)
from tests.facts import FLOATING, nowhere
from tests.oracles import FORWARDS, ORACLES, evaluated, expected

FLOAT16_PARAMETERS = np.array(
    [0.0, -0.0, 0.01, 0.1, 0.3, 1.0, -1.0, 2.5, 6.0, 1e-7, 65504.0, np.inf, np.nan], np.float16
)


@each_case
def test_every_combination_of_special_values(case: Case) -> None:
    case.check(*combinations(case))


@each_case
def test_random_values(case: Case) -> None:
    case.check(*ordinary_operands(case, 4099))


@each_operation
def test_all_float16_inputs(operation: Operation) -> None:
    """With each value of the others; of a second one every fourth, which are others each time.

    Whatever three special values do together, test_every_combination_of_special_values sees.
    """
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    n_inputs, n = len(operation.inputs), len(FLOAT16_PARAMETERS)
    for position in range(n_inputs):
        for shift in range(0, n, 4) if n_inputs == 3 else [0]:
            columns = [np.roll(FLOAT16_PARAMETERS, k * shift)[:, None] for k in range(n_inputs - 1)]
            operands = [*columns[:position], every, *columns[position:]]
            wanted = evaluated(operation, *operands)
            for isa in ISAS:
                case = Case(operation, "e", isa)
                for actual, right in zip(case.call(*operands), wanted, strict=True):
                    assert_same(actual, right, case)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    # tests/test_smooth.py has an oracle in C for the others.
    "operation",
    [row for row in OPERATIONS if not row.is_smooth],
    ids=lambda row: row.name,
)
def test_all_float32_inputs(operation: Operation) -> None:
    chunk = 1 << 18
    low = np.arange(chunk, dtype=np.uint32)
    position = operation.inputs.index("x")
    dy = [-1.5] if operation.is_backward else []
    firsts = [values[0] for values in ORACLES[operation.name].parameters.values()]
    others = [np.array(value, np.float32) for value in (*dy, *firsts)]
    outputs = [np.empty(chunk, np.float32) for _ in operation.outputs]
    x_bits = np.empty_like(low)
    for high in range(0, 1 << 32, chunk):
        x = np.bitwise_or(low, np.uint32(high), out=x_bits).view(np.float32)
        operands = [*others[:position], x, *others[position:]]
        wanted = expected(operation, *operands)
        for isa in ISAS:
            UFUNCS[isa][operation.name](*operands, out=tuple(outputs))
            for actual, right in zip(outputs, wanted, strict=True):
                if not np.array_equal(bits(actual), bits(right)):
                    assert_same(actual, right, (isa, hex(high)))


@pytest.mark.parametrize(
    "name", [name for name, oracle in FORWARDS.items() if oracle.nonnegative is not nowhere]
)
@pytest.mark.parametrize("character", FLOATING)
@each_isa
def test_sign_bit_is_never_set(name: str, character: str, isa: str) -> None:
    case = Case(BY_NAME[name], character, isa)
    operands = combinations(case)
    with np.errstate(invalid="ignore"):
        holds = np.broadcast_to(FORWARDS[name].nonnegative(*operands[1:]), operands[0].shape)
    assert holds.any()
    for output in case.call(*(a[holds] for a in operands)):
        assert not np.any(np.signbit(output) & ~np.isnan(output)), (
            f"if {name!r} may be negative, write nonnegative= in tests/oracles.py"
        )


@pytest.mark.parametrize("name", [name for name, oracle in FORWARDS.items() if oracle.keeps_nan])
@pytest.mark.parametrize("character", "efd")
@each_isa
def test_nan_generated_by_the_processor_is_kept(name: str, character: str, isa: str) -> None:
    infinity = np.full(67, np.inf, character)
    with np.errstate(invalid="ignore"):
        made = infinity - infinity
    for negative in (made, np.copysign(made, np.full(67, -1, character))):
        for parameters in FORWARDS[name].combinations():
            result = UFUNCS[isa][name](negative, *parameters)
            for output in result if isinstance(result, tuple) else (result,):
                assert_same(
                    output,
                    negative,
                    f"{name}; if x goes through arithmetic: keeps_nan=False in tests/oracles.py;",
                )


@pytest.mark.parametrize(
    ("name", "operands"),
    [(name, operands) for name, oracle in FORWARDS.items() for operands in oracle.makes_nan],
)
@pytest.mark.parametrize("character", "efd")
@each_isa
def test_nan_from_arithmetic(
    name: str, operands: tuple[float, ...], character: str, isa: str
) -> None:
    y = UFUNCS[isa][name](*(np.full(67, value, character) for value in operands))
    assert np.isnan(y).all()


def _f(values: object) -> Array:
    return np.array(values, np.float64)


NAN, INF = np.nan, np.inf
TABLE: list[tuple[str, tuple[object, ...], object]] = [
    ("relu", ([-INF, -1, -0.0, 0, 5e-324, 1, INF],), [0, 0, 0, 0, 5e-324, 1, INF]),
    ("relu_backward", ([INF, NAN, -2, 3], [-1, 0, 5e-324, NAN]), [0, 0, -2, NAN]),
    ("leaky_relu", ([-2, -0.0, 3, -INF, INF], 0.5), [-1, -0.0, 3, -INF, INF]),
    ("leaky_relu", ([-INF, -1, 2], 0), [NAN, -0.0, 2]),
    ("leaky_relu", ([-3, 3], -2), [6, 3]),
    ("leaky_relu", ([-3, 3], 4), [-12, 3]),
    ("leaky_relu", ([-3, 3, 0, -0.0], NAN), [NAN, 3, 0, -0.0]),
    ("leaky_relu_backward", ([3, 3, 3, INF, INF], [-1, 0, 2, -1, 1], 0), [0, 0, 3, NAN, INF]),
    ("leaky_relu_backward", ([3, 3, 3], [-1, 0, 2], NAN), [NAN, NAN, 3]),
    ("prelu", ([-2, -4, 8], [0.5, 0.25, 9]), [-1, -1, 8]),
    ("relu6", ([-1, -0.0, 3, 6, 7, INF, NAN],), [0, 0, 3, 6, 6, 6, NAN]),
    ("relu6_backward", ([9, 9, 9, 9, NAN], [0, 3, 6, 7, 8]), [0, 9, 0, 0, 0]),
    ("clipped_relu", ([-1, 0, 3, 9], 2), [0, 0, 2, 2]),
    ("clipped_relu", ([-1, 0, 3, INF, NAN], -2), [-2, -2, -2, -2, NAN]),
    ("clipped_relu", ([-1, -0.0, 3], -0.0), [0, 0, 0]),
    ("clipped_relu", ([-1, 1, 3], NAN), [NAN, NAN, NAN]),
    ("clipped_relu_backward", ([7, 7, 7, 7], [0, 1, 2, 3], 2), [0, 7, 0, 0]),
    ("clipped_relu_backward", ([7, 7], [1, -1], NAN), [NAN, NAN]),
    ("thresholded_relu", ([1, 2, 3, NAN, -0.0], 2), [0, 0, 3, NAN, 0]),
    ("thresholded_relu", ([-3, -1, -0.0, 4], -2), [0, -1, -0.0, 4]),
    ("thresholded_relu", ([-3, 4], NAN), [NAN, NAN]),
    ("thresholded_relu_backward", ([INF, INF, 5], [1, 2, 3], 2), [0, 0, 5]),
    ("soft_threshold", ([-5, -2, -1, -0.0, 0, 1, 2, 5], 2), [-3, 0, 0, 0, 0, 0, 0, 3]),
    ("soft_threshold", ([-5, -5e-324, -0.0, 0, 5e-324], 0), [-5, -5e-324, 0, 0, 5e-324]),
    ("soft_threshold", ([-5, -5e-324, -0.0, 0, 5], -2), [-7, -2, 0, 0, 7]),
    ("soft_threshold", ([-INF, 5, INF, NAN], 2), [-INF, 3, INF, NAN]),
    ("soft_threshold", ([-INF, 5, INF, NAN], INF), [0, 0, 0, NAN]),
    ("soft_threshold", ([-INF, -5, -0.0, 5, INF], -INF), [-INF, -INF, 0, INF, INF]),
    ("soft_threshold", ([-INF, -5, 0, INF, NAN], NAN), [NAN] * 5),
    ("soft_threshold", ([1e308, -1e308, 2], -1e308), [INF, -INF, 1e308]),
    ("soft_threshold_backward", ([7, NAN, INF, 7, 7], [-3, -2, 0, 2, 3], 2), [7, 0, 0, 0, 7]),
    ("soft_threshold_backward", ([7, 7, 7, NAN], [-3, 0, 3, NAN], -2), [7, 7, 7, NAN]),
    ("soft_threshold_backward", ([7, 7], [1, -1], NAN), [NAN, NAN]),
    ("hard_threshold", ([-5, -2, -1, -0.0, 0, 1, 2, 5], 2), [-5, 0, 0, 0, 0, 0, 0, 5]),
    ("hard_threshold", ([-5, -5e-324, -0.0, 0, 5e-324], 0), [-5, -5e-324, 0, 0, 5e-324]),
    ("hard_threshold", ([-5, -5e-324, -0.0, 0, 5e-324], -0.0), [-5, -5e-324, 0, 0, 5e-324]),
    ("hard_threshold", ([-5, -0.0, 0, 1], -2), [-5, -0.0, 0, 1]),
    ("hard_threshold", ([-INF, 5, INF, NAN], INF), [0, 0, 0, NAN]),
    ("hard_threshold", ([-INF, -5, 0, INF, NAN], NAN), [NAN] * 5),
    ("hard_threshold_backward", ([7, NAN, INF, 7, 7], [-3, -2, 0, 2, 3], 2), [7, 0, 0, 0, 7]),
    ("squared_relu", ([-3, -0.0, 3, INF, 1e200],), [0, 0, 9, INF, INF]),
    ("squared_relu_backward", ([INF, 5, 5, 5], [0, -1, 2, NAN]), [0, 0, 20, NAN]),
    ("add_relu", ([1, -3, 2, -0.0], [2, 1, -2, -0.0]), [3, 0, 0, 0]),
    ("affine_relu", ([1, 2, -3], 2, -3), [0, 1, 0]),
]


@pytest.mark.parametrize(
    ("name", "operands", "wanted"), TABLE, ids=[f"{row[0]}-{i}" for i, row in enumerate(TABLE)]
)
@each_isa
def test_worked_examples(name: str, operands: tuple[object, ...], wanted: object, isa: str) -> None:
    right = _f(wanted)
    result = UFUNCS[isa][name](*map(_f, operands))
    np.testing.assert_array_equal(result, right)
    number = ~np.isnan(right)
    np.testing.assert_array_equal(np.signbit(result)[number], np.signbit(right)[number])


@each_isa
def test_crelu_of_integers(isa: str) -> None:
    crelu = UFUNCS[isa]["crelu"]
    for character in "bhilq":
        least = np.iinfo(character).min
        positive, negative = crelu(np.array([least, least + 1, -1, 0, 5] * 20, character))
        assert positive.tolist() == [0, 0, 0, 0, 5] * 20
        assert negative.tolist() == [0, -(least + 1), 1, 0, 0] * 20
    for character in "BHILQ":
        greatest = np.iinfo(character).max
        positive, negative = crelu(np.array([0, greatest] * 20, character))
        assert positive.tolist() == [0, greatest] * 20
        assert not negative.any()


@each_isa
def test_integer_arithmetic_wraps(isa: str) -> None:
    ufuncs = UFUNCS[isa]
    assert ufuncs["squared_relu"](np.array([16, 12, -4] * 20, np.int8)).tolist() == (
        [0, -112, 0] * 20
    )
    assert ufuncs["add_relu"](np.array([127, -128] * 20, np.int8), np.int8(1)).tolist() == [0] * 40
    assert ufuncs["add_relu"](np.array([-128] * 20, np.int8), np.int8(-1)).tolist() == [127] * 20
    assert ufuncs["squared_relu"](np.array([65535] * 20, np.uint16)).tolist() == [1] * 20


@each_isa
def test_thresholds_of_integers(isa: str) -> None:
    """As with Python's integers, which do not wrap around, in every dtype at its ends."""
    soft, hard = UFUNCS[isa]["soft_threshold"], UFUNCS[isa]["hard_threshold"]
    for character in "bhilq":
        least, greatest = np.iinfo(character).min, np.iinfo(character).max
        ends = {*range(least, least + 70), *range(-70, 70), *range(greatest - 70, greatest + 1)}
        x, thresholds = sorted(ends), sorted(value for value in ends if value >= 0)
        given = np.array(x, character), np.array(thresholds, character)[:, None]
        is_beyond = [[abs(each) > threshold for each in x] for threshold in thresholds]
        shrunk = [[each - t if each > 0 else each + t for each in x] for t in thresholds]
        np.testing.assert_array_equal(soft(*given), np.where(is_beyond, shrunk, 0))
        np.testing.assert_array_equal(hard(*given), np.where(is_beyond, x, 0))


@each_isa
def test_a_threshold_below_zero_wraps_as_addition_does(isa: str) -> None:
    soft, hard = UFUNCS[isa]["soft_threshold"], UFUNCS[isa]["hard_threshold"]
    x = np.array([-128, -127, -1, 0, 1, 127] * 20, np.int8)
    for threshold in range(-128, 0):
        signed = {-1: threshold, 0: 0, 1: -threshold}
        right = [each + signed[np.sign(each)] for each in x.tolist()]
        wanted = np.array(right).astype(np.int8)
        np.testing.assert_array_equal(soft(x, np.int8(threshold)), wanted)
        np.testing.assert_array_equal(hard(x, np.int8(threshold)), x)


@pytest.mark.parametrize("character", "fdg")
@pytest.mark.parametrize("n", [1, 100])
@each_isa
def test_affine_relu_rounds_twice(character: str, n: int, isa: str) -> None:
    # x * scale is 1 + 2e + e*e. Rounding loses the last term; in a fused operation only it is left.
    e = np.ldexp(np.ones((), character), -(np.finfo(character).nmant // 2 + 1))
    x = np.full(n, 1 + e, character)
    y = UFUNCS[isa]["affine_relu"](x, x, -np.full(n, 1 + 2 * e, character))
    assert_same(y, np.zeros(n, character))


@each_isa
def test_float16_is_rounded_once(isa: str) -> None:
    # In float16 the product alone would overflow; in float32 the sum is exact.
    x, scale, shift = (np.full(50, v, np.float16) for v in (300.0, 300.0, -60000.0))
    assert UFUNCS[isa]["affine_relu"](x, scale, shift).tolist() == [30000.0] * 50
    # 2049 lies half-way between 2048 and 2050.
    x, scale, shift = (np.full(50, v, np.float16) for v in (683.0, 3.0, 1e-3))
    assert UFUNCS[isa]["affine_relu"](x, scale, shift).tolist() == [2050.0] * 50


@pytest.mark.parametrize("character", FLOATING)
def test_special_values_cover_what_they_should(character: str) -> None:
    values = specials(character)
    assert len({value.tobytes() for value in bits(values)}) == len(values)
    assert {0.0, 6.0, np.inf, -np.inf} <= set(values[values == values].tolist())
    nans = values[values != values]
    assert 0 < np.count_nonzero(np.signbit(nans)) < len(nans)
    subnormal = (values != 0) & (np.abs(values) < np.finfo(character).tiny)
    assert np.count_nonzero(subnormal) >= 8
