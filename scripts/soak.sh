#!/usr/bin/env bash
# Trains for a while, with an epoch every second or so and its state written every second, and looks whether memory and open descriptors
# stay where they are.
# Usage: scripts/soak.sh MINUTES [options of train]     by default: the original network on 32-pixel synthetic pictures
#   KEEP=DIR   samples.tsv (seconds, resident kB, descriptors, threads) and the run stay there
# Exit 1: one of them grows, or the run did not end as it should.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
minutes=${1:?usage: soak.sh MINUTES [options of train]}
shift
[ $# -gt 0 ] || set -- --config catdog_original --set data.kind=synthetic --set data.limit_train=6400 --set data.limit_validation=64 --set data.image_size=32
cnnbench=${CNNBENCH:-$root/build/release/cnnbench}
folder=${KEEP:-$(mktemp -d)}
mkdir -p "$folder"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$folder"' EXIT
"$cnnbench" train "$@" --set train.epochs=1000000 --set 'train.checkpoint_every=1 s' --set train.validate_every=5 --run "$folder/run" \
  > "$folder/out.txt" 2> "$folder/err.txt" &
run=$!
samples=$folder/samples.tsv
: > "$samples"
end=$((SECONDS + minutes * 60))
while [ $SECONDS -lt $end ] && kill -0 $run 2> /dev/null; do
  sleep 1
  memory=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$run/status 2> /dev/null) || true
  threads=$(sed -n 's/^Threads:[^0-9]*//p' /proc/$run/status 2> /dev/null) || true
  descriptors=$(find /proc/$run/fd -mindepth 1 2> /dev/null | wc -l)
  [ -z "$memory" ] || printf '%s\t%s\t%s\t%s\n' "$SECONDS" "$memory" "$descriptors" "$threads" >> "$samples"
done
kill -INT $run 2> /dev/null || true
status=0
wait $run || status=$?
if [ $status != 130 ]; then
  echo "the run ended with exit status $status instead of 130:" >&2
  tail -n 5 "$folder/err.txt" >&2
  exit 1
fi
"$cnnbench" verify "$folder/run" > /dev/null
epochs=$(($(wc -l < "$folder/run/epochs.csv") - 1))
# The first quarter warms up. The last against the second: what is kept of each epoch costs some kB, a leak of a picture a step a gigabyte.
sort -n "$samples" | awk -v epochs="$epochs" '
  function median(column, from, to,   n, i, j, v, t) {
    n = 0
    for (i = from; i <= to; ++i) v[++n] = value[i, column]
    for (i = 2; i <= n; ++i) { t = v[i]; for (j = i - 1; j > 0 && v[j] > t; --j) v[j + 1] = v[j]; v[j + 1] = t }
    return v[int((n + 1) / 2)]
  }
  { for (c = 2; c <= 4; ++c) value[NR, c] = $c }
  END {
    if (NR < 20) { print "too few samples: " NR; exit 1 }
    quarter = int(NR / 4)
    name[2] = "resident memory, kB"; name[3] = "open descriptors"; name[4] = "threads"
    slack[2] = 0.02 * median(2, quarter, 2 * quarter); slack[3] = 1; slack[4] = 1
    if (slack[2] < 4096) slack[2] = 4096
    printf "%d samples, %d epochs\n", NR, epochs
    for (c = 2; c <= 4; ++c) {
      before = median(c, quarter, 2 * quarter); after = median(c, NR - quarter, NR)
      flat = after - before <= slack[c]
      printf "%-20s %9d in the second quarter, %9d in the last: %s\n", name[c], before, after, flat ? "flat" : "GROWS"
      if (!flat) grows = 1
    }
    exit grows
  }'
