#!/usr/bin/env bash
# Sets up and runs all tests. Further arguments go to ctest: scripts/test.sh -L unit, scripts/test.sh -R Loader
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/scripts/setup.sh" --tests </dev/null
cd "$root/build/release"
cores=$(nproc)
exec ctest --output-on-failure -j "$((cores < 8 ? cores : 8))" "$@"
