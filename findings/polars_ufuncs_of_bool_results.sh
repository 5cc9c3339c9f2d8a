#!/usr/bin/env bash
# polars 2.1.0 with NumPy 2.4.6: no ufunc that returns bool works on a Series, and time loses its unit.
#
# polars calls a ufunc with the dtype of its input as that of the result. So np.isnan, np.signbit and
# np.isfinite, which return bool, have "no loop", whereas np.sqrt works. A Duration is handed over as
# its integers, and comes back as Int64: np.abs of a Duration is a number of microseconds. Seen:
#
#   sqrt Float64 -> Float64
#   isnan Float64 -> TypeError: No loop matching the specified signature and casting was found for ufunc isnan
#   signbit Float64 -> TypeError: No loop matching the specified signature and casting was found for ufunc signbit
#   isfinite Float64 -> TypeError: No loop matching the specified signature and casting was found for ufunc isfinite
#   absolute Duration(time_unit='us') -> Int64
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6 polars==2.1.0
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
from datetime import timedelta

import numpy as np
import polars as pl

numbers, spans = pl.Series([1.0, 4.0]), pl.Series([timedelta(seconds=-1)])
for ufunc, series in ((np.sqrt, numbers), (np.isnan, numbers), (np.signbit, numbers),
                      (np.isfinite, numbers), (np.abs, spans)):
    try:
        result = repr(ufunc(series).dtype)
    except TypeError as error:
        result = f"TypeError: {error}"
    print(ufunc.__name__, repr(series.dtype), "->", result)
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
