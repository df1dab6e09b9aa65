#!/bin/sh
# The story's experiments on this machine (scripts/story.json), and one page that sets its figures beside the measured ones.
# Usage: scripts/story.sh FOLDER
#   DATA: pictures of cats and dogs (else data/catdog, else drawn ones); CIFAR: CIFAR-10's binary files (else data/cifar10, else they are
#   left out). One that is given has to be there.
#   REPS (6; fewer than four show no effect): repetitions of each speed
#   EPOCHS (40), SEEDS ("1 2 3 4"; fewer show no effect): of the accuracy ladder; LADDER: a folder of scripts/accuracy_ladder.sh, instead of training one
#   QUICK=1: tiny, only to see that everything works
# Writes FOLDER/story.html, and the rows, runs and pictures that it is made of. Killed at any moment, it goes on when called again; what
# is complete (NAME-DEVICE.txt for NAME.jsonl) is not measured again unless its files are removed.
set -eu
folder=${1:?usage: story.sh FOLDER}
whole() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
here=$(cd "$(dirname "$0")" && pwd)
CNNBENCH=$(whole "$(command -v "${CNNBENCH:-$here/run.sh}")")
export CNNBENCH
data=$(whole "${DATA:-${CNNBENCH_DATA:-$here/../data}/catdog}")
cifar=$(whole "${CIFAR:-${CNNBENCH_DATA:-$here/../data}/cifar10}")
for given in "${DATA:-}" "${CIFAR:-}"; do
  [ -z "$given" ] || [ -d "$given" ] || { echo "story: $given is not there: correct DATA or CIFAR, or leave it out" >&2; exit 2; }
done
ladder=${LADDER:-}
[ -z "$ladder" ] || ladder=$(whole "$ladder")
mkdir -p "$folder"
cd "$folder"

reps=${REPS:-6}
workers=1,2,4
small=2500 large=640 deep=96 cifar_pictures=10240 shape="" epochs=${EPOCHS:-40} seeds=${SEEDS:-1 2 3 4}
if [ -n "${QUICK:-}" ]; then
  reps=${REPS:-1} workers=1,4
  small=64 large=64 deep=32 cifar_pictures=512 shape="--set model.extra_convs=1" epochs=${EPOCHS:-1} seeds=${SEEDS:-1}
fi

link() { # link NAME TARGET: what was measured with one target is not mixed with another's
  if [ -e "$1" ] || [ -L "$1" ]; then
    [ "$(readlink "$1")" = "$2" ] || { echo "story: $PWD/$1 is not $2: give another folder" >&2; exit 2; }
  else
    ln -s "$2" "$1"
  fi
}

# Without it the configs' fallback draws pictures, and every result says so.
pictures=""
if [ -d "$data" ]; then
  link pictures "$data"
  pictures="--set data.path=pictures"
fi

devices=cpu
"$CNNBENCH" info --json > machine.json
tr -d ' \n' < machine.json | grep -q '"cuda_devices":\[\]' || devices="cpu cuda"

# measure FILE PICTURES OPTIONS...: rows of bench on every device. A processor trains few pictures, a GPU all, and more often. Cells that
# fail (4) are rows too: the page says why.
# shellcheck disable=SC2086 # words
measure() {
  file=$1 limit=$2
  shift 2
  for device in $devices; do
    [ ! -f "$file-$device.txt" ] || continue
    echo "story: $file on $device" >&2
    many="--set data.limit_train=$limit --set data.limit_validation=64"
    [ "$device" = cpu ] || many="--set train.epochs=6"
    status=0
    "$CNNBENCH" bench -d "$device" -r "$reps" --interval 0 --only-live --export "$file.jsonl" --resume $many "$@" > "$file.part" || status=$?
    [ "$status" = 0 ] || [ "$status" = 4 ] || exit "$status"
    mv "$file.part" "$file-$device.txt"
  done
}

# shellcheck disable=SC2086
{
  measure workers_batch "$small" -m catdog_original -w "$workers" -b 32,64 --axis train.profile=tutorial,auto $pictures
  measure networks "$small" -m catdog_original,catdog_improved $pictures
  measure deep "$deep" -m catdog_deep $shape $pictures
  then="--set train.profile=tutorial -w 4 -b 64"
  measure augmentation "$small" -m catdog_dropout,catdog_dropout_noaug $then $pictures
  measure size "$large" -m catdog_dropout --axis data.image_size=64,128 $then $pictures
  if [ -d "$cifar" ]; then
    measure cifar "$cifar_pictures" -m cifar10,cifar10_b512 --set "data.path=$cifar"
  else
    echo "story: CIFAR-10 is left out: $cifar is not there; get it with scripts/get_data.sh cifar10" >&2
  fi
}

# On a RAM disk too, where there is one with room. (What the page cache holds already is read no faster from there.)
clear_ram() { case $(readlink ram) in /dev/shm/cnnbench-story.*) rm -rf "$(readlink ram)" ram ;; esac; }
if [ -n "$pictures" ] && [ ! -f "remedies-${devices##* }.txt" ]; then
  places=pictures
  room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print int($4 * 0.8) }')
  if [ "$(du -skL pictures | cut -f1)" -lt "${room:-0}" ]; then
    clear_ram
    trap clear_ram EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    ln -sfn "$(mktemp -d /dev/shm/cnnbench-story.XXXXXX)" ram
    cp -RL pictures/. ram
    places=pictures,ram
  fi
  # shellcheck disable=SC2086
  measure remedies "$small" -m catdog_original --axis "data.path=$places" --axis loader.max_queue_size=10,100 $then
  clear_ram
fi

if [ -n "$ladder" ]; then
  link ladder "$ladder"
else
  tiny=""
  [ -z "${QUICK:-}" ] || tiny="--set data.limit_train=$small --set data.limit_validation=16"
  # shellcheck disable=SC2086
  EPOCHS=$epochs SEEDS=$seeds "$here/accuracy_ladder.sh" ladder $tiny $pictures > /dev/null
fi

# shellcheck disable=SC2086
[ -f preview.png ] || "$CNNBENCH" preview --config catdog_original --count 6 --export preview.png $pictures > /dev/null
if [ -n "$pictures" ] && [ ! -f predictions.json ]; then
  for run in ladder/runs/*catdog_original-seed*; do break; done
  "$CNNBENCH" predict "$run" pictures/validation --as-tutorial-bug --sheet predictions.png --sheet-count 24 --json > predictions.json.part
  mv predictions.json.part predictions.json
fi
"$CNNBENCH" report ./*.jsonl ladder/runs --story "$here/story.json" --export story.html
