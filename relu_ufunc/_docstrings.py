"""Composes each ufunc's docstring from its row of the operation table and its words.

The text that all ufuncs share is here; the text of a single function is in
relu_ufunc/_words.py.
"""

from functools import cache
from inspect import Parameter, Signature
from textwrap import fill

from relu_ufunc._core import ML_DTYPES
from relu_ufunc._operations import Operation

_KEYWORDS = tuple(
    Parameter(name, Parameter.KEYWORD_ONLY, default=default)
    for name, default in {
        "where": True,
        "casting": "same_kind",
        "order": "K",
        "dtype": None,
        "subok": True,
        "signature": None,
    }.items()
)

_OUT = """\
out : ndarray, None, or tuple of ndarray and None, optional
    Where to store the result: an array of the right shape, which may be an input
    itself; by default a new array. It may also be given by position, after the
    inputs.
where : array_like of bool, optional
    Where to compute. Elsewhere `out` keeps its values, but a new array is left
    uninitialised: use `where` together with `out`.
**kwargs
    `casting`, `order`, `dtype`, `subok` and `signature`, as for every ufunc: see
    `numpy.ufunc`."""

_RAISES = """\
TypeError
    For complex numbers, strings, dates and objects, and for an input given by
    name, since the inputs are positional-only.
ValueError
    For shapes that cannot be broadcast together."""

_INTEGERS = {
    "?bBhHiIlLqQ": "bool, any integer, ",
    "bBhHiIlLqQ": "any integer (int8 for bool), ",
    "bhilq": "any signed integer (the next wider one for unsigned ones, int8 for bool), ",
    "": "",
}
_FLOATS = "float16, float32, float64, longdouble, or ml_dtypes' " + " or ".join(
    filter(None, [", ".join(list(ML_DTYPES)[:-1]), list(ML_DTYPES)[-1]])
)

_NO_FLAGS = "- No floating-point flag is left set, so no value causes a warning."

_EXACT = """\
- Infinities and subnormals are exact, even in a thread that flushes subnormals
  to 0."""

_ROUNDED_ONCE = """\
- float16 and the dtypes of ml_dtypes are computed in float32 and rounded once, to
  nearest, ties to even."""

_CORRECTLY_ROUNDED = """\
- float16, float32 and the dtypes of ml_dtypes: the correctly rounded value, to
  nearest, ties to even, whatever the thread's rounding mode, and also while it
  flushes subnormals to 0. float64: within 1 ulp. Both have the same bits on every
  processor. longdouble: as exact as the C library."""

_PRODUCT_ROUNDED = """\
- The activation is not rounded before the product with y: float16, float32 and
  the dtypes of ml_dtypes come out as if computed in float64 and rounded once, to
  nearest, ties to even. float64: within 1 ulp. Both have the same bits on every
  processor. longdouble: as exact as the C library."""

_DERIVATIVE_ROUNDED = """\
- The derivative is not rounded before the product with `{upstream}`: float16, float32 and
  the dtypes of ml_dtypes come out as if computed in float64 and rounded once, to
  nearest, ties to even; float64 has a few more bits than its own."""

_SELECTED = """\
- `dy` or +0 is selected, instead of multiplying `dy` by 1 or 0: an infinite or
  NaN `dy` at a dead unit gives +0."""

_COMPARED = """\
These values were observed on an x86-64 CPU with PyTorch 2.13, TensorFlow 2.21,
Keras 3.15, JAX 0.10 and ONNX Runtime 1.32, and again with PyTorch 2.14 and JAX
0.12."""


# What is cached here is the same for most functions, and most of the time of an import.
@cache
def _input(name: str) -> Parameter:
    return Parameter(name, Parameter.POSITIONAL_ONLY)


@cache
def _out(n_outputs: int) -> Parameter:
    out = None if n_outputs == 1 else (None,) * n_outputs
    return Parameter("out", Parameter.POSITIONAL_OR_KEYWORD, default=out)


@cache
def signature(operation: Operation) -> Signature:
    """The call's signature, with the row's own names for the inputs."""
    return Signature([*map(_input, operation.inputs), _out(len(operation.outputs)), *_KEYWORDS])


@cache
def _indented(sentences: str) -> str:
    return fill(sentences, width=80, initial_indent="    ", subsequent_indent="    ")


