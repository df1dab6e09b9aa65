"""Killed (-9) right before any call by which a run keeps something, and gone on with, a run ends as the one that was not killed.

By default some calls of each kind; CNNBENCH_TEST_DEEP=1: every one."""

import os
import pathlib
import shutil
import subprocess

import pytest

from conftest import PROGRAM
from test_resume import NETWORKS, check_told_once, outcome, start  # noqa: F401

KILLER = pathlib.Path(PROGRAM).parent / "tests/libkill_at_call.so"
EPOCHS = 2
DEEP = os.environ.get("CNNBENCH_TEST_DEEP") == "1"
# What writes, names, syncs, cuts back and removes files, and how far apart the calls are that are killed at.
CALLS = {"fsync": 5, "rename": 3, "remove": 1, "truncate": 1, "write": 20}


@pytest.mark.skipif(not KILLER.exists(), reason="libkill_at_call.so is built with the tests only")
@pytest.mark.parametrize("call", CALLS)
def test_killed_before_a_call(cnnbench, start, call):  # noqa: F811
    settings = [*NETWORKS["everything"], "--set", f"train.epochs={EPOCHS}", "--set", "train.checkpoint_every=2 steps"]
    cnnbench("train", *settings, "--run", "whole")
    wanted = outcome(cnnbench.folder / "whole")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(cnnbench.data), "LD_PRELOAD": str(KILLER)}

    def killed_at(n, *command, call=call):
        """Whether there was an n-th call."""
        done = subprocess.run([PROGRAM, "train", *map(str, command)], cwd=cnnbench.folder, env=environment | {"CNNBENCH_TEST_KILL": f"{call}:{n}"},
                              capture_output=True, text=True, timeout=300)
        assert done.returncode in (0, -9), done.stderr
        return done.returncode == -9

    kills, n = [], 1
    while True:
        folder = cnnbench.folder / f"run{n}"
        if call == "truncate":  # only who goes on cuts files back
            assert killed_at(8, *settings, "--run", folder.name, call="rename")
            killed = False
        else:
            killed = killed_at(n, *settings, "--run", folder.name)
        if (folder / "config.json").exists():  # else it was killed before there was a run
            again = killed_at(n, "--resume", folder.name)  # and in the process that goes on
            if again:
                cnnbench("train", "--resume", folder.name)
            assert outcome(folder) == wanted, n
            check_told_once(folder, EPOCHS)
            assert not list(folder.glob(".*")), n
            killed = killed or again
        shutil.rmtree(folder, ignore_errors=True)
        if not killed:
            break
        kills.append(n)
        n += 1 if DEEP else CALLS[call]
    print(f"{call}: killed before calls {kills}")
    assert kills or call == "truncate"
