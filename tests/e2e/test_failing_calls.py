"""Calls to the system that fail: a line with the file and the reason, or a result that is whole; what was there before stays as it was. strace makes them fail; with
CNNBENCH_DEEP=1 each of them, else some."""

import json
import os
import pathlib
import resource
import shutil
import subprocess

import pytest
from PIL import Image

from conftest import PROGRAM

DEEP = "CNNBENCH_DEEP" in os.environ
SOME = (1, 2, 3, 5, 9, 14, 20, 30, 45)


def strace_works():
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "-e", "inject=fsync:error=EIO", "true"], capture_output=True).returncode == 0


needs_strace = pytest.mark.skipif(not strace_works(), reason="strace is not installed, or not allowed here")


class Failing:
    """Runs the program, the n-th call of a kind failing."""

    def __init__(self, cnnbench):
        self.folder, self.data = cnnbench.folder, cnnbench.data

    def __call__(self, call, error, n, *arguments):
        log = self.folder / "strace.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(self.data)}
        command = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={n}", PROGRAM, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.folder, env=environment, text=True, capture_output=True, timeout=300)
        done.injected = "(INJECTED)" in log.read_text(errors="replace")
        log.unlink()
        return done


@pytest.fixture
def failing(cnnbench):
    return Failing(cnnbench)


def every(failing, call, error, command, check):
    """Fails the first call, the second, ... as long as there is one; check(done, n) looks at what came of it."""
    tried = 0
    for n in range(1, 1000) if DEEP else SOME:
        done = failing(call, error, n, *command(n))
        if not done.injected:
            break
        tried += 1
        assert "a fault of cnnbench" not in done.stderr and "terminate" not in done.stderr and "LOG ERROR" not in done.stderr, done.stderr
        assert done.returncode in (0, 1, 4), done.stderr
        if done.returncode == 1 and "cannot write the result to standard output" not in done.stderr:
            assert [line for line in done.stderr.splitlines() if line.startswith("error: ")], (n, done.stderr)
        check(done, n)
    assert tried >= 1


REASONS = {"ENOSPC": "No space left on device", "EIO": "Input/output error", "EDQUOT": "Disk quota exceeded", "EACCES": "Permission denied"}


@needs_strace
@pytest.mark.parametrize("call, error", [("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"), ("rename", "EACCES")])
def test_a_run_names_the_file_or_is_whole(cnnbench, failing, tiny, call, error):
    def check(done, n):
        folder = cnnbench.folder / f"out{n}"
        if done.returncode == 0:
            cnnbench("verify", folder)
        elif "standard output" not in done.stderr:
            assert REASONS[error] in done.stderr and f"out{n}" in done.stderr, done.stderr
        assert not folder.exists() or not [p.name for p in folder.iterdir() if p.name.endswith(".tmp")]
        shutil.rmtree(folder, ignore_errors=True)

    every(failing, call, error, lambda n: ["train", *tiny, "--set", "train.epochs=1", "--run", f"out{n}"], check)


@needs_strace
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_an_interrupted_call_is_made_again(cnnbench, failing, tiny, call):
    def check(done, n):
        assert done.returncode == 0, done.stderr
        cnnbench("verify", f"out{n}")
        shutil.rmtree(cnnbench.folder / f"out{n}")

    every(failing, call, "EINTR", lambda n: ["train", *tiny, "--set", "train.epochs=1", "--run", f"out{n}"], check)


@needs_strace
@pytest.mark.parametrize("call, error", [("write", "ENOSPC"), ("fsync", "EIO"), ("rename", "EACCES")])
def test_what_was_there_before_stays(cnnbench, failing, tiny, call, error):
    cnnbench("train", *tiny, "--run", "run")
    Image.new("RGB", (40, 40), (9, 99, 200)).save(cnnbench.folder / "one.png")
    commands = {"page.html": ["report", "run", "--export", "page.html"], "sheet.png": ["predict", "run", "one.png", "--sheet", "sheet.png"]}
    for name, command in commands.items():
        file = cnnbench.folder / name

        def check(done, n):
            text = file.read_bytes()
            if done.returncode == 0:
                assert text != b"old"
            else:
                # A folder that cannot be synced holds the new file whole, and nobody knows whether it does after a power cut.
                assert text == b"old" or "standard output" in done.stderr or "cannot sync the folder of" in done.stderr
                assert "standard output" in done.stderr or (name in done.stderr and REASONS[error] in done.stderr), done.stderr
            file.write_bytes(b"old")
            assert not [p.name for p in cnnbench.folder.iterdir() if p.name.endswith(".tmp")]

        file.write_bytes(b"old")
        every(failing, call, error, lambda n: command, check)


@needs_strace
def test_rows_that_were_measured_are_told(cnnbench, failing, tiny):
    """bench's own file: its processes write to a scratch folder, which strace does not tell apart, so a cell may fail too."""
    sets = [a for a in tiny if a not in ("--config", "catdog_original")]

    def check(done, n):
        for line in done.stdout.splitlines():
            json.loads(line)
        for file in cnnbench.folder.glob("rows.jsonl*"):
            file.unlink()

    every(failing, "fsync", "EIO", lambda n: ["bench", "-m", "catdog_original", *sets, "-r", "1", "--only-live", "--export", "rows.jsonl", "-o", "jsonl"], check)


def test_a_limit_of_file_sizes_is_an_error_and_no_end_by_a_signal(cnnbench, tiny):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))}
    done = subprocess.run([PROGRAM, "train", *tiny, "--run", "out"], cwd=cnnbench.folder, env=environment, preexec_fn=limited, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stderr
    assert "out/last.safetensors: File too large" in done.stderr or "out/best.safetensors: File too large" in done.stderr
    assert not [p.name for p in (cnnbench.folder / "out").iterdir() if p.name.endswith(".tmp")]
    result = json.loads((cnnbench.folder / "out/result.json").read_text())
    # Weights are written beside the steps: the run may be done when it is known.
    assert len(result["epochs"]) in (1, 2) and result["stopped"].startswith("error: cannot write")
    assert pathlib.Path(cnnbench.folder / "out/epochs.csv").read_text().count("\n") == 1 + len(result["epochs"])
