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
import race  # noqa: E402
import run_peers  # noqa: E402
import tables  # noqa: E402


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

    text = compare_accuracy.table({"PyTorch": runs(0.74, 0.76), "cnnbench": runs(0.76, 0.80), "bfloat16": runs(0.77, 0.77)})
    assert "| 75.00 % | 2.00 | 76.00 % |" in text and "| 78.00 % | 4.00 | 79.00 % |" in text


def script(path, text):
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


FAKE_CNNBENCH = """
import json, sys
sets = dict(a.split("=", 1) for a in sys.argv if "=" in a)
epochs = int(sets.get("train.epochs", 2))
result = {"images_per_second": 4000.0, "pipeline_only_ips": 4000.0, "precision": sets.get("train.precision", "").replace("auto", "bfloat16"), "threads": 2, "workers": 1, "cache": sets.get("loader.cache", "auto"),
                  "libtorch": "2.11.0", "build_commit": "abc", "taints": [], "verdict": {}, "epochs": [{"images_per_second": 4000.0}] * epochs}
print(json.dumps({"runs": [result]} if sys.argv[1] == "train" else result))
"""
FAKE_PEER = """
import json, os, sys
settings = json.loads(sys.argv[sys.argv.index("--settings") + 1])
if settings.get("compile") and settings.get("bfloat16"):
    sys.exit("no compiler")
speed = 1000.0 + 500 * bool(settings.get("compile")) + 7 * ("OMP_PROC_BIND" in os.environ) - EAGER * bool(settings.get("plain"))
print("noise before")
print(json.dumps({"images_per_second": speed, "versions": {"torch": "2.11.0"}, "settings": settings}))
"""


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """The driver with a fake cnnbench and a fake PyTorch, whose eager step is `eager` images/s slower than its plain tuned one."""
    folder = tmp_path / "peers"
    folder.mkdir()
    script(folder / "setup.sh", f"print({sys.executable!r})")
    monkeypatch.setattr(contenders, "here", folder)
    ours = script(tmp_path / "cnnbench", FAKE_CNNBENCH)

    def run(*arguments, eager=500):
        script(folder / "bench_torch.py", FAKE_PEER.replace("EAGER", str(eager)))
        code = run_peers.main(["--peers", "torch_eager,torch_tuned,cnnbench", "--seconds", "1", "--cnnbench", str(ours), "--out",
                               str(tmp_path / "out"), *arguments])
        return code, json.loads((tmp_path / "out.json").read_text()), (tmp_path / "out.md").read_text()

    return run


def row(record, contender, mode="synthetic"):
    return next(r for r in record["rows"] if r["contender"] == contender and r["mode"] == mode)


def test_the_first_round_searches_and_the_best_setting_is_measured_in_all(fakes, capsys):
    code, record, text = fakes("--cells", "original:synthetic", "--rounds", "3")
    assert code == 0
    tuned = row(record, "torch_tuned")
    best, owner = race.published(record["rows"], tuned)
    assert owner == "torch_tuned" and best["settings"]["env"]["OMP_PROC_BIND"] == "close" and race.speeds(best) == [1507.0] * 3
    assert len(race.racing(tuned)) == 2 and all(len(c["samples"]) <= 1 for c in tuned["candidates"] if c["out"] == 1)
    failed = [c for c in tuned["candidates"] if c["errors"]]
    assert [c["settings"]["bfloat16"] for c in failed] == [True] and "exit 1: no compiler" in failed[0]["errors"][0]
    assert "| torch_tuned | 1,507 | 1,507 to 1,507 | 3 | 1,507, 1,507, 1,507 | 2.65x (2.65 to 2.65) |" in text
    assert "n = 3 interleaved rounds" in text and "cnnbench abc, libtorch 2.11.0, torch 2.11.0" in text and "OMP_PROC_BIND=close" in text
    row_of_readme = "| catdog_original, batch 32, synthetic | 3 | 4,000 (4,000 to 4,000) | 1,507 (1,507 to 1,507) | - | 500 (500 to 500) |"
    printed = capsys.readouterr().out
    assert row_of_readme in printed and "(docs/measurements/out.md)" in printed
    old = "# x\n\nBeside PyTorch and Keras, once\nupon a time:\n\n| a |\n|---|\n| 1 |\n\nafter\n"
    assert tables.put_into(old, printed) == f"# x\n\n{printed}\nafter\n"


