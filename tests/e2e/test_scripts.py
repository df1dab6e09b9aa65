"""The sweeps and the gate of scripts/, on tiny grids, by a plain POSIX shell."""

import os
import subprocess

import pytest

from conftest import PROGRAM, SOURCE

TINY = ["--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=64", "--set", "data.limit_validation=16"]


def run(cnnbench, name, *arguments, code=0, **variables):
    environment = os.environ | dict(CNNBENCH=PROGRAM, CNNBENCH_DATA=str(cnnbench.data), NETS="catdog_original", BATCHES="8", REPETITIONS="1") | variables
    done = subprocess.run(["sh", SOURCE / "scripts" / name, *arguments], cwd=cnnbench.folder, env=environment, text=True, capture_output=True, timeout=600)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_sweep_workers_batch(cnnbench):
    out = run(cnnbench, "sweep_workers_batch.sh", *TINY, "--only-live", WORKERS="1,2", FILE="rows.jsonl").stdout
    assert "| workers |" in out and len((cnnbench.folder / "rows.jsonl").read_text().splitlines()) == 2


def test_cpu_vs_gpu(cnnbench):
    done = run(cnnbench, "cpu_vs_gpu.sh", *TINY, "--only-live", THREADS="1")
    no_gpu = cnnbench.json("info", "--json")
    assert ("no GPU here" in done.stderr) == ('"cuda_devices": []' in cnnbench("info", "--json").stdout), no_gpu
    assert "| images/s |" in done.stdout


def test_sweep_depth(cnnbench):
    out = run(cnnbench, "sweep_depth.sh", "--set", "data.kind=synthetic", "--set", "data.limit_train=16", "--set", "data.limit_validation=8", "--only-live", DEPTHS="0,1", BATCHES="4").stdout
    assert "extra_convs" in out


def test_gate(cnnbench):
    arguments = ["base.jsonl", *TINY, "--set", "train.device=cpu"]
    assert "this is it" in run(cnnbench, "gate.sh", *arguments).stderr
    assert "geometric mean" in run(cnnbench, "gate.sh", *arguments).stdout
    assert "usage" in run(cnnbench, "gate.sh", code=2 if os.path.realpath("/bin/sh").endswith("dash") else 1).stderr


@pytest.mark.parametrize("name", ["sweep_workers_batch.sh", "cpu_vs_gpu.sh", "sweep_depth.sh", "gate.sh"])
def test_they_are_plain_posix(name):
    assert (SOURCE / "scripts" / name).read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", SOURCE / "scripts" / name], check=True)
