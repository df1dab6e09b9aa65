#!/usr/bin/env bash
# Makes build/release/cnnbench on a fresh machine: system packages, libtorch in the user's cache, a release build.
# usage: scripts/setup.sh [--tests]     --tests: the tests too, and the Python packages that they use
# Called by run.sh and test.sh; says only what it does, on stderr; costs a fraction of a second when nothing is to do.
# CNNBENCH_TORCH=DIR uses that libtorch 2.11 and downloads none. XDG_CACHE_HOME moves the cache (6 GB while it is filled).
set -euo pipefail
exec 1>&2

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cnnbench
wheel=$cache/torch-2.11.0-cu130 # the same name in cmake/LibTorch.cmake and src/cli/torch_folder.cpp
torch=${CNNBENCH_TORCH:-$wheel/torch}
build=$root/build/release
log=$root/build/setup.log
tests=
for argument in "$@"; do
  case $argument in
    --tests) tests=yes ;;
    *) echo "usage: scripts/setup.sh [--tests]"; exit 2 ;;
  esac
done

now() { echo "${EPOCHREALTIME/[.,]/}"; } # microseconds
began=$(now)
worked=
seconds_since() { printf '%d.%d s' $((($(now) - $1) / 1000000)) $((($(now) - $1) / 100000 % 10)); }
die() { printf 'setup: error: %s\n' "$*"; exit 1; }

step() { # step TEXT COMMAND...: one line with its seconds; what the command printed is shown where it fails
  local text=$1 start status
  shift
  worked=yes
  start=$(now)
  printf 'setup: %s ... ' "$text"
  set +e # as a condition the command would run on after its first failure
  (set -e && "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ "$status" = 0 ]; then
    seconds_since "$start"
    echo
  else
    printf 'failed\n'
    tail -n 40 "$log"
    die "$text failed (above: the end of $log)"
  fi
}

lock() { # one at a time per file, until the script ends; without flock (not Linux's usual set) nobody waits
  mkdir -p "$(dirname "$1")"
  exec {descriptor}>"$1"
  if command -v flock >/dev/null && ! flock -n "$descriptor"; then
    echo "setup: waiting for another set-up to finish ..."
    flock "$descriptor"
  fi
}

# ---- system packages

needed=(ca-certificates cmake ninja-build ccache git pkg-config python3 python3-venv libopencv-core-dev libopencv-imgproc-dev
  libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libjpeg-dev libpng-dev libwebp-dev libtiff-dev libgif-dev libstb-dev fonts-dejavu-core)
[ -z "$tests" ] || needed+=(libgtest-dev libgmock-dev zsh fish mandoc openmpi-bin slurm-wlm munge) # the shells and mandoc: completions and man pages; mpirun and srun: ranks
command -v "${CXX:-c++}" >/dev/null || needed+=(g++)

missing_packages() {
  local have
  have=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' "${needed[@]}" 2>/dev/null || true)"
  for package in "${needed[@]}"; do
    [[ $have == *" $package:installed "* ]] || printf '%s\n' "$package"
  done
}

install_packages() { # install_packages PREFIX...: as root, or through sudo
  "$@" apt-get update -qq
  "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}

system_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    [ -f "$build/build.ninja" ] || echo "setup: no apt here; going on with what is installed. Needed: g++ 12 or clang 14 (or newer), cmake 3.22," \
      "ninja, git, pkg-config, python3 with venv, and the development files of OpenCV (core, imgproc), CLI11, spdlog, fmt," \
      "nlohmann_json, libjpeg, libpng, libwebp, libtiff, giflib, stb, the font DejaVu Sans${tests:+, GoogleTest}."
    return
  fi
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} = 0 ]; then
    return
  fi
  local text="system packages (${missing[*]})"
  if [ "$(id -u)" = 0 ]; then
    step "$text" install_packages
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 2 ] && sudo -v; }; }; then
    step "$text" install_packages sudo
  else
    echo "setup: these packages are not installed and installing them takes root; going on without:"
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
}

# ---- libtorch

