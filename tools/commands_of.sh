#!/usr/bin/env bash
# commands_of.sh FILE N: prints the N-th block of shell commands of a page, so that what runs is what
# readers are told to type.
set -euo pipefail

awk -v wanted="$2" '/^```sh$/ { seen++; inside = 1; next } /^```/ { inside = 0; next }
    inside && seen == wanted' "$1"
