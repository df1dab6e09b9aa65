"""Event files of a run, read back by TensorBoard's own package."""

import json

import pytest
from tensorboard.backend.event_processing.event_accumulator import IMAGES, SCALARS, EventAccumulator


def events(folder):
    accumulator = EventAccumulator(str(folder), {SCALARS: 0, IMAGES: 0})
    accumulator.Reload()
    return accumulator


def values(accumulator, tag):
    return [(e.step, e.value) for e in accumulator.Scalars(tag)]


def test_scalars_are_the_results_under_keras_tags(cnnbench, tiny):
    result = cnnbench.train_json(*tiny, "--set", "train.epochs=3", "--run", "out")
    train, validation = events(cnnbench.folder / "out/tensorboard/train"), events(cnnbench.folder / "out/tensorboard/validation")
    for tag, key in (("epoch_loss", "loss"), ("epoch_accuracy", "accuracy"), ("epoch_learning_rate", "learning_rate"),
                     ("epoch_images_per_second", "images_per_second"), ("epoch_data_wait_pct", "data_wait_pct")):
        assert values(train, tag) == [(i, pytest.approx(e[key], rel=1e-6)) for i, e in enumerate(result["epochs"])]
    for tag, key in (("epoch_loss", "val_loss"), ("epoch_accuracy", "val_accuracy")):
        assert values(validation, tag) == [(i, pytest.approx(e[key], rel=1e-6)) for i, e in enumerate(result["epochs"])]
    assert validation.Tags()["scalars"] == ["epoch_loss", "epoch_accuracy"]
    memory = values(train, "epoch_telemetry/peak_rss_bytes")
    assert memory == [(i, pytest.approx(e["telemetry"]["peak_rss_bytes"], rel=1e-6)) for i, e in enumerate(result["epochs"])]


def test_speed_and_telemetry_come_while_an_epoch_runs(cnnbench, tiny):
    cnnbench("train", *tiny, "--set", "data.limit_train=4000", "--set", "data.image_size=64", "--set", "train.epochs=2", "--run", "out")
    train = events(cnnbench.folder / "out/tensorboard/train")
    speeds = values(train, "images_per_second")
    assert speeds and all(v > 0 for _, v in speeds) and [s for s, _ in speeds] == sorted({s for s, _ in speeds})
    assert speeds[-1][0] > 250  # steps count on through the epochs
    for tag in ("batch_loss", "batch_accuracy", "data_wait_pct", "telemetry/rss_bytes", "telemetry/cpu_util_pct"):
        assert values(train, tag), tag
    times = [e.wall_time for e in train.Scalars("images_per_second")]
    started = json.loads((cnnbench.folder / "out/result.json").read_text())["seconds"]["wall"]
    assert times == sorted(times) and times[-1] - times[0] <= started


def test_the_preview_is_the_picture_of_the_run_folder(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "out")
    (image,) = events(cnnbench.folder / "out/tensorboard/train").Images("preview")
    assert image.encoded_image_string == (cnnbench.folder / "out/preview.png").read_bytes()
    assert (image.width, image.height) == tuple(int.from_bytes(image.encoded_image_string[a:a + 4], "big") for a in (16, 20))


def test_an_epoch_that_was_not_validated_has_no_point(cnnbench, tiny):
    cnnbench("train", *tiny, "--set", "train.epochs=5", "--set", "train.validate_every=2", "--run", "out")
    validation = events(cnnbench.folder / "out/tensorboard/validation")
    assert [step for step, _ in values(validation, "epoch_accuracy")] == [1, 3, 4]  # the last one always is