def test_a_tuned_peer_is_never_slower_than_what_it_is_tuned_from(fakes):
    code, record, text = fakes("--cells", "original:synthetic", "--rounds", "2", eager=-900)
    best, owner = race.published(record["rows"], row(record, "torch_tuned"))
    assert code == 0 and owner == "torch_eager" and race.median_speed(best) == 1900
    assert "| torch_tuned | 1,900 |" in text and "as torch_eager: no other setting tried was faster" in text


def test_what_auto_chose_first_is_the_rows_precision(fakes):
    _, record, _ = fakes("--cells", "original:synthetic", "--rounds", "2")
    assert [s["settings"]["train.precision"] for s in row(record, "cnnbench")["candidates"][0]["samples"]] == ["bfloat16", "bfloat16"]


def test_everybody_decodes_or_everybody_keeps(fakes):
    _, record, _ = fakes("--cells", "original:live,live-cached,loader,loader-fast,loader-cached+cifar10:live-cached", "--rounds", "1", "--data", ".", "--cifar", ".")
    for r in record["rows"]:
        if r["contender"] == "cnnbench":
            sets = r["candidates"][0]["samples"][0]["settings"]
            assert sets["loader.cache"] == ("decoded" if r["mode"].endswith("cached") else "none"), r["mode"]
            assert sets["data.decode"] == ("fast" if r["mode"] == "loader-fast" else "exact")
            assert "data.path" not in sets
        assert r["why_not"] is None, "all of these can do all of it"
    assert contenders.why_not("cnnbench", contenders.Cell("cifar10", "live", 128)) == "CIFAR-10's pictures lie decoded in memory"
    peers_of_kept = [p for p in contenders.ABOUT if contenders.why_not(p, contenders.Cell("original", "live-cached", 32)) is None]
    assert peers_of_kept == list(contenders.ABOUT)


def test_no_path_of_this_machine_is_in_the_record(fakes, tmp_path):
    _, record, text = fakes("--cells", "original:live", "--rounds", "1", "--data", str(tmp_path))
    assert str(tmp_path) not in json.dumps(record) + text and "--data DIR" in text


def test_a_short_search_leaves_variants_out_and_none_takes_the_first(fakes):
    tried = {}
    for search in ("full", "short", "none"):
        _, record, _ = fakes("--cells", "original:synthetic,live", "--rounds", "1", "--search", search, "--data", ".")
        tried[search] = [len(row(record, "torch_tuned", mode)["candidates"]) for mode in ("synthetic", "live")]
    assert tried == {"full": [7, 3], "short": [4, 2], "none": [1, 1]}


def test_a_later_run_begins_with_what_was_left_in_the_race(fakes, tmp_path):
    _, first, _ = fakes("--cells", "original:synthetic", "--rounds", "1")
    (tmp_path / "out.json").rename(tmp_path / "earlier.json")
    _, again, _ = fakes("--cells", "original:synthetic", "--rounds", "1", "--settings-from", str(tmp_path / "earlier.json"))
    assert [c["settings"] for c in row(again, "torch_tuned")["candidates"]] == first["finalists"]["torch_tuned original synthetic"]


def test_a_failing_peer_is_named_in_the_document_and_in_the_exit_code(fakes, monkeypatch):
    monkeypatch.setattr(contenders, "run_json", lambda *_, **__: (_ for _ in ()).throw(contenders.Failed("exit 1: out of luck")))
    code, _, text = fakes("--cells", "original:synthetic", "--rounds", "1", "--search", "none")
    assert code == 1 and "| torch_tuned | - | - | 0 | - | failed |" in text


