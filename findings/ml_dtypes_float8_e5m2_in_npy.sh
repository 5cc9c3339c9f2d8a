#!/usr/bin/env bash
# ml_dtypes 0.6.0 with NumPy 2.4.6: np.save writes a float8_e5m2 that np.load refuses.
#
# The descriptor of float8_e5m2 is '<f1', which is no dtype of NumPy's; that of the other dtypes of
# ml_dtypes is '<V1' or '<V2', which loads as bytes. np.save does not notice, so an .npy or .npz file is
# written that NumPy itself cannot read. Seen:
#
#   bfloat16 '<V2': [('V2', 2)]
#   float8_e4m3fn '<V1': [('V1', 2)]
#   float8_e5m2 '<f1': ValueError: descr is not a valid dtype descriptor: '<f1'
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet ml_dtypes==0.6.0 numpy==2.4.6
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import io

import ml_dtypes
import numpy as np

for dtype in (ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2):
    x = np.array([-2, 1.5], dtype)
    file = io.BytesIO()
    np.save(file, x)
    file.seek(0)
    try:
        loaded = np.load(file)
        result = [(loaded.dtype.str.lstrip("|"), len(loaded))]
    except ValueError as error:
        result = f"ValueError: {error}"
    print(f"{x.dtype.name} {x.dtype.str!r}: {result}")
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
