#!/usr/bin/env bash
# versions.sh [WHEEL]: runs the default tests on one wheel, which is built here unless it is given,
# with every CPython from 3.11 on that is found, each with the oldest NumPy from 1.25 on that has
# wheels for it and with the newest one. A CPython without the GIL, as tools/free_threaded.sh builds it,
# gets a wheel of its own. PYTHONS="3.11 3.13t" leaves out all others.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-versions.XXXXXX")
trap 'rm -rf "$work"' EXIT
source "$root/tools/binaries.sh"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
oldest_first=(numpy=={1.25,1.26,2.0,2.1,2.2,2.3,2.4,2.5}'.*')

# Prints the version of a Python as its executable is named.
says_version='
import sys, sysconfig
t = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
print("%d.%d" % sys.version_info[:2] + t)'
pythons=()
for version in ${PYTHONS:-3.11 3.12 3.13 3.13t 3.14 3.14t 3.15 3.15t}; do
    for candidate in "python$version" "$HOME/.pyenv/versions/${version%t}".*/bin/python \
        "$root/build/free_threaded/python/bin/python$version"; do
        if [ "$("$candidate" -c "$says_version" 2>/dev/null)" = "$version" ]; then
            pythons+=("$candidate")
            break
        fi
    done
done
((${#pythons[@]})) || { echo "no CPython from 3.11 on was found" >&2 && exit 1; }

# build PYTHON DIRECTORY: prints the wheel that it builds there.
build() {
    "$1" -m venv "$2/build"
    "$2/build/bin/pip" install build
    "$2/build/bin/python" -m build --wheel --outdir "$2" "$root" >"$2/log" 2>&1 ||
        { cat "$2/log" >&2 && return 1; }
    echo "$2"/*.whl
}
# In the full tree, Python would import the package's sources instead of the wheel.
"$root/tools/copy_tree.sh" "$work/tree" . ':!relu_ufunc'

for_all=${1:+$(realpath "$1")}
# install NUMPY...: installs the first that has wheels, or fails with pip's reasons.
install() {
    local numpy
    rm -f "$work/errors"
    for numpy in "$@"; do
        ! "$environment/bin/pip" install "$wheel[test]" "$numpy" 2>>"$work/errors" || return 0
    done
    cat "$work/errors" >&2
    return 1
}

failed=0
for python in "${pythons[@]}"; do
    version=$("$python" -c "$says_version")
    if [[ $version == *t ]]; then
        mkdir "$work/$version"
        wheel=$(build "$python" "$work/$version")
    else
        [ -n "$for_all" ] || { mkdir "$work/abi3" && for_all=$(build "$python" "$work/abi3"); }
        wheel=$for_all
    fi
    for age in oldest newest; do
        environment=$work/environment
        rm -rf "$environment"
        "$python" -m venv "$environment"
        if [ "$age" = oldest ]; then
            install "${oldest_first[@]}"
        else
            install numpy
        fi
        versions=$("$environment/bin/python" -c \
            "import platform, numpy; print(platform.python_version(), 'NumPy', numpy.__version__)")
        [[ $version != *t ]] || versions="without the GIL $versions"
        if result=$(cd "$work/tree" && "$environment/bin/pytest" -q -p no:cacheprovider 2>&1); then
            echo "CPython $versions: ${result##*$'\n'}"
        else
            printf '%s\nCPython %s: FAILED\n' "$result" "$versions" >&2
            failed=1
        fi
    done
done
exit "$failed"
