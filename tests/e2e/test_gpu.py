"""What needs a CUDA GPU; skipped, visibly, where there is none."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from conftest import PROGRAM


@pytest.fixture(autouse=True)
def gpu(cnnbench):
    if not cnnbench.json("info", "--json")["torch"]["cuda_devices"]:
        pytest.skip("no CUDA GPU here")


def test_one_run_per_device_and_their_ratio(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--device", "cpu,cuda", "--run", "out")
    assert "cuda:0" in done.stdout and "x |" in done.stdout
    for device in ("cpu", "cuda-0"):
        assert json.loads((cnnbench.folder / "out" / device / "result.json").read_text())["epochs"]


def test_telemetry_of_the_gpu_is_in_the_result(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--set", "train.steps_per_epoch=400", "--device", "cuda")
    assert result["telemetry"]["gpu_util_pct"] is not None and result["telemetry"]["gpu_power_w"] > 0


def test_the_first_losses_agree_with_the_cpus(cnnbench, tiny):
    losses = [cnnbench.train_json(*tiny, "--device", device, "--keep-first-losses", "3")["first_losses"] for device in ("cpu", "cuda")]
    assert losses[1] == pytest.approx(losses[0], rel=2e-2)


def test_weights_of_one_device_predict_on_the_other(cnnbench):
    cnnbench("train", "--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=128", "--set", "data.drawn_validation=64",
             "--set", "train.epochs=1", "--device", "cuda", "--run", "out")
    validation = next(cnnbench.data.glob("drawn-128-64-*/validation"))
    answers = [cnnbench.json("predict", "out", validation, "--device", device, "--json")["predictions"] for device in ("cpu", "cuda")]
    for a, b in zip(*answers):
        assert a["probabilities"]["dog"] == pytest.approx(b["probabilities"]["dog"], abs=1e-2)


# 40 pictures in batches of 16: the last is short and has a graph of its own from its fourth epoch on.
SHORT_LAST_BATCH = ["--set", "data.limit_train=40", "--set", "train.epochs=8", "--keep-first-losses", "24", "--device", "cuda"]


def test_a_graph_computes_what_eager_steps_do(cnnbench, tiny):
    runs = {mode: cnnbench.train_json(*tiny, *SHORT_LAST_BATCH, "--set", f"train.graph={mode}", "--set", "train.schedule=cosine") for mode in ("on", "off")}
    assert runs["on"]["graph"] and not runs["off"]["graph"]
    assert runs["on"]["first_losses"] == pytest.approx(runs["off"]["first_losses"], rel=2e-2)


@pytest.mark.parametrize("graph", ["on", "off"])
@pytest.mark.parametrize("launcher", ["torchrun", "mpirun"])
def test_one_rank_is_the_plain_run(cnnbench, tiny, graph, launcher):
    """The code of several GPUs (Reducer, NCCL, its collectives within the graph) on one."""
    torch = pathlib.Path(cnnbench.json("info", "--json")["torch"]["folder"]).parent
    start = {"torchrun": [sys.executable, "-m", "torch.distributed.run", "--no-python", "--standalone", "--nproc-per-node", "1", "--"],
             "mpirun": ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "1"]}[launcher]
    train = ["train", *tiny, *SHORT_LAST_BATCH, "--set", f"train.graph={graph}", "--set", "train.epochs=16", "--json"]
    plain = cnnbench.train_json(*train[1:-1])
    environment = os.environ | {"CNNBENCH_DATA": str(cnnbench.data), "PYTHONPATH": str(torch)}
    done = subprocess.run([*start, PROGRAM, *train], cwd=cnnbench.folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    rank = json.loads(done.stdout)["runs"][0]
    assert rank["ranks"]["engine"] == "nccl" and rank["ranks"]["size"] == 1 and rank["graph"] == (graph == "on")
    assert rank["ranks"]["exchange_alone_seconds"] > 0
    assert rank["first_losses"] == pytest.approx(plain["first_losses"], rel=2e-2)


def test_pictures_kept_on_the_gpu_give_the_same_training(cnnbench, tiny):
    runs = [cnnbench.train_json(*tiny, *SHORT_LAST_BATCH, "--set", f"loader.cache={cache}", "--set", f"augment.on={place}")
            for cache, place in (("none", "cpu"), ("decoded", "device"), ("device", "device"))]
    assert [r["cache"] for r in runs] == ["none", "decoded", "device"]
    for other in runs[1:]:
        assert other["first_losses"] == pytest.approx(runs[0]["first_losses"], rel=3e-2)


def test_on_a_gpu_auto_takes_the_graph_and_keeps_the_pictures_there(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--device", "cuda")
    assert result["graph"] and result["cache"] == "device" and result["augment_on"] == "device"


def test_a_trace_shows_the_kernels(cnnbench, tiny):
    cnnbench("train", *tiny, "--device", "cuda", "--set", "train.steps_per_epoch=60", "--trace", "trace.json", "--run", "out")
    events = json.loads((cnnbench.folder / "trace.json").read_text())["traceEvents"]
    assert any(e.get("cat") == "kernel" for e in events)


def test_on_a_dashboard_each_device_has_the_screen_in_turn(terminal, tiny):
    t = terminal("train", *tiny, "--device", "cpu,cuda", "--dashboard").finish(0)
    t.expect_given_back()
    assert t.raw.count("\x1b[?1049h") == 2 and t.told().count("Epoch 2/2") == 2 and "ratio" in t.told()
