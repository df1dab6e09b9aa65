#!/usr/bin/env bash
# One core's augmentation, cnnbench's two backends beside torchvision, Albumentations, Keras and tf.image: scripts/peers/augment.sh --help.
# Sets the peers up on the first call.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$(command -v python3) || { echo "error: python3 is not here; install it" >&2; exit 2; }
exec "$python" "$here/augment_race.py" "$@"
