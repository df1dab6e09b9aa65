"""scripts/slurm_sweep.sh and slurm_train.sh as users submit them: on a Slurm of this one machine, and on commands that stand in for it."""

import json
import os
import pathlib
import signal
import subprocess

import pytest

from conftest import PROGRAM, SOURCE, wait_for
from slurm import Slurm

SWEEP, TRAINING = SOURCE / "scripts/slurm_sweep.sh", SOURCE / "scripts/slurm_train.sh"
TINY = ["--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=32", "--set", "data.limit_validation=16", "--set",
        "train.device=cpu"]
GRID = ["-m", "catdog_original", *TINY, "-b", "4,8", "-w", "1,2", "-r", "1", "--only-live"]
# Dropout and a learning rate that changes: only from a state that has all of the run does it go on to the same weights.
TRAIN = ["--config", "catdog_dropout_noaug", *TINY, "--set", "loader.batch_size=8", "--set", "train.convolution=own", "--set", "train.precision=float32",
         "--set", "train.schedule=cosine", "--set", "train.checkpoint_every=1 s"]
RANKS = min(2, len(os.sched_getaffinity(0)))  # Slurm gives each task a core


@pytest.fixture(scope="module", params=["Slurm", "stand-in"])
def slurm(request, tmp_path_factory):
    one = Slurm(tmp_path_factory.mktemp("slurm"), stand_in=request.param == "stand-in")
    if request.param == "Slurm" and not one.is_real:
        pytest.skip("no Slurm can be started here: that takes root, slurmctld, slurmd and munged")
    yield one
    one.stop()


