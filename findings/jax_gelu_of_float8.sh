#!/usr/bin/env bash
# JAX 0.12.0.1 on the CPU: gelu of float8_e4m3fn is NaN from 8 on, and its exact form does not compile.
#
# Every step is rounded to float8. x**3 is then above 448, the largest number of float8_e4m3fn, which
# has no infinity but a NaN in its place, and jax.nn.gelu(10) is NaN where silu(10) is 10.
# jax.nn.gelu(x, approximate=False) raises: XLA has no erfc for this dtype. The same values in float32,
# rounded to float8_e4m3fn, are 10. PYTHON has to be 3.12 or newer (python3). Seen:
#
#   silu(7, 8, 10, 16): 7 8 10 16
#   gelu(7, 8, 10, 16): 7 nan nan nan
#   exact gelu: JaxRuntimeError: failed to legalize operation 'chlo.erfc'
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet jax==0.12.0.1 jaxlib==0.12.0.1 ml_dtypes==0.6.0 numpy==2.5.5
cat >"$work/gelu.py" <<'PYTHON'
import re

import jax
import ml_dtypes
import numpy as np

x = jax.numpy.asarray(np.array([7, 8, 10, 16], ml_dtypes.float8_e4m3fn))
for name in ("silu", "gelu"):
    y = np.asarray(jax.jit(getattr(jax.nn, name))(x)).astype(np.float32)
    print(f"{name}(7, 8, 10, 16): {' '.join(f'{value:g}' for value in y)}")
try:
    jax.jit(lambda x: jax.nn.gelu(x, approximate=False))(x)
except Exception as error:
    message = re.search(r"failed to legalize operation '[\w.]+'", str(error))
    print(f"exact gelu: {type(error).__name__}: {message and message[0]}")
PYTHON
"$work/bin/python" "$work/gelu.py" 2>"$work/errors" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
