#!/usr/bin/env bash
# The kernels' own C tests on other processors, under qemu: the digests of all values
# have to be those of this machine. Needs meson, ninja, Cython and NumPy in the
# environment, and of Debian: qemu-user-static, and gcc-TRIPLET and libc6-dev-ARCH-cross.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-qemu.XXXXXX")
trap 'rm -rf "$work"' EXIT
PATH=$root/.venv/bin:$PATH

# qemu's name, compiler's prefix, meson's family, byte order
processors=(
    "aarch64 aarch64-linux-gnu aarch64 little"
    "riscv64 riscv64-linux-gnu riscv64 little"
    "ppc64le powerpc64le-linux-gnu ppc64 little"
    "s390x s390x-linux-gnu s390x big"
)

# tested DIRECTORY [meson setup options...]: builds and runs, and leaves the digests.
tested() {
    local build=$1
    shift
    meson setup "$build" "$root" "$@" >"$build.log" || { cat "$build.log" && return 1; }
    meson test -C "$build" --print-errorlogs >"$build.log" || { cat "$build.log" && return 1; }
    "${emulator[@]}" "$build/tests/c/kernels_test" 2>/dev/null >"$build.digests"
}

emulator=()
tested "$work/native"
echo "$(wc -l <"$work/native.digests") digests on $(uname -m)"
for processor in "${processors[@]}"; do
    read -r name triplet family endian <<<"$processor"
    emulator=("qemu-$name-static" -L "/usr/$triplet")
    command -v "${emulator[0]}" "$triplet-gcc" >/dev/null ||
        { echo "$name: needs ${emulator[0]} and $triplet-gcc" >&2 && exit 1; }
    cat >"$work/$name.ini" <<INI
[binaries]
c = '$triplet-gcc'
cython = 'cython'
numpy-config = 'numpy-config'
exe_wrapper = ['${emulator[0]}', '-L', '/usr/$triplet']
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$family'
endian = '$endian'
INI
    tested "$work/$name" --cross-file "$work/$name.ini"
    diff "$work/native.digests" "$work/$name.digests" >&2 ||
        { echo "$name: other values than here" >&2 && exit 1; }
    echo "$name ($endian endian): the same $(wc -l <"$work/$name.digests") digests"
done
