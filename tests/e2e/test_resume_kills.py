"""Killed (-9) right before any system call by which a run keeps something, and gone on with, a run ends as the one that was not killed.

The calls are counted by strace, which kills at the n-th. By default every third call of each kind; CNNBENCH_TEST_DEEP=1: every one."""

import os
import shutil
import subprocess

import pytest

from conftest import PROGRAM
from test_resume import NETWORKS, check_told_once, outcome, start  # noqa: F401

EPOCHS = 2
DEEP = os.environ.get("CNNBENCH_TEST_DEEP") == "1"
# What writes, names, syncs, cuts back and removes files; the first number: how far apart the calls are that are killed at.
CALLS = {"fsync": 3, "rename": 3, "unlink": 2, "ftruncate,truncate": 1, "openat": 60, "write": 12, "close": 60}


def strace_works():
    strace = shutil.which("strace")
    if not strace:
        return "strace is not installed"
    tried = subprocess.run([strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"strace cannot trace here: {tried.stderr.strip()}"


WHY_NOT = strace_works()


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
@pytest.mark.parametrize("calls", CALLS)
def test_killed_at_a_system_call(cnnbench, start, calls):  # noqa: F811
    settings = [*NETWORKS["everything"], "--set", f"train.epochs={EPOCHS}", "--set", "train.checkpoint_every=2 steps", "--set", "train.keep_checkpoints=2"]
    cnnbench("train", *settings, "--run", "whole")
    wanted = outcome(cnnbench.folder / "whole")
    states = wanted.pop("state")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(cnnbench.data)}

    def killed_at(n, *command):
        """Whether there was an n-th call."""
        traced = ["strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={calls}", "-e", f"inject={calls}:signal=SIGKILL:when={n}"]
        done = subprocess.run([*traced, PROGRAM, "train", *map(str, command)], cwd=cnnbench.folder, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode in (0, -9, 137), done.stderr
        return done.returncode != 0

    apart = 1 if DEEP and CALLS[calls] < 10 else CALLS[calls]
    n, kills = 1, 0
    while True:
        folder = cnnbench.folder / f"run{n}"
        if not killed_at(n, *settings, "--run", folder.name):
            break
        kills += 1
        if not (folder / "config.json").exists():  # killed before there was a run
            n += apart
            continue
        if killed_at(n, "--resume", folder.name):  # and again, in the process that goes on
            cnnbench("train", "--resume", folder.name)
        found = outcome(folder)
        assert found.pop("state")[-1] == states[-1], n
        assert found == wanted, n
        check_told_once(folder, EPOCHS)
        assert not list(folder.glob(".*")), n
        shutil.rmtree(folder)
        n += apart
    assert kills > 0 or "truncate" in calls  # a run that nobody goes on with cuts nothing back
    print(f"{calls}: killed {kills} times, up to call {n - apart}")
