#!/usr/bin/env bash
# Which lines of our own code the tests run: a table by room, and a total. In a build of its own, build/coverage (Debug, gcc's --coverage).
# Usage: scripts/coverage.sh [--all] [--at-least PERCENT] [--files ROOM]
#   --all        the torch half too, by its unit tests and the end-to-end tests: half an hour; else the torch-free core by its unit tests
#   --at-least   exit 1 where the total is less
#   --files ROOM each file of that room, with the lines that are not run
# gcovr (scripts/requirements/coverage.txt) is installed into build/coverage.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/coverage
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cnnbench
all=
least=0
room=
while [ $# -gt 0 ]; do
  case $1 in
    --all) all=yes ;;
    --at-least) least=${2:?--at-least PERCENT} && shift ;;
    --files) room=${2:?--files ROOM} && shift ;;
    *) echo "usage: scripts/coverage.sh [--all] [--at-least PERCENT] [--files ROOM]" >&2 && exit 2 ;;
  esac
  shift
done
options=(-DCNNBENCH_NN=OFF)
if [ -n "$all" ]; then
  build=$root/build/coverage-all
  torch=${CNNBENCH_TORCH:-$cache/torch-2.11.0-cu130/torch}
  ready() { for python in "$cache"/tests-*/bin/python; do [ -d "$torch" ] && [ -x "$python" ]; done; }
  ready || { "$root/scripts/setup.sh" --tests < /dev/null && ready; } # which builds the program as users have it too
  options=(-DCNNBENCH_NN=ON -DCNNBENCH_TORCH="$torch" -DCNNBENCH_PYTHON="$python")
fi
{
  # Counters of many threads: atomic. A process that ends by a signal writes none, which is little.
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS="--coverage -fprofile-update=atomic" "${options[@]}" > /dev/null
  cmake --build "$build"
  if [ ! -x "$build/gcovr/bin/gcovr" ]; then
    python3 -m venv "$build/gcovr"
    "$build/gcovr/bin/pip" install --quiet --require-hashes -r "$root/scripts/requirements/coverage.txt"
  fi
  find "$build" -name '*.gcda' -delete
  (cd "$build" && ctest --output-on-failure -j "$(nproc)" -LE 'slow|gpu') || echo "coverage: some tests failed; the table is of what ran"
} >&2
report=$build/coverage.json
"$build/gcovr/bin/gcovr" --root "$root" --filter "$root/src/" --filter "$root/include/" --gcov-ignore-parse-errors=all --gcov-executable gcov \
  -j "$(nproc)" --json "$report" "$build" >&2
python3 - "$report" "$least" "$room" << 'END'
import collections, json, sys

report, least, wanted = json.load(open(sys.argv[1])), float(sys.argv[2]), sys.argv[3]
rooms = collections.defaultdict(lambda: [0, 0])
files = []
for file in report["files"]:
    parts = file["file"].split("/")
    room = parts[2 if parts[0] == "include" else 1]
    lines = {}
    for line in file["lines"]:
        if not line.get("gcovr/noncode"):
            lines[line["line_number"]] = lines.get(line["line_number"], 0) + line["count"]
    missed = sorted(n for n, count in lines.items() if count == 0)
    rooms[room][0] += len(lines)
    rooms[room][1] += len(lines) - len(missed)
    if room == wanted:
        files.append((file["file"], len(lines), missed))
for name, count, missed in sorted(files):
    print(f"{name:44} {100 * (count - len(missed)) / max(count, 1):6.1f} %   {' '.join(map(str, missed))}")
print(f"{'room':12} {'lines':>7} {'run':>7} {'%':>6}")
total = [sum(r[i] for r in rooms.values()) for i in (0, 1)]
for name, (count, run) in [*sorted(rooms.items()), ("total", total)]:
    print(f"{name:12} {count:7} {run:7} {100 * run / max(count, 1):6.1f}")
sys.exit(100 * total[1] / max(total[0], 1) < least)
END
