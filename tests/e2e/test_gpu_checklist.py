"""scripts/gpu_checklist.py where there is no GPU: against a program that says what a good and a bad one would."""

import importlib.util
import json
import os
import pathlib
import stat
import subprocess
import sys

import pytest

script = pathlib.Path(os.environ["CNNBENCH_SOURCE"]) / "scripts/gpu_checklist.py"
spec = importlib.util.spec_from_file_location("gpu_checklist", script)
gpu_checklist = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gpu_checklist)

FAKE = """
import json, os, sys
if sys.argv[1] == "info":
    print(json.dumps({"torch": {"cuda_devices": [{"name": "Fake 9000"}]}}))
    sys.exit()
sets = dict(a.split("=", 1) for a in sys.argv if "=" in a)
speed = 900000.0
if sets.get("data.kind") != "synthetic":
    speed *= float(os.environ.get("FAKE_LIVE", "0.97"))
if sets.get("train.graph") == "off":
    speed /= 3
if "--trace" in sys.argv:
    kernels = [{"ph": "X", "cat": "kernel", "name": "k", "ts": 100 * i, "dur": 95} for i in range(30)]
    open(sys.argv[sys.argv.index("--trace") + 1], "w").write(json.dumps({"traceEvents": kernels}))
telemetry = {"gpu_util_pct": 97.0, "gpu_power_w": 500.0, "gpu_temp_c": 60.0, "peak_gpu_bytes": 10**9}
print(json.dumps({"runs": [{"images_per_second": speed, "graph": True, "first_losses": [0.7, 0.6], "telemetry": telemetry}]}))
"""


def run(tmp_path, *arguments, **environment):
    program = tmp_path / "cnnbench"
    program.write_text(f"#!{sys.executable}\n{FAKE}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return subprocess.run([sys.executable, script, "--cnnbench", program, "--rounds", "1", "--out", tmp_path / "out", *arguments], text=True,
                          capture_output=True, env={**os.environ, **environment})


PARTS = ("--only", "speeds", "--only", "step", "--only", "telemetry")


def test_a_good_gpu_passes_and_every_sample_is_kept(tmp_path):
    done = run(tmp_path, *PARTS)
    assert done.returncode == 0, done.stderr
    assert "# GPU checklist: Fake 9000" in done.stdout and "**failed**" not in done.stdout
    assert "| original: GPU busy in traced steps | >= 90 % | 95 % | ok |" in done.stdout
    record = json.loads((tmp_path / "out.json").read_text())
    assert record["figures"]["cifar10_b512 live bfloat16"] == [pytest.approx(873000)] and all(c["passed"] for c in record["checks"])


def test_a_starving_gpu_fails_by_name(tmp_path):
    done = run(tmp_path, *PARTS, FAKE_LIVE="0.5")
    assert done.returncode == 1
    assert "| cifar10_b512 bfloat16: live of synthetic | >= 95 % | 50.0 % | **failed** |" in done.stdout


def test_kernels_that_overlap_count_once(tmp_path):
    trace = tmp_path / "trace.json"
    spans = [("kernel", 0, 50), ("kernel", 25, 50), ("gpu_memcpy", 90, 10), ("cpu_op", 0, 1000)]
    trace.write_text(json.dumps({"traceEvents": [{"ph": "X", "cat": c, "name": "x", "ts": t, "dur": d} for c, t, d in spans]}))
    assert gpu_checklist.kernels_busy(trace) == (pytest.approx(0.85), 0)


def test_without_a_gpu_it_says_so(tmp_path):
    done = subprocess.run([sys.executable, script, "--cnnbench", os.environ["CNNBENCH"]], text=True, capture_output=True,
                          env={**os.environ, "CUDA_VISIBLE_DEVICES": ""}, cwd=tmp_path)
    assert done.returncode == 3 and "no CUDA GPU is usable here" in done.stderr
