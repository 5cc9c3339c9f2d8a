#!/usr/bin/env bash
# Builds the kernels with gcc and clang at -O0, -O2 and -O3 and checks that all values are the same,
# and that -O3 vectorises every loop that means to be.
# Needs both compilers, meson, ninja, Cython and NumPy.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-compilers.XXXXXX")
trap 'rm -rf "$work"' EXIT
PATH=$root/.venv/bin:$PATH

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2 && return 1; }; }

"$root/tools/copy_tree.sh" "$work/tree"
grep -q "'-O3'" "$work/tree/src/meson.build"
for compiler in gcc clang; do
    for level in -O3 -O2 -O0; do
        sed "s/'-O3'/'$level'/" "$root/src/meson.build" >"$work/tree/src/meson.build"
        build=$work/$compiler$level
        CC=$compiler quietly meson setup "$build" "$work/tree" -Dc_args=-Wno-pass-failed
        quietly meson compile -C "$build" kernels_test
        "$build/tests/c/kernels_test" 2>/dev/null >"$build.digests" ||
            { echo "$compiler $level:" && grep FAILED "$build.digests" | sort -u; exit 1; } >&2
        diff "$work/gcc-O3.digests" "$build.digests" >&2 ||
            { echo "$compiler $level: values differ from those of gcc -O3" >&2 && exit 1; }
        echo "$compiler $level: the same $(wc -l <"$build.digests") digests"
        [ "$level" != -O3 ] || python "$root/tools/vectorised.py" "$build"
    done
done
