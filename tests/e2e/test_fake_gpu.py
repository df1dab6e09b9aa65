"""The whole way of a GPU's telemetry without a GPU: the real program and a run's recorder load the tests' libnvidia-ml under the driver's
name, and what it says must come out in `info` and in a result."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import jsonschema
import pytest

from conftest import PROGRAM, SOURCE, in_some_spell

TESTS = pathlib.Path(PROGRAM).parent / "tests"
SCHEMA = json.loads((SOURCE / "docs" / "schemas" / "result.schema.json").read_text())
pytestmark = pytest.mark.skipif(not (TESTS / "libfake_nvml.so").exists(), reason="the fake driver is built with the tests only")

# As NVML gives them: milliwatts, millijoules, megahertz, bytes. "+": per second since the driver was loaded.
HEALTHY = {"utilization": 90, "memory": 800000, "temperature": 61, "power": 300000, "energy": "+300000", "power_limit": 700000, "power_default": 700000,
           "throttle": 0, "sm_clock": 1980, "memory_clock": 2619, "max_sm_clock": 1980, "max_memory_clock": 2619, "application_sm_clock": 1980,
           "application_memory_clock": 2619, "processes": "self:700000", "pcie_generation": 4, "pcie_max_generation": 5, "pcie_width": 16,
           "pcie_max_width": 16, "ecc": 1, "mig": 0, "persistence": 1, "compute_capability_major": 9}


@pytest.fixture
def driver(tmp_path):
    """Gives the environment in which libnvidia-ml.so.1 is the fake one and says these figures."""

    def of(library="libfake_nvml.so", **changes):
        folder = tmp_path / "driver"
        folder.mkdir(exist_ok=True)
        shutil.copy(TESTS / library, folder / "libnvidia-ml.so.1")
        figures = {**HEALTHY, **changes}
        (folder / "script").write_text("".join(f"{key} {words}\n" for key, words in figures.items() if words is not None))
        return {"LD_LIBRARY_PATH": str(folder), "FAKE_NVML": str(folder / "script")}

    return of


def gpu_run(environment, epochs=2, seconds=0.4, pictures=1000):
    done = subprocess.run([TESTS / "cnnbench_gpu_run", str(epochs), str(seconds), str(pictures)], env={**os.environ, **environment}, text=True,
                          capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(result)
    return result


def test_info_shows_the_gpus(cnnbench, driver):
    record = cnnbench.json("info", "--json", environment=driver())["machine"]
    assert record["gpu_driver"] == "580.12" and record["gpu_cuda_version"] == "13.1" and len(record["gpus"]) == 2
    gpu = record["gpus"][0]
    expected = {"name": "Fake GPU 0", "compute_capability": "9.0", "memory_bytes": 1e6, "memory_used_bytes": 8e5, "processes": 1, "pcie_generation": 4,
                "pcie_max_generation": 5, "pcie_width": 16, "sm_mhz": 1980, "sm_max_mhz": 1980, "memory_application_mhz": 2619, "power_limit_w": 700,
                "power_default_w": 700, "temperature_c": 61, "ecc": True, "mig": False, "persistence": True}
    assert {key: gpu[key] for key in expected} == expected
    assert gpu["uuid_hash"] == hashlib.sha256(b"GPU-00112233-secret-0").hexdigest()[:16] != record["gpus"][1]["uuid_hash"]
    assert "secret" not in json.dumps(record)
    assert record["gpus"][1]["sm_mhz"] is None  # the second one answers no question


def test_info_says_it_to_a_person(cnnbench, driver):
    text = cnnbench("info", environment=driver(power_default=None)).stdout
    assert "\nGPU 0\n  name                     Fake GPU 0\n" in text and "  SM clock                 1980 MHz\n" in text
    assert "  power limit              700 W\n" in text and "  power limit, default     -\n" in text


def test_a_run_records_a_healthy_gpu(driver):
    result = gpu_run(driver())
    summary, series = result["telemetry"], result["telemetry_series"]
    assert summary["gpu_util_pct"] == 90 and summary["gpu_temp_c"] == 61 and summary["gpu_power_w"] == 300 and summary["peak_gpu_bytes"] == 8e5
    assert summary["gpu_sm_mhz"] == 1980 and summary["gpu_memory_mhz"] == 2619 and summary["gpu_power_limit_w"] == 700
    assert summary["throttle_reasons"] == [] and summary["throttled_pct"] == 0 and summary["gpu_other_processes"] == 0
    assert len(series["at_seconds"]) >= 2 and set(series["gpu_util_pct"]) == {90} and set(series["throttle_bits"]) == {0}
    assert series["gpu_energy_j"] == sorted(series["gpu_energy_j"])
    assert not [t for t in result["taints"] if "GPU" in t and "counter moves" not in t], result["taints"]


def test_images_per_joule_follow_from_the_counter(driver):
    def is_300_w(epoch):
        return epoch["energy_j"] == pytest.approx(300 * epoch["telemetry"]["seconds"], rel=0.05)

    # It may pause between the counter and the clock.
    result = in_some_spell(lambda spell: gpu_run(driver(), epochs=3), lambda result: all(map(is_300_w, result["epochs"])), spells=5)
    assert result["energy_method"] == "nvml total energy" and result["energy_missing"] is None
    for epoch in result["epochs"]:
        assert is_300_w(epoch), epoch
        assert epoch["images_per_j"] == pytest.approx(epoch["pictures"] / epoch["energy_j"], rel=1e-9)
    assert result["energy_j"] == pytest.approx(sum(e["energy_j"] for e in result["epochs"]), rel=1e-9)
    assert result["images_per_j"] == pytest.approx(3000 / result["energy_j"], rel=1e-9)
    assert any("counter moves" in t for t in result["taints"])  # epochs below a second


def test_without_the_counter_energy_is_power_times_time(driver):
    result = gpu_run(driver("libfake_nvml_old.so", power=250000))
    assert result["energy_method"] == "nvml power x time"
    assert result["epochs"][0]["energy_j"] == pytest.approx(250 * result["epochs"][0]["telemetry"]["seconds"], rel=1e-6)
    assert result["telemetry"]["throttle_reasons"] is None and result["telemetry"]["gpu_sm_mhz"] is None
    assert set(result["telemetry_series"]["throttle_bits"]) == {None}


def test_what_slows_the_gpu_travels_with_the_result(driver):
    result = gpu_run(driver(throttle="4", power_limit=400000, processes="self:1,77:2000000000,78:1000000000", sm_clock="1980 1200"))
    assert result["telemetry"]["throttle_reasons"] == ["sw_power_cap"] and result["telemetry"]["throttled_pct"] == 100
    assert "the GPU's clocks were held back in 100 % of the samples: sw_power_cap" in result["taints"]
    assert "the GPU's power limit was 400 W, its default is 700 W" in result["taints"]
    assert "2 other processes computed on the GPU, holding 3.00 GB of its memory" in result["taints"]


def test_a_gpu_that_is_lost_leaves_holes_and_says_so(driver):
    alive = " ".join(["90"] * 6)
    changes = {key: f"{alive} lost" for key in ("utilization", "power", "energy", "temperature", "memory", "sm_clock", "memory_clock", "throttle")}
    result = gpu_run(driver(**changes), epochs=3)
    assert result["telemetry_series"]["gpu_util_pct"][0] == 90 and result["telemetry_series"]["gpu_util_pct"][-1] is None
    assert result["images_per_j"] is None and result["energy_method"] is None
    assert result["energy_missing"] == "the driver tells neither energy nor power of this GPU"
    assert "the GPU's telemetry broke off during the run" in result["taints"]


def test_a_driver_that_does_not_start_is_no_gpu(cnnbench, driver):
    environment = driver(init_fails=1)
    assert cnnbench.json("info", "--json", environment=environment)["machine"]["gpus"] is None
    result = gpu_run(environment, epochs=1)
    assert result["telemetry"]["gpu_util_pct"] is None and "does not load" in result["energy_missing"]


def test_a_library_that_is_none_is_no_gpu(cnnbench, tmp_path):
    (tmp_path / "libnvidia-ml.so.1").write_text("not a library")
    assert cnnbench.json("info", "--json", environment={"LD_LIBRARY_PATH": str(tmp_path)})["machine"]["gpus"] is None


def test_sampling_a_gpu_costs_below_half_a_per_cent_of_a_core(driver):
    # On a busy core the same work costs more, and what is done once weighs less in a longer run.
    cost = in_some_spell(lambda spell: gpu_run(driver(), epochs=1, seconds=2 * 2**spell)["telemetry_cost_pct"], lambda cost: cost < 0.5, spells=4)
    assert 0 < cost < 0.5


def test_training_on_the_cpu_watches_no_gpu(cnnbench, tiny, driver):
    result = cnnbench.train_json(*tiny, environment=driver())
    assert result["telemetry"]["gpu_util_pct"] is None and result["machine"]["gpus"][0]["name"] == "Fake GPU 0"
