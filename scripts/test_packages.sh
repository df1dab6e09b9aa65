#!/usr/bin/env bash
# Runs the bundle and the wheel where nothing of the build machine is: a root made of Debian's base packages and python3 (with venv),
# with torch's wheel where pip would put it. Takes them, or makes them. Says why, and exits 77, where it cannot run.
# usage: scripts/test_packages.sh [BUNDLE.tar.xz CNNBENCH.whl]
set -euo pipefail

script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/test_packages.sh
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
  train=(/opt/cnnbench/cnnbench train --config catdog_original --device cpu --run /tmp/run --set train.epochs=1
    --set loader.batch_size=8 --set data.kind=drawn --set data.path=/tmp/pictures --set data.drawn_train=32 --set data.drawn_validation=16)
  expect "the base system has no torch" 1 "No module named" python3 -c "import torch"
  expect "starts without torch" 0 "^Usage|^usage|cnnbench" /opt/cnnbench/cnnbench --help
  expect "has man pages and completions" 0 "complete -F" sh -c "cd /opt/cnnbench/share && test -s man/man1/cnnbench-train.1 && cat bash-completion/completions/cnnbench"
  expect "reads its configs" 0 '"' /opt/cnnbench/cnnbench config show --config catdog_original
  expect "without torch it says how to point to it" 1 "CNNBENCH_TORCH" "${train[@]}"

  mount --bind "$site" "$new/opt/elsewhere"
  expect "CNNBENCH_TORCH points to torch" 0 "2\.11\.0" CNNBENCH_TORCH=/opt/elsewhere/torch /opt/cnnbench/cnnbench info
  python_site=$new/usr/local/lib/$(inside python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')/dist-packages
  mkdir -p "$python_site"
  mount --bind "$site" "$python_site"
  expect "python3 of the root has torch" 0 "torch" python3 -c "import importlib.util as u; print(u.find_spec('torch').origin)"
  expect "finds the torch of python3 by itself" 0 "dist-packages/torch" /opt/cnnbench/cnnbench info
  # The packages have OpenCV's reference BLAS too, which may not take sgemm_ from torch.
  # shellcheck disable=SC2016 # it is the inner shell's
  binds='LD_DEBUG=bindings LD_BIND_NOW=1 "$0" info >/dev/null 2>/tmp/bindings
    bound=$(grep -E "binding file [^ ]*libtorch_cpu[^ ]* .*symbol .[sd]gemm_" /tmp/bindings) && ! echo "$bound" | grep -v " to [^ ]*libtorch" && echo "torch binds its own gemm"'
  expect "torch keeps its own BLAS" 0 "^torch binds its own gemm" sh -c "$binds" /opt/cnnbench/cnnbench
  expect "trains" 0 "val_accuracy" "${train[@]}"

  # As a user installs it: an environment that has torch, and pip.
  expect "makes an environment" 0 "" python3 -m venv --system-site-packages /opt/venv
  export_path=/opt/venv/bin:/usr/bin:/bin
  # By the steps of the container recipe: its base image is a python3 that has torch, too.
  recipe=$(dirname "$script")/container/pytorch.Dockerfile
  read -ra variables < <(sed -n 's/^ENV //p' "$recipe")
  began=$EPOCHSECONDS
  expect "pip installs the wheel, as in the container" 0 "Successfully installed cnnbench" "${variables[@]}" PATH=$export_path sh -ec "$(sed -n 's/^RUN //p' "$recipe")"
  first=("PATH=$export_path" sh -c 'cd /tmp && exec "$@"' sh cnnbench)
  expect "wheel: trains" 0 "^total images/sec: " "${first[@]}" train catdog_original --run first --set train.epochs=1
  printf 'from pip to the first result: %d s\n' $((EPOCHSECONDS - began))
  expect "wheel: predicts" 0 "^data/drawn-.*: (cat|dog) " "${first[@]}" predict first data/drawn-2000-500-1/validation
  expect "wheel: previews" 0 "" "${first[@]}" preview catdog_original --export preview.png
  expect "wheel: benchmarks" 0 "images/s" "${first[@]}" bench -m catdog_original -r 1 --only-live --set data.limit_train=64 --set data.limit_validation=16 --export rows.jsonl
  expect "wheel: reports" 0 "" "${first[@]}" report rows.jsonl first --export report.html
  expect "wheel: cnnbench is on PATH" 0 "^cnnbench [0-9]" PATH=$export_path cnnbench --version
  expect "wheel: finds the environment's torch" 0 "dist-packages/torch" PATH=$export_path cnnbench info
  expect "wheel: torch keeps its own BLAS" 0 "^torch binds its own gemm" PATH=$export_path sh -c "$binds" cnnbench
  expect "wheel: python -m cnnbench" 0 "catdog_original" /opt/venv/bin/python -m cnnbench config list
  expect "wheel: man pages and completions are the environment's" 0 "complete -F" sh -c "cd /opt/venv/share && test -s man/man1/cnnbench-train.1 && cat bash-completion/completions/cnnbench"
  tiny="data__kind='synthetic', data__limit_train=32, data__limit_validation=16, train__epochs=1, loader__batch_size=8"
  expect "wheel: cnnbench.run" 0 "^catdog_original 1$" /opt/venv/bin/python -c "import cnnbench
result = cnnbench.run('catdog_original', device='cpu', folder='/tmp/from-python', $tiny)
print(result['config']['name'], len(result['epochs']))"
  expect "wheel: cnnbench.bench" 0 "^\['ok', 'ok'\]$" /opt/venv/bin/python -c "import cnnbench
rows = cnnbench.bench('catdog_original', batch_sizes=[8, 16], repetitions=1, only_live=True, data__kind='synthetic', data__limit_train=32, data__limit_validation=16)
print([row['status'] for row in rows])"
  expect "wheel: what fails is an exception with the program's words" 0 "^2 .*no config" /opt/venv/bin/python -c "import cnnbench
try: cnnbench.run('no_such_config')
except cnnbench.CnnbenchError as e: print(e.code, e)"
  expect "wheel: removes itself" 0 "Successfully uninstalled" sh -c '/opt/venv/bin/pip uninstall -y cnnbench && ! ls /opt/venv/bin/cnnbench /opt/venv/share/man/man1/cnnbench.1 2>/dev/null'
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
bundle=${1:-} wheel=${2:-}
if [ -z "$bundle" ]; then
  bundle=$work/bundle.tar.xz
  "$root/scripts/bundle.sh" "$bundle"
fi
if [ -z "$wheel" ]; then
  "$root/scripts/wheel.sh" "$work/dist"
  wheel=$(echo "$work"/dist/*.whl)
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
    if essential == "yes" or priority == "required" or package in ("python3", "python3-venv"):
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
cp "$wheel" "$new/opt"
printf 'root: %s packages, %s; %s, %s\n' "$(wc -l <"$work/base")" "$(du -sh "$new" | cut -f1)" "$(basename "$bundle")" "$(basename "$wheel")"
"${unshare[@]}" "$script" --inside "$new"
