"""Draws graphs that can be read on a light and on a dark page, and without colours."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from curves import Function, curve, kinks
from matplotlib.figure import Figure

# Based on the palette of Okabe and Ito, whose colours colour-blind people can distinguish.
_LINES: tuple[dict[str, Any], ...] = (
    {"color": "#0f85c9", "linestyle": "-"},
    {"color": "#d55e00", "linestyle": (0, (4, 2))},
)
_INK = "#5c6470"
_STYLE = {
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _INK,
    "axes.titlesize": 11,
    "font.size": 10.5,
    "grid.alpha": 0.25,
    "grid.color": _INK,
    "legend.labelcolor": _INK,
    "lines.solid_capstyle": "butt",
    "svg.hashsalt": "relu_ufunc",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
# How much of the graph is shown on either side of the kinks.
_AROUND = 3.0
# And on either side of 0 for a function without kinks, which bends less quickly.
_AROUND_ZERO = 5.0


class Panel(NamedTuple):
    """One pair of axes: a title, functions of x by their labels, and the file for it."""

    title: str
    functions: dict[str, Function]
    file: Path


def draw(panels: Sequence[Panel]) -> tuple[float, float]:
    """Draw all panels over the same range of x, and return that range."""
    found = [kink for panel in panels for f in panel.functions.values() for kink in kinks(f)]
    around = _AROUND if found else _AROUND_ZERO
    lowest = round(min(found, default=0) - around, 2)
    highest = round(max(found, default=0) + around, 2)
    with mpl.rc_context(_STYLE):
        for panel in panels:
            figure = Figure(figsize=(3.2, 2.4), layout="constrained")
            _draw_panel(figure.subplots(), panel, lowest, highest)
            figure.savefig(panel.file, transparent=True, metadata={"Date": None})
    return lowest, highest


def _draw_panel(axes: Any, panel: Panel, lowest: float, highest: float) -> None:
    for (label, function), line in zip(panel.functions.items(), _LINES, strict=False):
        drawn = curve(function, lowest, highest)
        for x, y in drawn.pieces:
            axes.plot(x, y, linewidth=2, **line)
        axes.plot([], [], linewidth=2, label=label, **line)
        for points, inside in ((drawn.values, line["color"]), (drawn.limits, "none")):
            for point in points:
                axes.plot(*point, "o", color=line["color"], markerfacecolor=inside, zorder=3)
    axes.set_title(panel.title)
    axes.set_xlabel("x")
    axes.margins(y=0.12)
    axes.grid()
    if len(panel.functions) > 1:
        axes.legend(frameon=False)
