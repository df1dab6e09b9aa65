#!/usr/bin/env bash
# Builds the fuzzers (clang, libFuzzer, address and undefined-behaviour sanitizers) and runs each one, one after the other.
# Usage: scripts/fuzz.sh [SECONDS] [TARGET...]     60 seconds each, all of tests/fuzz/*_target.cpp
# What was found, and the inputs that reach further than the seeds, lie in build/fuzz/corpus/TARGET from one run to the next.
# Exit 1: an input was found that crashes, hangs or breaks what must hold; it lies in build/fuzz/finds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=${1:-60}
shift || true
build=$root/build/fuzz
(cd "$root" && cmake --preset fuzz > /dev/null && cmake --build "$build") >&2
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for file in "$root"/tests/fuzz/*_target.cpp; do
    file=${file##*/}
    targets+=("${file%_target.cpp}")
  done
fi
# Readers want files: in memory where that can be.
scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" cnnbench-fuzz-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$build/finds"
found=0
printf '%-8s %10s %12s %10s %8s\n' target seconds executions coverage features
for target in "${targets[@]}"; do
  mkdir -p "$build/corpus/$target"
  log=$build/finds/$target.log
  dictionary=$root/tests/fuzz/$target.dict
  options=(-max_total_time="$seconds" -timeout=100 -rss_limit_mb=3000 -print_final_stats=1 -artifact_prefix="$build/finds/$target-")
  [ ! -f "$dictionary" ] || options+=(-dict="$dictionary")
  if ! TMPDIR=$scratch UBSAN_OPTIONS=print_stacktrace=1 "$build/tests/fuzz/cnnbench_fuzz_$target" "${options[@]}" \
    "$build/corpus/$target" "$root/tests/fuzz/corpus/$target" > "$log" 2>&1; then
    found=1
    echo "$target: found, see $log" >&2
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  reached=$(sed -n 's/.* cov: \([0-9]*\) ft: \([0-9]*\) .*/\1 \2/p' "$log" | tail -n 1)
  printf '%-8s %10s %12s %10s %8s\n' "$target" "$seconds" "${executions:-?}" "${reached% *}" "${reached#* }"
done
exit $found
