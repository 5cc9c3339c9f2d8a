#!/usr/bin/env bash
# pandas 3.1.1 with NumPy 2.4.6: a ufunc with out= a Series takes where= only from NumPy's side.
#
# np.sqrt(series, out=series) works, and so does np.sqrt(series, where=mask); the two together, the
# usual pair in NumPy, are a TypeError about an argument of an internal putmask. It comes after the
# function was computed for every element, the ones left out by the mask included: the square root
# of -1 warns, though the mask leaves it out. With an array as out= and the Series as where= pandas
# is asked, too, and returns a new Series instead of the array. Seen:
#
#   out=series: [1.0, 2.0]
#   out=series, where=: TypeError: putmask: first argument must be an array
#   warned before: invalid value encountered in sqrt
#   out=array, where=series: returns Series, out filled True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6 pandas==3.1.1
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import warnings

import numpy as np
import pandas as pd

out = pd.Series([0.0, 0.0])
np.sqrt(pd.Series([1.0, 4.0]), out=out)
print("out=series:", out.tolist())
mask = np.array([True, False])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        np.sqrt(pd.Series([4.0, -1.0]), out=out, where=mask)
    except TypeError as error:
        print("out=series, where=: TypeError:", error)
print("warned before:", *{str(each.message) for each in caught})
array = np.zeros(2)
result = np.sqrt(np.array([4.0, 9.0]), out=array, where=pd.Series(mask))
print(f"out=array, where=series: returns {type(result).__name__}, out filled {array[0] == 2}")
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
