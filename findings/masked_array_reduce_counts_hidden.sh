#!/usr/bin/env bash
# NumPy 2.4.6: the methods of a ufunc count the masked elements of a masked array, and say that
# nothing is masked.
#
# The ufuncs themselves pass the mask on, and so do the functions of the same names in np.ma; np.sum
# leaves masked elements out. np.add.reduce(m) of the same array adds up what is hidden, and
# np.maximum.reduce(m) may return it. Seen, for [9, 1, 2] whose 9 is masked:
#
#   np.sum 3.0 np.ma.add.reduce 3.0 np.add.reduce 12.0 masked False
#   np.max 2.0 np.ma.maximum.reduce 2.0 np.maximum.reduce 9.0 masked False
#   np.cumsum [None, 1.0, 3.0] np.add.accumulate [9.0, 10.0, 12.0]
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import numpy as np

m = np.ma.array([9.0, 1.0, 2.0], mask=[True, False, False])
added, largest = np.add.reduce(m), np.maximum.reduce(m)
print("np.sum", np.sum(m), "np.ma.add.reduce", np.ma.add.reduce(m),
      "np.add.reduce", added, "masked", np.ma.is_masked(added))
print("np.max", np.max(m), "np.ma.maximum.reduce", np.ma.maximum.reduce(m),
      "np.maximum.reduce", largest, "masked", np.ma.is_masked(largest))
print("np.cumsum", np.cumsum(m).tolist(), "np.add.accumulate", np.add.accumulate(m).tolist())
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
