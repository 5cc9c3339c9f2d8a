#!/usr/bin/env bash
# fuzz.sh [executions]: runs libFuzzer over kernel, length, alignment and stride, with guard pages
# around every operand. Needs clang with its sanitizers, meson, ninja, Cython and NumPy.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
PATH=$root/.venv/bin:$PATH

# No other sanitizer is used, since with one the loops would not be vectorised as in a release.
CC=clang meson setup "$work/build" "$root" \
    -Dc_args='-fsanitize-coverage=inline-8bit-counters,pc-table -Wno-pass-failed' >"$work/log" ||
    { cat "$work/log" >&2 && exit 1; }
meson compile -C "$work/build" fuzz_kernels >"$work/log" || { cat "$work/log" >&2 && exit 1; }
# A finding is stored in the working directory.
"$work/build/tests/fuzz/fuzz_kernels" -runs="${1:-10000000}" -max_len=24 -len_control=0 \
    -use_counters=0 -entropic=0 -verbosity=0 -print_final_stats=1 2>&1 | grep -v $'^[\t"#]'
