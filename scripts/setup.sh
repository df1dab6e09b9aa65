#!/usr/bin/env bash
# Makes build/release/cnnbench on a fresh machine: system packages, libtorch in the user's cache, a release build.
# usage: scripts/setup.sh [--tests]     --tests: the tests too, and the Python packages that they use
# Called by run.sh and test.sh; says only what it does, on stderr; costs a fraction of a second when nothing is to do.
# While libtorch is downloaded and unpacked, the other packages are installed and what needs no torch is compiled.
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

failed() { # failed TEXT LOG: ends the line that says TEXT
  printf 'failed\n'
  tail -n 40 "$2"
  die "$1 failed (above: the end of $2)"
}

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
  [ "$status" = 0 ] || failed "$text" "$log"
  seconds_since "$start"
  echo
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

for_download=(ca-certificates python3 python3-venv) # of these: what fetching libtorch takes

missing_of() { # missing_of PACKAGE...
  local have
  have=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $have == *" $package:installed "* ]] || printf '%s\n' "$package"
  done
}

as= # how to install: "root", "sudo", or empty: not from here
look_for_packages() { # sets `as`, where something is missing
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    [ -f "$build/build.ninja" ] || echo "setup: no apt here; going on with what is installed. Needed: g++ 12 or clang 14 (or newer), cmake 3.22," \
      "ninja, git, pkg-config, python3 with venv, and the development files of OpenCV (core, imgproc), CLI11, spdlog, fmt," \
      "nlohmann_json, libjpeg, libpng, libwebp, libtiff, giflib, stb, the font DejaVu Sans${tests:+, GoogleTest}."
    return
  fi
  local missing
  mapfile -t missing < <(missing_of "${needed[@]}")
  if [ ${#missing[@]} = 0 ]; then
    return
  fi
  if [ "$(id -u)" = 0 ]; then
    as=root
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 2 ] && sudo -v; }; }; then
    as=sudo
  else
    echo "setup: these packages are not installed and installing them takes root; going on without:"
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
}

apt() { # apt ARGUMENT...: as root
  local through=()
  [ "$as" = root ] || through=(sudo)
  "${through[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
}

lists_are_new=
install_packages() {
  [ -n "$lists_are_new" ] || apt update -qq
  apt install -y -qq --no-install-recommends "$@"
}

system_packages() { # system_packages PACKAGE...: those of them that are missing
  [ -n "$as" ] || return 0
  local missing
  mapfile -t missing < <(missing_of "$@")
  if [ ${#missing[@]} != 0 ]; then
    step "system packages (${missing[*]})" install_packages "${missing[@]}"
    lists_are_new=yes
  fi
}

# shellcheck source=scripts/setup/libtorch.sh
. "$root/scripts/setup/libtorch.sh"

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

stamp=$build/setup.arguments # what cmake was called with

configure() {
  # Without --tests an earlier call's tests stay: run.sh after test.sh rebuilds nothing.
  local wanted=(-DCNNBENCH_TORCH="$torch" -DCNNBENCH_NN=ON)
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

show_progress() { # show_progress TEXT: reads ninja's lines; a terminal sees the count
  local line start
  start=$(now)
  while IFS= read -r line; do
    if [[ $line =~ ^(\[[0-9]+/[0-9]+\])\ (Building|Linking) ]]; then
      [ -t 2 ] && printf '\rsetup: %s %s ' "$1" "${BASH_REMATCH[1]}"
      working=yes
    fi
  done
  if [ -n "${working:-}" ]; then
    [ -t 2 ] && printf '\r\033[K'
    printf 'setup: %s ... %s\n' "$1" "$(seconds_since "$start")"
    return 10
  fi
}

compile() { # compile TEXT TARGET
  local status
  set +e
  NINJA_STATUS='[%f/%t] ' ninja -C "$build" -j "$(jobs)" "$2" 2>&1 </dev/null | tee "$log" | show_progress "$1"
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

compile_without_torch() { # a first build's, for as long as libtorch is not there; ninja keeps it when torch's part comes in
  if [ -f "$stamp" ] || ! libtorch_is_coming; then
    return
  fi
  cd "$root"
  step "cmake --preset release, without torch" cmake --preset release -DCNNBENCH_TORCH="$torch" -DCNNBENCH_NN=OFF -DCNNBENCH_TESTS=OFF
  local target
  for target in cnnbench_texts cnnbench_loops cnnbench_core cnnbench_cli; do
    libtorch_is_coming || break
    compile "building $target" "$target"
  done
}

mkdir -p "$root/build"
look_for_packages
if [ -z "${CNNBENCH_TORCH:-}" ] && [ -n "$(missing_wheels)" ]; then
  system_packages "${for_download[@]}"
fi
begin_libtorch
system_packages "${needed[@]}"
lock "$root/build/.setup.lock"
compile_without_torch
finish_libtorch
python=
[ -z "$tests" ] || test_environment
configure
if [ -n "$tests" ]; then compile building all; else compile building cnnbench; fi
[ -z "$worked" ] || printf 'setup: done in %s: %s\n' "$(seconds_since "$began")" "$build/cnnbench"
