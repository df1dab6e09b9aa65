#!/bin/sh
# The story's ladder: how validation accuracy climbs from the tutorial's network to the improved one, step by step.
# Usage: scripts/accuracy_ladder.sh FOLDER [more options of train, such as --set data.path=PICTURES]
#   SEEDS ("1 2 3"), EPOCHS (those of the configuration), NETS: what is trained
# Prints the table. Writes FOLDER/runs/ (a run each; one that is there is not trained again and one that was cut goes on, so a killed ladder does), ladder.txt (the table),
# ladder.svg (the chart: mean of the seeds, from the worst to the best) and ladder.html (everything).
set -eu
here=$(dirname "$0")
cnnbench=${CNNBENCH:-$here/run.sh}
folder=${1:?usage: accuracy_ladder.sh FOLDER [more options of train]}
shift
nets=${NETS:-catdog_original catdog_conv3 catdog_dropout catdog_dropout_noaug catdog_improved}
[ -z "${EPOCHS:-}" ] || set -- --set "train.epochs=$EPOCHS" "$@"
mkdir -p "$folder/runs"
for seed in ${SEEDS:-1 2 3}; do
  step=0
  for net in $nets; do
    step=$((step + 1))
    run=$folder/runs/$step-$net-seed$seed
    # A run that a signal stopped has results too, of some epochs: no step of the ladder.
    if [ -f "$run/result.json" ] && ! grep -q '"stopped": "signal' "$run/result.json"; then continue; fi
    # One that was cut goes on bit for bit; where that is refused (2: another program, other pictures) it begins again.
    status=2
    if ls "$run"/state-*.safetensors >/dev/null 2>&1; then
      status=0
      "$cnnbench" train --resume "$run" ${EPOCHS:+--set "train.epochs=$EPOCHS"} >&2 || status=$?
    fi
    if [ "$status" = 2 ]; then
      rm -rf "$run"
      status=0
      "$cnnbench" train --config "$net" --set "train.seed=$seed" --run "$run" "$@" >&2 || status=$?
    fi
    [ "$status" = 0 ] || exit "$status"
  done
done
"$cnnbench" report "$folder/runs" --chart ladder > "$folder/ladder.txt"
"$cnnbench" report "$folder/runs" --chart ladder --export "$folder/ladder.svg"
"$cnnbench" report "$folder/runs" --export "$folder/ladder.html"
cat "$folder/ladder.txt"
