"""`cnnbench train`: what a user sees, and what a run folder holds."""

import csv
import json
import re

import numpy
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file


def test_a_run_says_keras_words_and_ends_in_a_verdict(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--run", "out")
    assert "Found 48 images belonging to 2 classes." in done.stderr
    assert "Found 24 images belonging to 2 classes." in done.stderr
    assert "Epoch 1/2" in done.stderr and "Epoch 2/2" in done.stderr
    # An epoch of some milliseconds may have no CPU figure, and hundredths of a second have no verdict: a longer run has both.
    longer = cnnbench("train", *tiny, "--set", "train.epochs=60", "--set", "train.checkpoint_every=0", "--run", "longer")
    epoch = re.search(r"3/3 - \d+s - loss: \d\.\d{4} - accuracy: \d\.\d{4} - val_loss: \d+\.\d{4} - val_accuracy: \d\.\d{4} - ([\d,]+) images/s - "
                      r"data wait \d+ % - CPU \d+ %", longer.stderr)
    assert epoch, longer.stderr
    assert re.search(r"^verdict: (input-bound|compute-bound|balanced)", longer.stdout, re.M), longer.stdout
    assert re.search(r"^total images/sec: \d+\.\d$", done.stdout.strip().splitlines()[-1])
    assert "\x1b" not in done.stdout + done.stderr


def test_a_run_folder_holds_what_it_should(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "out")
    folder = cnnbench.folder / "out"
    assert {"config.json", "result.json", "epochs.csv", "log.txt", "preview.png", "last.safetensors", "best.safetensors"} <= {p.name for p in folder.iterdir()}
    config = json.loads((folder / "config.json").read_text())
    assert config["train"]["epochs"] == 2 and config["augment"]["shear_degrees"] == 11.5
    rows = list(csv.DictReader((folder / "epochs.csv").open()))
    assert list(rows[0])[:5] == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert [r["epoch"] for r in rows] == ["0", "1"]
    result = json.loads((folder / "result.json").read_text())
    assert len(result["epochs"]) == 2
    log = (folder / "log.txt").read_text()
    assert "total images/sec" in log and "Epoch 2/2" in log


def test_the_phases_add_up_to_the_wall_time(cnnbench, tiny):
    result = cnnbench.train_json(*tiny)
    for seconds in (result["seconds"], *(e["seconds"] for e in result["epochs"])):
        parts = sum(v for k, v in seconds.items() if k not in ("wall", "rest"))
        assert seconds["rest"] == 0 and parts == pytest.approx(seconds["wall"], rel=1e-6)
        assert all(v >= 0 for v in seconds.values())


def test_weights_are_plain_safetensors_with_the_preprocessing_inside(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "out")
    file = cnnbench.folder / "out/best.safetensors"
    tensors = load_file(file)
    assert tensors["conv_1.weight"].shape == (32, 3, 3, 3) and tensors["conv_1.weight"].dtype == numpy.float32
    assert set(tensors) == {f"{layer}.{kind}" for layer in ("conv_1", "conv_2", "dense_1", "dense_2") for kind in ("weight", "bias")}
    with safe_open(file, "numpy") as opened:
        metadata = json.loads(opened.metadata()["cnnbench"])
    assert metadata["class_names"] == ["class_0", "class_1"] or len(metadata["class_names"]) == 2
    assert metadata["experiment"]["augment"]["rescale"] == pytest.approx(1 / 255)


def test_the_same_seed_gives_the_same_weights_whatever_the_workers(cnnbench, tiny):
    weights = []
    for i, workers in enumerate((1, 3)):
        cnnbench("train", *tiny, "--set", f"loader.workers={workers}", "--set", "train.threads=1", "--run", f"out{i}")
        weights.append(load_file(cnnbench.folder / f"out{i}/last.safetensors"))
    for name, value in weights[0].items():
        assert numpy.array_equal(value, weights[1][name]), name


def test_another_seed_gives_other_weights(cnnbench, tiny):
    weights = []
    for seed in (1, 2):
        cnnbench("train", *tiny, "--set", f"train.seed={seed}", "--run", f"out{seed}")
        weights.append(load_file(cnnbench.folder / f"out{seed}/last.safetensors")["conv_1.weight"])
    assert not numpy.array_equal(*weights)


@pytest.mark.parametrize("settings", [["train.optimizer=sgd", "train.momentum=0.9", "train.nesterov=true", "train.schedule=cosine"],
                                      ["train.moving_average=0.99", "train.weight_decay=0.001", "train.schedule=step", "train.schedule_epochs=1"],
                                      ["train.steps_per_epoch=5", "loader.shuffle=false", "loader.cache=none"],
                                      ["train.profile=tutorial", "train.precision=auto"],
                                      ["train.precision=bfloat16"], ["train.precision=auto"]])
def test_other_ways_to_train(cnnbench, tiny, settings):
    result = cnnbench.train_json(*tiny, *[a for s in settings for a in ("--set", s)])
    assert all(numpy.isfinite(e["loss"]) for e in result["epochs"])
    if "train.steps_per_epoch=5" in settings:
        assert [e["steps"] for e in result["epochs"]] == [5, 5]
    if "train.profile=tutorial" in settings:
        assert result["workers"] == 1 and result["cache"] == "none" and result["precision"] == "float32"
    if "train.precision=bfloat16" in settings:
        assert result["precision"] == "bfloat16"
    assert result["config"]["train"]["precision"] == result["precision"]
    if "train.schedule_epochs=1" in settings:
        assert result["epochs"][1]["learning_rate"] == pytest.approx(0.1 * result["epochs"][0]["learning_rate"])


def test_target_accuracy_stops_and_reports_the_time(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--set", "train.epochs=50", "--target-accuracy", "0.5")
    assert result["stopped"] == "target accuracy" and result["seconds_to_target"] > 0
    assert result["epochs"][-1]["val_accuracy"] >= 0.5


def test_early_stop(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--set", "train.epochs=50", "--set", "train.early_stop_patience=2", "--set", "train.learning_rate=0")
    assert result["stopped"] == "early stop" and len(result["epochs"]) == 3


def test_drawn_pictures_replace_missing_ones_loudly(cnnbench):
    done = cnnbench("train", "--config", "catdog_original", "--set", "data.drawn_train=64", "--set", "data.drawn_validation=32", "--set", "train.epochs=1",
                    "--set", "train.device=cpu", "--run", "out")
    assert "warning" in done.stderr and "drawn" in done.stderr
    assert "drawn" in done.stdout
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    assert "drawn" in result["data_warning"] and any("drawn" in t for t in result["taints"])


def test_real_pictures_train_and_classify_better_than_chance(cnnbench, catdog):
    result = cnnbench.train_json("--config", "catdog_original", "--set", f"data.path={catdog}", "--set", "train.epochs=6", "--set", "data.limit_train=1000",
                           "--set", "data.limit_validation=400", "--device", "cpu")
    assert result["epochs"][-1]["loss"] < result["epochs"][0]["loss"]
    assert result["best_val_accuracy"] > 0.56
    assert result["class_names"] == ["cat", "dog"]


def test_the_cifar10_tutorial_trains(cnnbench, cifar10):
    result = cnnbench.train_json("--config", "cifar10", "--set", f"data.path={cifar10}", "--set", "train.steps_per_epoch=60", "--set", "train.epochs=1",
                           "--set", "data.limit_validation=1000", "--device", "cpu", "--keep-first-losses", "60")
    losses = result["first_losses"]
    assert len(losses) == 60 and losses[0] == pytest.approx(2.303, abs=0.05)
    assert numpy.mean(losses[-10:]) < 2.1


def test_first_losses_are_of_training_steps_alone(cnnbench, tiny):
    runs = {every: cnnbench.train_json(*tiny, "--set", "train.epochs=3", "--set", f"train.validate_every={every}", "--keep-first-losses", "200", "--run", f"v{every}")
            for every in (1, 0, -1)}
    for run in runs.values():
        assert len(run["first_losses"]) == sum(e["steps"] for e in run["epochs"])
    assert runs[1]["first_losses"] == runs[0]["first_losses"] == runs[-1]["first_losses"]
    assert [[e["val_accuracy"] is not None for e in runs[every]["epochs"]] for every in (1, 0, -1)] == [[True] * 3, [False, False, True], [False] * 3]


def test_a_run_that_ends_once_its_speed_has_settled_is_validated_at_its_end(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--until-steady", "--set", "train.epochs=400", "--set", "train.validate_every=0")
    assert result["stopped"] in ("steady", "not steady") and result["final_val_accuracy"] is not None
    assert [e["val_accuracy"] for e in result["epochs"][:-1]] == [None] * (len(result["epochs"]) - 1)
