#!/usr/bin/env bash
# JAX 0.12.0.1 on an x86-64 CPU with avx512_bf16: the sign of a NaN depends on the array's length.
#
# jax.nn.relu of a negative bfloat16 NaN keeps its sign and payload in an array of up to 32 elements,
# and from 64 on all of them become the positive NaN. It is the same for jnp.maximum(x, 0). Without
# avx512_bf16 (XLA_FLAGS=--xla_cpu_max_isa=AVX512 shows that) every length gives the negative NaN
# without its payload. PYTHON has to be 3.12 or newer (python3). Seen, for 0xffc1:
#
#   avx512_bf16: 1 0xffc1, 32 0xffc1, 64 0x7fc0, 1000 0x7fc0
#   AVX512: 1 0xffc0, 32 0xffc0, 64 0xffc0, 1000 0xffc0
set -euo pipefail

grep -qw avx512_bf16 /proc/cpuinfo || { echo "this processor has no avx512_bf16" >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet jax==0.12.0.1 jaxlib==0.12.0.1 ml_dtypes==0.6.0 numpy==2.5.5
cat >"$work/lengths.py" <<'PYTHON'
import sys

import jax
import ml_dtypes
import numpy as np

seen = []
for n in (1, 32, 64, 1000):
    x = np.full(n, 0xFFC1, np.uint16).view(ml_dtypes.bfloat16)
    (bits,) = set(np.asarray(jax.nn.relu(jax.numpy.asarray(x))).view(np.uint16).tolist())
    seen.append(f"{n} {bits:#06x}")
print(f"{sys.argv[1]}: {', '.join(seen)}")
PYTHON
{
    "$work/bin/python" "$work/lengths.py" avx512_bf16
    XLA_FLAGS=--xla_cpu_max_isa=AVX512 "$work/bin/python" "$work/lengths.py" AVX512
} | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
