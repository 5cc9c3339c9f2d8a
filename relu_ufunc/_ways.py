"""The way in which the results of long calls are stored, and the measured speed of each way."""

from relu_ufunc import _core
from relu_ufunc._environment import choice

MEASURED = "measured"

_way = choice("RELU_UFUNC_WAY", (MEASURED, *_core.WAYS))
if _way is not None:
    _core.force_way(None if _way == MEASURED else _way)


def measurements() -> dict[str, str]:
    """Return the rate of each way for each kind of long call so far."""
    found = {}
    for kind in sorted(_core.measured_ways(), key=lambda kind: (kind["name"], kind["bytes"])):
        layout = "".join(
            f" {words}"
            for words, applies in (
                ("in place", kind["is_in_place"]),
                ("by blocks", kind["uses_blocks"]),
                ("fresh output", kind["is_fresh"]),
            )
            if applies
        )
        title = f"{kind['name']} {kind['dtype']}{layout}, {kind['bytes'] / 1e6:.3g} MB"
        rates = [
            f"{how} {', '.join(f'{way} {rate:.0f}' for way, rate in kind[how].items())} GB/s"
            for how in ("alone", "shared")
            if kind[how]
        ]
        found[title] = "; ".join(rates)
    return found
