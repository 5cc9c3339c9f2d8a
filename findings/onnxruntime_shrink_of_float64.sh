#!/usr/bin/env bash
# ONNX Runtime 1.32.0: Shrink of float64 is computed in float32.
#
# The operator's type is float64 and so is the result, but its digits are those of a float32, and a
# number above 3.4e38 becomes infinite. ONNX's own reference implementation keeps both. Seen for lambd
# 1 and bias 0, where a number above 1 should stay as it is:
#
#   onnxruntime: float64 1.3333333730697632 inf 0.0
#   reference: float64 1.3333333333333333 1e+300 1.0000000001
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat >"$work/shrink.py" <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.array([4 / 3, 1e300, 1.0000000001])
node = helper.make_node("Shrink", ["x"], ["y"], lambd=1.0, bias=0.0)
sides = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, x.shape) for name in "xy"]
graph = helper.make_graph([node], "shrink", sides[:1], sides[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
bytes_of_model = model.SerializeToString()
session = onnxruntime.InferenceSession(bytes_of_model, providers=["CPUExecutionProvider"])
for name, run in (("onnxruntime", session.run), ("reference", ReferenceEvaluator(model).run)):
    (y,) = run(None, {"x": x})
    print(f"{name}: {y.dtype} {' '.join(map(str, y.tolist()))}")
PYTHON
"$work/bin/python" "$work/shrink.py" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
