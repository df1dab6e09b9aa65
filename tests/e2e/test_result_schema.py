"""A real run's result.json against docs/schemas/result.schema.json, by an independent validator, and its numbers against each other."""

import csv
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

SCHEMA = json.loads((pathlib.Path(os.environ["CNNBENCH_SOURCE"]) / "docs" / "schemas" / "result.schema.json").read_text())
SETTINGS = ["data.kind=synthetic", "data.image_size=32", "data.limit_train=64", "data.limit_validation=32", "train.epochs=2", "train.device=cpu"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("result") / "run"
    command = [os.environ["CNNBENCH"], "train", "--config", "catdog_original.json", "--run", str(folder)]
    for setting in SETTINGS:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def result(run):
    def no_constants(name):  # JSON has no NaN, and Python would read it all the same
        raise ValueError(name)

    return json.loads((run / "result.json").read_text(encoding="utf-8"), parse_constant=no_constants)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_result_is_as_the_schema_says(result):
    jsonschema.Draft202012Validator(SCHEMA).validate(result)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("verdict"),
        lambda r: r.update(extra=1),
        lambda r: r.update(schema_version=1),
        lambda r: r["epochs"][0].update(loss="low"),
        lambda r: r["epochs"][0].update(data_wait_pct=101),
        lambda r: r["telemetry"].pop("gpu_util_pct"),
        lambda r: r["machine"].update(hostname_hash="my-machine"),
    ],
)
def test_the_schema_refuses_what_is_wrong(result, change):
    wrong = json.loads(json.dumps(result))
    change(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(wrong)


def test_phases_add_up_to_the_wall_time(result):
    for seconds in [result["seconds"]] + [epoch["seconds"] for epoch in result["epochs"]]:
        parts = sum(value for name, value in seconds.items() if name != "wall")
        assert parts == pytest.approx(seconds["wall"], rel=1e-9)
        assert seconds["rest"] >= -1e-6 * seconds["wall"]  # nothing counted twice
    assert sum(epoch["seconds"]["wall"] for epoch in result["epochs"]) <= result["seconds"]["wall"]


def test_headline_figures_follow_from_the_epochs(result):
    epochs = result["epochs"]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2]
    for epoch in epochs:
        busy = epoch["seconds"]["data_wait"] + epoch["seconds"]["compute"]
        assert epoch["pictures"] == 64
        assert epoch["images_per_second"] == pytest.approx(epoch["pictures"] / busy, rel=1e-6)
        assert epoch["data_wait_pct"] == pytest.approx(100 * epoch["seconds"]["data_wait"] / busy, rel=1e-6, abs=1e-9)
    assert result["images_per_second"] == pytest.approx(epochs[1]["images_per_second"], rel=1e-6)
    assert result["final_val_accuracy"] == epochs[-1]["val_accuracy"]
    assert result["best_val_accuracy"] == max(epoch["val_accuracy"] for epoch in epochs)
    assert epochs[result["best_epoch"] - 1]["val_accuracy"] == result["best_val_accuracy"]


def test_where_it_ran_is_recorded_and_no_gpu_is_made_up(result):
    assert result["device"] == "cpu"
    assert result["machine"]["cpus_usable"] <= len(os.sched_getaffinity(0))
    assert result["machine"]["kernel"] == os.uname().release
    assert result["telemetry"]["peak_rss_bytes"] > 1e7
    assert result["telemetry"]["gpu_util_pct"] is None


def test_epochs_csv_says_the_same(run, result):
    with open(run / "epochs.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:5] == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert [int(row["epoch"]) for row in rows] == [0, 1]
    for row, epoch in zip(rows, result["epochs"]):
        for name in ("accuracy", "loss", "val_accuracy", "val_loss"):
            assert float(row[name]) == epoch[name]
        assert row["gpu_util_pct"] == ""
