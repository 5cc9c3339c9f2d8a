#!/usr/bin/env bash
# NumPy 2.4.6: whether a masked array shares its mask is told the wrong way round after a ufunc.
#
# A masked array that shares its mask with another says so in `sharedmask`, and `unshare_mask()` then
# gives it a copy. The result of a ufunc of one input (np.negative, np.abs, -m) has the mask of m
# itself, but `sharedmask` is False, so `unshare_mask()` does nothing: what is masked in the result is
# masked in m, too. The result of m + 0.0 has a mask of its own, and its `sharedmask` is True. Seen:
#
#   -m      shares True  sharedmask False after unshare_mask() and result[1] = masked: [True, True, False]
#   m + 0.0 shares False sharedmask True  after unshare_mask() and result[1] = masked: [True, False, False]
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import numpy as np

for name, function in (("-m     ", np.negative), ("m + 0.0", lambda m: m + 0.0)):
    m = np.ma.array([-1.0, 2.0, 5.0], mask=[True, False, False])
    result = function(m)
    shares, flag = np.shares_memory(result.mask, m.mask), result.sharedmask
    result.unshare_mask()
    result[1] = np.ma.masked
    print(f"{name} shares {shares!s:5} sharedmask {flag!s:5} "
          f"after unshare_mask() and result[1] = masked: {m.mask.tolist()}")
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
