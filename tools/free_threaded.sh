#!/usr/bin/env bash
# free_threaded.sh [PART ...]: builds CPython 3.13 without the GIL from Debian's source, and tests the
# current commit on it. Without arguments it does everything anew; with arguments only the named parts,
# on what earlier runs left in build/free_threaded/. Ends with a line for each part that has run there:
#
#   python   builds the interpreter
#   install  the README's first command: builds, installs and times the package
#   tests    the README's second command: the default tests
#   threads  the tests, each on four threads at once
#   stress   tools/soak, for STRESS_MINUTES (20)
#   tsan     the tests that use threads, with the package under the thread sanitizer
#
# Needs apt-get with access to Debian's packages, gcc with its sanitizers, setarch, and what CPython
# needs for the modules zlib, ssl, ctypes and sqlite3.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/free_threaded
parts=(python install tests threads stress tsan)
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
source "$root/tools/binaries.sh"
export PATH=$work/python/bin:$PATH
unset PYTHONPATH PYTHON_GIL "${!RELU_UFUNC_@}"

# Downloads the newest of the versions that the archive both lists and has.
download() {
    local site version
    # A separate state directory for apt leaves that of the machine untouched.
    local apt=(-o "Dir::State=$work/apt" -o "Dir::Cache=$work/cache" -o Dir::State::status=/dev/null
        -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o APT::Sandbox::User=root)
    mkdir -p "$work/apt/lists/partial" "$work/cache/archives/partial"
    site=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' | head -n 1)
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site sid main" \
        >"$work/sources.list"
    apt-get "${apt[@]}" -qq update
    for version in $(apt-cache "${apt[@]}" showsrc python3.13 | sed -n 's/^Version: //p' | sort -rVu)
    do
        (cd "$work" && apt-get "${apt[@]}" -qq source --download-only "python3.13=$version") &&
            return
    done
    echo "no source of python3.13 can be downloaded from $site" >&2
    return 1
}

python() {
    rm -rf "$work"/{apt,cache,source,objects,python} "$work"/python3.13_*
    download
    mkdir "$work/source" "$work/objects"
    tar -C "$work/source" --strip-components=1 -xf "$work"/python3.13_*.orig.tar.*
    cd "$work/objects"
    ../source/configure --quiet --disable-gil --prefix="$work/python"
    make --quiet -j "$(nproc)"
    make --quiet install
    rm -rf "$work/objects" "$work/source"
    python3 -c 'import ctypes, sqlite3, ssl, sys, zlib; sys.exit(sys._is_gil_enabled())'
    result=$(python3 -VV)
}

# A copy of the current commit, in which the README's commands are run.
fresh_tree() {
    rm -rf "$work/tree"
    git clone --quiet "$root" "$work/tree"
    cd "$work/tree"
}

install() {
    fresh_tree
    bash -euc "$("$root/tools/commands_of.sh" README.md 1)"
    cd /
    # Without the GIL after the import too: an extension that does not say that it can do without
    # brings it back.
    result=$("$work/tree/.venv/bin/python" -c '
import sys
from importlib.metadata import distribution
import relu_ufunc
assert not sys._is_gil_enabled()
wheel = distribution("relu-ufunc").read_text("WHEEL")
print(wheel.partition("Tag: ")[2].split()[0])')
}

tests() {
    fresh_tree
    bash -euc "$("$root/tools/commands_of.sh" README.md 2)" | tee "$work/log"
    result=$(tail -n 1 "$work/log")
}

threads() {
    cd "$work/tree"
    .venv/bin/pip install pytest-run-parallel
    .venv/bin/pytest --parallel-threads=4 tests | tee "$work/log"
    result=$(tail -n 1 "$work/log")
}

stress() {
    rm -rf "$work/stress"
    "$root/tools/built_copy.sh" "$work/stress"
    cd "$work/stress"
    .venv/bin/python -m tools.soak --minutes "${STRESS_MINUTES:-20}" --seed 5 | tee "$work/log"
    result=$(tail -n 2 "$work/log" | head -n 1)
}

# The interpreter and NumPy are not built with the sanitizer, which so knows nothing of their locks: what
# it reports of memory that they copy, compare or free, and of the objects that Cython's code shares with
# the interpreter, is suppressed; so are the ufuncs that Python passes on to another thread. It starts a
# thread itself, and so no test can count them.
tsan() {
    rm -rf "$work/tsan" "$work"/race.*
    "$root/tools/built_copy.sh" "$work/tsan" -Db_sanitize=thread -Db_lundef=false
    cd "$work/tsan"
    printf '%s\n' called_from_lib:{bin/python3.13,/_queue.,/_multiarray_umath.} race_top:^{_Py,Py} \
        race:make_ufunc >"$work/suppressions"
    .venv/bin/pip install pytest-run-parallel
    if ! TSAN_OPTIONS="suppressions=$work/suppressions die_after_fork=0 log_path=$work/race" \
        PYTHONPATH=$work/tsan LD_PRELOAD=$(gcc -print-file-name=libtsan.so) setarch -R \
        .venv/bin/python -m pytest -q -p no:cacheprovider --parallel-threads=4 \
        --deselect tests/test_threads.py::test_no_more_threads_than_processors \
        tests/test_{chunking,concurrency,diagnostics,overlap,reductions,threads}.py |
        tee "$work/log" || compgen -G "$work/race.*" >/dev/null
    then
        cat "$work"/race.* >&2
        return 1
    fi
    result="$(tail -n 1 "$work/log"), no race"
}

mkdir -p "$work/results"
if (($#)); then
    parts=("$@")
else
    rm -f "$work"/results/*
fi
for part in "${parts[@]}"; do
    [[ $part =~ ^(python|install|tests|threads|stress|tsan)$ ]] ||
        { echo "expected parts among python, install, tests, threads, stress, tsan, not $part" >&2
            exit 2; }
done

# A part that fails does not keep the others from running.
for part in "${parts[@]}"; do
    printf '\n=== %s\n' "$part"
    start=$SECONDS
    rm -f "$work/results/$part"
    # In the background, since `set -e` does not hold in what is followed by ||.
    (result=; "$part"; echo "$result" >"$work/results/$part") &
    wait $! || true
    [ -e "$work/results/$part" ] || echo "FAILED" >"$work/results/$part"
    echo "$(cat "$work/results/$part") ($((SECONDS - start)) s)" >"$work/results/$part"
done

printf '\nCPython without the GIL, commit %s:\n' "$(git -C "$root" rev-parse --short HEAD)"
for part in python install tests threads stress tsan; do
    [ ! -e "$work/results/$part" ] || printf '%-8s %s\n' "$part" "$(cat "$work/results/$part")"
done
! grep -q '^FAILED' "$work"/results/*
