#!/usr/bin/env bash
# newest.sh EXTRA [PYTEST ARGUMENT...]
#
# Runs `pytest -m EXTRA` (interop, weights, frameworks or conformance) with the newest releases of the
# packages that the extra names: its tests, and every block of docs/ that uses one of them.
# tools/oldest.sh does so with the oldest. Variables:
#   PYTHON    the newest NumPy, pandas and JAX want a recent one (python3)
#   WITHOUT   packages to leave out, as torch|pysptk, whose tests are skipped; PyTorch for Linux comes
#             with several GB of CUDA
#   WHEEL     what to test; else it is built here
set -euo pipefail

(($#)) || { sed -n 2p "$0" >&2 && exit 2; }
extra=$1
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-newest.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
python=${PYTHON:-python3}

"$python" -m venv "$work/environment"
export PATH=$work/environment/bin:$PATH
mapfile -t wanted < <(
    python "$root/tools/requirements.py" test "$extra" | grep -vE "^(relu-ufunc${WITHOUT:+|$WITHOUT})\b"
)
pip install "${WHEEL:-$root}" "${wanted[@]}"
pip freeze | grep -iE "^($(
    printf '%s\n' numpy "${wanted[@]}" | grep -oE '^[A-Za-z0-9_-]+' | tr '_\n' '-|'
)python)=" | tr '\n' ' '

# In the full tree, Python would import the package's sources instead of the installed ones.
"$root/tools/copy_tree.sh" "$work/tree" . ':!relu_ufunc'
cd "$work/tree"
pytest -q -p no:cacheprovider -m "$extra" "$@"
