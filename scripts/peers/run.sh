#!/usr/bin/env bash
# Measures cnnbench beside PyTorch and Keras on this machine: scripts/peers/run.sh --help. Sets the peers up on the first call.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$(command -v python3) || { echo "error: python3 is not here; install it" >&2; exit 2; }
exec "$python" "$here/run_peers.py" "$@"
