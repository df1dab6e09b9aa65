#!/bin/sh
# The same networks on the CPU and on the GPU, as a table with ratios. Without a GPU it says so and compares numbers of threads.
# Usage: scripts/cpu_vs_gpu.sh [more options of bench]
#   NETS, BATCHES, REPETITIONS, FILE: what is measured, and where the rows go; THREADS: without a GPU
set -eu
cnnbench=${CNNBENCH:-$(dirname "$0")/run.sh}
file=${FILE:-cpu_vs_gpu.jsonl}
if "$cnnbench" info --json | tr -d ' \n' | grep -q '"cuda_devices":\[\]'; then
  echo "no GPU here: comparing numbers of compute threads instead" >&2
  axis="--threads ${THREADS:-1,$(nproc)}"
else
  axis="-d cpu,cuda"
fi
# shellcheck disable=SC2086 # two words
"$cnnbench" bench -m "${NETS:-catdog_original,catdog_improved}" -b "${BATCHES:-32}" $axis -r "${REPETITIONS:-5}" \
  --export "$file" --resume "$@"
echo
"$cnnbench" compare "$file" --table
