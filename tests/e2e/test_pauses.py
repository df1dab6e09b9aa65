"""A run that is stopped and goes on: the pause is in no figure, and told."""

import json
import os
import signal
import subprocess
import time

from conftest import PROGRAM

PAUSE = 4.0  # seconds; what is counted as a pause begins at a second


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return ""


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def until(holds):
    """Waits for it; the test's own time limit ends what never comes."""
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def started(cnnbench, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(cnnbench.data)}
    # A group of its own in this session, as a shell makes it: an orphaned group is not stopped by a terminal.
    return subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=cnnbench.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=lambda: os.setpgid(0, 0))


def test_a_stopped_run_counts_no_pause(cnnbench, tiny):
    begin = time.monotonic()
    with started(cnnbench, "train", *tiny, "--set", "train.epochs=12", "--run", "out") as running:
        for line in running.stderr:
            if line.startswith("Epoch 3/"):
                break
        running.send_signal(signal.SIGSTOP)
        until(lambda: state(running.pid) == "T")
        stopped = time.monotonic()
        time.sleep(PAUSE)
        paused = time.monotonic() - stopped
        running.send_signal(signal.SIGCONT)
        running.communicate(timeout=120)
    passed = time.monotonic() - begin
    assert running.returncode == 0
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    assert paused - 0.001 <= result["paused_seconds"] <= passed
    assert result["seconds"]["wall"] <= passed - paused
    assert sum(v for k, v in result["seconds"].items() if k != "wall") <= 1.01 * result["seconds"]["wall"]
    assert any(taint.startswith("paused for") for taint in result["taints"])
    assert "ok" in cnnbench("verify", "out").stdout


def test_the_processes_of_a_benchmark_stop_and_go_on_with_it(cnnbench):
    with started(cnnbench, "bench", "-m", "catdog_original", "-r", "1", "--only-live", "--set", "data.kind=synthetic", "--set", "data.limit_train=256",
                 "--set", "loader.batch_size=16", "-d", "cpu", "--export", "rows.jsonl") as running:
        until(lambda: children(running.pid))
        child = children(running.pid)[0]
        # It trains, so that its watch is on: its threads are there.
        until(lambda: len(os.listdir(f"/proc/{child}/task")) > 4 and any((open(f"/proc/{child}/task/{t}/comm").read().strip() == "telemetry") for t in os.listdir(f"/proc/{child}/task")))
        running.send_signal(signal.SIGTSTP)
        until(lambda: state(running.pid) == "T" and state(child) == "T")
        time.sleep(PAUSE)
        assert state(child) == "T"
        running.send_signal(signal.SIGCONT)
        running.communicate(timeout=300)
    assert running.returncode == 0
    row = json.loads((cnnbench.folder / "rows.jsonl").read_text())
    assert any(taint.startswith("paused for") for taint in row["taints"]), row["taints"]
    assert not any("timed out" in taint for taint in row["taints"])
