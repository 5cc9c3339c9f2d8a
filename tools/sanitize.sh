#!/usr/bin/env bash
# sanitize.sh [address|thread|valgrind ...]: runs the named checks, by default all of them, and fails
# on any finding. Needs gcc's sanitizers, valgrind, meson, ninja, Cython and NumPy.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-sanitize.XXXXXX")
trap 'rm -rf "$work"' EXIT
PATH=$root/.venv/bin:$PATH
export CC=gcc

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2 && return 1; }; }

# Runs the default suite and the C tests. Leaks are left to valgrind, since other libraries in the
# process leak too. Faults that the tests provoke (an allocation that is too large, a fault in a mapped
# file) have to end as they do without the sanitizer. Two tests are left out: instrumented loops do not
# use wide registers, and the sanitizer's malloc replaces the one that the test makes fail.
address() {
    local preload cast=float-cast-overflow
    preload="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
    CFLAGS="-fsanitize=$cast -fno-sanitize-recover=undefined,$cast" \
        "$root/tools/built_copy.sh" "$work/address" \
        -Db_sanitize=address,undefined -Db_lundef=false
    quietly meson test -C "$work/address/build" --print-errorlogs
    (cd "$work/address" && PATH=$work/address/.venv/bin:$PATH PYTHONPATH=$work/address \
        ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:handle_sigbus=0:log_path=$work/finding \
        UBSAN_OPTIONS=print_stacktrace=1 LD_PRELOAD=$preload python -m pytest -q -p no:cacheprovider \
        --deselect tests/test_dispatch.py::test_kernels_use_the_widest_registers_of_their_instruction_set \
        --deselect tests/test_faults.py::test_a_failing_allocation_is_a_memory_error) ||
        { cat "$work"/finding* >&2 || true; return 1; }
    echo "address and undefined behaviour: no finding"
}

# Runs the thread pool under stress in plain C: an interpreter that is not built with the sanitizer
# would be reported for races itself.
thread() {
    # The pool is the same for every instruction set, and the kernels take minutes to instrument.
    "$root/tools/copy_tree.sh" "$work/tree"
    sed -i '/^isas = \[/,/generic/{/^isas\|generic/!d}' "$work/tree/src/meson.build"
    quietly meson setup "$work/thread" "$work/tree" -Db_sanitize=thread -Db_lundef=false
    TSAN_OPTIONS="halt_on_error=1 die_after_fork=0" \
        quietly meson test -C "$work/thread" --print-errorlogs streams threads
    echo "threads: no finding"
}

valgrind() {
    quietly meson setup "$work/valgrind" "$root" -Db_ndebug=true
    quietly meson test -C "$work/valgrind" --print-errorlogs --timeout-multiplier 20 --wrapper \
        'valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite'
    echo "valgrind: no finding"
}

(($#)) || set -- address thread valgrind
for kind in "$@"; do
    "$kind"
done
