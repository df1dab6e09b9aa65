"""What needs a CUDA GPU; skipped, visibly, where there is none."""

import json

import pytest


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
    result = cnnbench.json("train", *tiny, "--set", "train.steps_per_epoch=400", "--device", "cuda", "--json")
    assert result["telemetry"]["gpu_util_pct"] is not None and result["telemetry"]["gpu_power_w"] > 0


def test_the_first_losses_agree_with_the_cpus(cnnbench, tiny):
    losses = [cnnbench.json("train", *tiny, "--device", device, "--keep-first-losses", "3", "--json")["first_losses"] for device in ("cpu", "cuda")]
    assert losses[1] == pytest.approx(losses[0], rel=2e-2)


def test_weights_of_one_device_predict_on_the_other(cnnbench):
    cnnbench("train", "--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=128", "--set", "data.drawn_validation=64",
             "--set", "train.epochs=1", "--device", "cuda", "--run", "out")
    validation = next(cnnbench.data.glob("drawn-128-64-*/validation"))
    answers = [cnnbench.json("predict", "out", validation, "--device", device, "--json")["predictions"] for device in ("cpu", "cuda")]
    for a, b in zip(*answers):
        assert a["probabilities"]["dog"] == pytest.approx(b["probabilities"]["dog"], abs=1e-2)
