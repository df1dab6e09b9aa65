#!/usr/bin/env bash
# Makes the wheel: the program with the libraries it needs (scripts/stage.sh), `cnnbench` on PATH, and a module for notebooks.
# usage: scripts/wheel.sh [FOLDER]     FOLDER: where the .whl goes (default: dist)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-dist}
limit_mib=60
die() { printf 'wheel: error: %s\n' "$*" >&2; exit 1; }
[ $# -le 1 ] || { echo "usage: scripts/wheel.sh [FOLDER]" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/scripts/wheel/." "$work"
cp "$root/README.md" "$root/LICENSE" "$work"
program=$work/cnnbench/program
read -r glibc _ < <("$root/scripts/stage.sh" "$program")
[ -n "${glibc:-}" ] || die "the program could not be put together (above)"
mkdir "$work/share"
mv "$program"/share/{man,bash-completion,zsh,fish} "$work/share"
rm "$program"/share/doc/cnnbench/{README,CHANGELOG}.md
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --require-hashes -r "$root/scripts/requirements/wheel.txt"
mkdir -p "$out"
glibc=${glibc#GLIBC_}
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s) CNNBENCH_WHEEL_PLATFORM=manylinux_${glibc%%.*}_${glibc#*.}_x86_64 \
  CNNBENCH_WHEEL_VERSION=$(sed -n 's/^project(cnnbench VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt") CNNBENCH_WHEEL_SHARE=share \
  "$work/venv/bin/pip" wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$work/out" "$work"
wheel=$(echo "$work"/out/*.whl)
bytes=$(stat -c %s "$wheel")
[ "$bytes" -le $((limit_mib * 1048576)) ] || die "the wheel has $bytes bytes; the limit is $limit_mib MiB"
mv "$wheel" "$out"
printf 'wheel: %s, %d.%d MiB\n' "$out/$(basename "$wheel")" $((bytes / 1048576)) $((bytes * 10 / 1048576 % 10)) >&2
