"""A run that is killed, stopped or damaged, and gone on with: nothing is lost, nothing is there twice, and what cannot go on says why."""

import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time

import pytest
from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

from conftest import PROGRAM

SMALL = ["--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=44", "--set", "data.limit_validation=12",
         "--set", "loader.batch_size=8", "--set", "train.device=cpu", "--set", "train.convolution=own", "--set", "augment.rotation_degrees=10"]

NETWORKS = {
    "dropout": ["--config", "catdog_dropout", *SMALL],
    "everything": ["--config", "everything.json", *SMALL],
}

# Batch norm, dropout, a schedule, a moving average, momentum and early stopping.
EVERYTHING = {
    "model": {"layers": [{"type": "conv", "filters": 8, "kernel": 3}, {"type": "batch_norm"}, {"type": "activation", "activation": "relu"},
                         {"type": "pool"}, {"type": "flatten"}, {"type": "dropout", "rate": 0.3}, {"type": "dense", "units": 1}]},
    "train": {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.01, "schedule": "cosine", "moving_average": 0.95, "early_stop_patience": 9},
}


@pytest.fixture
def start(cnnbench):
    """Starts `cnnbench train ...`; every process is gone after the test."""
    started = []
    (cnnbench.folder / "everything.json").write_text(json.dumps(EVERYTHING))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(cnnbench.data)}

    def begin(*arguments):
        started.append(subprocess.Popen([PROGRAM, "train", *map(str, arguments)], cwd=cnnbench.folder, env=environment, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(process, beginning):
    for line in process.stderr:
        if line.startswith(beginning):
            return True
    return False


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tensors(file):
    """Of a state, without the text that says when."""
    from safetensors import safe_open

    with safe_open(file, "numpy") as f:
        return {name: hashlib.sha256(f.get_tensor(name).tobytes()).hexdigest() for name in f.keys() if name != "run"}


def outcome(folder):
    """All of a run that does not depend on the clock."""
    result = json.loads((folder / "result.json").read_text())
    rows = list(csv.DictReader((folder / "epochs.csv").open()))
    return {
        "weights": {name: sha256(folder / name) for name in ("last.safetensors", "best.safetensors")},
        "state": [(p.name, tensors(p)) for p in sorted(folder.glob("state-*"))],
        "csv": [[row[key] for key in ("epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "pictures")] for row in rows],
        "epochs": [[e[key] for key in ("epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "pictures", "steps")] for e in result["epochs"]],
        "first_losses": result["first_losses"],
        "windows": [result["windows"][key] for key in ("epoch", "steps", "pictures")],
        "end": [result["stopped"], result["best_epoch"], result["best_val_accuracy"], result["final_val_accuracy"]],
    }


def events(folder, name):
    accumulator = EventAccumulator(str(folder / "tensorboard" / name), {SCALARS: 0})
    accumulator.Reload()
    return accumulator


def check_told_once(folder, epochs):
    """Of every epoch one line in log.txt, one row in epochs.csv, one point for TensorBoard."""
    log = (folder / "log.txt").read_text()
    assert [int(n) for n in re.findall(r"^\S+ Epoch (\d+)/\d+$", log, re.M)] == list(range(1, epochs + 1)), log
    assert len(re.findall(r"val_accuracy: ", log)) == epochs, log
    for name in ("train", "validation"):
        assert [e.step for e in events(folder, name).Scalars("epoch_loss")] == list(range(epochs))
        assert len(list((folder / "tensorboard" / name).iterdir())) == 1


@pytest.mark.parametrize("network", NETWORKS)
def test_killed_at_random_moments_it_ends_as_the_run_that_was_not(cnnbench, start, network):
    kills, epochs = int(os.environ.get("CNNBENCH_TEST_KILLS", "10")), 30
    settings = [*NETWORKS[network], "--set", f"train.epochs={epochs}", "--set", "train.checkpoint_every=2 steps", "--set", "train.early_stop_patience=25",
                "--keep-first-losses", "1000"]
    cnnbench("train", *settings, "--run", "whole")
    seconds = sum(e["seconds"]["wall"] for e in json.loads((cnnbench.folder / "whole/result.json").read_text())["epochs"])
    randomly = random.Random(7)
    command, killed, moments = [*settings, "--run", "killed"], 0, []
    for i in range(kills):
        process = start(*command)
        if i > 0 and not until(process, "Epoch "):  # the first one anywhere, the others while it trains
            break
        moment = randomly.uniform(0, 1.5 if i == 0 else 3 * seconds / kills)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
            moments.append(moment)
        process.communicate()
        if not (cnnbench.folder / "killed/config.json").exists():
            continue
        has_state = bool(list((cnnbench.folder / "killed").glob("state-*")))
        command = ["--resume", "killed", *([] if has_state else ["--keep-first-losses", "1000"])]
    cnnbench("train", *command)
    print(f"{network}: killed {killed} times")  # pytest -rP
    assert killed >= kills / 2, moments
    result = json.loads((cnnbench.folder / "killed/result.json").read_text())
    assert outcome(cnnbench.folder / "killed") == outcome(cnnbench.folder / "whole")
    assert any(taint.startswith("resumed in epoch ") for taint in result["taints"])
    check_told_once(cnnbench.folder / "killed", len(result["epochs"]))
    assert not list((cnnbench.folder / "killed").glob(".*"))
    assert cnnbench.json("verify", "killed", "--json")["ok"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_says_the_command_that_goes_on(cnnbench, start, number):
    settings = [*NETWORKS["everything"], "--set", "train.epochs=40", "--set", "train.validate_every=3"]
    cnnbench("train", *settings, "--run", "whole")
    process = start(*settings, "--run", "two words")
    assert until(process, "Epoch 5/")
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert errors.splitlines()[-1] == "to go on: cnnbench train --resume 'two words'"
    assert "to go on: cnnbench" in (cnnbench.folder / "two words/log.txt").read_text()
    done = cnnbench("train", "--resume", "two words")
    assert "going on with two words in epoch" in done.stderr
    assert outcome(cnnbench.folder / "two words") == outcome(cnnbench.folder / "whole")


def test_a_run_that_is_at_its_end_says_so(cnnbench, tiny):
    report = cnnbench("train", *tiny, "--run", "out").stdout
    before = {p.name: p.read_bytes() for p in (cnnbench.folder / "out").iterdir() if p.is_file()}
    done = cnnbench("train", "--resume", "out")
    assert "the run in out is at its end (finished): nothing is left to do" in done.stderr
    assert done.stdout == report
    assert {p.name: p.read_bytes() for p in (cnnbench.folder / "out").iterdir() if p.is_file()} == before
    assert cnnbench.json("train", "--resume", "out", "--json")["runs"] == [json.loads((cnnbench.folder / "out/result.json").read_text())]


def test_its_last_state_gives_the_result_that_was_not_written(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "out")
    whole = outcome(cnnbench.folder / "out")
    (cnnbench.folder / "out/result.json").unlink()
    cnnbench("train", "--resume", "out")
    assert outcome(cnnbench.folder / "out") == whole
    check_told_once(cnnbench.folder / "out", 2)
    assert cnnbench.json("verify", "out", "--json")["ok"]


def test_ended_before_its_first_state_it_begins_again(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "whole")
    shutil.copytree(cnnbench.folder / "whole", cnnbench.folder / "out")
    for file in ("result.json", "last.safetensors", "best.safetensors"):
        (cnnbench.folder / "out" / file).unlink()
    for state in (cnnbench.folder / "out").glob("state-*"):
        state.unlink()
    cnnbench("train", "--resume", "out")
    check_told_once(cnnbench.folder / "out", 2)
    assert cnnbench.json("verify", "out", "--json")["ok"]
    assert json.loads((cnnbench.folder / "out/result.json").read_text()).get("resumed") is None


@pytest.fixture
def stopped(cnnbench, start):
    """A run that a signal ended amid its epochs, with the two last states."""
    process = start(*NETWORKS["everything"], "--set", "train.epochs=40", "--set", "train.keep_checkpoints=2", "--run", "out")
    assert until(process, "Epoch 4/")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    return cnnbench.folder / "out"


def refusal(done):
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return line


def test_other_threads_are_refused_unless_that_is_allowed(cnnbench, stopped):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("this machine has one core")
    before = {p.name: p.read_bytes() for p in stopped.iterdir() if p.is_file()}
    command = ["taskset", "-c", str(cores[0]), PROGRAM, "train", "--resume", "out"]
    done = subprocess.run(command, cwd=cnnbench.folder, text=True, capture_output=True, timeout=120)
    assert done.returncode == 2 and f"threads: {len(cores)} before, 1 now" in refusal(done) and "--allow-inexact" in refusal(done)
    assert {p.name: p.read_bytes() for p in stopped.iterdir() if p.is_file()} == before
    done = subprocess.run([*command, "--allow-inexact"], cwd=cnnbench.folder, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads((stopped / "result.json").read_text())
    assert f"resumed where it need not compute the same: threads: {len(cores)} before, 1 now" in result["taints"]


def test_another_config_is_refused_unless_that_is_allowed(cnnbench, stopped):
    assert "the config is another one" in refusal(cnnbench("train", "--resume", "out", "--set", "train.learning_rate=0.001", code=2))
    config = json.loads((stopped / "config.json").read_text())
    (stopped / "config.json").write_text(json.dumps(config | {"train": config["train"] | {"epochs": 6}}))
    assert "the config is another one" in refusal(cnnbench("train", "--resume", "out", code=2))
    cnnbench("train", "--resume", "out", "--allow-inexact")
    result = json.loads((stopped / "result.json").read_text())
    assert len(result["epochs"]) == 6 and result["stopped"] == "finished"


def test_other_pictures_are_refused(cnnbench, start, tmp_path):
    from PIL import Image

    for split in ("train", "validation"):
        for i, name in enumerate(("cat", "dog")):
            (tmp_path / "set" / split / name).mkdir(parents=True)
            for n in range(8):
                Image.effect_noise((40, 40), 90).convert("RGB").point(lambda v: v // 2 + 100 * i).save(tmp_path / "set" / split / name / f"{n}.png")
    settings = ["--config", "catdog_original", "--set", f"data.path={tmp_path / 'set'}", "--set", "data.image_size=32", "--set", "loader.batch_size=4", "--device", "cpu"]
    process = start(*settings, "--set", "train.epochs=1000", "--run", "out")
    assert until(process, "Epoch 3/")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    Image.new("RGB", (40, 40)).save(tmp_path / "set/train/cat/3.png")
    assert "the data set is another one" in refusal(cnnbench("train", "--resume", "out", code=2))


def test_damage_is_found_and_named_and_the_state_before_still_goes_on(cnnbench, stopped):
    older, newest = sorted(p.name for p in stopped.glob("state-*"))
    whole = (stopped / newest).read_bytes()
    header = json.loads(whole[8 : 8 + struct.unpack("<Q", whole[:8])[0]])
    begin, end = header["average.conv_1.weight"]["data_offsets"]
    at = 8 + struct.unpack("<Q", whole[:8])[0] + (begin + end) // 2
    (stopped / newest).write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
    line = refusal(cnnbench("train", "--resume", "out", code=1))
    assert f"out/{newest} is damaged: its tensor average.conv_1.weight is not as it was written" in line and f"out/{older}" in line
    for size in (0, 7, 100, at, len(whole) - 1):
        (stopped / newest).write_bytes(whole[:size])
        assert f"out/{newest}: not a valid safetensors file" in refusal(cnnbench("train", "--resume", "out", code=1))
    done = cnnbench("train", "--resume", f"out/{older}", "--set", "train.epochs=40")
    assert "going on with out in epoch" in done.stderr
    assert json.loads((stopped / "result.json").read_text())["stopped"] == "early stop"
    assert newest not in [p.name for p in stopped.glob("state-*")]


def test_what_killed_processes_left_unfinished_goes(cnnbench, stopped):
    for name in (".state-00000099.safetensors.4711-3.tmp", ".writable.4711"):
        (stopped / name).write_text("half")
    cnnbench("train", "--resume", "out")
    assert not list(stopped.glob(".*"))


def test_of_two_that_go_on_with_one_run_the_second_is_refused(cnnbench, stopped, start):
    first = start("--resume", "out")
    assert until(first, "Epoch ")
    first.send_signal(signal.SIGSTOP)
    assert "another cnnbench writes to out" in refusal(cnnbench("train", "--resume", "out", code=2))
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_where_there_is_no_run(cnnbench, tiny):
    assert "--resume nowhere: there is no run" in refusal(cnnbench("train", "--resume", "nowhere", code=2))
    (cnnbench.folder / "empty").mkdir()
    assert "there is no run" in refusal(cnnbench("train", "--resume", "empty", code=2))
    cnnbench("train", *tiny, "--resume", "empty", code=2)
    cnnbench("train", *tiny, "--allow-inexact", code=2)


def test_after_an_error_it_goes_on(cnnbench, start, tmp_path):
    """A disk that is full for a while: what was trained is there, and the rest follows."""
    settings = [*NETWORKS["everything"], "--set", "train.epochs=30"]
    cnnbench("train", *settings, "--run", "whole")
    process = start(*settings, "--run", "out")
    assert until(process, "Epoch 4/")
    subprocess.run(["prlimit", "--pid", str(process.pid), "--fsize=3000"], check=True)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and "File too large" in errors, errors
    assert "to go on: cnnbench train --resume out" in errors
    cnnbench("train", "--resume", "out")
    assert outcome(cnnbench.folder / "out") == outcome(cnnbench.folder / "whole")
