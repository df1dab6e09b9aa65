#!/usr/bin/env bash
# Runs cnnbench ARGS..., after setting up what is not there yet (scripts/setup.sh; silent when nothing is to do).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/scripts/setup.sh" </dev/null
exec "$root/build/release/cnnbench" "$@"
