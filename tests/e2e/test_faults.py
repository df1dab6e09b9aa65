"""Each fault is one clear line with the remedy, and the right exit code."""

import os
import subprocess

import pytest

from conftest import PROGRAM


def error_line(done):
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    assert "terminate" not in done.stderr and "frame #" not in done.stderr
    return lines[0]


def class_folders(root, pictures=2):
    from PIL import Image

    for split in ("train", "validation"):
        for i, name in enumerate(("cat", "dog")):
            (root / split / name).mkdir(parents=True)
            for n in range(pictures):
                Image.new("RGB", (50, 40), (80 * i, 20 * n, 99)).save(root / split / name / f"{n}.jpg")
    return root


TRAIN = ["train", "--config", "catdog_original", "--device", "cpu", "--set", "train.epochs=1", "--set", "data.fallback=none"]


def test_cuda_asked_for_and_absent(cnnbench, tiny):
    if os.path.exists("/dev/nvidia0"):
        pytest.skip("this machine has a GPU")
    for device in ("cuda", "cpu,cuda", "cuda:3"):
        line = error_line(cnnbench("train", *tiny, "--device", device, code=3))
        assert "CUDA" in line and "--device cpu" in line


def test_a_device_that_is_none(cnnbench, tiny):
    cnnbench("train", *tiny, "--device", "tpu", code=2)


def test_a_bad_config_lists_every_fault_with_its_line(cnnbench):
    (cnnbench.folder / "bad.json").write_text('{\n  "loader": {"worker": 2,\n  "batch_size": 0},\n  "train": {"epochs": "many"}\n}\n')
    fault = cnnbench("train", "--config", "bad.json", code=2).stderr
    assert "bad.json:2" in fault and "'workers'" in fault
    assert "bad.json:3" in fault and "bad.json:4" in fault


def test_a_config_that_is_not_there(cnnbench):
    assert "catdog_improved" in cnnbench("train", "--config", "catdog_improve", code=2).stderr


def test_missing_pictures(cnnbench):
    line = error_line(cnnbench(*TRAIN, "--set", "data.path=nowhere", code=2))
    assert "nowhere" in line and "data.path" in line


def test_an_empty_class_folder(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set")
    for picture in (root / "train/dog").iterdir():
        picture.unlink()
    line = error_line(cnnbench(*TRAIN, "--set", f"data.path={root}", code=2))
    assert "dog" in line


def test_a_truncated_jpeg_ends_the_run_with_its_name(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set")
    picture = root / "train/cat/1.jpg"
    picture.write_bytes(picture.read_bytes()[:-120])
    for workers in (1, 3):
        line = error_line(cnnbench(*TRAIN, "--set", f"data.path={root}", "--set", f"loader.workers={workers}", code=1))
        assert "cat/1.jpg" in line and "on_bad_image" in line


def test_a_truncated_jpeg_can_be_skipped_and_is_counted(cnnbench, tmp_path):
    root = class_folders(tmp_path / "set", pictures=4)
    picture = root / "train/cat/1.jpg"
    picture.write_bytes(picture.read_bytes()[:-120])
    result = cnnbench.train_json(*TRAIN[1:], "--set", f"data.path={root}", "--set", "data.on_bad_image=skip")
    assert result["train_pictures"] == 7
    assert "cat/1.jpg" in result["skipped"][0]["name"]
    assert any("skipped" in taint for taint in result["taints"])


def test_a_cifar_file_of_the_wrong_size(cnnbench, tmp_path):
    for name in ("data_batch_1.bin", "test_batch.bin"):
        (tmp_path / name).write_bytes(bytes(3073 * 10 + 5))
    line = error_line(cnnbench("train", "--config", "cifar10", "--device", "cpu", "--set", f"data.path={tmp_path}", code=2))
    assert "data_batch_1.bin" in line and "30735" in line.replace(",", "")


def test_an_unwritable_run_folder(cnnbench, tiny, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    line = error_line(cnnbench("train", *tiny, "--run", tmp_path / "file" / "run", code=1))
    assert "file/run" in line


def test_a_run_folder_that_is_in_use_is_left_alone(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "out")
    before = (cnnbench.folder / "out/result.json").read_bytes()
    cnnbench("train", *tiny, "--run", "out", code=1)
    assert (cnnbench.folder / "out/result.json").read_bytes() == before


def test_a_loss_that_is_not_finite_stops_the_run(cnnbench, tiny):
    line = error_line(cnnbench("train", *tiny, "--set", "train.optimizer=sgd", "--set", "train.learning_rate=1000", "--set", "train.epochs=30", code=1))
    assert "not finite" in line and "learning_rate" in line


def test_usage(cnnbench):
    cnnbench("train", code=2)
    cnnbench("fly", code=2)
    cnnbench(code=2)
    cnnbench("train", "--config", "catdog_original", "--set", "train.epoch=3", code=2)
    for arguments in (["--help"], ["train", "--help"], ["--version"]):
        assert cnnbench(*arguments).stdout


def test_the_network_must_fit_the_pictures(cnnbench, tiny):
    line = error_line(cnnbench("train", *tiny, "--set", "data.image_size=8", code=2))
    assert "pool_2" in line or "conv_2" in line


def test_of_two_runs_in_one_folder_the_second_is_refused(cnnbench, tiny):
    command = [PROGRAM, "train", *tiny, "--set", "train.epochs=3", "--run", "out"]
    both = [subprocess.Popen(command, cwd=cnnbench.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [p.communicate(timeout=120)[1] for p in both]
    codes = [p.returncode for p in both]
    assert codes.count(0) == 1, errors
    lost = errors[codes.index(next(c for c in codes if c != 0))]
    assert "another cnnbench writes to out" in lost or "already holds a run" in lost
    assert len((cnnbench.folder / "out/epochs.csv").read_text().splitlines()) == 1 + 3
