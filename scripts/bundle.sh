#!/usr/bin/env bash
# Packs cnnbench for other Linux x86-64 machines that have torch 2.11 in their python3 and nothing else of ours.
# usage: scripts/bundle.sh OUT.tar.xz     what is inside: scripts/stage.sh
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
limit_mib=50
die() { printf 'bundle: error: %s\n' "$*" >&2; exit 1; }
if [ $# != 1 ] || [[ $1 != *.tar.xz ]]; then
  echo "usage: scripts/bundle.sh OUT.tar.xz" >&2
  exit 2
fi
command -v xz >/dev/null || die "xz is not installed (Debian: apt-get install xz-utils)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=cnnbench-$(sed -n 's/^project(cnnbench VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")-linux-x86_64
bundle=$work/$name
read -r glibc libstdcxx < <("$root/scripts/stage.sh" "$bundle")
[ -n "${libstdcxx:-}" ] || die "the program could not be put together (above)"
ln -s bin/cnnbench "$bundle/cnnbench"
printf '%s\n' "cnnbench: how fast a machine trains convolutional networks, and what holds it back." "" \
  "Needs Linux x86-64 with ${glibc/_/ } and ${libstdcxx/_/ } (libstdc++) or newer, and torch 2.11 (pip install torch==2.11.0)." \
  "Run ./cnnbench info: it finds the torch of python3, or set CNNBENCH_TORCH=DIR, the torch folder to use." \
  "The libraries of others in lib/cnnbench are under their own licences (share/doc/cnnbench/licenses)." >"$bundle/README.txt"

stamp=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)
mkdir -p "$(dirname "$1")"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$stamp" -cf - "$name" | xz -T0 -6 >"$work/out.tar.xz"
bytes=$(stat -c %s "$work/out.tar.xz")
[ "$bytes" -le $((limit_mib * 1048576)) ] || die "the bundle has $bytes bytes; the limit is $limit_mib MiB"
mv "$work/out.tar.xz" "$1"
printf 'bundle: %s, %d.%d MiB, for %s and %s or newer\n' "$1" $((bytes / 1048576)) $((bytes * 10 / 1048576 % 10)) "$glibc" "$libstdcxx" >&2
