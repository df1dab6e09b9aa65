#!/usr/bin/env bash
# A benchmark's grid as a Slurm job array: every task measures one share of the cells, and a last job puts their rows together.
# Usage: scripts/slurm_sweep.sh [--shards N] [--out FOLDER] [--wait] [--shared] [options of sbatch] -- [options of bench]
#   --shards N    tasks of the array (4), each a job of its own
#   --out FOLDER  for rows, logs and the merged all.jsonl (sweep); the same command again measures only what is missing there
#   --wait        until all is measured and merged; then the table, and the merge's exit code
#   --shared      let jobs share nodes: without it each is --exclusive, for a neighbour's work would be in the figures
#   CNNBENCH      the program, on every node (cnnbench, from PATH)
set -euo pipefail

# ---- what the jobs do: Slurm runs a copy of this script

if [ "${1-}" = task ]; then
  cnnbench=$2 folder=$3 shards=$4
  # Not --shard slurm: a task that is submitted again by itself has the same share.
  exec "$cnnbench" bench "${@:5}" --shard "$SLURM_ARRAY_TASK_ID/$shards" \
    --export "$folder/shard-$SLURM_ARRAY_TASK_ID-of-$shards.jsonl" --resume
fi
if [ "${1-}" = merge ]; then
  cnnbench=$2 folder=$3 shards=$4
  exec "$cnnbench" bench --merge "$folder"/shard-*-of-"$shards".jsonl --export "$folder/all.jsonl"
fi

# ---- what the user calls

refuse() {
  printf 'slurm_sweep.sh: %s\n' "$1" >&2
  exit 2
}
usage='usage: slurm_sweep.sh [--shards N] [--out FOLDER] [--wait] [--shared] [options of sbatch] -- [options of bench]'
shards=4 folder=sweep waits='' own=(--exclusive) of_sbatch=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --shards | --out)
      [ $# -gt 1 ] || refuse "$usage"
      if [ "$1" = --shards ]; then shards=$2; else folder=$2; fi
      shift
      ;;
    --wait) waits=yes ;;
    --shared) own=() ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    -a | --array | --array=* | -a[0-9]*) refuse "$1: the array is this script's; give --shards N" ;;
    *) of_sbatch+=("$1") ;;
  esac
  shift
done
[ $# -gt 1 ] || refuse "$usage"
shift
[[ $shards =~ ^[1-9][0-9]*$ ]] || refuse "--shards $shards: give a number from 1 on"
command -v sbatch >/dev/null || refuse "there is no sbatch here; on machines without Slurm give each cnnbench bench --shard I/$shards"
cnnbench=$(command -v "${CNNBENCH:-cnnbench}") || refuse "${CNNBENCH:-cnnbench} is not there; set CNNBENCH to the program, as the nodes see it"
cnnbench=$(realpath "$cnnbench")
mkdir -p "$folder"
folder=$(realpath "$folder")

# Nothing of `own` for the last job: it computes nothing.
tasks=$(sbatch --parsable --job-name=cnnbench-sweep --array="1-$shards" --output="$folder/shard-%a-of-$shards.log" --open-mode=append \
  "${own[@]}" "${of_sbatch[@]}" "$0" task "$cnnbench" "$folder" "$shards" "$@")
tasks=${tasks%%;*} # of several clusters it is JOB;CLUSTER
# afterany: what a share did not measure is named by the merge.
merge=(sbatch --parsable --job-name=cnnbench-merge --dependency="afterany:$tasks" --output="$folder/merge.log"
  "${of_sbatch[@]}" "$0" merge "$cnnbench" "$folder" "$shards")
if [ -n "$waits" ]; then
  printf 'submitted: job %s, %s shares of the grid; waiting for them and for the merge\n' "$tasks" "$shards" >&2
  status=0
  "${merge[@]:0:1}" --wait "${merge[@]:1}" >/dev/null || status=$?
  cat "$folder/merge.log"
  exit "$status"
fi
merged=$("${merge[@]}")
printf 'submitted: job %s, %s shares of the grid (%s/shard-*.log), and job %s, which merges them into\n' "$tasks" "$shards" "$folder" "${merged%%;*}" >&2
printf '%s/all.jsonl; by hand: cnnbench bench --merge %s/shard-*-of-%s.jsonl\n' "$folder" "$folder" "$shards" >&2
