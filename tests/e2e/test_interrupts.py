"""Ctrl-C at any moment: the right exit code, soon, and a run that goes on. CNNBENCH_DEEP=1: 200 times, else 10; or as often as
CNNBENCH_TEST_INTERRUPTS says."""

import os
import random
import re
import signal
import statistics
import subprocess
import time

from conftest import PROGRAM

TIMES = int(os.environ.get("CNNBENCH_TEST_INTERRUPTS", "200" if "CNNBENCH_DEEP" in os.environ else "10"))
# A machine that does other things is slow: what a quiet one takes is in docs/reliability.md.
LONGEST = 30

# The original network as it is, on pictures that need no files, with a validation now and then and a state every second.
SETTINGS = ["--config", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.limit_train=320", "--set", "data.limit_validation=96",
            "--set", "train.epochs=100000", "--set", "train.checkpoint_every=1 s", "--set", "train.device=cpu"]


def test_an_interrupt_at_any_moment_ends_the_run_soon_and_it_goes_on(cnnbench, capsys):
    randomly = random.Random(18)
    run = cnnbench.folder / "run"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(cnnbench.data)}
    seconds, resumed, before = [], 0, 0
    for _ in range(TIMES):
        going_on = (run / "config.json").exists()
        arguments = ["--resume", "run"] if going_on else [*SETTINGS, "--run", "run"]
        with subprocess.Popen([PROGRAM, "train", *arguments], cwd=cnnbench.folder, env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            # Within the start, or amid the steps: those of a run that has begun.
            began = True
            if randomly.random() < 0.7:
                began = any(line.startswith("Epoch ") for line in process.stderr)
            time.sleep(randomly.uniform(0, 2))
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=300)
            seconds.append(time.monotonic() - sent)
        assert began, errors
        # Before the program has said that it wants signals, there is nothing to save.
        assert process.returncode == 130 or (process.returncode == -signal.SIGINT and not out), (process.returncode, out, errors)
        assert "a fault of cnnbench" not in errors, errors
        if process.returncode == 130 and "stopped: signal 2" in out:
            assert "to go on: cnnbench train --resume run" in errors, errors
            assert not [p.name for p in run.iterdir() if p.name.endswith(".tmp")]
        resumed += going_on
        state = max((int(re.search(r"\d+", p.name)[0]) for p in run.glob("state-*")), default=0) if run.exists() else 0
        assert state >= before, "steps that were kept are lost"
        before = state
    assert resumed >= TIMES / 2 and before >= TIMES
    assert cnnbench.json("verify", "run", "--json")["ok"]
    seconds.sort()
    with capsys.disabled():
        print(f"\n{TIMES} interrupts, {resumed} of a resumed run, {before} steps: exit after {statistics.median(seconds):.2f} s (median), "
              f"{seconds[int(0.99 * (TIMES - 1))]:.2f} s (99 %), {seconds[-1]:.2f} s (longest)")
    assert seconds[-1] < LONGEST
