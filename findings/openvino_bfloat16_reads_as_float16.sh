#!/usr/bin/env bash
# OpenVINO 2026.4.1 with NumPy 2.4.6: the output of a bfloat16 model is an array of wrong float16 numbers.
#
# NumPy has no bfloat16 of its own, and OpenVINO shows the bits as if they were float16, both in
# Tensor.data and in what a compiled model returns: 1.5 reads as 1.9375, and 1e38 as NaN. Nothing
# warns. Numbers assigned to Tensor.data are rounded to float16, whose bits then count as bfloat16. Seen:
#
#   Negative of 1.5 -2 1e+38: float16 -1.9375 2.0 nan
#   its bits as bfloat16: -1.5 2 -9.96921e+37
#   tensor.data[:] = 1.5 holds: 0.125
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6 ml_dtypes==0.6.0 openvino==2026.4.1
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import ml_dtypes
import numpy as np
import openvino
from openvino import opset13

x = opset13.parameter([3], openvino.Type.bf16)
model = openvino.compile_model(openvino.Model([opset13.negative(x)], [x]), "CPU")
numbers = np.array([1.5, -2.0, 1e38], ml_dtypes.bfloat16)
given = model(openvino.Tensor(numbers.view(np.int16), [3], openvino.Type.bf16))[0]
print("Negative of 1.5 -2 1e+38:", given.dtype, *given.tolist())
print("its bits as bfloat16:", *given.view(ml_dtypes.bfloat16))
tensor = openvino.Tensor(openvino.Type.bf16, [1])
tensor.data[:] = 1.5
print("tensor.data[:] = 1.5 holds:", *tensor.data.view(ml_dtypes.bfloat16))
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
