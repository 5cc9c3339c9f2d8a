#!/usr/bin/env bash
# PyTorch 2.14.1 on the CPU: the float64 gradient of hardsigmoid is the sixth of float32.
#
# The slope 1/6 is kept as a float, so that the gradient of float64 errs by 3e-8 of itself, in the
# 26th of its 53 bits. The value of hardsigmoid and the gradient of hardswish, which has the same
# sixths, are right to the last bits. Seen, at x = -0.5:
#
#   hardsigmoid: 0.4166666666666667, gradient 0.1666666716337204
#   hardswish:   -0.20833333333333334, gradient 0.33333333333333337
#   1/6:         0.16666666666666666, as float32 0.1666666716337204
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6
cat >"$work/gradient.py" <<'PYTHON'
import torch
from torch.nn import functional

for name in ("hardsigmoid", "hardswish"):
    x = torch.tensor([-0.5], dtype=torch.float64, requires_grad=True)
    y = getattr(functional, name)(x)
    y.backward()
    print(f"{name + ':':12} {y.item()}, gradient {x.grad.item()}")
print(f"1/6:         {1 / 6}, as float32 {torch.tensor(1 / 6, dtype=torch.float32).item()}")
PYTHON
"$work/bin/python" "$work/gradient.py" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
