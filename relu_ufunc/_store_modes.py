"""The mode in which the results of long calls are stored, and the measured speed of each mode."""

from relu_ufunc import _core
from relu_ufunc._environment import choice

MEASURED = "measured"

_mode = choice("RELU_UFUNC_WAY", (MEASURED, *_core.STORE_MODES))
if _mode is not None:
    _core.force_store_mode(None if _mode == MEASURED else _mode)


def measurements() -> dict[str, str]:
    """Return the rate of each store mode for each class of long runs so far."""
    found = {}
    for run in sorted(_core.timings(), key=lambda run: (run["name"], run["bytes"])):
        layout = "".join(
            f" {description}"
            for description, applies in (
                ("in place", run["is_in_place"]),
                ("by blocks", run["uses_blocks"]),
                ("fresh output", run["is_fresh"]),
            )
            if applies
        )
        title = f"{run['name']} {run['dtype']}{layout}, {run['bytes'] / 1e6:.3g} MB"
        rates = [
            f"{how} {', '.join(f'{mode} {rate:.0f}' for mode, rate in run[how].items())} GB/s"
            for how in ("alone", "shared")
            if run[how]
        ]
        found[title] = "; ".join(rates)
    return found
