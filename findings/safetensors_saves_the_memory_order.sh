#!/usr/bin/env bash
# safetensors 0.8.0 with NumPy 2.4.6: a transposed array comes back with its numbers in another order.
#
# safetensors.numpy.save_file writes the memory of an array as it lies there, beside the shape. That of an
# array in Fortran order, contiguous as its documentation asks, is another order of the numbers: no error,
# and other weights. 0.7.0 wrote them right. Seen:
#
#   0.7.0: saved [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]], loaded [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
#   0.8.0: saved [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]], loaded [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
cat >"$work/order.py" <<'PYTHON'
import sys

import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file

x = np.arange(6, dtype=np.float32).reshape(2, 3).T
save_file({"x": x}, sys.argv[1])
loaded = load_file(sys.argv[1])["x"]
print(f"{safetensors.__version__}: saved {x.tolist()}, loaded {loaded.tolist()}")
PYTHON
for version in 0.7.0 0.8.0; do
    "$work/bin/pip" install --quiet numpy==2.4.6 "safetensors==$version"
    "$work/bin/python" "$work/order.py" "$work/x.safetensors"
done | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
