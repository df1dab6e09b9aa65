"""scripts/to_mlflow.py, into MLflow's file store."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = os.path.join(os.environ["CNNBENCH_SOURCE"], "scripts/to_mlflow.py")
ENVIRONMENT = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"}


def run(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], env=ENVIRONMENT, text=True, capture_output=True, timeout=300)


def test_rows_become_runs_once(cnnbench, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow.tracking import MlflowClient
    rows_file = cnnbench.folder / "grid.jsonl"
    cnnbench("bench", "-m", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=64",
             "--set", "data.limit_validation=16", "--set", "train.device=cpu", "-b", "8,16", "-r", "2", "--export", rows_file)
    rows = [json.loads(line) for line in rows_file.read_text().splitlines()]
    store = f"file:{tmp_path}/mlruns"
    for expected in ("2 runs added to the experiment speeds, 0 were there already", "0 runs added to the experiment speeds, 2 were there already"):
        done = run(rows_file, "--tracking-uri", store, "--experiment", "speeds")
        assert done.returncode == 0 and done.stdout.strip() == expected, done.stderr
    rows_file.write_text("{\n" + rows_file.read_text())
    done = run(rows_file, "--tracking-uri", store, "--experiment", "speeds")
    assert done.returncode == 1 and "2 were there already" in done.stdout
    assert f"error: {rows_file}:1: this is no JSON (left out; the others are imported)" in done.stderr
    client = MlflowClient(tracking_uri=store)
    runs = client.search_runs([client.get_experiment_by_name("speeds").experiment_id])
    assert len(runs) == 2
    for row in rows:
        (found,) = [r for r in runs if r.data.params["batch_size"] == str(row["batch_size"])]
        assert found.data.metrics["median_ips"] == row["median_ips"]
        assert found.data.metrics.get("ci_low_ips") == row["ci_low_ips"]  # none with two repetitions
        assert [m.value for m in client.get_metric_history(found.info.run_id, "samples_ips")] == row["samples_ips"]
        assert found.data.params["config.train.epochs"] == str(row["config"]["train"]["epochs"])
        assert found.data.tags["cnnbench.verdict"] == row["verdict"][:500]
        assert found.info.status == "FINISHED"


@pytest.mark.parametrize("text, words", [("{", "no JSON"), ('{"a": 1}', "no row of cnnbench"), ("[]", "no row of cnnbench")])
def test_what_is_no_row_is_refused_before_anything_is_written(tmp_path, text, words):
    (tmp_path / "rows.jsonl").write_text(text)
    done = run(tmp_path / "rows.jsonl", "--tracking-uri", f"file:{tmp_path}/mlruns")
    assert done.returncode == 1 and words in done.stderr and " -- " in done.stderr
    assert not (tmp_path / "mlruns").exists()
