"""Every ufunc's docstring is complete, its examples run, and its NumPy expression is correct."""

import doctest
import inspect
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc._words import WORDS
from tests.oracles import ORACLES

pytestmark = pytest.mark.project

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda row: row.name)
FILE = "relu_ufunc/_words.py"
numpy_version = tuple(map(int, np.__version__.split(".")[:2]))


def docstring(operation: Operation) -> str:
    text: str = getattr(relu_ufunc, operation.name).__doc__
    return text


def section(text: str, title: str) -> str:
    """The body of one numpydoc section."""
    body = text.split(f"\n{title}\n{'-' * len(title)}\n")[1]
    return re.split(r"\n\n[A-Z][A-Za-z ]+\n-+\n", body)[0]


def entries(body: str) -> list[str]:
    return re.findall(r"^(\S+)(?: : .*)?$", body, re.MULTILINE)


@pytest.mark.thread_unsafe
@every_operation
def test_examples_print_what_they_say(operation: Operation) -> None:
    test = doctest.DocTestParser().get_doctest(docstring(operation), {}, operation.name, None, None)
    assert f"import {operation.name}" in test.examples[1].source
    assert any(f"{operation.name}(" in example.source for example in test.examples), (
        f"{FILE}: write an example that calls {operation.name!r}"
    )
    output: list[str] = []
    doctest.DocTestRunner().run(test, out=output.append)
    assert not output, "".join(output)


@every_operation
def test_sections_stand_in_numpydoc_order(operation: Operation) -> None:
    titles = re.findall(r"^([A-Z][A-Za-z ]+)\n-+$", docstring(operation), re.MULTILINE)
    expected = ["Parameters", "Returns", "Raises", "See Also", "Notes", "References", "Examples"]
    if operation.is_backward:
        expected.remove("References")
    assert titles == expected, f"{FILE}: {operation.forward!r} lacks the words for a section"


@every_operation
def test_opens_with_the_call(operation: Operation) -> None:
    keywords = "where=True, casting='same_kind', order='K', dtype=None, subok=True, signature=None"
    out = "None" if len(operation.outputs) == 1 else "(None, None)"
    call = f"{operation.name}({', '.join(operation.inputs)}, /, out={out}, *, {keywords})\n"
    text = docstring(operation)
    if numpy_version >= (2, 2):
        assert text.startswith(call)
    else:
        # NumPy's own line with x1 and x2 comes first.
        assert call in text


@pytest.mark.skipif(numpy_version < (2, 2), reason="a ufunc's attributes cannot be set")
@every_operation
def test_inspect_gives_the_same_signature(operation: Operation) -> None:
    signature = inspect.signature(getattr(relu_ufunc, operation.name))
    assert docstring(operation).startswith(f"{operation.name}{signature}\n")


@pytest.mark.skipif(numpy_version < (2, 2), reason="a ufunc's attributes cannot be set")
@every_operation
def test_the_signature_takes_what_the_call_takes(operation: Operation) -> None:
    ufunc = getattr(relu_ufunc, operation.name)
    inputs = (1.0,) * len(operation.inputs)
    types = f"{'d' * len(operation.inputs)}->{'d' * len(operation.outputs)}"
    given: dict[str, Any] = {
        "out": None, "where": True, "casting": "same_kind", "order": "K", "dtype": None,
        "subok": True, "signature": types,
    }  # fmt: skip
    for name, value in given.items():
        if name == "out" and len(operation.outputs) > 1:
            value = (None,) * len(operation.outputs)
        inspect.signature(ufunc).bind(*inputs, **{name: value})
        assert np.array_equal(ufunc(*inputs, **{name: value}), ufunc(*inputs))
    assert set(inspect.signature(ufunc).parameters) == {*operation.inputs, *given}


@pytest.mark.skipif(not hasattr(np.add, "__signature__"), reason="NumPy's ufuncs have none")
@pytest.mark.parametrize("model", [np.add, np.divmod])
def test_the_keywords_are_those_of_numpys_ufuncs(model: np.ufunc) -> None:
    def after_the_inputs(ufunc: np.ufunc) -> list[inspect.Parameter]:
        return list(inspect.signature(ufunc).parameters.values())[ufunc.nin :]

    for operation in OPERATIONS:
        if len(operation.outputs) == model.nout:
            assert after_the_inputs(getattr(relu_ufunc, operation.name)) == after_the_inputs(model)


@every_operation
def test_parameters_and_returns_match_the_row(operation: Operation) -> None:
    text = docstring(operation)
    parameters = entries(section(text, "Parameters"))
    assert parameters == [*operation.inputs, "out", "where", "**kwargs"], (
        f"{FILE}: write what each parameter of {operation.forward!r} is"
    )
    assert entries(section(text, "Returns")) == list(operation.outputs)


