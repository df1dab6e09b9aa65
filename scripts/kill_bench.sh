#!/bin/sh
# Kills a benchmark (-9) at random moments, resumes it each time, and checks that its file has every cell exactly once.
# Usage: scripts/kill_bench.sh FILE.jsonl [options of bench]
#   KILLS (20), LONGEST (8: seconds until a kill, at most), SEED (1: of the moments)
set -eu
cnnbench=${CNNBENCH:-$(dirname "$0")/run.sh}
file=${1:?usage: kill_bench.sh FILE.jsonl [options of bench]}
shift
wanted=$("$cnnbench" bench "$@" --dry-run | sed '$d' | cut -d' ' -f1 | sort)
moments=$(awk -v n="${KILLS:-20}" -v longest="${LONGEST:-8}" -v seed="${SEED:-1}" \
  'BEGIN { srand(seed); for (i = 0; i < n; ++i) printf "%.2f ", 0.1 + rand() * (longest - 0.1) }')
killed=0
for seconds in $moments; do
  "$cnnbench" bench "$@" --export "$file" --resume > /dev/null 2>&1 &
  bench=$!
  sleep "$seconds"
  if kill -9 "$bench" 2> /dev/null; then killed=$((killed + 1)); fi
  wait "$bench" || true
done
"$cnnbench" bench "$@" --export "$file" --resume
found=$(sed -n 's/.*"cell":"\([0-9a-f]*\)".*/\1/p' "$file" | sort)
if [ "$found" != "$wanted" ]; then
  printf 'after %d kills the cells of %s are not those of the grid, each once:\n%s\nwanted:\n%s\n' "$killed" "$file" "$found" "$wanted" >&2
  exit 1
fi
echo "killed $killed times while it ran; every cell is there exactly once" >&2
