#!/usr/bin/env bash
# Runs the bundle where nothing of the build machine is: a root made of Debian's base packages and python3, with the torch
# wheel where pip would put it. Takes a bundle, or makes one. Says why, and exits 77, where it cannot run.
# usage: scripts/test_bundle.sh [BUNDLE.tar.xz]
set -euo pipefail

script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/test_bundle.sh
root=$(dirname "$(dirname "$script")")
site=${CNNBENCH_TORCH:-${XDG_CACHE_HOME:-$HOME/.cache}/cnnbench/torch-2.11.0-cu130/torch}/..
skip() { printf 'skipped: %s\n' "$*"; exit 77; }

# ---- the part inside: mounts of its own, root of its own (a user namespace where the caller is not root)
if [ "${1:-}" = --inside ]; then
  new=$2
  failed=0
  mkdir -p "$new"/{proc,dev,tmp,opt/elsewhere}
  mount --rbind /proc "$new/proc"
  mount --rbind /dev "$new/dev"
  inside() { chroot "$new" env -i PATH=/usr/bin:/bin HOME=/root "$@" 2>&1; }
  expect() { # expect WHAT STATUS TEXT COMMAND...: the exit status, and a text (extended regular expression) in the output
    local what=$1 status=$2 text=$3 output got=0
    shift 3
    output=$(inside "$@") || got=$?
    if [ "$got" = "$status" ] && grep -Eq "$text" <<<"$output"; then
      printf 'ok: %s\n' "$what"
    else
      printf 'FAILED: %s\n  wanted status %s and "%s", got status %s and:\n%s\n' "$what" "$status" "$text" "$got" "$output"
      failed=1
    fi
  }
  train=(/opt/cnnbench/cnnbench train --config /opt/cnnbench/configs/catdog_original.json --device cpu --run /tmp/run --set train.epochs=1
    --set loader.batch_size=8 --set data.kind=drawn --set data.path=/tmp/pictures --set data.drawn_train=32 --set data.drawn_validation=16)
  expect "the base system has no torch" 1 "No module named" python3 -c "import torch"
  expect "starts without torch" 0 "^Usage|^usage|cnnbench" /opt/cnnbench/cnnbench --help
  expect "reads its configs" 0 '"' /opt/cnnbench/cnnbench config show --config /opt/cnnbench/configs/catdog_original.json
  expect "without torch it says how to point to it" 1 "CNNBENCH_TORCH" "${train[@]}"

  mount --bind "$site" "$new/opt/elsewhere"
  expect "CNNBENCH_TORCH points to torch" 0 "2\.11\.0" CNNBENCH_TORCH=/opt/elsewhere/torch /opt/cnnbench/cnnbench info
  python_site=$new/usr/local/lib/$(inside python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')/dist-packages
  mkdir -p "$python_site"
  mount --bind "$site" "$python_site"
  expect "python3 of the root has torch" 0 "torch" python3 -c "import importlib.util as u; print(u.find_spec('torch').origin)"
  expect "finds the torch of python3 by itself" 0 "dist-packages/torch" /opt/cnnbench/cnnbench info
  # The bundle has OpenCV's reference BLAS too, which may not take sgemm_ from torch.
  # shellcheck disable=SC2016 # it is the inner shell's
  expect "torch keeps its own BLAS" 0 "^torch binds its own gemm" sh -c 'LD_DEBUG=bindings LD_BIND_NOW=1 /opt/cnnbench/cnnbench info >/dev/null 2>/tmp/bindings
    bound=$(grep -E "binding file [^ ]*libtorch_cpu[^ ]* .*symbol .[sd]gemm_" /tmp/bindings) && ! echo "$bound" | grep -v " to [^ ]*libtorch" && echo "torch binds its own gemm"'
  expect "trains" 0 "val_accuracy" "${train[@]}"
  exit "$failed"
fi

# ---- the part outside
if [ ! -f "$site/torch/lib/libtorch_cpu.so" ]; then skip "no torch wheel at $site (scripts/setup.sh fetches it)"; fi
command -v dpkg-query >/dev/null || skip "the base system is taken from Debian's package lists, and there is no dpkg here"
dpkg-query -W python3-minimal >/dev/null 2>&1 || skip "Debian's own python3 is not installed"
unshare=(unshare --mount --propagation private)
[ "$(id -u)" = 0 ] || unshare+=(--map-root-user)
"${unshare[@]}" true 2>/dev/null || skip "unshare may not make a mount namespace here"

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
bundle=${1:-}
if [ -z "$bundle" ]; then
  bundle=$work/bundle.tar.xz
  "$root/scripts/bundle.sh" "$bundle"
fi

# The packages that every Debian has, python3, and what those depend on; then the files of these packages.
dpkg-query -W -f '${Package}\t${Essential}\t${Priority}\t${db:Status-Status}\t${Pre-Depends}, ${Depends}\t${Provides}\n' >"$work/packages"
/usr/bin/python3 - "$work/packages" >"$work/base" <<'END'
import re, sys

depends, provided, wanted = {}, {}, []
name_of = lambda text: re.split(r"[ (:]", text.strip(), maxsplit=1)[0]
for line in open(sys.argv[1]):
    package, essential, priority, status, needs, provides = line.rstrip("\n").split("\t")
    if status != "installed":
        continue
    depends[package] = [[name_of(choice) for choice in group.split("|")] for group in needs.split(",") if group.strip()]
    for other in filter(None, map(name_of, provides.split(","))):
        provided.setdefault(other, package)
    if essential == "yes" or priority == "required" or package == "python3":
        wanted.append(package)
done = set()
while wanted:
    package = wanted.pop()
    if package in done or package not in depends:
        continue
    done.add(package)
    for group in depends[package]:
        found = [choice if choice in depends else provided.get(choice) for choice in group]
        wanted += [next((choice for choice in found if choice), "")]
print("\n".join(sorted(done)))
END
new=$work/root
mkdir -p "$new"/usr/{bin,sbin,lib,lib64} "$new/opt/cnnbench" "$new/root"
for folder in bin sbin lib lib64; do
  ln -s "usr/$folder" "$new/$folder"
done
xargs dpkg-query -L <"$work/base" 2>/dev/null | grep -Ev '^/(\.|usr/share/(doc|man|locale)/.*)$' | sort -u |
  while IFS= read -r file; do if [ -e "$file" ] && { [ -L "$file" ] || [ ! -d "$file" ]; }; then printf '%s\n' "${file#/}"; fi; done >"$work/files"
tar -C / --no-recursion -cf - -T "$work/files" 2>/dev/null | tar -C "$new" --keep-directory-symlink -xf - 2>/dev/null || true
tar -C "$new/opt/cnnbench" --strip-components=1 -xJf "$bundle"
printf 'root: %s packages, %s; bundle: %s\n' "$(wc -l <"$work/base")" "$(du -sh "$new" | cut -f1)" "$(basename "$bundle")"
"${unshare[@]}" "$script" --inside "$new"
