#!/usr/bin/env bash
# unyt 3.2.0 with NumPy 2.4.6: a conversion of int16 gives float16, 70 km is inf mm, and int8 has no out=.
#
# A conversion takes the float of as many bytes as the integer has, whatever the numbers: 16,777,217 m
# as int32 are not themselves after a way to feet and back, in float32. out= turns the array itself
# into such a float, which of one byte does not exist. astropy and pint convert to float64. Seen:
#
#   int16 70 km in mm: float16 inf
#   int32 16777217 m in ft, and back: float32 16777218.0
#   negative of int8, out=: TypeError: data type 'f1' not understood
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6 unyt==3.2.0
"$work/bin/python" -W ignore - <<'PYTHON' | tee "$work/seen"
import numpy as np
from unyt import unyt_array

far = unyt_array(np.array([70], np.int16), "km").to("mm")
print("int16 70 km in mm:", far.dtype, *far.tolist())
near = unyt_array(np.array([16_777_217], np.int32), "m").to("ft").to("m")
print("int32 16777217 m in ft, and back:", near.dtype, *near.tolist())
small = unyt_array(np.array([1, -2], np.int8), "m")
try:
    np.negative(small, out=small)
except TypeError as error:
    print("negative of int8, out=: TypeError:", error)
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
