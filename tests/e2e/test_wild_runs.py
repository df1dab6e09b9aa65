"""What happens to a run where something around it goes wrong: nothing is lost without a word, and nothing is measured that never ran."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest
from PIL import Image

from conftest import PROGRAM, error_line

TESTS = pathlib.Path(PROGRAM).parent / "tests"


def class_folders(root, pictures=6, splits=("train", "validation")):
    for split in splits:
        for i, name in enumerate(("cat", "dog")):
            (root / split / name).mkdir(parents=True)
            for n in range(pictures):
                Image.effect_noise((60, 50), 90).convert("RGB").point(lambda v: v // 2 + 100 * i).save(root / split / name / f"{n}.jpg", quality=90)
    return root


FAST = ["--config", "catdog_original", "--device", "cpu", "--set", "loader.batch_size=4", "--set", "data.image_size=32", "--set", "data.fallback=none"]


def test_a_bad_validation_picture_ends_the_run_before_its_first_epoch(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set")
    bad = root / "validation/dog/3.jpg"
    bad.write_bytes(bad.read_bytes()[:300])
    done = cnnbench("train", *FAST, "--set", f"data.path={root}", "--run", "out", code=1)
    assert "error: validation/dog/3.jpg: truncated JPEG" in error_line(done) and "on_bad_image=skip" in error_line(done)
    assert "poch 1" not in done.stderr


def test_what_an_epoch_gave_is_kept_whatever_happens_after_it(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set")
    bad = root / "validation/dog/3.jpg"
    data = bytearray(bad.read_bytes())
    scan = data.index(b"\xff\xda") + 14
    data[scan + 60 : scan + 100] = b"\xff\x00" * 20  # its header and its end are sound
    bad.write_bytes(data)
    done = cnnbench("train", *FAST, "--set", f"data.path={root}", "--set", "train.epochs=2", "--run", "out", code=1)
    assert "error: validation/dog/3.jpg: " in error_line(done)
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    assert len(result["epochs"]) == 1 and result["epochs"][0]["val_accuracy"] is None and result["stopped"].startswith("error: validation/dog/3.jpg")
    assert (cnnbench.folder / "out/last.safetensors").exists()
    cnnbench("verify", "out")
    cnnbench("predict", "out", root / "train")


def test_bench_refuses_a_batch_that_is_larger_than_the_set(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set")
    done = cnnbench("bench", "--config", "catdog_original", "--set", f"data.path={root}", "--set", "data.image_size=32", "--set", "data.fallback=none", "-d", "cpu", "-b",
                    "4,4096", "-r", "1", "--only-live", "-o", "json", code=4)
    rows = {row["batch_size"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows[4]["status"] == "ok"
    assert rows[4096]["status"] == "failed" and "4096 is larger than the training set of 12 pictures" in rows[4096]["error"]
    noted = cnnbench("train", *FAST, "--set", f"data.path={root}", "--set", "loader.batch_size=4096", "--set", "train.epochs=1").stderr
    assert "note: loader.batch_size 4096 is larger than the training set of 12 pictures: every batch holds 12" in noted


def test_predict_answers_the_others(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set")
    for policy, code in (("error", 1), ("skip", 0)):
        cnnbench("train", *FAST, "--set", f"data.path={root}", "--set", "train.epochs=1", "--set", f"data.on_bad_image={policy}", "--run", policy)
        folder = tmp_path / f"asked-{policy}"
        shutil.copytree(root / "validation", folder)
        (folder / "cat/2.jpg").write_bytes((folder / "cat/2.jpg").read_bytes()[:200])
        (folder / "dog/5.jpg").write_bytes(b"")
        done = cnnbench("predict", policy, folder, "--json", code=code)
        document = json.loads(done.stdout)
        assert len(document["predictions"]) == 10 and document["confusion"]["pictures"] == 10
        assert [pathlib.Path(b["file"]).name for b in document["bad"]] == ["2.jpg", "5.jpg"]
        assert "cat/2.jpg: truncated JPEG" in done.stderr and "2 of 12 pictures cannot be read" in done.stderr
        assert "on_bad_image" not in done.stderr


@pytest.mark.parametrize("times", [1, 2])
def test_a_hang_up_saves_everything(cnnbench, tiny, times):
    """The shell's SIGHUP, and the kernel's once the shell is gone."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))}
    process = subprocess.Popen([PROGRAM, "train", *tiny, "--set", "train.epochs=100000", "--run", f"hung{times}"], cwd=cnnbench.folder, env=environment,
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while "poch 2" not in process.stderr.readline():
        pass
    for _ in range(times):
        process.send_signal(signal.SIGHUP)
    process.stderr.read()
    assert process.wait(60) == 129
    result = json.loads((cnnbench.folder / f"hung{times}/result.json").read_text())
    assert result["stopped"] == "signal 1" and (cnnbench.folder / f"hung{times}/last.safetensors").exists()


def test_under_nohup_it_goes_on(cnnbench, tiny):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))}
    process = subprocess.Popen(["nohup", PROGRAM, "train", *tiny, "--set", "train.epochs=40", "--run", "on"], cwd=cnnbench.folder, env=environment, stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while "poch 2" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGHUP)
    process.stderr.read()
    assert process.wait(120) == 0
    assert json.loads((cnnbench.folder / "on/result.json").read_text())["stopped"] == "finished"


