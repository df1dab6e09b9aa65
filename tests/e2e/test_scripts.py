"""The sweeps and the gate of scripts/, on tiny grids, by a plain POSIX shell."""

import json
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


def test_every_script_is_named_where_people_look():
    pages = [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md", *(SOURCE / "docs").glob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    scripts = [path.name for path in (SOURCE / "scripts").iterdir() if path.suffix in (".sh", ".py")]
    assert len(scripts) > 20 and [name for name in scripts if name not in text] == []


def test_sweep_workers_batch(cnnbench):
    out = run(cnnbench, "sweep_workers_batch.sh", *TINY, "--only-live", WORKERS="1,2", FILE="rows.jsonl").stdout
    assert "workers  " in out and len((cnnbench.folder / "rows.jsonl").read_text().splitlines()) == 2


def test_cpu_vs_gpu(cnnbench):
    done = run(cnnbench, "cpu_vs_gpu.sh", *TINY, "--only-live", THREADS="1")
    no_gpu = cnnbench.json("info", "--json")
    assert ("no GPU here" in done.stderr) == ('"cuda_devices": []' in cnnbench("info", "--json").stdout), no_gpu
    assert "images/s  " in done.stdout


def test_sweep_depth(cnnbench):
    out = run(cnnbench, "sweep_depth.sh", "--set", "data.kind=synthetic", "--set", "data.limit_train=16", "--set", "data.limit_validation=8", "--only-live", DEPTHS="0,1", BATCHES="4").stdout
    assert "extra_convs" in out


def test_gate(cnnbench):
    arguments = ["base.jsonl", *TINY, "--set", "train.device=cpu"]
    assert "this is it" in run(cnnbench, "gate.sh", *arguments).stderr
    undecided = run(cnnbench, "gate.sh", *arguments, code=6)
    assert "geometric mean" in undecided.stdout and "prove nothing" in undecided.stdout
    run(cnnbench, "gate.sh", *arguments, UNDECIDED="pass")
    assert "usage" in run(cnnbench, "gate.sh", code=2 if os.path.realpath("/bin/sh").endswith("dash") else 1).stderr


def test_accuracy_ladder(cnnbench):
    arguments = ["ladder", *TINY, "--set", "train.device=cpu"]
    setting = dict(NETS="catdog_original catdog_dropout_noaug", SEEDS="1 2", EPOCHS="2")
    out = run(cnnbench, "accuracy_ladder.sh", *arguments, **setting).stdout
    folder = cnnbench.folder / "ladder"
    for net in ("catdog_original", "catdog_dropout_noaug"):
        (line,) = [words for words in out.splitlines() if words.strip().startswith(net + " ")]
        runs = [json.loads(file.read_text()) for file in sorted(folder.glob(f"runs/*-{net}-seed?/result.json"))]
        assert [r["config"]["train"]["seed"] for r in runs] == [1, 2] and all(len(r["epochs"]) == 2 for r in runs)
        mean = sum(100 * r["final_val_accuracy"] for r in runs) / 2
        assert f"{mean:.2f}" in line.split()
    assert out == (folder / "ladder.txt").read_text()
    assert "catdog_dropout_noaug" in (folder / "ladder.svg").read_text() and "Accuracy by network" in (folder / "ladder.html").read_text()
    # What is there is not trained again; what was cut off is.
    kept, lost = folder / "runs/1-catdog_original-seed1/result.json", folder / "runs/2-catdog_dropout_noaug-seed2/result.json"
    before = kept.stat().st_mtime_ns
    lost.unlink()
    stopped = folder / "runs/1-catdog_original-seed2/result.json"
    stopped.write_text(stopped.read_text().replace('"stopped": "finished"', '"stopped": "signal 2"'))
    run(cnnbench, "accuracy_ladder.sh", *arguments, **setting)
    assert kept.stat().st_mtime_ns == before and lost.exists()
    assert '"stopped": "finished"' in stopped.read_text()
    # By going on from its state, not by training it again.
    assert len(json.loads(lost.read_text())["resumed"]) == 1


@pytest.mark.parametrize("name", ["sweep_workers_batch.sh", "cpu_vs_gpu.sh", "sweep_depth.sh", "gate.sh", "accuracy_ladder.sh", "story.sh"])
def test_they_are_plain_posix(name):
    assert (SOURCE / "scripts" / name).read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", SOURCE / "scripts" / name], check=True)