missing_wheels() { # the lines of torch.txt that the cache does not have; a wheel's dist-info folder comes last
  local wanted rest name
  while read -r wanted rest; do
    name=${wanted%%==*}
    [[ $wanted == '#'* || -d $wheel/${name//-/_}-${wanted##*==}.dist-info ]] || printf '%s\n' "$wanted $rest"
  done <"$root/scripts/requirements/torch.txt"
}

unpack_wheels() { # into $1; where this is interrupted the wheels that are complete stay, and the next try downloads only the rest
  local python=python3 platform line fit=(--no-deps --require-hashes --only-binary :all: --python-version 3.11 --implementation cp
    --abi cp311 --abi none)
  for platform in manylinux_2_{28,27,25,24,18,17,12,5} manylinux{2014,2010,1}; do
    fit+=(--platform "${platform}_x86_64")
  done
  rm -rf "$1/new" "$1/tmp" "$1/wanted"
  mkdir -p "$1/tmp" "$1/wanted" "$1/wheels"
  missing_wheels | while read -r line; do
    printf '%s\n' "$line" >"$1/wanted/${line%%==*}.txt"
  done
  if ! python3 -m pip --version; then
    python3 -m venv "$1/venv"
    python=$1/venv/bin/python
  fi
  export TMPDIR=$1/tmp PIP_NO_CACHE_DIR=1 PIP_USER=0 PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
  find "$1/wanted" -name '*.txt' -print0 |
    xargs -0 -P 4 -n 1 "$python" -m pip download --progress-bar off "${fit[@]}" --dest "$1/wheels" -r # keeps a file that has its hash
  cat "$1"/wanted/*.txt >"$1/wanted.txt"
  "$python" -m pip install --no-compile --no-index --find-links "$1/wheels" --target "$1/new" "${fit[@]}" -r "$1/wanted.txt"
  if [ -d "$wheel" ]; then # an older set-up's: the new wheels are added
    mkdir "$1/info"
    mv "$1/new"/*.dist-info "$1/info"
    cp -a "$1/new/." "$wheel"
    cp -a "$1/info/." "$wheel"
  else
    mv -T "$1/new" "$wheel"
  fi
  rm -rf "$1"
}

libtorch() {
  [ -z "${CNNBENCH_TORCH:-}" ] || return 0
  [ -n "$(missing_wheels)" ] || return 0
  [ "$(uname -sm)" = "Linux x86_64" ] || die "the torch wheels are for Linux x86-64; set CNNBENCH_TORCH=DIR to use a libtorch 2.11 of this machine"
  lock "$cache/.torch.lock"
  local missing
  missing=$(missing_wheels)
  [ -n "$missing" ] || return 0
  if [[ $missing == *torch==* ]]; then
    local free
    free=$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1000000) }')
    [ "$free" -ge 7 ] || die "$cache has $free GB free and libtorch takes 7 GB while it is unpacked (4 GB after); set XDG_CACHE_HOME to another place"
    step "libtorch 2.11.0 with CUDA 13, 2.3 GB to download, into $wheel" unpack_wheels "$wheel.part"
  else
    step "wheels that are new beside libtorch ($(cut -d' ' -f1 <<<"$missing" | xargs)), into $wheel" unpack_wheels "$wheel.part"
  fi
}

# ---- Python packages of the end-to-end tests

make_environment() {
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r "$root/scripts/requirements/test.txt"
  touch "$1/.ready"
}

test_environment() { # sets `python`
  local name
  name=$( (python3 -c 'import sys; print(sys.version, sys.prefix)'; cat "$root/scripts/requirements/test.txt") | sha256sum | cut -c1-12)
  python=$cache/tests-$name/bin/python
  if [ ! -f "$cache/tests-$name/.ready" ]; then
    lock "$cache/.tests.lock"
    [ -f "$cache/tests-$name/.ready" ] || step "Python packages of the tests, into $cache/tests-$name" make_environment "$cache/tests-$name"
  fi
}

# ---- the build

jobs() { # a file that includes torch takes up to 2 GB to compile
  awk -v cores="$(nproc)" '/^MemAvailable/ { fit = int($2 / 2000000); print fit < 1 ? 1 : fit < cores ? fit : cores }' /proc/meminfo
}

configure() {
  # Without --tests an earlier call's tests stay: run.sh after test.sh rebuilds nothing.
  local wanted=(-DCNNBENCH_TORCH="$torch") stamp=$build/setup.arguments
  if [ -n "$tests" ]; then
    wanted+=(-DCNNBENCH_TESTS=ON -DCNNBENCH_PYTHON="$python")
  elif [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "${wanted[0]}" ]; then
    mapfile -t wanted <"$stamp"
  else
    wanted+=(-DCNNBENCH_TESTS=OFF)
  fi
  if [ -f "$build/build.ninja" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(printf '%s\n' "${wanted[@]}")" ]; then
    return
  fi
  cd "$root"
  step "cmake --preset release" cmake --preset release "${wanted[@]}"
  printf '%s\n' "${wanted[@]}" >"$stamp"
}

show_progress() { # reads ninja's lines; a terminal sees the count
  local line start
  start=$(now)
  while IFS= read -r line; do
    if [[ $line =~ ^(\[[0-9]+/[0-9]+\])\ (Building|Linking) ]]; then
      [ -t 2 ] && printf '\rsetup: building %s ' "${BASH_REMATCH[1]}"
      working=yes
    fi
  done
  if [ -n "${working:-}" ]; then
    [ -t 2 ] && printf '\r\033[K'
    printf 'setup: building ... %s\n' "$(seconds_since "$start")"
    return 10
  fi
}

compile() {
  local target=cnnbench status
  [ -z "$tests" ] || target=all
  set +e
  NINJA_STATUS='[%f/%t] ' ninja -C "$build" -j "$(jobs)" "$target" 2>&1 </dev/null | tee "$log" | show_progress
  status=("${PIPESTATUS[@]}")
  set -e
  if [ "${status[0]}" != 0 ]; then
    if grep -q ^FAILED "$log"; then
      sed -n '/^FAILED/,$p' "$log" | head -n 60
    else
      tail -n 40 "$log"
    fi
    die "the build failed (all of its output: $log)"
  fi
  [ "${status[2]}" != 10 ] || worked=yes
}

mkdir -p "$root/build"
system_packages
libtorch
lock "$root/build/.setup.lock"
python=
[ -z "$tests" ] || test_environment
configure
compile
[ -z "$worked" ] || printf 'setup: done in %s: %s\n' "$(seconds_since "$began")" "$build/cnnbench"
