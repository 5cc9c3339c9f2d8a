#!/usr/bin/env bash
# versions.sh [WHEEL]: runs the default tests on one wheel, which is built here unless it is given,
# with every CPython from 3.11 on that is found, each with the oldest NumPy from 1.25 on that has
# wheels for it and with the newest one.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-versions.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
minors=(1.25 1.26 2.0 2.1 2.2 2.3 2.4 2.5)

pythons=()
for minor in 11 12 13 14 15; do
    for candidate in "python3.$minor" "$HOME/.pyenv/versions/3.$minor".*/bin/python; do
        if "$candidate" -c "import sys; sys.exit(sys.version_info[:2] != (3, $minor))" 2>/dev/null; then
            pythons+=("$candidate")
            break
        fi
    done
done
((${#pythons[@]})) || { echo "no CPython from 3.11 on was found" >&2 && exit 1; }

if (($#)); then
    wheel=$(realpath "$1")
else
    "${pythons[0]}" -m venv "$work/build"
    "$work/build/bin/pip" install build
    "$work/build/bin/python" -m build --wheel --outdir "$work" "$root" >"$work/log" 2>&1 ||
        { cat "$work/log" >&2 && exit 1; }
    wheel=$(echo "$work"/*.whl)
fi
# In the full tree, Python would import the package's sources instead of the wheel.
mkdir "$work/tree"
(cd "$root" && git ls-files -z -- . ':!relu_ufunc') |
    tar -C "$root" --null --files-from=- -cf - | tar -C "$work/tree" -xf -

# install ENVIRONMENT NUMPY: fails if that NumPy has no wheel.
install() {
    "$1/bin/pip" install --only-binary numpy "$wheel[test]" "$2" 2>/dev/null
}

failed=0
for python in "${pythons[@]}"; do
    for age in oldest newest; do
        environment=$work/environment
        rm -rf "$environment"
        "$python" -m venv "$environment"
        if [ "$age" = oldest ]; then
            for minor in "${minors[@]}"; do
                ! install "$environment" "numpy==$minor.*" || break
            done
        else
            install "$environment" numpy
        fi
        versions=$("$environment/bin/python" -c \
            "import platform, numpy; print(platform.python_version(), 'NumPy', numpy.__version__)")
        if result=$(cd "$work/tree" && "$environment/bin/pytest" -q -p no:cacheprovider 2>&1); then
            echo "CPython $versions: ${result##*$'\n'}"
        else
            printf '%s\nCPython %s: FAILED\n' "$result" "$versions" >&2
            failed=1
        fi
    done
done
exit "$failed"
