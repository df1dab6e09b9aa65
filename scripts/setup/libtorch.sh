# Part of scripts/setup.sh, which reads it: libtorch in the user's cache, downloaded and unpacked in the background.
# shellcheck shell=bash disable=SC2034,SC2154 # variables of setup.sh

torch_log=$root/build/setup.libtorch.log

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

stop_libtorch() { # when this script ends before the download: what has arrived stays for the next call
  [ -z "$torch_job" ] || kill -- "-$torch_job" 2>/dev/null || true
}

torch_job= # the download's process group while nobody has asked how it ended
begin_libtorch() { # in the background
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
    torch_text="libtorch 2.11.0 with CUDA 13, 2.3 GB to download, into $wheel"
  else
    torch_text="wheels that are new beside libtorch ($(cut -d' ' -f1 <<<"$missing" | xargs)), into $wheel"
  fi
  worked=yes
  torch_began=$(now)
  echo "setup: $torch_text: begun"
  trap stop_libtorch EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  set -m # a process group of its own, to be stopped whole
  (set -e && unpack_wheels "$wheel.part") </dev/null >"$torch_log" 2>&1 &
  torch_job=$!
  set +m
}

libtorch_is_coming() { [ -n "$torch_job" ] && kill -0 "$torch_job" 2>/dev/null; }

finish_libtorch() {
  [ -n "$torch_job" ] || return 0
  printf 'setup: %s ... ' "$torch_text"
  local status=0
  wait "$torch_job" || status=$?
  torch_job=
  [ "$status" = 0 ] || failed "$torch_text" "$torch_log"
  seconds_since "$torch_began"
  echo
}
