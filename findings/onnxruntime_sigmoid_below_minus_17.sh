#!/usr/bin/env bash
# ONNX Runtime 1.32.0: Sigmoid has no tail on the left, in float32 nor in float64.
#
# The float32 sigmoid of -17 is twice what it should be, and from -18 on it is 0, where floats go down
# to e^-103. In float64, -20 has seven right digits, and -40 gives 0, where doubles go down to e^-745.
# ONNX's own reference implementation has both tails. So a SiLU, or Swish, of ONNX Runtime has no
# small values, and no gradient is left to a number below -18. Seen:
#
#   onnxruntime float32: -10 4.539e-05, -17 8.941e-08, -20 0, -40 0
#   reference float32: -10 4.54e-05, -17 4.14e-08, -20 2.061e-09, -40 4.248e-18
#   onnxruntime float64: -10 4.53978687e-05, -17 4.13993756e-08, -20 2.06115369e-09, -40 0
#   reference float64: -10 4.53978687e-05, -17 4.13993755e-08, -20 2.06115362e-09, -40 4.24835426e-18
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat >"$work/sigmoid.py" <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for dtype, element, digits in (
    (np.float32, TensorProto.FLOAT, 4),
    (np.float64, TensorProto.DOUBLE, 9),
):
    x = np.array([-10, -17, -20, -40], dtype)
    sides = [helper.make_tensor_value_info(name, element, x.shape) for name in "xy"]
    node = helper.make_node("Sigmoid", ["x"], ["y"])
    graph = helper.make_graph([node], "sigmoid", sides[:1], sides[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    bytes_of_model = model.SerializeToString()
    session = onnxruntime.InferenceSession(bytes_of_model, providers=["CPUExecutionProvider"])
    for name, run in (("onnxruntime", session.run), ("reference", ReferenceEvaluator(model).run)):
        (y,) = run(None, {"x": x})
        pairs = (f"{a:g} {b:.{digits}g}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        print(f"{name} {dtype.__name__}: {', '.join(pairs)}")
PYTHON
"$work/bin/python" "$work/sigmoid.py" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