def docstring(operation: Operation) -> str:
    """The docstring, in numpydoc's sections."""
    sections = {
        "Parameters": _parameters(operation),
        "Returns": _returns(operation),
        "Raises": _RAISES,
        "See Also": _see_also(operation),
        "Notes": _notes(operation),
        "References": _references(operation),
        "Examples": _examples(operation),
    }
    blocks = [f"{operation.name}{signature(operation)}", _summary(operation)]
    blocks += [f"{title}\n{'-' * len(title)}\n{body}" for title, body in sections.items() if body]
    return "\n\n".join(blocks) + "\n"


def _summary(operation: Operation) -> str:
    words = operation.words
    if not operation.is_backward:
        return f"{words.summary}\n\n{words.background}"
    inputs = " and ".join(output.removeprefix("d") for output in operation.outputs)
    return (
        f"Backward pass of `{operation.forward}`: the gradient with respect to {inputs}.\n\n"
        f"By the chain rule this is `{operation.inputs[0]}` times the derivative, computed in one "
        "pass."
    )


def _parameters(operation: Operation) -> str:
    together = " All inputs are broadcast together." if len(operation.inputs) > 1 else ""
    upstream = (
        f"{operation.inputs[0]} : array_like\n"
        f"    The gradient with respect to the output of `{operation.forward}`."
    )
    x = f"x : array_like\n    The input.{together}"
    own = operation.words.parameters
    return _lines(upstream if operation.is_backward else "", x, own, _OUT)


def _returns(operation: Operation) -> str:
    integers = operation.type_characters.removesuffix("efdg")
    dtypes = _INTEGERS[integers] + _FLOATS
    if len(operation.inputs) == 1:
        like = f"It has the shape and dtype of `x`: {dtypes}."
    else:
        model = "maximum" if integers else "hypot"
        like = (
            "It has the shape of the inputs broadcast together and their common dtype, found "
            f"as in `numpy.{model}`: {dtypes}."
        )
    first, *others = operation.outputs
    description = _indented(f"{like} It is a scalar if all inputs are.")
    entries = [f"{first} : ndarray or scalar\n{description}"]
    for output in others:
        entry = f"{output} : ndarray or scalar\n    Likewise."
        if operation.is_backward:
            shared = output.removeprefix("d")
            entry += f" Sum it over the axes along which `{shared}` was broadcast."
        entries.append(entry)
    return _lines(*entries)


def _see_also(operation: Operation) -> str:
    if operation.is_backward:
        return f"{operation.forward} : The forward pass."
    words = operation.words
    backward = f"{operation.name}_backward : The backward pass." if words.gradient else ""
    return _lines(backward, words.see_also)


def _notes(operation: Operation) -> str:
    words = operation.words
    if operation.is_backward:
        values = words.gradient
        special = "- Where x is NaN, the result is that NaN."
        if not operation.has_arithmetic:
            special = _lines(special, _SELECTED)
        counterparts = "The frameworks differentiate these functions:"
    else:
        values = words.value
        special = words.special_values
        counterparts = "Counterparts:"
    indented_values = values.replace("\n", "\n    ")
    rounding = _ROUNDED_ONCE if operation.has_arithmetic else _EXACT
    if operation.is_smooth:
        rounding = _rounding(operation)
    return _paragraphs(
        f"The value, for each element::\n\n    {indented_values}",
        words.derivative,
        "Special values:",
        _lines(special, rounding, _NO_FLAGS),
        counterparts,
        f"- PyTorch: {words.pytorch}\n"
        f"- TensorFlow and Keras: {words.tensorflow}\n"
        f"- JAX: {words.jax}\n"
        f"- ONNX: {words.onnx}",
        _lines(words.differences, _COMPARED) if words.differences else "",
        f"In plain NumPy::\n\n    {operation.numpy}",
    )


def _rounding(operation: Operation) -> str:
    """Of a smooth function."""
    if operation.is_backward:
        return _DERIVATIVE_ROUNDED.format(upstream=operation.inputs[0])
    return _PRODUCT_ROUNDED if operation.outputs == ("z",) else _CORRECTLY_ROUNDED


def _references(operation: Operation) -> str:
    return "" if operation.is_backward else operation.words.references


def _examples(operation: Operation) -> str:
    words = operation.words
    imports = f">>> import numpy as np\n>>> from relu_ufunc import {operation.name}"
    example = words.backward_example if operation.is_backward else words.example
    return f"{imports}\n\n{example}"


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
