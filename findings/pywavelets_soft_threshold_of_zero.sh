#!/usr/bin/env bash
# PyWavelets 1.8.0: threshold(x, 0, 'soft') is NaN where x is 0, and 'hard' loses -128 in int8.
#
# The soft threshold is computed as x (1 - threshold / |x|), which divides 0 by 0, and rounds more than
# |x| - threshold does: for float32 two in five of the results that are not 0 differ in the last digit.
# The hard threshold compares np.abs(x), which of the least int8 is negative. Seen:
#
#   soft, threshold 0, of -1 0 2: -1.0 nan 2.0
#   soft, float32, threshold 0.3: 41 % differ from |x| - threshold
#   hard, threshold 100, of int8 -128 -127 127: 0 -127 127
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet pywavelets==1.8.0 numpy==2.4.6
cat >"$work/threshold.py" <<'PYTHON'
import warnings

import numpy as np
import pywt

warnings.simplefilter("ignore")
soft = pywt.threshold(np.array([-1.0, 0.0, 2.0]), 0.0, "soft")
print(f"soft, threshold 0, of -1 0 2: {' '.join(map(str, soft.tolist()))}")
x = np.random.default_rng(0).standard_normal(100_000).astype(np.float32)
t = np.float32(0.3)
plain = np.sign(x) * (np.abs(x) - t)
kept = np.abs(x) > t
share = np.mean(pywt.threshold(x, t, "soft")[kept] != plain[kept])
print(f"soft, float32, threshold 0.3: {100 * share:.0f} % differ from |x| - threshold")
hard = pywt.threshold(np.array([-128, -127, 127], np.int8), 100, "hard")
print(f"hard, threshold 100, of int8 -128 -127 127: {' '.join(map(str, hard.tolist()))}")
PYTHON
"$work/bin/python" "$work/threshold.py" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