@pytest.mark.skipif(not (TESTS / "libfake_nvml.so").exists(), reason="the fake driver is built with the tests only")
@pytest.mark.skipif(os.path.exists("/dev/nvidia0"), reason="this machine has a GPU")
def test_a_gpu_that_libtorch_cannot_use_is_not_passed_over_in_silence(cnnbench, tiny, tmp_path):
    shutil.copy(TESTS / "libfake_nvml.so", tmp_path / "libnvidia-ml.so.1")
    environment = {"LD_LIBRARY_PATH": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""}
    done = cnnbench("train", *[a if a != "train.device=cpu" else "train.device=auto" for a in tiny], "--run", "out", environment=environment)
    assert "warning: the driver shows 2 GPUs (Fake GPU 0), but libtorch uses none (CUDA_VISIBLE_DEVICES is set and empty, which hides every GPU: unset it)" in done.stderr
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    assert any("libtorch uses none" in taint for taint in result["taints"])
    cnnbench("verify", "out")
    asked = cnnbench("train", *tiny, "--device", "cuda", environment=environment, code=3)
    assert "no CUDA GPU is usable here: the driver shows 2 GPUs" in error_line(asked)


def test_conveniences_that_want_a_home_cost_no_result(cnnbench, tiny, tmp_path):
    locked = tmp_path / "locked"
    locked.write_text("a file where a folder is wanted")
    environment = {"HOME": str(locked), "XDG_CACHE_HOME": str(locked / "cache")}
    torch = pathlib.Path.home() / ".cache/cnnbench"
    if not os.environ.get("CNNBENCH_TORCH") and torch.is_dir():
        environment["CNNBENCH_TORCH"] = str(next(iter(sorted(torch.glob("torch-*/torch"))), ""))
    sets = [a for a in tiny if a not in ("--config", "catdog_original")]
    done = cnnbench("bench", "--config", "catdog_original", *sets, "-d", "cpu", "-r", "6", "--only-live", "--aa", "-o", "json", environment=environment)
    assert json.loads(done.stdout)["rows"][0]["status"] == "ok"
    assert f"warning: this session is not kept: cannot use {locked}/cache" in done.stderr and "a fault of cnnbench" not in done.stderr
    assert "filesystem error" not in done.stderr
    for command in (["info"], ["train", *tiny, "--run", "out"], ["data", "make", "--train", "2", "--validation", "2", "--out", "drawn"]):
        assert "error" not in cnnbench(*command, environment=environment).stderr


def test_one_damaged_result_does_not_stop_a_report(cnnbench, tiny):
    for name in ("a", "b"):
        cnnbench("train", *tiny, "--run", f"runs/{name}")
    file = cnnbench.folder / "runs/b/result.json"
    file.write_text(file.read_text()[:500])
    done = cnnbench("report", "runs", "--export", "page.html", code=1)
    assert "b/result.json" in error_line(done) and "left out" in error_line(done)
    assert "catdog_original" in (cnnbench.folder / "page.html").read_text()
