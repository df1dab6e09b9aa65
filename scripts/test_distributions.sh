#!/usr/bin/env bash
# Builds the program beside other compilers and libraries than the build machine's, in roots that debootstrap makes, and tries what needs no
# torch: pictures drawn, decoded, augmented, written. Minutes for each; by hand. Says why, and exits 77, where it cannot run.
# usage: scripts/test_distributions.sh [VARIANT...]     default: all
#   debian13         Debian 13 (g++ 14)
#   debian12-clang   Debian 12 with clang 14 and its OpenMP, and no g++
#   debian12-jpeg8   Debian 12 with libjpeg-turbo under libjpeg's interface 8, as Ubuntu builds it
#   ubuntu24.04      where debootstrap knows it and a mirror is reached
# KEEP=DIR keeps the roots there, and goes on with those that it finds. CCACHE_DIR is used, if it is set.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
skip() { printf 'skipped: %s\n' "$*"; exit 77; }

if [ "${1:-}" = --inside ]; then # in a mount namespace of its own
  new=$2 variant=$3
  mount --rbind /proc "$new/proc"
  mount --rbind /dev "$new/dev"
  variables=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8)
  while IFS= read -r variable; do variables+=("$variable"); done < <(env | grep -Ei '^[a-z]+_proxy=')
  if [ -n "${CCACHE_DIR:-}" ]; then
    mkdir -p "$new/ccache" "$CCACHE_DIR"
    mount --bind "$CCACHE_DIR" "$new/ccache"
    variables+=(CCACHE_DIR=/ccache CCACHE_BASEDIR=/src CCACHE_NOHASHDIR=1)
  fi
  inside() { chroot "$new" env -i "${variables[@]}" sh -ec "$1"; }
  # The packages that scripts/setup.sh names, and a compiler.
  packages=$(sed -n '/^needed=(/,/)/p' "$root/scripts/setup.sh" | tr -d '()' | sed 's/needed=//' | xargs)
  compiler=g++
  if [ "$variant" = debian12-clang ]; then
    packages+=" clang libomp-dev"
    compiler=clang++
  else
    packages+=" g++"
  fi
  inside "apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages >/dev/null"
  if [ "$variant" = debian12-jpeg8 ] && ! inside "grep -qs 'LIB_VERSION *80' /usr/local/include/jconfig.h"; then
    inside "sed 's/^deb /deb-src /' /etc/apt/sources.list >/etc/apt/sources.list.d/sources.list && apt-get update -qq && cd /tmp &&
      apt-get install -y -qq --no-install-recommends dpkg-dev nasm >/dev/null && apt-get source -qq libjpeg-turbo >/dev/null && cd libjpeg-turbo-*/ &&
      cmake -G Ninja -B build -DCMAKE_BUILD_TYPE=Release -DWITH_JPEG8=1 -DENABLE_STATIC=OFF -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=/usr/local/lib >/dev/null &&
      ninja -C build install >/dev/null && ldconfig"
  fi
  [ "$variant" != debian12-jpeg8 ] || variables+=(PKG_CONFIG_PATH=/usr/local/lib/pkgconfig)
  inside "cd /src && CXX=$compiler cmake --preset core -DCNNBENCH_TESTS=OFF && ninja -C build/core cnnbench"
  inside "cd /src && PATH=\$PWD/build/core:\$PATH && cnnbench --version && mkdir -p try && cd try && export CNNBENCH_DATA=\$PWD &&
    cnnbench data make --train 40 --validation 20 --out drawn && cnnbench data check drawn && cnnbench config check catdog_original &&
    cnnbench preview catdog_original --set data.path=drawn --export sheet.png && cnnbench data bench catdog_original --set data.path=drawn --seconds 0.2 &&
    cnnbench report /src/docs/results/*.jsonl --export page.html && test -s sheet.png && test -s page.html"
  printf 'ok: %s: %s\n' "$variant" "$(inside "$compiler --version | head -n 1")"
  exit
fi

[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed (Debian: apt-get install debootstrap)"
unshare --mount --propagation private true 2>/dev/null || skip "unshare may not make a mount namespace here"
variants=("$@")
[ $# -gt 0 ] || variants=(debian13 debian12-clang debian12-jpeg8 ubuntu24.04)
work=${KEEP:-$(mktemp -d)}
[ -n "${KEEP:-}" ] || trap 'rm -rf --one-file-system "$work"' EXIT
failed=0
for variant in "${variants[@]}"; do
  case $variant in
    debian13) suite=trixie ;;
    debian12-*) suite=bookworm ;;
    ubuntu24.04) suite=noble ;;
    *) echo "test_distributions: there is no variant $variant" >&2; exit 2 ;;
  esac
  if [ ! -d "$work/$variant/etc" ] && ! timeout 900 "$root/scripts/container/root.sh" "$suite" "$work/$variant"; then
    printf 'skipped: %s: debootstrap made no root\n' "$variant"
    continue
  fi
  mkdir -p "$work/$variant/src"
  git -C "$root" ls-files -z | tar -C "$root" --null -cf - -T - | tar -C "$work/$variant/src" -xf -
  unshare --mount --propagation private "${BASH_SOURCE[0]}" --inside "$work/$variant" "$variant" || { printf 'FAILED: %s\n' "$variant"; failed=1; }
done
exit "$failed"
