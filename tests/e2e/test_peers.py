"""The side-by-side scripts where no framework is needed: the clock, the loss check, the choice of settings, the table."""

import json
import os
import pathlib
import random
import stat
import subprocess
import sys

import pytest

repo = pathlib.Path(os.environ.get("CNNBENCH_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
peers = repo / "scripts/peers"
sys.path.insert(0, str(peers))

import compare_accuracy  # noqa: E402
import compare_cifar_loss  # noqa: E402
import contenders  # noqa: E402
import meter  # noqa: E402
import run_peers  # noqa: E402


def test_the_clock_leaves_warm_up_out_and_pauses_between_epochs_in():
    meter.self_test()


def curves(seeds, offset=0.0, bend=0.0, start=0):
    runs = {}
    for seed in range(seeds):
        noise = random.Random(start + seed)
        runs[seed] = [2.3 - 0.0025 * step + offset + bend * step / 200 + noise.gauss(0, 0.08) for step in range(200)]
    return runs


def outside(**change):
    rows = compare_cifar_loss.compare(curves(3), curves(3, start=100, **change), 200)
    return [steps for steps, ours, other, allowed in rows if abs(other - ours) > allowed]


def test_loss_curves_of_the_same_law_agree_and_others_do_not():
    assert outside() == []
    assert "1-200" in outside(offset=0.04)  # what half the learning rate does
    assert "181-200" in outside(bend=0.2)


def test_a_missing_or_infinite_loss_is_an_error():
    for bad in ([2.0] * 199, [2.0] * 199 + [float("nan")]):
        with pytest.raises(SystemExit, match="seed 0"):
            compare_cifar_loss.compare({0: bad, 1: bad}, curves(2), 200)


def test_the_accuracy_table_states_the_difference_of_the_means():
    def runs(*finals):
        return [{"seed": i, "final_val_accuracy": f, "best_val_accuracy": f + 0.01} for i, f in enumerate(finals)]

    text, difference = compare_accuracy.table({"PyTorch": runs(0.74, 0.76), "cnnbench": runs(0.76, 0.80), "bfloat16": runs(0.77, 0.77)})
    assert difference == {"cnnbench": pytest.approx(3.0), "bfloat16": pytest.approx(-1.0)}
    assert "| 75.00 % | 2.00 | 76.00 % |" in text and "| 78.00 % | 4.00 | 79.00 % |" in text


def script(path, text):
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


FAKE_CNNBENCH = """
import json, sys
sets = dict(a.split("=", 1) for a in sys.argv if "=" in a)
epochs = int(sets["train.epochs"])
print(json.dumps({"images_per_second": 4000.0, "precision": sets["train.precision"], "threads": 2, "workers": 1, "cache": "decoded",
                  "libtorch": "2.11.0", "build_commit": "abc", "taints": [], "verdict": {}, "epochs": [{"images_per_second": 4000.0}] * epochs}))
"""
FAKE_PEER = """
import json, os, sys
settings = json.loads(sys.argv[sys.argv.index("--settings") + 1])
if settings.get("compile") == "max-autotune":
    sys.exit("no compiler")
speed = 1000.0 + 500 * bool(settings.get("compile")) + 7 * ("OMP_PROC_BIND" in os.environ)
print("noise before")
print(json.dumps({"images_per_second": speed, "versions": {"torch": "2.11.0"}, "settings": settings}))
"""


def test_the_driver_takes_each_peers_best_setting_and_writes_every_sample(tmp_path, monkeypatch):
    folder = tmp_path / "peers"
    folder.mkdir()
    script(folder / "setup.sh", f"print({sys.executable!r})")
    script(folder / "bench_torch.py", FAKE_PEER)
    monkeypatch.setattr(contenders, "here", folder)
    monkeypatch.setattr(sys, "argv", ["run", "--works", "original", "--modes", "synthetic", "--batch", "32", "--rounds", "2", "--seconds", "1", "--peers",
                                      "torch_tuned,torch_malloc,cnnbench", "--cnnbench", str(script(tmp_path / "cnnbench", FAKE_CNNBENCH)),
                                      "--out", str(tmp_path / "out")])
    assert run_peers.main() == 0
    record = json.loads((tmp_path / "out.json").read_text())
    tuned, malloc, ours = record["cells"]
    assert tuned["settings"]["compile"] == "default" and [s["images_per_second"] for s in tuned["samples"]] == [1507.0, 1507.0]
    assert malloc["settings"]["env"].items() >= contenders.MALLOC.items()
    failed = [s for s in record["search"] if s["images_per_second"] is None]
    assert {s["settings"]["compile"] for s in failed} == {"max-autotune"} and all("exit 1: no compiler" in s["error"] for s in failed)
    assert len(ours["samples"]) == 2 and ours["samples"][0]["precision"] == "auto"
    table = (tmp_path / "out.md").read_text()
    assert "| torch_tuned | 1,507 | 1,507 | 2 | 2.65x |" in table and "| cnnbench | 4,000 | 4,000 | 2 | 1.00x |" in table
    assert "Versions: cnnbench abc, libtorch 2.11.0, torch 2.11.0." in table


def test_a_failing_peer_is_named_in_the_table_and_in_the_exit_code(tmp_path, monkeypatch):
    folder = tmp_path / "peers"
    folder.mkdir()
    script(folder / "setup.sh", f"print({sys.executable!r})")
    script(folder / "bench_keras.py", "import sys; sys.exit('out of luck')")
    monkeypatch.setattr(contenders, "here", folder)
    monkeypatch.setattr(sys, "argv", ["run", "--works", "original", "--modes", "synthetic", "--batch", "32", "--rounds", "1", "--peers", "keras_fit",
                                      "--no-search", "--out", str(tmp_path / "out")])
    assert run_peers.main() == 1
    assert "round 1: exit 1: out of luck" in (tmp_path / "out.md").read_text()


def test_worker_processes_never_inherit_a_bound_core():
    cell = contenders.Cell("original", "live", 32)
    for settings in contenders.candidates("torch_tuned", cell, lambda *_: None):
        assert not any(key.startswith("OMP_") for key in settings.get("env", {}))


def test_every_requirement_is_pinned_with_its_hash():
    for name in ("peers_torch", "peers_keras"):
        lines = [line for line in (repo / f"scripts/requirements/{name}.txt").read_text().splitlines() if line and not line.startswith("#")]
        assert lines and all("==" in line and " --hash=sha256:" in line for line in lines)


def test_a_wrong_name_lists_what_there_is(tmp_path):
    done = subprocess.run([peers / "run.sh", "--works", "orginal"], capture_output=True, text=True)
    assert done.returncode == 2 and "orginal: unknown; there are original, improved, cifar10" in done.stderr
