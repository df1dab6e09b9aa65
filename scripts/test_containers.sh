#!/usr/bin/env bash
# Runs the steps of scripts/container/debian.Dockerfile without Docker, and tries the program that comes of it (scripts/container/steps.py).
# Takes some minutes, and 10 GB while it runs: not part of scripts/test.sh. Says why, and exits 77, where it cannot run.
# usage: scripts/test_containers.sh
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
skip() { printf 'skipped: %s\n' "$*"; exit 77; }
[ $# = 0 ] || { echo "usage: scripts/test_containers.sh" >&2; exit 2; }
[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed (Debian: apt-get install debootstrap)"
unshare --mount --propagation private true 2>/dev/null || skip "unshare may not make a mount namespace here"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
# What Docker would send: the clone, without what .dockerignore leaves out.
git clone -q "$root" "$work/context"
unshare --mount --propagation private python3 "$root/scripts/container/steps.py" "$root/scripts/container/debian.Dockerfile" "$work/context" "$work"