@every_operation
def test_counterparts_are_named(operation: Operation) -> None:
    notes = section(docstring(operation), "Notes")
    for framework in ("PyTorch", "TensorFlow and Keras", "JAX", "ONNX"):
        assert f"\n- {framework}: " in notes
    assert notes.endswith(f"In plain NumPy::\n\n    {operation.numpy}")


@every_operation
def test_see_also_names_existing_functions(operation: Operation) -> None:
    body = section(docstring(operation), "See Also")
    names = [name for line in body.splitlines() for name in line.split(" : ")[0].split(", ")]
    assert len(set(names)) == len(names)
    for name in names:
        assert hasattr(np if name.startswith("numpy.") else relu_ufunc, name.split(".")[-1])
        assert name != operation.name
    if not operation.is_backward:
        has_backward = any(other.name == f"{operation.name}_backward" for other in OPERATIONS)
        assert (f"{operation.name}_backward" in names) == has_backward


@every_operation
def test_references_are_cited(operation: Operation) -> None:
    text = docstring(operation)
    defined = re.findall(r"^\.\. (\[\d\])", text, re.MULTILINE)
    cited = set(re.findall(r"(\[\d\])_", text))
    assert defined == sorted(cited)


@every_operation
def test_lines_fit_a_terminal(operation: Operation) -> None:
    verbatim = (f"{operation.name}(", f"    {operation.numpy}")
    lines = [line for line in docstring(operation).splitlines() if not line.startswith(verbatim)]
    assert max(map(len, lines)) <= 82


def inputs_of(operation: Operation, dtype: np.dtype) -> Iterator[dict[str, np.ndarray]]:
    values = [0, 1] if dtype.kind == "b" else [0, 1, 2, 3, 4, 5, 6, 7]
    if dtype.kind in "if":
        values = [*values, -1, -3]
    x = np.array(values, dtype)
    arrays = {"dy": np.roll(x, 3), "dz": np.roll(x, 3), "x": x}
    for parameters in parameters_of(operation, dtype):
        full = [np.full_like(x, np.array(value).astype(dtype)) for value in parameters]
        given = arrays | dict(zip(operation.parameters, full, strict=True))
        yield {name: given[name] for name in operation.inputs}


def parameters_of(operation: Operation, dtype: np.dtype) -> Iterator[tuple[float, ...]]:
    oracle = ORACLES[operation.name]
    if dtype.kind == "f":
        return oracle.combinations()
    whole = oracle.combinations(lambda value: float(value).is_integer(), "a whole")
    # In an unsigned dtype a negative integer wraps around, but a negative float has no cast.
    return (tuple(map(int, values)) for values in whole)


def evaluate(expression: str, inputs: dict[str, np.ndarray], out: object) -> tuple[object, ...]:
    result = eval(expression, {"np": np, "math": math, "out": out, **inputs})
    return result if isinstance(result, tuple) else (result,)


@every_operation
def test_the_numpy_spelling_gives_the_same_values(operation: Operation) -> None:
    expression = operation.numpy
    for character in operation.type_characters:
        for inputs in inputs_of(operation, np.dtype(character)):
            check_spelling(operation, expression, inputs)


def check_spelling(operation: Operation, expression: str, inputs: dict[str, np.ndarray]) -> None:
    ours = getattr(relu_ufunc, operation.name)(*inputs.values())
    is_bool = inputs["x"].dtype.kind == "b"
    # NumPy promotes bool combined with a Python number, so `out` would have the wrong dtype.
    outs = [None] if is_bool else [None, np.empty_like(inputs["x"])]
    for out in outs:
        with np.errstate(over="ignore" if operation.is_smooth else None):
            theirs = evaluate(expression, inputs, out)
        assert len(theirs) == len(operation.outputs)
        for one, other in zip(ours if isinstance(ours, tuple) else [ours], theirs, strict=True):
            # What is not the rectifier's own selection or product loses digits in float16.
            loses = operation.is_smooth and one.dtype == np.float16
            np.testing.assert_allclose(
                one.astype(np.longdouble),
                np.asarray(other).astype(np.longdouble),
                rtol=3e-2 if loses else 2e-3,
                atol=1e-2 if loses else 0,
            )
            if not is_bool:
                assert np.asarray(other).dtype == one.dtype


@every_operation
def test_the_words_are_complete(operation: Operation) -> None:
    words = operation.words._asdict()
    needed = "summary brief need why value special_values references example"
    needed += " pytorch tensorflow jax onnx"
    if operation.is_backward:
        needed += " brief_derivative gradient derivative backward_example"
    for field in needed.split():
        where = f"{FILE}: the {field} of {operation.forward!r}"
        assert words[field], f"{where} is missing: write it"
        assert words[field] == words[field].strip(), f"{where} begins or ends with a space"
    assert "\n" not in words["summary"]
    assert words["summary"].endswith(".")
    assert operation.numpy == operation.numpy.strip()


def test_every_entry_of_the_words_has_its_row() -> None:
    assert list(WORDS) == [row.name for row in OPERATIONS if not row.is_backward]
