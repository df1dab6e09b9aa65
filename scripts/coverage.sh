#!/usr/bin/env bash
# Which lines of our own code the tests run: a table by room, and a total. In a build of its own, build/coverage (Debug, gcc's --coverage).
# Usage: scripts/coverage.sh [--all] [--at-least PERCENT] [--files ROOM]
#   --all        the torch half too, by its unit tests and the end-to-end tests: an hour on two cores; else the torch-free core by its unit tests
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
  # Each end-to-end test counts into a folder of its own: a process that is killed, or whose writes are made to fail, leaves broken
  # counters, onto which no other process could add its own.
  rm -rf "$build/counted" && mkdir "$build/counted"
  cd "$build"
  GCOV_PREFIX=$build/counted/unit ctest --output-on-failure -j "$(nproc)" -LE 'slow|gpu' -E '^e2e' || touch counted/failed
  test_apart() { GCOV_PREFIX=$build/counted/$1 ctest --output-on-failure -R "^$1\$" || touch counted/failed; }
  export -f test_apart
  export build
  ctest -N -LE 'slow|gpu' -R '^e2e' | sed -n 's/.*: \(e2e[^ ]*\)$/\1/p' | xargs -r -P "$(nproc)" -I{} bash -c 'test_apart {}'
  [ ! -e counted/failed ] || echo "coverage: some tests failed; the table is of what ran"
  for folder in counted/e2e*; do
    find "$folder" -name '*.gcda' 2> /dev/null | while IFS= read -r counters; do
      ! gcov-dump "$counters" 2>&1 | grep -qE 'is invalid|incorrectly nested|mismatch|not a gcov' || rm "$counters"
    done
    rm -rf counted/merged
    [ ! -d "$folder" ] || ! gcov-tool merge counted/unit "$folder" -o counted/merged || { rm -rf counted/unit && mv counted/merged counted/unit; }
  done
  cp -r "counted/unit/$build/." "$build"
} >&2
report=$build/coverage.json
"$build/gcovr/bin/gcovr" --root "$root" --filter "$root/src/" --filter "$root/include/" --gcov-ignore-parse-errors=all --gcov-ignore-errors=all --gcov-suspicious-hits-threshold 0 --gcov-executable gcov \
  -j "$(nproc)" --json "$report" "$build" >&2
python3 - "$report" "$least" "$room" "$root" << 'END'
import collections, json, sys

report, least, wanted, root = json.load(open(sys.argv[1])), float(sys.argv[2]), sys.argv[3], sys.argv[4]
rooms = collections.defaultdict(lambda: [0, 0])
files = []
for file in report["files"]:
    parts = file["file"].split("/")
    room = parts[2 if parts[0] == "include" else 1]
    lines = {}
    text = open(f"{root}/{file['file']}").read().split("\n")
    for line in file["lines"]:
        # What stands on a line of one closing brace only runs where an exception passes.
        if not line.get("gcovr/noncode") and text[line["line_number"] - 1].strip() not in ("}", "};"):
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
