"""What telemetry keeps in a real run: windows, cost, hashes, and that a busy machine is told."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from conftest import Program, in_some_spell

# Two epochs of a second or more.
LONG = ["--set", "train.steps_per_epoch=400", "--set", "train.epochs=3"]


@pytest.fixture
def spinning():
    """One program that does nothing but use a core, for each core."""
    spinners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in os.sched_getaffinity(0)]
    yield spinners
    for spinner in spinners:
        spinner.kill()
        spinner.wait()


@pytest.fixture(scope="module")
def result(tmp_path_factory, drawn_data, tiny):
    return Program(tmp_path_factory.mktemp("telemetry"), drawn_data).train_json(*tiny, *LONG)


def test_an_epochs_telemetry_is_of_its_training_alone(result):
    for epoch in result["epochs"]:
        trained = epoch["seconds"]["data_wait"] + epoch["seconds"]["compute"]  # its ends are within telemetry's, and that within the output's
        assert trained - 1e-3 <= epoch["telemetry"]["seconds"] <= trained + epoch["seconds"]["output"] + 1e-3
    assert result["telemetry"]["seconds"] <= result["seconds"]["wall"]


def test_sampling_costs_below_half_a_per_cent_of_a_core(cnnbench, tiny):
    def cost_of(spell):  # on a busy core the same work costs more, and what is done once weighs less in a longer run
        return cnnbench.train_json(*tiny, *LONG, "--set", f"train.steps_per_epoch={400 * 2**spell}")["telemetry_cost_pct"]

    assert 0 < in_some_spell(cost_of, lambda cost: cost < 0.5, spells=4) < 0.5


def test_energy_is_known_or_the_reason_is(result):
    assert (result["energy_method"] is None) == (result["energy_j"] is None) == (result["images_per_j"] is None)
    assert (result["energy_missing"] is None) != (result["energy_j"] is None)
    if result["energy_j"]:
        counted = result["epochs"][1:]
        assert result["energy_j"] == pytest.approx(sum(e["energy_j"] for e in counted))
        assert result["images_per_j"] == pytest.approx(sum(e["pictures"] for e in counted) / result["energy_j"])


def test_the_series_agrees_with_the_summary(result):
    series, summary = result["telemetry_series"], result["telemetry"]
    assert len({len(column) for column in series.values()}) == 1
    assert max(series["rss_bytes"]) == pytest.approx(summary["peak_rss_bytes"], rel=1e-9)
    assert min(series["available_bytes"]) >= summary["least_available_bytes"]
    assert all(0 <= v <= 100 for column in ("cpu_util_pct", "process_cpu_util_pct", "other_cpu_pct") for v in series[column] if v is not None)


def test_a_busy_machine_is_told(cnnbench, tiny, spinning):
    result = cnnbench.train_json(*tiny, *LONG)
    assert all(spinner.poll() is None for spinner in spinning)
    assert result["telemetry"]["other_cpu_pct"] > 20
    assert any(t.startswith("the machine was busy: other processes used ") for t in result["taints"]), result["taints"]


def test_the_configs_hash_is_of_its_json(result):
    canonical = json.dumps(result["config"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert result["config_hash"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_hashes_tell_runs_apart(cnnbench, tiny):
    one, same, other = (cnnbench.train_json(*tiny, "--set", f"data.limit_train={n}") for n in (32, 32, 48))
    assert one["data_hash"] == same["data_hash"] != other["data_hash"]
    assert one["config_hash"] == same["config_hash"] != other["config_hash"]
    assert one["binary_hash"] == other["binary_hash"] == cnnbench.json("info", "--json")["build"]["binary_hash"]
