#!/usr/bin/env bash
# Makes the root of a bare Debian or Ubuntu: the packages that their container images have (debootstrap's minbase), and this machine's way
# to the network. Needs root.
# usage: scripts/container/root.sh SUITE FOLDER     SUITE: bookworm, trixie, noble, ...
set -euo pipefail

[ $# = 2 ] || { echo "usage: scripts/container/root.sh SUITE FOLDER" >&2; exit 2; }
components=main
! grep -q ubuntu "/usr/share/debootstrap/scripts/$1" || components=main,universe
debootstrap --variant=minbase --components="$components" "$1" "$2" >"$2.log" 2>&1 || { tail -n 5 "$2.log" >&2; exit 1; }
rm "$2.log"
cp /etc/resolv.conf "$2/etc/resolv.conf"
# Authorities that this machine trusts beside the usual ones; ca-certificates takes them up when it is installed.
mkdir -p "$2/usr/local/share/ca-certificates"
cp -r /usr/local/share/ca-certificates/. "$2/usr/local/share/ca-certificates" 2>/dev/null || true
