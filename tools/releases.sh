#!/usr/bin/env bash
# releases.sh EXTRA [PYTEST ARGUMENT...]
#
# Runs `pytest -m EXTRA` (interop, frameworks or conformance) with the oldest releases that the extra
# in pyproject.toml names, and with the newest ones: the tests, and every block of docs/ that uses a
# package of the extra. Variables:
#   OLDEST, NEWEST   the Pythons; old packages have no wheels for new Pythons (python3)
#   WITHOUT          packages to leave out, as torch|pysptk; their tests are skipped
#   WHEEL            what to test; else it is built here
# Without WITHOUT, several GB are downloaded.
set -euo pipefail

(($#)) || { sed -n 2p "$0" >&2 && exit 2; }
extra=$1
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-releases.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
oldest=${OLDEST:-python3} newest=${NEWEST:-python3}

wheel=${WHEEL:+$(realpath "$WHEEL")}
if [ -z "$wheel" ]; then
    "$oldest" -m venv "$work/build"
    "$work/build/bin/pip" install build
    "$work/build/bin/python" -m build --wheel --outdir "$work" "$root" >"$work/log" 2>&1 ||
        { cat "$work/log" >&2 && exit 1; }
    wheel=$(echo "$work"/*.whl)
fi
# In the full tree, Python would import the package's sources instead of the wheel.
mkdir "$work/tree"
(cd "$root" && git ls-files -z -- . ':!relu_ufunc') |
    tar -C "$root" --null --files-from=- -cf - | tar -C "$work/tree" -xf -

# requirements [--oldest] TABLE...: those of pyproject.toml, without the package itself.
requirements() {
    "$oldest" "$root/tools/requirements.py" "$@" | grep -vE "^(relu-ufunc${WITHOUT:+|$WITHOUT})\b"
}

failed=0
for age in oldest newest; do
    environment=$work/environment
    rm -rf "$environment"
    "${!age}" -m venv "$environment"
    mapfile -t wanted < <(
        requirements test "$extra"
        [ "$age" = newest ] || requirements --oldest "$extra"
    )
    "$environment/bin/pip" install "$wheel" "${wanted[@]}"
    "$environment/bin/pip" list --format=freeze | grep -iE "^(numpy|$(
        requirements "$extra" | grep -oE '^[A-Za-z0-9_-]+' | tr '_\n' '-|'
    )python)=" | tr '\n' ' '
    if (cd "$work/tree" && "$environment/bin/pytest" -q -p no:cacheprovider -m "$extra" "$@"); then
        echo "$extra, $age: passed"
    else
        echo "$extra, $age: FAILED" >&2
        failed=1
    fi
done
exit "$failed"
