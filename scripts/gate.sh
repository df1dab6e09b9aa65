#!/bin/sh
# A gate for continuous integration: measures now, compares with a baseline.
# Usage: scripts/gate.sh BASELINE.jsonl [more options of bench]
# Exit: 0 a loss of more than THRESHOLD is excluded; 5 one is proven; 6 neither can be said (UNDECIDED=pass makes that 0); 1 nothing was
#   compared, or a part of a result is damaged; else as bench.
#   The first call makes the baseline. NETS, BATCHES, REPETITIONS: what is measured (the same in every call); THRESHOLD: 3%
# Every repetition is taken, so that both sides have equally many. Take more of them (REPETITIONS=20) where the gate cannot decide, and
# compare on the machine of the baseline.
set -eu
cnnbench=${CNNBENCH:-$(dirname "$0")/run.sh}
baseline=${1:?usage: gate.sh BASELINE.jsonl [more options of bench]}
shift
measure() {
  file=$1
  shift
  "$cnnbench" bench -m "${NETS:-catdog_original}" -b "${BATCHES:-32}" -r "${REPETITIONS:-10}" --interval 0 --only-live --export "$file" "$@"
}
if [ ! -f "$baseline" ]; then
  measure "$baseline" "$@"
  echo "there was no baseline: this is it" >&2
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
measure "$folder/now.jsonl" "$@"
"$cnnbench" compare "$baseline" "$folder/now.jsonl" --fail-on-regression "${THRESHOLD:-3%}" --undecided "${UNDECIDED:-fail}"