class Race:
    """A race by a clock that only moves while something is measured."""

    def __init__(self, speeds, seconds=10):
        self.speeds, self.seconds, self.now, self.order = speeds, seconds, 0.0, []

    def sample(self, contender, cell, settings):
        self.now += self.seconds
        self.order.append((cell.mode, contender, settings.get("workers", settings.get("compile", ""))))
        return {"images_per_second": self.speeds(contender, settings)}

    def run(self, cells, peers, **changed):
        options = {"rounds": 3, "minutes": 0, "keep": 0.85, "finalists": 2, "search": "full"} | changed
        return race.run(cells, peers, self.sample, type("Options", (), options), earlier={}, said=lambda _: None, save=lambda _: None, clock=lambda: self.now)


def test_rounds_are_interleaved_and_only_what_is_near_the_best_stays():
    cells = [contenders.Cell("original", "synthetic", 32), contenders.Cell("original", "live", 32)]
    ran = Race(lambda c, s: 200 + 100 * bool(s.get("compile")) - 50 * bool(s.get("bfloat16")))
    rows = ran.run(cells, ["torch_eager", "torch_tuned", "cnnbench"])
    left = sum(len(race.racing(r)) for r in rows)
    assert ran.order[-left:] == ran.order[-2 * left:-left], "round 3 is round 2 once more"
    turns = [(mode, who) for mode, who, _ in ran.order[-left:]]
    assert list(dict.fromkeys(turns)) == [(cell.mode, who) for cell in cells for who in ("torch_eager", "torch_tuned", "cnnbench")]
    tuned = race.row_of(rows, "torch_tuned", ("original", "synthetic", 32))
    assert [c["settings"].get("compile") for c in race.racing(tuned)] == ["default"] * 2
    live = race.row_of(rows, "torch_tuned", ("original", "live", 32))
    assert all(c["settings"]["compile"] == "default" for c in live["candidates"]), "the best step is taken to the pictures"


def test_no_round_is_begun_that_would_end_too_late():
    cell = [contenders.Cell("original", "synthetic", 32)]
    assert len(Race(lambda *_: 100).run(cell, ["cnnbench"], rounds=9, minutes=0.5)[0]["candidates"][0]["samples"]) == 3
    assert len(Race(lambda *_: 100).run(cell, ["cnnbench"], rounds=9, minutes=0.01)[0]["candidates"][0]["samples"]) == 1
    assert len(Race(lambda *_: 100).run(cell, ["cnnbench"], rounds=9)[0]["candidates"][0]["samples"]) == 9


def test_medians_and_ratios_are_of_the_rounds_and_never_of_the_best():
    def candidate(*speeds):
        return {"settings": {}, "samples": [{"round": i + 1, "images_per_second": float(s)} for i, s in enumerate(speeds)], "errors": [], "out": None}

    ours, theirs = candidate(400, 900, 500), candidate(100, 300, 250)
    assert tables.ratios(ours, theirs) == [4, 3, 2]
    lucky = {"contender": "torch_tuned", "network": "n", "mode": "m", "batch": 1, "candidates": [candidate(999), theirs]}
    assert race.leader(lucky) is theirs, "one lucky sample is no three"


def test_a_setting_that_is_off_is_named():
    assert tables.settings_text({"settings": {"jit": False, "bfloat16": True, "env": {"A": "0"}}, "samples": []}) == "jit=False, bfloat16, A=0"


def test_worker_processes_never_inherit_a_bound_core():
    cell = contenders.Cell("original", "live", 32)
    bound = contenders.STEPS["torch_tuned"][0] | contenders.VARIANTS["torch_tuned"][0]
    for settings in contenders.candidates("torch_tuned", cell, lambda _: bound, "full"):
        assert not any(key.startswith("OMP_") for key in settings.get("env", {}))
    assert any(key.startswith("OMP_") for key in bound["env"])


def test_every_requirement_is_pinned_with_its_hash():
    for name in ("peers_torch", "peers_keras"):
        lines = [line for line in (repo / f"scripts/requirements/{name}.txt").read_text().splitlines() if line and not line.startswith("#")]
        assert lines and all("==" in line and " --hash=sha256:" in line for line in lines)


