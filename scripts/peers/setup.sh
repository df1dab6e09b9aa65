#!/usr/bin/env bash
# Sets up the peers' private Python environments in the user's cache folder and prints each one's python, one line a name.
# usage: scripts/peers/setup.sh torch|keras|augment...        A second call costs a fraction of a second.
# PyTorch's wheel is shared with the C++ build (torch-2.11.0-cu130 in the same cache); nothing is installed twice.
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cnnbench
wheel=$cache/torch-2.11.0-cu130

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

find_python() { # the pinned wheels are for CPython 3.11
  local candidate
  for candidate in ${CNNBENCH_PEERS_PYTHON:-} /usr/bin/python3 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
      command -v "$candidate"
      return
    fi
  done
  die "the peers need Python 3.11, which is not here; install python3.11 and python3.11-venv, or set CNNBENCH_PEERS_PYTHON"
}

share_torch() { # makes the unpacked wheel importable in environment $1; fetches it where the C++ build has not yet
  if [ ! -d "$wheel/torch" ]; then
    say "PyTorch 2.11.0 and the nvidia wheels (about 2.5 GB to download) ..."
    local part
    part=$(mktemp -d "$cache/torch.part.XXXXXX")
    "$1/bin/python" -m pip install --quiet --no-deps --require-hashes --only-binary :all: --target "$part" \
      -r "$repo/scripts/requirements/torch.txt" >&2
    mv -T "$part" "$wheel" 2>/dev/null || rm -rf "$part" # someone else was faster
  fi
  echo "$wheel" >"$("$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch_wheel.pth"
}

set_up() { # prints the python of environment $1
  local name=$1 requirements=$repo/scripts/requirements/peers_$1.txt hash env
  [ -f "$requirements" ] || die "no peer environment is called '$name'; there are: torch, keras, augment"
  hash=$( (cat "$requirements"; [ "$name" = keras ] || echo "$wheel"; echo "$python") | sha256sum | cut -c1-12)
  env=$cache/peers/$name-$hash
  exec 9>"$cache/peers/.$name.lock"
  flock 9
  if [ ! -f "$env/.ready" ]; then
    say "setting up peer environment '$name' in $env ..."
    rm -rf "$env"
    "$python" -m venv "$env" || die "python3 -m venv failed; install python3.11-venv"
    "$env/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
      -r "$requirements" >&2 || die "pip could not install scripts/requirements/peers_$name.txt into $env (see above)"
    if [ "$name" != keras ]; then share_torch "$env"; fi
    touch "$env/.ready"
  fi
  flock -u 9
  echo "$env/bin/python"
}

[ $# -gt 0 ] || die "usage: scripts/peers/setup.sh torch|keras|augment..."
mkdir -p "$cache/peers"
python=$(find_python)
for name in "$@"; do set_up "$name"; done
