#!/usr/bin/env bash
# NumPy 2.4.6 on x86-64, whose long double has 64 bits of mantissa: np.spacing is NaN just below a
# power of two.
#
# np.spacing(x) is the distance to the next number away from 0. For the greatest long double below 2,
# below 8 or below 2**-16381 it is NaN, with a RuntimeWarning, where np.nextafter(x, inf) - x is right;
# below 5 and in float64 it is right, too. Seen:
#
#   below 2 longdouble spacing nan by nextafter 1.0842021724855044e-19
#   below 8 longdouble spacing nan by nextafter 4.336808689942018e-19
#   below 5 longdouble spacing 4.336808689942018e-19 by nextafter 4.336808689942018e-19
#   below 2 float64 spacing 2.220446049250313e-16 by nextafter 2.220446049250313e-16
#   warned: invalid value encountered in spacing
set -euo pipefail

[[ $(uname -m) == x86_64 ]] || { echo "this processor has no such long double" >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet numpy==2.4.6
"$work/bin/python" - <<'PYTHON' | tee "$work/seen"
import warnings

import numpy as np

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for bound, number in ((2, np.longdouble), (8, np.longdouble), (5, np.longdouble), (2, np.float64)):
        x = np.nextafter(number(bound), number(0))
        print(f"below {bound} {number.__name__} spacing {float(np.spacing(x))!r} "
              f"by nextafter {float(np.nextafter(x, number(np.inf)) - x)!r}")
print("warned:", *{str(each.message) for each in caught})
PYTHON
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
