#!/bin/sh
# How speed depends on loader workers and batch size: a table on stdout, the rows in a file. Killed, it goes on when called again.
# Usage: scripts/sweep_workers_batch.sh [more options of bench]
#   NETS, WORKERS, BATCHES, REPETITIONS, FILE: what is measured, and where the rows go
set -eu
cnnbench=${CNNBENCH:-$(dirname "$0")/run.sh}
exec "$cnnbench" bench -m "${NETS:-catdog_original,catdog_improved}" -w "${WORKERS:-1,2}" -b "${BATCHES:-32,64}" \
  -r "${REPETITIONS:-5}" --export "${FILE:-sweep_workers_batch.jsonl}" --resume "$@"
