#!/usr/bin/env bash
# Puts the program into a folder that other Linux x86-64 machines can take as it is: what cmake --install makes, and the libraries
# of others that it needs. Not inside: torch, glibc, and libstdc++ and libgcc_s, which torch needs of every machine anyway (an older
# one of ours, loaded first, would break a newer torch).
# usage: scripts/stage.sh FOLDER     prints the versions of glibc and libstdc++ that it needs: "GLIBC_2.34 GLIBCXX_3.4.30"
# scripts/bundle.sh and scripts/wheel.sh pack what it makes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
die() { printf 'stage: error: %s\n' "$*" >&2; exit 1; }
[ $# = 1 ] || { echo "usage: scripts/stage.sh FOLDER" >&2; exit 2; }
for tool in readelf cmake; do
  command -v "$tool" >/dev/null || die "$tool is not installed (Debian: apt-get install binutils cmake)"
done
unset LD_LIBRARY_PATH
folder=$1
libraries=$folder/lib/cnnbench
licenses=$folder/share/doc/cnnbench/licenses

"$root/scripts/setup.sh" </dev/null
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s) cmake --install "$root/build/release" --prefix "$folder" --strip >/dev/null

# Every library that the loader finds for ours, by the name it is asked for; torch's are not found, for the rpath to them is gone.
list=$(mktemp)
trap 'rm -f "$list"' EXIT
ldd "$folder/bin/cnnbench" "$libraries"/*.so >"$list"
while read -r library arrow file _; do
  case $library in
    ld-linux* | libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | libutil.so.* | libmvec.so.*) ;;
    libstdc++.so.* | libgcc_s.so.* | libtorch* | libc10* | libcnnbench_*) ;;
    *)
      [ "$arrow" = '=>' ] || continue
      [ -f "$file" ] || die "$library, which the program needs, was not found on this machine"
      file=$(readlink -f "$file")
      install -m 644 "$file" "$libraries/$library"
      if package=$(dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}" 2>/dev/null); then
        package=${package%%:*}
        install -D -m 644 "/usr/share/doc/$package/copyright" "$licenses/$package"
      fi
      ;;
  esac
done < <(grep -F '=>' "$list" | sort -u)
# The font of the report's charts lies inside libcnnbench_core.so.
install -D -m 644 /usr/share/doc/fonts-dejavu-core/copyright "$licenses/fonts-dejavu-core" 2>/dev/null ||
  die "the licence of the font DejaVu Sans was not found (Debian: apt-get install fonts-dejavu-core)"
find "$libraries" -name '*.so*' -exec strip --strip-unneeded {} +

newest() { # the highest version of $1 that a file asks for
  find "$folder/bin" "$folder/lib" -type f -exec readelf -V {} + | grep -oE "\b$1_[0-9.]+" | sort -uV | tail -n 1
}
echo "$(newest GLIBC) $(newest GLIBCXX)"
