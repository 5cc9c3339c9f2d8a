"""Writes the pages of the functions, one for each row of the operation table."""

import ast
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from doctest import DocTestParser
from io import StringIO
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import plots
from curves import Function

import relu_ufunc
from relu_ufunc import _cli
from relu_ufunc._operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_FOLDER = Path("reference/generated")

_INTRODUCTION = """\
Each card shows the value, then the derivative, which is the result of the backward function for a
``dy`` (of a gate, ``dz``) of 1. A filled dot marks the value at a jump.

.. grid:: 1 1 2 2
   :gutter: 3
"""

_TOCTREE = """\
.. toctree::
   :hidden:

"""


def setup(app: "Sphinx") -> dict[str, bool]:
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True}


def _write(app: "Sphinx") -> None:
    folder = Path(app.srcdir) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    forwards = [operation for operation in OPERATIONS if not operation.is_backward]
    cards = []
    for operation in forwards:
        graphs = _graphs(operation, folder)
        _update(folder / f"{operation.name}.rst", _page(operation, graphs))
        cards.append(_card(operation, graphs))
    _update(folder / "index.rst", _index(forwards, cards))
    _update(folder / "command.txt", "\n".join(_helps()))


def _update(file: Path, text: str) -> None:
    """Write a file only if its text changes, so that Sphinx rebuilds no page unnecessarily."""
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")


def _page(operation: Operation, graphs: str) -> str:
    names = [operation.name, f"{operation.name}_backward"]
    functions = [f".. autofunction:: {name}\n" for name in names if hasattr(relu_ufunc, name)]
    return "\n".join(
        [_heading(operation.name), graphs, ".. currentmodule:: relu_ufunc\n", *functions]
    )


def _index(forwards: list[Operation], cards: list[str]) -> str:
    names = "".join(f"   {operation.name}\n" for operation in forwards)
    return "\n".join([_heading("Functions"), _INTRODUCTION, *cards, f"{_TOCTREE}{names}"])


def _card(operation: Operation, graphs: str) -> str:
    head = (
        f".. grid-item-card:: {operation.name}\n   :link: {operation.name}\n   :link-type: doc\n\n"
    )
    summary = f"{operation.words.summary}\n"
    return indent(head + indent(f"{graphs}\n{summary}", "   "), "   ")


def _heading(title: str) -> str:
    return f"{title}\n{'=' * len(title)}\n"


def _helps() -> Iterator[str]:
    """The help texts of the command and of its subcommands."""
    with patch.dict(os.environ, COLUMNS="88"):
        for arguments in ([], ["info"], ["bench"]):
            output = StringIO()
            with redirect_stdout(output), suppress(SystemExit):
                _cli.main([*arguments, "--help"])
            yield f"$ relu-ufunc {' '.join([*arguments, '--help'])}\n{output.getvalue()}"


def _graphs(operation: Operation, folder: Path) -> str:
    """Draw a function and its derivatives; return the markup that shows the graphs side by side."""
    parameters = _example_parameters(operation)
    title = (
        f"{operation.name}({', '.join(['x', *(f'{value:g}' for value in parameters.values())])})"
    )
    values = _outputs(getattr(relu_ufunc, operation.name), operation, parameters)
    shown = [title]
    panels = [plots.Panel(title, values, folder / f"{operation.name}.svg")]
    backward = getattr(relu_ufunc, f"{operation.name}_backward", None)
    if backward is not None:
        (row,) = (row for row in OPERATIONS if row.name == f"{operation.name}_backward")
        slopes = _outputs(lambda *inputs: backward(1.0, *inputs), row, parameters)
        (y,) = operation.outputs
        labelled = {f"∂{y}/∂{name.removeprefix('d')}": slope for name, slope in slopes.items()}
        shown.append(f"the derivative of {title}")
        panels.append(plots.Panel("derivative", labelled, folder / f"{row.name}.svg"))
    lowest, highest = plots.draw(panels)
    images = (
        f".. image:: {panel.file.name}\n"
        f"   :alt: Graph of {what}, for x from {lowest:g} to {highest:g}\n"
        "   :class: dark-light\n"
        for what, panel in zip(shown, panels, strict=True)
    )
    return ".. container:: graphs\n\n" + indent("\n".join(images), "   ")


def _outputs(
    function: Any, operation: Operation, parameters: dict[str, float]
) -> dict[str, Function]:
    """Each output of a function as a function of x alone."""

    def output(index: int) -> Function:
        def of_x(x: Any) -> Any:
            results = function(x, *parameters.values())
            return results[index] if isinstance(results, tuple) else results

        return of_x

    return {name: output(index) for index, name in enumerate(operation.outputs)}


def _example_parameters(operation: Operation) -> dict[str, float]:
    """The parameters of the first call in the docstring's examples.

    Of an array it is the first item that can be drawn.
    """
    source = "".join(
        example.source for example in DocTestParser().get_examples(operation.words.example)
    )
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    call = next(call for call in calls if re.fullmatch(operation.name, ast.unparse(call.func)))
    values = [eval(ast.unparse(argument), {"np": np}) for argument in call.args[1:]]
    return {
        name: float(next(item for item in np.ravel(value) if np.isfinite(item)))
        for name, value in zip(operation.parameters, values, strict=True)
    }
