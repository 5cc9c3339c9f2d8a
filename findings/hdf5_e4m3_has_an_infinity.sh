#!/usr/bin/env bash
# HDF5 2.0.0, of h5py 3.16.0's wheel for Linux: E4M3 above 240 becomes infinity and NaN.
#
# FP8 E4M3, as PyTorch, ONNX and ml_dtypes (float8_e4m3fn) have it, has no infinity and a single NaN, so
# that its largest exponent holds 256 to 448. HDF5's predefined H5T_FLOAT_F8E4M3, whose documentation
# names the fields alone, treats that exponent as IEEE 754 does. Of the 256 numbers 14 come out different,
# without an error; those of H5T_FLOAT_F8E5M2 and H5T_FLOAT_BFLOAT16LE come out right. Seen:
#
#   F8E4M3 as float8_e4m3fn: 14 of 256 differ, 256.0 inf, 288.0 nan, 448.0 nan
#   F8E5M2 as float8_e5m2: 0 of 256 differ
#   BFLOAT16LE as bfloat16: 0 of 65536 differ
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet h5py==3.16.0 ml_dtypes==0.6.0 numpy==2.4.6
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import ctypes
from pathlib import Path

import h5py
import ml_dtypes
import numpy as np

(file,) = (Path(h5py.__file__).parents[1] / "h5py.libs").glob("libhdf5-*")
hdf5 = ctypes.CDLL(str(file))
hdf5.H5Tconvert.argtypes = [
    ctypes.c_int64, ctypes.c_int64, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64
]


def kind(name):
    return ctypes.c_int64.in_dll(hdf5, f"H5T_{name}_g").value


for name, dtype in (("F8E4M3", ml_dtypes.float8_e4m3fn), ("F8E5M2", ml_dtypes.float8_e5m2),
                    ("BFLOAT16LE", ml_dtypes.bfloat16)):
    size = np.dtype(dtype).itemsize
    stored = np.arange(256**size, dtype=f"u{size}").view(dtype)
    # The conversion is in place: the numbers come first in a buffer for floats.
    buffer = np.zeros(len(stored), np.float32)
    buffer.view(np.uint8)[: stored.nbytes] = stored.view(np.uint8)
    status = hdf5.H5Tconvert(kind(f"FLOAT_{name}"), kind("NATIVE_FLOAT"), len(stored),
                             buffer.ctypes.data, None, 0)
    assert status == 0
    meant = stored.astype(np.float32)
    wrong = (buffer != meant) & ~(np.isnan(buffer) & np.isnan(meant))
    shown = [f"{a} {b}" for a, b in zip(meant[wrong], buffer[wrong]) if a in (256, 288, 448)]
    count = f"{wrong.sum()} of {len(stored)} differ"
    print(f"{name} as {np.dtype(dtype).name}:", ", ".join([count, *shown]))
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
