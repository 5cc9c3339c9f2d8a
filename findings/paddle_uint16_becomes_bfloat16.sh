#!/usr/bin/env bash
# Paddle 3.3.1 with NumPy 2.4.6: a tensor made of uint16 numbers is bfloat16, and holds other numbers.
#
# to_tensor takes the numbers for the bits of bfloat16, which NumPy lacks: pixels of a 16-bit picture
# become numbers near 0. dtype="uint16" does not help, since Paddle's uint16 is bfloat16 too. Another
# dtype converts the numbers as they are. Seen:
#
#   to_tensor(uint16 1 1000 40000): paddle.bfloat16 9.183549615799121e-41 1.3635734469538535e-36 -6.352747104407253e-22
#   with dtype='uint16': paddle.bfloat16
#   with dtype='int32': paddle.int32 1 1000 40000
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6 paddlepaddle==3.3.1 setuptools
"$work/bin/python" -W ignore - <<'PYTHON' 2>"$work/log" | tee "$work/seen"
import numpy as np
import paddle

numbers = np.array([1, 1000, 40000], np.uint16)
given = paddle.to_tensor(numbers)
print("to_tensor(uint16 1 1000 40000):", given.dtype, *given.astype("float32").tolist())
print("with dtype='uint16':", paddle.to_tensor(numbers, dtype="uint16").dtype)
given = paddle.to_tensor(numbers, dtype="int32")
print("with dtype='int32':", given.dtype, *given.tolist())
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
