#!/usr/bin/env bash
# copy_tree.sh DIRECTORY [PATHSPEC...]: copies the files of this tree that git does not ignore, as they
# are now, to DIRECTORY, which may exist.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
copy=$1
shift
mkdir -p "$copy"
# git lists deleted files, too.
(cd "$root" && git ls-files -z --cached --others --exclude-standard -- "$@") |
    tar -C "$root" --null --files-from=- --ignore-failed-read -cf - | tar -C "$copy" -xf -
