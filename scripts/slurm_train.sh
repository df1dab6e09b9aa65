#!/usr/bin/env bash
#SBATCH --job-name=cnnbench-train
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=TERM@120
# Data-parallel training as a Slurm job that goes on where it was: preempted, requeued or near the end of its time it saves a state
# and, as the same job, goes on from it. Where Slurm kills at once (a requeue without GraceTime) that is the last state that
# train.checkpoint_every wrote.
# Usage: sbatch [options of sbatch] scripts/slurm_train.sh RUN_FOLDER -- [options of train]
#   sbatch -N 4 --ntasks-per-node 1 -c 16 scripts/slurm_train.sh runs/deep -- catdog_deep --set train.epochs=50
#   one task is one rank, -c its cores; RUN_FOLDER is on a disk that all nodes see
#   CNNBENCH  the program, on every node (cnnbench, from PATH)
#   REQUEUE   no: what SIGTERM ended waits for somebody to submit it again; else the job requeues itself
set -euo pipefail

refuse() {
  printf 'slurm_train.sh: %s\n' "$1" >&2
  exit 2
}
if [ $# -lt 3 ] || [ "$2" != -- ]; then
  refuse 'usage: sbatch [options of sbatch] scripts/slurm_train.sh RUN_FOLDER -- [options of train]'
fi
[ -n "${SLURM_JOB_ID-}" ] || refuse 'this runs within a Slurm job: sbatch scripts/slurm_train.sh RUN_FOLDER -- [options of train]'
run=$1
shift 2
cnnbench=$(command -v "${CNNBENCH:-cnnbench}") || refuse "${CNNBENCH:-cnnbench} is not there; set CNNBENCH to the program, as the nodes see it"

# A run that has begun has its config in its folder; --resume takes the newest state, and begins anew where there is none yet.
if [ -f "$run/config.json" ]; then
  command=(train --resume "$run")
else
  command=(train "$@" --run "$run")
fi
# Since Slurm 22.05 a step does not inherit the cores per task.
[ -z "${SLURM_CPUS_PER_TASK-}" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK

# SIGTERM reaches the ranks: from Slurm when it preempts or requeues the job, two minutes before the time is over (--signal above), or
# by scancel --signal=TERM. All end after the same step, with the state on the disk, and srun returns 143. The shell lives on
# meanwhile; what it alone gets (scancel --batch) it passes to the ranks, not to srun, which would kill them.
again=''
trap 'again=yes; scancel --signal=TERM "$SLURM_JOB_ID" 2>/dev/null || true' TERM
srun "$cnnbench" "${command[@]}" &
step=$!
while :; do
  again='' status=0
  wait "$step" || status=$?
  [ -n "$again" ] || break # else the trap ended the wait, not the step
done

# Where somebody cancelled the job, or Slurm has requeued it, it is running no more, and this has no say.
if [ "$status" = 143 ] && [ "${REQUEUE:-yes}" != no ] && [ "$(squeue --noheader --jobs "$SLURM_JOB_ID" --format %T)" = RUNNING ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
