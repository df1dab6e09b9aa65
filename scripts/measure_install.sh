#!/usr/bin/env bash
# Measures how long it takes from a fresh clone to the first picture trained, as README has it: on a bare Debian 12 with python3 and g++,
# nothing compiled before. scripts/setup.sh says what each step took; packages and libtorch are downloads.
# scripts/test_packages.sh measures the other way, from pip to the first result.
# usage: scripts/measure_install.sh [LIBTORCH]     LIBTORCH: the folder of a torch wheel: downloads none, and takes that
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
skip() { printf 'skipped: %s\n' "$*"; exit 77; }

if [ "${1:-}" = --inside ]; then
  new=$2 torch=$3
  mount --rbind /proc "$new/proc"
  mount --rbind /dev "$new/dev"
  variables=(PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root CCACHE_DISABLE=1)
  while IFS= read -r variable; do variables+=("$variable"); done < <(env | grep -Ei '^(PIP_|[a-z]+_proxy=|SSL_CERT_FILE=)')
  if [ -n "$torch" ]; then
    mkdir -p "$new/torch"
    mount --bind "$(dirname "$torch")" "$new/torch" # the wheels beside it are part of it
    variables+=(CNNBENCH_TORCH="/torch/$(basename "$torch")")
  fi
  inside() { chroot "$new" env -i "${variables[@]}" "$@"; }
  inside sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 g++ >/dev/null'
  start=$SECONDS
  inside sh -c 'cd /cnnbench && scripts/run.sh train --config configs/catdog_improved.json --set train.epochs=1 --set train.steps_per_epoch=1'
  printf 'from a fresh clone to the first pictures trained: %d s on %d cores\n' $((SECONDS - start)) "$(nproc)"
  exit
fi

[ $# -le 1 ] || { echo "usage: scripts/measure_install.sh [LIBTORCH]" >&2; exit 2; }
[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed (Debian: apt-get install debootstrap)"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
"$root/scripts/container/root.sh" bookworm "$work/root"
git clone -q "$root" "$work/root/cnnbench"
uptime
unshare --mount --propagation private "${BASH_SOURCE[0]}" --inside "$work/root" "${1:-}"
