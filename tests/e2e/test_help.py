"""The examples of --help run, and its exit codes are those that one gets."""

import os
import re
import shutil
import subprocess

import pytest
from PIL import Image

from conftest import PROGRAM, TINY
from test_shells import COMMANDS

LEAVES = [command for command in COMMANDS if command not in ("", "config", "data")]
# What every example is run on: a few pictures. --set of an example comes before it.
SMALL = {"CNNBENCH_DATA_KIND": "synthetic", "CNNBENCH_DATA_LIMIT_TRAIN": "32", "CNNBENCH_DATA_LIMIT_VALIDATION": "16",
         "CNNBENCH_TRAIN_EPOCHS": "1", "CNNBENCH_TRAIN_DEVICE": "cpu"}
# The same at less cost: what a bench would measure is listed only, a search makes one pair.
SHORTER = {"cnnbench bench ": ("$", " --dry-run"), "cnnbench tune ": ("$| -r 6$", " -r 1 --max-batch 32"), "cnnbench data bench ": ("$", " --seconds 0.1"),
           "cnnbench train cifar10 -d cpu,cuda": ("cpu,cuda", "cpu,cpu")}


def examples(text):
    block = re.search(r"\nExamples?:\n(.*?)\n\nExit codes: ", text, re.S).group(1)
    return re.findall(r"^  (cnnbench .*)$", block, re.M)


def exit_codes(text):
    return [int(code) for code in re.findall(r"(?:^|, )(\d+) ", " ".join(text.split("\nExit codes: ")[1].split("\n\n")[0].split()))]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that holds what the examples name."""
    folder = tmp_path_factory.mktemp("examples")

    def run(*arguments):
        subprocess.run([PROGRAM, *map(str, arguments)], cwd=folder, check=True, capture_output=True, timeout=600)

    for number, name in enumerate(4 * ["train/cat", "train/dog", "validation/cat", "validation/dog"]):
        (folder / "data/catdog" / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (200, 9 * number, 10)).save(folder / "data/catdog" / name / f"{number}.jpg")
    for name in ("mine", "catdog_improved-20261128-101500"):
        run("train", *TINY, "--run", f"runs/{name}", "--set", "data.kind=folder")
    run("bench", *TINY, "-r", "1", "--only-live", "-w", "1,2", "--export", "rows.jsonl")
    for name in ("before", "after"):
        shutil.copy(folder / "rows.jsonl", folder / f"{name}.jsonl")
    for name in ("Cat", "Dog"):
        (folder / "PetImages" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (40, 30), (200, 40 * number, 10)).save(folder / "PetImages" / name / f"{number}.jpg")
    for name in ("cat.jpg", "dog.jpg"):
        Image.new("RGB", (40, 30), (9, 90, 200)).save(folder / name)
    (folder / "mine.json").write_text('{"name": "mine", "extends": "catdog_original"}')
    for name in (".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / "bin/cnnbench").symlink_to(PROGRAM)
    return folder


@pytest.mark.parametrize("command", ["", *LEAVES])
def test_its_examples_run(cnnbench, place, command):
    lines = examples(cnnbench(*command.split(), "--help").stdout)
    assert lines
    for line in lines:
        if "| man -l" in line and not shutil.which("man") or "| less" in line and not shutil.which("less"):
            continue
        for start, (pattern, words) in SHORTER.items():
            if line.startswith(start):
                line = re.sub(pattern, words, line, count=1)
        if line.startswith("cnnbench data import"):
            shutil.rmtree(place / "data/catdog", ignore_errors=True)
        variables = {k: v for k, v in os.environ.items() if not k.startswith("CNNBENCH")} | {"HOME": str(place), "PATH": f"{place}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        if "--resume" not in line:  # which goes on with the same config only
            variables |= SMALL
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=place, env=variables, text=True, capture_output=True, timeout=600)
        # The gate of compare's example cannot decide on one repetition.
        assert done.returncode == (6 if "--fail-on-regression" in line else 0), f"{line}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("command", LEAVES)
def test_its_exit_codes_are_those_that_one_gets(cnnbench, command):
    codes = exit_codes(cnnbench(*command.split(), "--help").stdout)
    assert codes[:3] == [0, 1, 2]
    assert "there is no option --no-such-option" in cnnbench(*command.split(), "--no-such-option", code=2).stderr
    with open("/dev/full", "w") as full:
        assert subprocess.run([PROGRAM, "help", *command.split()], stdout=full, stderr=subprocess.DEVNULL, timeout=60).returncode == 1


def test_it_takes_the_width_of_the_terminal(terminal):
    for columns in (60, 100):
        shown = terminal("train", "--help", size=(columns, 90)).finish(0).told().split("\n")
        longest = max(len(line) for line in shown if not line.startswith("  cnnbench "))
        assert columns - 20 < longest <= columns


def test_a_command_that_is_not_there_has_no_help(cnnbench):
    assert "did you mean: cnnbench train" in cnnbench("trian", "--help", code=2).stderr