class User:
    """Who submits jobs, in the test's folder."""

    def __init__(self, cnnbench, slurm):
        self.folder, self.slurm = cnnbench.folder, slurm
        self.variables = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_", "SLURM_"))}
        self.variables |= {"CNNBENCH": PROGRAM, "CNNBENCH_DATA": str(cnnbench.data), **slurm.environment}

    def start(self, *command, **variables):
        return subprocess.Popen([str(c) for c in command], cwd=self.folder, env=self.variables | variables, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def __call__(self, *command, code=0, **variables):
        process = self.start(*command, **variables)
        out, err = process.communicate(timeout=400)
        assert process.returncode == code, out + err
        return out, err

    def log(self, name):
        return (self.folder / name).read_text()


@pytest.fixture
def user(cnnbench, slurm):
    return User(cnnbench, slurm)


def rows_of(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def state(user, job):
    return user("squeue", "--noheader", "--states", "all", "--jobs", job, "--format", "%T")[0].split()


@pytest.mark.parametrize("sharing", [[], ["--shared"]], ids=["exclusive", "shared"])
def test_a_sweep_as_an_array_has_every_cell_once(user, sharing):
    out, err = user(SWEEP, "--shards", "3", "--out", "sweep", "--wait", *sharing, "-n", "1", "--", *GRID)
    assert "3 shares of the grid" in err and "images/s" in out and "4 cells of 3 files, measured on 1 machine" in out
    rows = rows_of(user.folder / "sweep/all.jsonl")
    assert [(row["batch_size"], row["workers"]) for row in rows] == [(4, 1), (4, 2), (8, 1), (8, 2)]
    assert all(row["status"] == "ok" and row["grid"]["shards"] == 3 for row in rows)
    parts = [rows_of(user.folder / f"sweep/shard-{i}-of-3.jsonl") for i in (1, 2, 3)]
    assert sorted(len(part) for part in parts) == [1, 1, 2] and sorted(row["cell"] for row in sum(parts, [])) == sorted(row["cell"] for row in rows)
    for i in (1, 2, 3):
        assert f"shard {i}/3: " in user.log(f"sweep/shard-{i}-of-3.log")
    # A task's file that was lost is measured again by the same command, and only that.
    before = [(user.folder / f"sweep/shard-{i}-of-3.jsonl").read_text() for i in (1, 3)]
    (user.folder / "sweep/shard-2-of-3.jsonl").unlink()
    user(SWEEP, "--shards", "3", "--out", "sweep", "--wait", *sharing, "-n", "1", "--", *GRID)
    assert len(rows_of(user.folder / "sweep/all.jsonl")) == 4
    assert before == [(user.folder / f"sweep/shard-{i}-of-3.jsonl").read_text() for i in (1, 3)]


def test_a_share_that_failed_is_named_by_the_merge(user):
    """The program itself fails in the second task, as on a node that lacks something."""
    wrapper = user.folder / "cnnbench"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *"--shard 2/2"*) echo no >&2; exit 1;; esac\nexec {PROGRAM} "$@"\n')
    wrapper.chmod(0o755)
    out, _ = user(SWEEP, "--shards", "2", "--wait", "-n", "1", "--", *GRID, code=4, CNNBENCH="./cnnbench")
    assert "warning: shard 2/2 is not there; --shard 2/2 measures it" in out
    assert len(rows_of(user.folder / "sweep/all.jsonl")) == 2


def test_without_waiting_it_says_what_merges(user):
    _, err = user(SWEEP, "--shards", "2", "-n", "1", "--", *GRID)
    assert "which merges them into" in err and f"cnnbench bench --merge {user.folder.resolve()}/sweep/shard-*-of-2.jsonl" in err
    assert len(wait_for(lambda: (user.folder / "sweep/all.jsonl").exists() and rows_of(user.folder / "sweep/all.jsonl"))) == 4


def test_what_sbatch_is_told(user):
    """Of the options in front of --, those of the script are its own, and the others go to both jobs."""
    if user.slurm.is_real:
        pytest.skip("the stand-in keeps its calls")
    user(SWEEP, "-p", "big", "--shards", "2", "--time=10", "--", *GRID)
    tasks, merge = [line.split() for line in (user.slurm.folder / "calls").read_text().splitlines()[-2:]]
    assert {"--array=1-2", "--exclusive", "-p", "big", "--time=10"} <= set(tasks) and tasks[-len(GRID):] == GRID
    assert {"-p", "big", "--time=10"} <= set(merge) and "--exclusive" not in merge
    assert any(word.startswith("--dependency=afterany:") for word in merge)


@pytest.mark.parametrize("arguments, words", [
    ([], "usage: "), (["--shards", "2"], "usage: "), (["--"], "usage: "), (["--shards"], "usage: "), (["--shards", "0", "--", "-m", "x"], "from 1 on"),
    (["--array=1-2", "--", "-m", "x"], "give --shards N")])
def test_a_sweep_that_makes_no_sense_is_refused(user, arguments, words):
    assert words in user(SWEEP, *arguments, code=2)[1]


def test_a_program_that_is_not_there_is_named(user):
    assert "nowhere/cnnbench is not there" in user(SWEEP, "--", *GRID, code=2, CNNBENCH="nowhere/cnnbench")[1]
    assert "within a Slurm job" in user(TRAINING, "run", "--", *TRAIN, code=2)[1]
    assert "usage: " in user(TRAINING, "run", code=2)[1]


def epochs(run):
    return len((run / "epochs.csv").read_text().splitlines()) if (run / "epochs.csv").exists() else 0


def interrupt(user, job, how):
    """As Slurm or a person does it to a job that trains."""
    if user.slurm.is_real:
        user("scontrol", "requeue", job) if how == "requeue" else user("scancel", "--signal=TERM", job)
    else:
        for rank in (user.slurm.folder / "step").read_text().split():
            os.kill(int(rank), signal.SIGTERM)
        if how == "requeue":
            (user.slurm.folder / "requeue").touch()


@pytest.mark.parametrize("how", ["signal", "requeue"])
def test_a_training_that_is_preempted_goes_on_to_the_same_weights(user, how):
    if RANKS < 2:
        pytest.skip("one core: Slurm has room for one task")
    train = [*TRAIN, "--set", "train.epochs=300"]
    user(user.slurm.srun, "-n", RANKS, PROGRAM, "train", *train, "--run", "whole")
    submit = ["--parsable", "--output=job.log", "-n", RANKS, TRAINING, "cut", "--", *train]
    waiting = None
    if user.slurm.is_real:
        job = user("sbatch", *submit)[0].strip()
    else:  # which returns when the job has ended
        waiting, job = user.start(user.slurm.sbatch, *submit), ""
    wait_for(lambda: epochs(user.folder / "cut") > 20)
    interrupt(user, job, how)
    done = user.folder / "cut/result.json"
    wait_for(lambda: done.exists() and len(json.loads(done.read_text())["epochs"]) == 300)
    if waiting:
        waiting.communicate(timeout=60)
        assert waiting.returncode == 0
    else:
        wait_for(lambda: state(user, job) == ["COMPLETED"])
    whole, cut = (json.loads((user.folder / name / "result.json").read_text()) for name in ("whole", "cut"))
    assert len(cut["resumed"]) == 1 and "resumed" not in whole and cut["ranks"]["size"] == RANKS
    for name in ("last.safetensors", "best.safetensors"):
        assert weights(user.folder / "cut" / name) == weights(user.folder / "whole" / name), name
    assert [(e["loss"], e["val_loss"]) for e in cut["epochs"]] == [(e["loss"], e["val_loss"]) for e in whole["epochs"]]


def weights(file):
    return pathlib.Path(file).read_bytes()


def test_a_job_that_was_cancelled_is_not_started_again(user):
    if not user.slurm.is_real:
        pytest.skip("only Slurm knows that a job was cancelled")
    job = user("sbatch", "--parsable", "--output=job.log", "-n", "1", TRAINING, "run", "--", *TRAIN, "--set", "train.epochs=1000000")[0].strip()
    wait_for(lambda: epochs(user.folder / "run") > 5)
    user("scancel", job)
    wait_for(lambda: state(user, job) == ["CANCELLED"])
    # The script has ended, or Slurm would call it COMPLETING; one that had asked for it again would be PENDING.
    assert "Restarts=0" in user("scontrol", "show", "job", job)[0]


def test_with_requeue_no_the_same_command_goes_on(user):
    train = [*TRAIN, "--set", "train.epochs=1000000"]
    submit = ["--parsable", "--output=job.log", "-n", "1", TRAINING, "run", "--", *train]
    if user.slurm.is_real:
        job, waiting = user("sbatch", "--export=ALL,REQUEUE=no", *submit)[0].strip(), None
    else:
        job, waiting = "", user.start(user.slurm.sbatch, *submit, REQUEUE="no")
    wait_for(lambda: epochs(user.folder / "run") > 5)
    interrupt(user, job, "signal")
    if waiting:
        waiting.communicate(timeout=60)
    else:
        wait_for(lambda: state(user, job) == ["FAILED"])
    result = json.loads((user.folder / "run/result.json").read_text())
    assert result["stopped"] == "signal 15" and list((user.folder / "run").glob("state-*.safetensors"))


def test_shellcheck_finds_nothing():
    try:
        done = subprocess.run(["shellcheck", SWEEP, TRAINING], text=True, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no shellcheck here")
    assert done.returncode == 0, done.stdout
