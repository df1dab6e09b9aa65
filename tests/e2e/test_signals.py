"""A signal ends the run after the step at hand, with everything saved."""

import json
import os
import signal
import subprocess

import pytest
from conftest import PROGRAM
from safetensors.numpy import load_file


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_stops(cnnbench, tiny, number, code):
    with subprocess.Popen([PROGRAM, "train", *tiny, "--set", "train.epochs=100000", "--run", "out"], cwd=cnnbench.folder, stderr=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, env={**os.environ, "CNNBENCH_DATA": str(cnnbench.data)}) as running:
        for line in running.stderr:
            if line.startswith("Epoch 3/"):
                running.send_signal(number)
                break
        out, _ = running.communicate(timeout=120)
    assert running.returncode == code
    assert f"stopped: signal {int(number)}" in out
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    assert result["stopped"] == f"signal {int(number)}" and len(result["epochs"]) >= 3
    assert load_file(cnnbench.folder / "out/last.safetensors")
