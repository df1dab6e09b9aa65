#!/usr/bin/env bash
# Downloads a data set from its official source and puts it where the shipped configs look. An interrupted download goes on
# where it stopped; a damaged one is thrown away. CNNBENCH_DATA moves the data folder, CNNBENCH_MIRROR=URL takes the archives
# from URL/NAME instead (https, http or file).
# usage: scripts/get_data.sh catdog|cifar10
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${CNNBENCH_DATA:-$root/data}
program=${CNNBENCH:-$root/scripts/run.sh}

die() { printf 'get_data: error: %s\n' "$*" >&2; exit 1; }
say() { printf 'get_data: %s\n' "$*" >&2; }
usage() { echo "usage: scripts/get_data.sh catdog|cifar10" >&2; exit 2; }
[ $# = 1 ] || usage

need() { command -v "$1" >/dev/null || die "$1 is missing: install it (apt-get install $1)"; }

download() { # download URL FILE CHECKSUM_PROGRAM SUM; leaves FILE there only if the sum is right
  local url=$1 file=$2 tool=$3 sum=$4
  [ -n "${CNNBENCH_MIRROR:-}" ] && url=${CNNBENCH_MIRROR%/}/${url##*/}
  if [ ! -f "$file" ]; then
    say "downloading $url"
    if command -v curl >/dev/null; then
      # 33: the server cannot go on in the middle
      curl -fL --retry 3 --connect-timeout 30 -C - -o "$file.part" "$url" || {
        [ $? = 33 ] || die "the download stopped; run this again and it goes on"
        rm -f "$file.part"
        curl -fL --retry 3 --connect-timeout 30 -o "$file.part" "$url" || die "cannot download $url"
      }
    elif command -v wget >/dev/null; then
      wget -c -O "$file.part" "$url" || die "the download stopped; run this again and it goes on"
    else
      die "neither curl nor wget is there: install one (apt-get install curl)"
    fi
  fi
  local have=$file
  [ -f "$have" ] || have=$file.part
  say "checking $tool"
  [ "$("$tool" "$have" | cut -d' ' -f1)" = "$sum" ] || {
    rm -f "$have"
    die "${file##*/} is not the official file ($tool differs); it was removed, run this again"
  }
  [ "$have" = "$file" ] || mv "$have" "$file"
}

mkdir -p "$data"
case $1 in
  cifar10)
    target=$data/cifar10
    [ ! -e "$target" ] || { say "$target is there already"; exit 0; }
    need tar
    need md5sum
    archive=$data/cifar-10-binary.tar.gz
    download https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz "$archive" md5sum c32a1d4ab5d03f1284b67883e8d87530
    draft=$(mktemp -d "$data/.cifar10.XXXXXX")
    trap 'rm -rf "$draft"' EXIT
    tar -xzf "$archive" -C "$draft" --no-same-owner
    [ -f "$draft/cifar-10-batches-bin/test_batch.bin" ] || die "the archive holds no cifar-10-batches-bin/test_batch.bin"
    mv "$draft/cifar-10-batches-bin" "$target"
    ;;
  catdog)
    target=$data/catdog
    [ ! -e "$target" ] || { say "$target is there already"; exit 0; }
    need unzip
    need sha256sum
    archive=$data/kagglecatsanddogs_5340.zip
    # Microsoft publishes no checksum; this is the one that several independent projects pin.
    download https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip "$archive" \
      sha256sum b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9
    draft=$(mktemp -d "$data/.PetImages.XXXXXX")
    trap 'rm -rf "$draft"' EXIT
    say "unpacking"
    unzip -q "$archive" 'PetImages/*' -d "$draft"
    "$program" data import "$draft" "$target"
    ;;
  *) usage ;;
esac
rm -f "$archive"
say "ready: $target"
