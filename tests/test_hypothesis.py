"""Layouts that Hypothesis generates."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relu_ufunc._operations import OPERATIONS
from tests.bits import Array, assert_same
from tests.cases import ISAS, Case, sequences
from tests.layouts import CHANGES
from tests.oracles import expected

cases = st.sampled_from(OPERATIONS).flatmap(
    lambda operation: st.builds(
        Case,
        st.just(operation),
        st.sampled_from(operation.type_characters),
        st.sampled_from(ISAS),
    )
)
shapes = st.lists(st.sampled_from([0, 1, 2, 3, 5, 9, 17]), min_size=0, max_size=4).map(tuple)
steps = st.sampled_from([1, 1, 2, 3, -1, -2])


@st.composite
def strided(draw: st.DrawFn, shape: tuple[int, ...], dtype: "np.dtype[np.generic]") -> Array:
    """A writable array of the shape, with its axes permuted, spread out, reversed and shifted."""
    order = draw(st.permutations(range(len(shape))))
    spread = [draw(steps) for _ in shape]
    memory = np.zeros([shape[axis] * abs(spread[axis]) + 1 for axis in order], dtype)
    change = draw(st.sampled_from(CHANGES))
    view: Array = change(memory).transpose(np.argsort(order, kind="stable"))
    axes: list[Any] = [slice(1 if s > 0 else None, None if s > 0 else 0, s) for s in spread]
    # Because of the ellipsis, a 0-d view is still an array.
    ends: list[Any] = [slice(n) for n in shape]
    return view[(*axes, ...)][(*ends, ...)]


@given(st.data())
def test_any_layout(data: st.DataObject) -> None:
    case = data.draw(cases)
    shape = data.draw(shapes)
    operands = []
    for a in sequences(case, max(int(np.prod(shape)), 1)):
        own = tuple(n if data.draw(st.integers(0, 4)) else 1 for n in shape)
        laid_out = data.draw(strided(own, case.dtype))
        laid_out[...] = np.resize(a, own)
        operands.append(laid_out)
    outputs = [data.draw(strided(shape, case.dtype)) for _ in case.operation.outputs]
    native = [a.astype(case.dtype) for a in operands]
    wanted = expected(case.operation, *np.broadcast_arrays(*native, np.empty(shape))[:-1])
    case.call(*operands, out=tuple(outputs))
    for out, right in zip(outputs, wanted, strict=True):
        assert out.shape == shape
        assert_same(out, right, case)


@given(st.data())
def test_any_overlap(data: st.DataObject) -> None:
    case = data.draw(cases)
    n = data.draw(st.integers(1, 70))
    memory = sequences(case, 400)[0].copy()

    def view() -> Array:
        step = data.draw(steps)
        start = data.draw(st.integers(0, 400 - n * abs(step)))
        return memory[start : start + n * abs(step)][::step][:n]

    operands = [view() for _ in case.operation.inputs]
    wanted = expected(case.operation, *(a.copy() for a in operands))
    out = view()
    others = [np.zeros(n, case.dtype) for _ in case.operation.outputs[1:]]
    case.call(*operands, out=(out, *others))
    for actual, right in zip((out, *others), wanted, strict=True):
        assert_same(actual, right, case)