def test_a_wrong_name_lists_what_there_is(tmp_path):
    done = subprocess.run([peers / "run.sh", "--works", "orginal"], capture_output=True, text=True)
    assert done.returncode == 2 and "orginal: unknown; there are original, improved, cifar10" in done.stderr


def test_the_augmentation_table_has_medians_spread_and_who_could_not():
    import augment_race

    def samples(contender, task, side, *speeds):
        return [{"contender": contender, "task": task, "side": side, "at": "2026-01-01T00:00:00Z", "images_per_second": s} for s in speeds]

    document = {"rounds": 3, "core": 1, "cpu": "a CPU", "build": "cnnbench 1", "with_floats": False,
                "samples": samples("cnnbench opencv", "affine", 64, 200, 100, 300) + samples("cnnbench fused", "affine", 64, 900, 600, 800)
                + samples("torchvision", "affine", 64, 40, 50, 60) + samples("albumentations", "affine", 64, 10, 20, 30)
                + [{"contender": "tf", "task": "affine", "side": 64, "at": "", "error": "no module"}]}
    text = augment_race.text(document)
    assert "| cnnbench opencv | 200 (100 to 300) |" in text and "| cnnbench fused | 800 (600 to 900) |" in text
    assert "| opencv / fused over the best peer | 4.0x / 16.0x |" in text
    assert "- tf.image, Keras' layers, affine: no module" in text and "crop and flip alone" not in text


def test_accuracies_are_equal_only_where_the_interval_says_so():
    # Welch's interval as R's t.test gives it: t.test(c(87.3, 88.3, 84.8), c(89.4, 88.3)).
    c = compare_accuracy
    difference, (low, high) = c.difference_of([87.3, 88.3, 84.8], [89.4, 88.3])
    assert round(difference, 2) == -2.05 and (round(low, 2), round(high, 2)) == (-5.93, 1.83)
    assert c.verdict((low, high), 2) == "undecided"  # 2 points apart, but three seeds differ by as much
    assert c.verdict((-0.5, 0.9), 1) == "as good" and c.verdict((1.1, 3), 1) == "different" and c.verdict((-3, -1.1), 1) == "different"
    assert c.verdict((0.5, 1.5), 1) == "undecided" and c.verdict(None, 1) == "undecided"
    assert c.difference_of([80], [80, 81])[1] is None


def test_a_comparison_of_accuracies_that_was_cut_goes_on_with_its_runs(tmp_path):
    fake = tmp_path / "cnnbench"
    fake.write_text("""#!/bin/sh
echo "$*" >> called
while [ $# -gt 1 ]; do [ $1 = --run ] || [ $1 = --resume ] && run=$2; shift; done
mkdir -p $run
[ -e stop ] && [ $(wc -l < called) = 2 ] && exit 130
echo '{"final_val_accuracy": 0.75, "best_val_accuracy": 0.76}' > $run/result.json
""".replace("called", str(tmp_path / "called")).replace("-e stop", f"-e {tmp_path}/stop"))
    fake.chmod(0o755)
    (tmp_path / "torch.json").write_text(json.dumps({"network": "catdog_original", "epochs": 25, "runs": [
        {"seed": s, "final_val_accuracy": 0.75, "best_val_accuracy": 0.75} for s in (1, 2)]}))
    command = [sys.executable, peers / "compare_accuracy.py", "--data", tmp_path, "--seeds", "1,2", "--cnnbench", fake,
               "--torch-json", tmp_path / "torch.json", "--keep", tmp_path / "kept"]
    (tmp_path / "stop").touch()
    assert subprocess.run(command, capture_output=True, text=True).returncode == 1
    (tmp_path / "stop").unlink()
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0 and "+0.00 points" in again.stdout, again.stderr
    calls = (tmp_path / "called").read_text().splitlines()
    runs = [f"train --resume {tmp_path}/kept/catdog_original-25-epochs-cnnbench-seed{s}" for s in (1, 2)]
    assert "--resume" not in calls[0] + calls[1] and calls[2:] == runs
