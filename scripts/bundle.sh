#!/usr/bin/env bash
# Packs cnnbench for other Linux x86-64 machines that have torch 2.11 in their python3 and nothing else of ours.
# usage: scripts/bundle.sh OUT.tar.xz
# Inside: the program, its configs, and the libraries it needs. Not inside: torch, glibc, and libstdc++ and libgcc_s, which
# torch needs of every machine anyway (an older one of ours, loaded first, would break a newer torch).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
limit_mib=50
die() { printf 'bundle: error: %s\n' "$*" >&2; exit 1; }
if [ $# != 1 ] || [[ $1 != *.tar.xz ]]; then
  echo "usage: scripts/bundle.sh OUT.tar.xz" >&2
  exit 2
fi
for tool in xz readelf cmake; do
  command -v "$tool" >/dev/null || die "$tool is not installed (Debian: apt-get install xz-utils binutils cmake)"
done
unset LD_LIBRARY_PATH

"$root/scripts/setup.sh" </dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=cnnbench-$(sed -n 's/^project(cnnbench VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")-linux-x86_64
bundle=$work/$name
cmake --install "$root/build/release" --prefix "$bundle" --strip >/dev/null

# Every library that the loader finds for ours, by the name it is asked for; torch's are not found, for the rpath to them is gone.
ldd "$bundle/cnnbench" "$bundle"/lib/*.so >"$work/ldd"
while read -r library arrow file _; do
  case $library in
    ld-linux* | libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | libutil.so.* | libmvec.so.*) ;;
    libstdc++.so.* | libgcc_s.so.* | libtorch* | libc10* | libcnnbench_*) ;;
    *)
      [ "$arrow" = '=>' ] || continue
      [ -f "$file" ] || die "$library, which the program needs, was not found on this machine"
      file=$(readlink -f "$file")
      install -m 644 "$file" "$bundle/lib/$library"
      if package=$(dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}" 2>/dev/null); then
        package=${package%%:*}
        install -D -m 644 "/usr/share/doc/$package/copyright" "$bundle/licenses/$package"
      fi
      ;;
  esac
done < <(grep -F '=>' "$work/ldd" | sort -u)
# The font of the report's charts lies inside libcnnbench_core.so.
install -D -m 644 /usr/share/doc/fonts-dejavu-core/copyright "$bundle/licenses/fonts-dejavu-core" 2>/dev/null ||
  die "the licence of the font DejaVu Sans was not found (Debian: apt-get install fonts-dejavu-core)"
find "$bundle/lib" -name '*.so*' -exec strip --strip-unneeded {} +

newest() { # the highest version of $1 that a file of the bundle asks for
  find "$bundle" -type f \( -name cnnbench -o -name '*.so*' \) -exec readelf -V {} + | grep -oE "\b$1_[0-9.]+" | sort -uV | tail -n 1
}
glibc=$(newest GLIBC)
libstdcxx=$(newest GLIBCXX)
printf '%s\n' "cnnbench: how fast a machine trains convolutional networks, and what holds it back." "" \
  "Needs Linux x86-64 with ${glibc/_/ } and ${libstdcxx/_/ } (libstdc++) or newer, and torch 2.11 (pip install torch==2.11.0)." \
  "Run ./cnnbench info: it finds the torch of python3, or set CNNBENCH_TORCH=DIR, the torch folder to use." \
  "The libraries of others in lib/ are under their own licences (licenses/)." >"$bundle/README.txt"

stamp=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)
mkdir -p "$(dirname "$1")"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$stamp" -cf - "$name" | xz -T0 -6 >"$work/out.tar.xz"
bytes=$(stat -c %s "$work/out.tar.xz")
[ "$bytes" -le $((limit_mib * 1048576)) ] || die "the bundle has $bytes bytes; the limit is $limit_mib MiB"
mv "$work/out.tar.xz" "$1"
printf 'bundle: %s, %d.%d MiB, for %s and %s or newer\n' "$1" $((bytes / 1048576)) $((bytes * 10 / 1048576 % 10)) "$glibc" "$libstdcxx" >&2
