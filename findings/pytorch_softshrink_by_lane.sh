#!/usr/bin/env bash
# PyTorch 2.14.1 on the CPU: softshrink's sign of zero, and its gradient at NaN, depend on the position.
#
# The loop over whole vectors and the one over the rest compute softshrink in two ways: of the same
# negative x within the threshold the former makes +0 and the latter -0, and the gradient at a NaN
# is 0 there and dy here, as is hardshrink's. So the same value gives other bits by its place and by
# the length of the array. Seen, for 35 equal elements:
#
#   softshrink(-0.25, 0.5): 32 of +0, then 3 of -0
#   softshrink(-0.25, 0.5), one element: 1 of -0
#   gradient of softshrink at nan: 32 of 0, then 3 of 1
#   gradient of hardshrink at nan: 32 of 0, then 3 of 1
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6
cat >"$work/softshrink.py" <<'PYTHON'
from itertools import groupby

import torch
from torch.nn import functional


def runs(values):
    return ", then ".join(f"{len(list(group))} of {value}" for value, group in groupby(values))


def signs(count):
    y = functional.softshrink(torch.full((count,), -0.25), 0.5)
    return runs("-0" if sign else "+0" for sign in torch.signbit(y).tolist())


def gradients(function):
    x = torch.full((35,), float("nan"), requires_grad=True)
    function(x, 0.5).backward(torch.ones(35))
    return runs(f"{value:g}" for value in x.grad.tolist())


print(f"softshrink(-0.25, 0.5): {signs(35)}")
print(f"softshrink(-0.25, 0.5), one element: {signs(1)}")
print(f"gradient of softshrink at nan: {gradients(functional.softshrink)}")
print(f"gradient of hardshrink at nan: {gradients(functional.hardshrink)}")
PYTHON
# The vectors that most processors of the last ten years have.
ATEN_CPU_CAPABILITY=avx2 "$work/bin/python" "$work/softshrink.py" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
