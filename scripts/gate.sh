#!/bin/sh
# A gate for continuous integration: measures now, compares with a baseline, exits with 5 where a cell is proven to be slower.
# Usage: scripts/gate.sh BASELINE.jsonl [more options of bench]
#   The first call makes the baseline. NETS, BATCHES, REPETITIONS: what is measured (the same in every call); THRESHOLD: 3%
# A proof takes 4 repetitions a side at least; take 8 or more on a noisy machine, and compare on the machine of the baseline.
set -eu
cnnbench=${CNNBENCH:-$(dirname "$0")/run.sh}
baseline=${1:?usage: gate.sh BASELINE.jsonl [more options of bench]}
shift
measure() {
  file=$1
  shift
  "$cnnbench" bench -m "${NETS:-catdog_original}" -b "${BATCHES:-32}" -r "${REPETITIONS:-8}" --only-live --export "$file" "$@"
}
if [ ! -f "$baseline" ]; then
  measure "$baseline" "$@"
  echo "there was no baseline: this is it" >&2
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
measure "$folder/now.jsonl" "$@"
"$cnnbench" compare "$baseline" "$folder/now.jsonl" --fail-on-regression "${THRESHOLD:-3%}"
