#!/bin/sh
# How speed depends on a network's depth: catdog_deep with more and more convolutions.
# Usage: scripts/sweep_depth.sh [more options of bench]
#   DEPTHS (0-30+10: 0, 10, 20, 30), BATCHES, REPETITIONS, FILE: what is measured, and where the rows go
set -eu
cnnbench=${CNNBENCH:-$(dirname "$0")/run.sh}
exec "$cnnbench" bench -m catdog_deep --extra-convs "${DEPTHS:-0-30+10}" -b "${BATCHES:-32}" -r "${REPETITIONS:-5}" \
  --export "${FILE:-sweep_depth.jsonl}" --resume "$@"
