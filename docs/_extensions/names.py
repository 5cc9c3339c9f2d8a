"""Turns text in single backticks into a link if it is our name or NumPy's, otherwise into code."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform

import relu_ufunc
from relu_ufunc import diagnostics, interop

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_MODULES = (relu_ufunc, diagnostics, interop)
_OURS = {name: f"{module.__name__}.{name}" for module in _MODULES for name in module.__all__}
_NUMPY = re.compile(r"(?:np|numpy)\.(\w+)")


def setup(app: "Sphinx") -> dict[str, bool]:
    app.add_role("name", _name)
    app.add_transform(_NumpyNames)
    return {"parallel_read_safe": True}


def numpy_name(text: str) -> str | None:
    """The name under which NumPy documents the object that this code names, if it is NumPy's."""
    match = _NUMPY.fullmatch(text)
    if match is None or not hasattr(np, match[1]):
        return None
    # NumPy documents `np.abs` as `numpy.absolute`.
    return f"numpy.{getattr(getattr(np, match[1]), '__name__', match[1])}"


def _name(_role: str, raw: str, text: str, _line: int, inliner: Any, *_: Any) -> tuple[Any, Any]:
    node: Any = nodes.literal(raw, text)
    if text in _OURS:
        node = _link(node, _OURS[text], inliner.document.settings.env.docname)
    return [node], []


class _NumpyNames(SphinxTransform):  # type: ignore[misc]
    """Links the names of NumPy, in docstrings and on the pages alike."""

    default_priority = 210

    def apply(self, **_: Any) -> None:
        for literal in list(self.document.findall(nodes.literal)):
            target = numpy_name(literal.astext())
            if target is not None and not isinstance(
                literal.parent, pending_xref | nodes.reference
            ):
                literal.replace_self(_link(literal.deepcopy(), target, self.env.docname))


def _link(literal: Any, target: str, page: str) -> Any:
    return pending_xref("", literal, refdomain="py", reftype="obj", reftarget=target, refdoc=page)
