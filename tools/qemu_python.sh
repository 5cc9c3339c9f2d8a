#!/usr/bin/env bash
# qemu_python.sh [WHEEL [pytest arguments...]]: runs the default tests on an aarch64 wheel, by default
# the one that tools/wheels.sh builds, with Debian's Python for that processor under qemu. Needs
# qemu-user-static, and apt-get with access to Debian's packages.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-qemu.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
command -v qemu-aarch64-static >/dev/null || { echo "needs qemu-aarch64-static" >&2 && exit 1; }

if (($#)); then
    wheel=$1
    shift
else
    "$root/tools/wheels.sh" "$work/wheels" >/dev/null
    wheel=$(echo "$work"/wheels/*_aarch64.whl)
fi

# A separate state directory for apt leaves that of the machine untouched.
apt=(-o "Dir::State=$work/apt" -o "Dir::Cache=$work/cache" -o APT::Architecture=arm64
    -o APT::Architectures=arm64 -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
mkdir -p "$work/apt/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/debian"
apt-get "${apt[@]}" -qq update
packages=$(apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts \
    --no-breaks --no-replaces --no-enhances python3.11 libstdc++6 libgomp1 | grep '^[a-z]' | sort -u)
(cd "$work/debs" && apt-get "${apt[@]}" -qq download $packages)
for package in "$work"/debs/*.deb; do
    dpkg -x "$package" "$work/debian"
done

# A program that an emulated program starts is not emulated. So sys.executable has to be a script
# that runs Python under the emulator.
mkdir "$work/site"
cat >"$work/python" <<SH
#!/bin/sh
exec qemu-aarch64-static -L "$work/debian" -E LD_LIBRARY_PATH= "$work/debian/usr/bin/python3.11" "\$@"
SH
chmod +x "$work/python"
echo "import sys; sys.executable = '$work/python'" >"$work/site/sitecustomize.py"
# asv has no aarch64 wheel, and no test needs it.
mapfile -t requirements < <(python3 "$root/tools/requirements.py" test | grep -v '^asv')
python3 -m pip install --target "$work/site" --python-version 3.11 \
    --implementation cp --abi cp311 --abi abi3 --abi none --only-binary :all: \
    --platform manylinux_2_28_aarch64 --platform manylinux_2_17_aarch64 \
    --platform manylinux2014_aarch64 "$wheel" "${requirements[@]}"

# In the full tree, Python would import the package's sources instead of the wheel.
"$root/tools/copy_tree.sh" "$work/tree" . ':!relu_ufunc'
cd "$work/tree"
export PYTHONPATH=$work/site
"$work/python" -c "import platform, relu_ufunc; relu_ufunc.show_config(); print(platform.machine())"
# Two tests are left out, since qemu does not enforce limits on memory, and the compiler builds for
# this machine's processor.
"$work/python" -m pytest -q -p no:cacheprovider \
    --deselect tests/test_faults.py::test_without_memory_for_a_thread_s_stack_the_caller_computes_alone \
    --deselect tests/test_faults.py::test_a_failing_allocation_is_a_memory_error "$@"
