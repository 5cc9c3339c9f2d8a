"""No flag is set and nothing warns, and subnormals are kept even if the thread flushes them."""

import numpy as np
import pytest

from tests import oracles
from tests.bits import ANY_NAN, Array, assert_same, is_any_nan
from tests.cases import (
    CASES,
    UFUNCS,
    Case,
    combinations,
    each_case,
    each_case_with,
    each_isa,
    ordinary_operands,
    sequences,
)
from tests.fp_environment import (
    flush_to_zero,
    flushes_to_zero,
    needs_fenv,
    no_flag_raised,
    rounding,
    rounding_upward,
)
from tests.layouts import with_stride
from tests.oracles import evaluated, expected

each_float_case = each_case_with(lambda case: case.dtype.kind == "f")


@each_case
def test_nothing_is_raised(case: Case) -> None:
    with np.errstate(all="raise"):
        case.call(*combinations(case))
        for n in (1, 2, 7, 8, 9, 40, 1000):
            operands = sequences(case, n)
            for stride in (1, 2, -1):
                case.call(*(with_stride(a, stride) for a in operands))
        operands = sequences(case, 40)
        for k in range(40):
            case.call(*(a[k : k + 1] for a in operands))


@each_isa
def test_nothing_is_raised_if_the_product_is_discarded(isa: str) -> None:
    for n in (1, 3, 8, 100):
        x = np.full(n, 3e38, np.float32)
        with np.errstate(all="raise"):
            for name in ("leaky_relu", "prelu"):
                assert_same(UFUNCS[isa][name](x, 10), x)
                assert_same(UFUNCS[isa][name](-x, 10), np.full(n, -np.inf, np.float32))


@pytest.mark.parametrize("character", "fd")
@each_isa
def test_no_warning_in_reductions(character: str, isa: str) -> None:
    values = np.array([np.inf, -np.inf, np.nan, 1, -1, 3e38] * 20, character)
    with np.errstate(all="raise"):
        for ufunc in UFUNCS[isa].values():
            if (ufunc.nin, ufunc.nout) == (2, 1):
                ufunc.accumulate(values)
                ufunc.reduce(values)
                ufunc.at(values.copy(), np.arange(len(values)), values)
                ufunc.outer(values, values)


@needs_fenv
@each_float_case
def test_no_flag_is_left_set(case: Case) -> None:
    for n in (1, 5, 9, 64, 700):
        operands = sequences(case, n)
        outputs = tuple(np.empty(n, case.dtype) for _ in range(case.n_outputs))
        with no_flag_raised():
            case.ufunc(*operands, out=outputs)


@needs_fenv
def test_flush_to_zero_takes_effect() -> None:
    smallest, one = np.full(64, 1e-40, np.float32), np.ones(64, np.float32)
    product = np.empty(64, np.float32)
    with flush_to_zero():
        np.multiply(smallest, one, out=product)
    assert not product.any()
    np.multiply(smallest, one, out=product)
    assert product.all()


def selected(case: Case, operands: list[Array], monkeypatch: pytest.MonkeyPatch) -> list[Array]:
    """A mask for each output: where it is a selection and not the result of arithmetic."""
    with monkeypatch.context() as patch:
        patch.setattr(oracles, "_computed", lambda *_: ANY_NAN[case.character])
        return [~is_any_nan(np.asarray(out)) for out in evaluated(case.operation, *operands)]


@needs_fenv
@each_float_case
def test_flush_to_zero_changes_no_selection(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for operands in (combinations(case), *(sequences(case, n) for n in (1, 3, 8, 130, 1100))):
        n = len(operands[0])
        wanted = expected(case.operation, *operands)
        kept = selected(case, operands, monkeypatch)
        for stride in (1, 3):
            laid_out = [with_stride(a, stride) for a in operands]
            outputs = tuple(np.empty(n, case.dtype) for _ in range(case.n_outputs))
            with flush_to_zero():
                case.ufunc(*laid_out, out=outputs)
            for out, right, keep in zip(outputs, wanted, kept, strict=True):
                assert_same(out[keep], right[keep], (case, n, stride))


@pytest.mark.parametrize(
    "name",
    [
        "leaky_relu",
        "leaky_relu_backward",
        "prelu",
        "prelu_backward",
        "soft_threshold",
        "squared_relu",
    ],
)
def test_enough_selections_were_compared(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(c for c in CASES if c.operation.name == name and c.character == "f")
    for keep in selected(case, combinations(case), monkeypatch):
        assert 0.3 < keep.mean() < 0.9


@needs_fenv
@each_case_with(lambda case: case.character == "e")
def test_flush_to_zero_changes_nothing_in_float16(case: Case) -> None:
    # Its arithmetic is done in float32, in which its subnormals are normal numbers.
    operands = combinations(case)
    outputs = tuple(np.empty(len(operands[0]), case.dtype) for _ in range(case.n_outputs))
    with flush_to_zero():
        case.ufunc(*operands, out=outputs)
    for out, right in zip(outputs, expected(case.operation, *operands), strict=True):
        assert_same(out, right, case)


@needs_fenv
@each_case_with(lambda case: case.character == "e")
def test_float16_is_rounded_to_nearest_whatever_the_thread_s_mode(case: Case) -> None:
    for operands in (combinations(case), ordinary_operands(case, 20_000)):
        right = case.call(*operands)
        with rounding_upward():
            whole = case.call(*operands)
            pieces = [case.call(*(a[i : i + 4] for a in operands)) for i in range(0, 1024, 4)]
        for one, other in zip(whole, right, strict=True):
            assert_same_or_nan(one, other)
        for k, wanted in enumerate(right):
            assert_same_or_nan(np.concatenate([piece[k] for piece in pieces]), wanted[:1024])


@needs_fenv
@each_float_case
def test_the_thread_s_mode_is_left_as_it_was(case: Case) -> None:
    for n in (3, 1000):
        operands = sequences(case, n)
        outputs = tuple(np.empty(n, case.dtype) for _ in range(case.n_outputs))
        with rounding_upward():
            mode = rounding()
            case.ufunc(*operands, out=outputs)
            assert rounding() == mode != 0
        with flush_to_zero():
            case.ufunc(*operands, out=outputs)
            assert flushes_to_zero()
        assert not flushes_to_zero()
        assert rounding() == 0


@needs_fenv
@each_isa
def test_a_float16_sum_between_two_halves_of_a_step(isa: str) -> None:
    # The product needs 21 bits, and the sum more bits than float32 has.
    x, scale, shift = (np.full(9, v, np.float16) for v in (1 + 2**-5, 1 + 2**-6, 2**-24))
    right = UFUNCS[isa]["affine_relu"](x, scale, shift)
    with rounding_upward():
        upward = UFUNCS[isa]["affine_relu"](x, scale, shift)
    assert upward.tolist() == right.tolist()


def assert_same_or_nan(actual: Array, wanted: Array) -> None:
    np.testing.assert_array_equal(actual[~np.isnan(wanted)], wanted[~np.isnan(wanted)])
    assert np.isnan(actual[np.isnan(wanted)]).all()
