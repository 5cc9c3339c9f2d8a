#!/usr/bin/env bash
# targets.sh [NAME...]: runs the kernels' C tests for the named processors, C libraries and systems, by
# default all of them. The digests of all values have to be the same as on this machine. Needs meson
# and ninja in the environment; for musl and Windows also ziglang; and from Debian qemu-user-static,
# gcc-TRIPLET, libc6-dev-ARCH-cross, wine and wine64, for the targets that use them.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-targets.XXXXXX")
PATH=$root/.venv/bin:$PATH
export ZIG_GLOBAL_CACHE_DIR=$work/zig WINEPREFIX=$work/wine WINEDEBUG=-all
source "$root/tools/cross.sh"

cleaned() {
    # wine's server outlives its programs.
    [ ! -d "$WINEPREFIX" ] || wineserver --kill --wait || true
    rm -rf "$work"
}
trap cleaned EXIT

# Name, system, meson's CPU family, byte order, compiler, and the emulator that runs its programs.
targets=(
    "aarch64 linux aarch64 little aarch64-linux-gnu-gcc qemu-aarch64-static -L /usr/aarch64-linux-gnu"
    "riscv64 linux riscv64 little riscv64-linux-gnu-gcc qemu-riscv64-static -L /usr/riscv64-linux-gnu"
    "ppc64le linux ppc64 little powerpc64le-linux-gnu-gcc qemu-ppc64le-static -L /usr/powerpc64le-linux-gnu"
    "s390x linux s390x big s390x-linux-gnu-gcc qemu-s390x-static -L /usr/s390x-linux-gnu"
    "x86_64-musl linux x86_64 little zig"
    "aarch64-musl linux aarch64 little zig qemu-aarch64-static"
    "x86_64-windows windows x86_64 little zig wine"
)
declare -A zig_targets=(
    [x86_64-musl]=x86_64-linux-musl
    [aarch64-musl]=aarch64-linux-musl
    [x86_64-windows]=x86_64-windows-gnu
)

# tested DIRECTORY [meson setup options...]: builds and runs the tests, and writes the digests.
tested() {
    local build=$1 program=$1/tests/c/kernels_test
    shift
    meson setup "$build" "$root" -Dpython=false "$@" >"$build.log" ||
        { cat "$build.log" && return 1; }
    # An emulator takes ten times as long.
    meson test -C "$build" --print-errorlogs --timeout-multiplier 6 >"$build.log" ||
        { cat "$build.log" && return 1; }
    [ -e "$program" ] || program+=.exe
    "${emulator[@]}" "$program" 2>/dev/null | tr -d '\r' >"$build.digests"
}

known=()
for target in "${targets[@]}"; do
    known+=("${target%% *}")
done
for name in "$@"; do
    [[ " ${known[*]} " == *" $name "* ]] ||
        { echo "$name: not among the targets ${known[*]}" >&2 && exit 1; }
done

emulator=()
tested "$work/native"
echo "$(wc -l <"$work/native.digests") digests on $(uname -m)"
for target in "${targets[@]}"; do
    read -r name system family endian compiler run_by <<<"$target"
    (($# == 0)) || [[ " $* " == *" $name "* ]] || continue
    read -ra emulator <<<"$run_by"
    ar=ar
    if [ "$compiler" = zig ]; then
        python -m ziglang version >/dev/null || { echo "$name: needs ziglang" >&2 && exit 1; }
        zig_tools "$work/zig-$name" "${zig_targets[$name]}"
        compiler=$work/zig-$name/cc ar=$work/zig-$name/ar
    fi
    for needed in "$compiler" "${emulator[@]:0:1}"; do
        command -v "$needed" >/dev/null || { echo "$name: needs $needed" >&2 && exit 1; }
    done
    cross_file "$system" "$family" "$endian" "$compiler" "$ar" "${emulator[@]}" >"$work/$name.ini"
    tested "$work/$name" --cross-file "$work/$name.ini"
    diff "$work/native.digests" "$work/$name.digests" >&2 ||
        { echo "$name: values differ from those of this machine" >&2 && exit 1; }
    echo "$name ($endian endian): the same $(wc -l <"$work/$name.digests") digests"
done
