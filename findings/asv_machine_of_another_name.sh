#!/usr/bin/env bash
# asv 0.6.6: `asv machine --machine NAME` adds facts of this computer to a machine of another name.
#
# A machine that is described on the command line, by its os, cpu and ram, gets these three alone if
# asv does not know this computer yet. If `asv machine --yes` has run before, it gets `arch` and
# `num_cpu`, too, which are those of this computer and were not given; asv writes them into the
# machine's results, which then differ from those of the same machine written elsewhere. Seen:
#
#   computer unknown: cpu machine os ram version
#   computer known: arch cpu machine num_cpu os ram version
set -euo pipefail

here=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet asv==0.6.6
cd "$work"
echo '{"version": 1, "project": "none", "repo": "."}' >asv.conf.json
describe() {
    "$work/bin/asv" machine --machine bench --os "Linux" --cpu "some cpu" --ram "1 GB" >/dev/null
    "$work/bin/python" - <<'PYTHON'
import json
import pathlib

machines = json.loads((pathlib.Path.home() / ".asv-machine.json").read_text())
print(*sorted({**machines["bench"], "version": machines["version"]}))
PYTHON
}
export HOME=$work/home
mkdir "$HOME"
{
    echo "computer unknown: $(describe)"
    rm "$HOME/.asv-machine.json"
    "$work/bin/asv" machine --yes >/dev/null
    echo "computer known: $(describe)"
} | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$here")
