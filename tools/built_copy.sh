#!/usr/bin/env bash
# built_copy.sh DIRECTORY [meson setup options...]: makes a copy of this tree with its own virtual
# environment in DIRECTORY/.venv. The extension is built in DIRECTORY/build with the options, and
# with CC and CFLAGS from the environment. The copy's sources find it, and the headers, by links.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
copy=$1
shift
"$root/tools/copy_tree.sh" "$copy"
python3 -m venv "$copy/.venv"
mapfile -t requirements < <("$copy/.venv/bin/python" "$copy/tools/requirements.py" build-system test)
export PATH=$copy/.venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1
pip install --quiet "${requirements[@]}" ninja
meson setup "$copy/build" "$copy" --prefix="$copy/.venv" "$@" >"$copy/build.log" ||
    { cat "$copy/build.log" >&2 && exit 1; }
ninja --quiet -C "$copy/build"
cd "$copy/relu_ufunc"
ln -s ../build/relu_ufunc/_core*.so .
ln -s ../../build/relu_ufunc/include/relu_ufunc_functions.h include
