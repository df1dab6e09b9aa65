"""What could not be delivered is an error: a result on a full, closed or abandoned stdout, a file beyond its limit. And what is delivered is fit
for a terminal, whatever the files are called."""

import json
import os
import resource
import signal
import subprocess

import pytest
from conftest import PROGRAM

ESCAPE = "\x1b[31m"


def run(cnnbench, *arguments, **how):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(cnnbench.data)}
    return subprocess.run([*how.pop("wrapper", ()), PROGRAM, *map(str, arguments)], cwd=cnnbench.folder, env=environment, text=True, timeout=300, stderr=subprocess.PIPE, **how)


@pytest.fixture
def measured(cnnbench, tiny):
    """A run folder and a set of pictures, for every command to read."""
    from PIL import Image

    for n in range(8):
        for name in ("cat", "dog"):
            (cnnbench.folder / "set/train" / name).mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (40, 40), (90, 10 * n, 99)).save(cnnbench.folder / "set/train" / name / f"{n}.png")
    cnnbench("train", *tiny, "--run", "run")
    return cnnbench


SET = ["--config", "catdog_original", "--set", "data.path=set", "--set", "data.validation_split=0.25"]
COMMANDS = [
    ["--version"],
    ["train", "--help"],
    ["config", "list"],
    ["config", "show", "catdog_original"],
    ["config", "check", "catdog_original"],
    ["summary", "--config", "catdog_original"],
    ["summary", "--config", "catdog_original", "--json"],
    ["data", "check", "set"],
    ["data", "check", "set", "--json"],
    ["data", "bench", *SET, "--seconds", "0.1"],
    ["preview", *SET],
    ["predict", "run", "set/train/cat/0.png"],
    ["verify", "run", "--json"],
    ["compare", "run", "--table"],
    ["report", "run"],
    ["project", "run", "--ranks", "1"],
]


def lost(done, command, words):
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 1 and len(errors) == 1, (command, done.returncode, done.stderr)
    assert errors[0].startswith(f"error: cannot write the result to standard output: {words}"), errors[0]


def test_a_result_that_cannot_be_written_is_an_error_and_a_reader_that_leaves_is_none(measured):
    for command in COMMANDS:
        with open("/dev/full", "w") as full:
            lost(run(measured, *command, stdout=full), command, "No space left on device")
        lost(run(measured, *command, wrapper=["sh", "-c", 'exec "$0" "$@" >&-']), command, "it is closed")
        reader, writer = os.pipe()
        os.close(reader)
        done = run(measured, *command, stdout=writer)
        os.close(writer)
        assert done.returncode == 141 and "error" not in done.stderr, (command, done.returncode, done.stderr)


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN])
def test_a_run_whose_result_is_lost_is_kept_and_says_so(cnnbench, tiny, inherited):
    def prepare():
        signal.signal(signal.SIGXFSZ, inherited)

    done = run(cnnbench, "train", *tiny, "--run", "kept", "--json", wrapper=["sh", "-c", 'exec "$0" "$@" >&-'], preexec_fn=prepare)
    assert done.returncode == 1 and "standard output: it is closed" in done.stderr
    assert "ok" in cnnbench("verify", "kept").stdout
    # Whatever was opened first did not become stdout.
    for file in (cnnbench.folder / "kept").iterdir():
        if file.suffix == ".json":
            json.loads(file.read_text())


def test_a_file_beyond_the_size_limit_is_named(cnnbench, tiny):
    done = run(cnnbench, "train", *tiny, "--run", "small", stdout=subprocess.PIPE,
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)))
    assert done.returncode == 1, (done.returncode, done.stderr)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "small/" in errors[0] and "File too large" in errors[0], done.stderr


def test_no_name_of_a_file_reaches_the_terminal_raw(measured):
    from PIL import Image

    folder = measured.folder / f"{ESCAPE}set"
    for split in ("train", "validation"):
        for name in (f"{ESCAPE}cat", "dog"):
            (folder / split / name).mkdir(parents=True)
            for n in range(2):
                Image.new("RGB", (40, 40), (90, 10 * n, 99)).save(folder / split / name / f"{ESCAPE}{n}.png")
    (folder / "train/dog" / f"{ESCAPE}bad.png").write_bytes(b"no picture")
    (measured.folder / f"{ESCAPE}.json").write_text("{")
    (measured.folder / f"{ESCAPE}good.json").write_text('{"model": {"preset": "catdog_original"}, "data": {"kind": "synthetic"}}')
    measured_run = measured.folder / "run"
    named = measured.folder / f"{ESCAPE}run"
    named.symlink_to(measured_run)
    pictures = ["--config", "catdog_original", "--set", f"data.path={folder.name}", "--set", "data.on_bad_image=skip"]
    checked = 0
    for command in (
        ["data", "check", folder.name],
        ["data", "check", folder.name, "--json"],
        ["data", "check", f"{ESCAPE}sett"],
        ["data", "import", folder.name, "imported"],
        ["data", "bench", *pictures, "--seconds", "0.1"],
        ["data", "make", "--train", "2", "--validation", "2", "--out", f"{ESCAPE}made"],
        ["preview", *pictures],
        ["preview", *pictures, "--export", f"{ESCAPE}sheet.png"],
        ["predict", "run", folder.name],
        ["predict", named.name, "set/train/cat/0.png", "--sheet", f"{ESCAPE}sheet.png"],
        ["predict", "run", f"{ESCAPE}none.png"],
        ["verify", named.name],
        ["report", named.name],
        ["project", named.name, "--ranks", "1", "--json"],
        ["compare", named.name, "run"],
        ["compare", named.name, "--table"],
        ["config", "check", f"{ESCAPE}.json"],
        ["config", "check", f"{ESCAPE}good.json"],
        ["config", "show", f"{ESCAPE}good.json"],
        ["summary", "--config", f"{ESCAPE}good.json"],
        ["train", "--config", f"{ESCAPE}none"],
        ["train", *pictures, "--set", "train.epochs=1", "--run", f"{ESCAPE}trained"],
        ["bench", "--config", f"{ESCAPE}none", "-m", f"{ESCAPE}net", "-r", "1"],
        [f"{ESCAPE}command"],
    ):
        done = run(measured, *command, stdout=subprocess.PIPE)
        checked += "[31m" in done.stdout + done.stderr or "u001b" in done.stdout
        assert "\x1b" not in done.stdout + done.stderr, (command, done.stdout, done.stderr)
    assert checked > 10  # the names were shown


def test_a_caller_that_ignores_its_children_changes_nothing(cnnbench):
    """SIGCHLD ignored is inherited, and the kernel then forgets how a child ended."""
    bench = ["bench", "-m", "catdog_original", "-r", "1", "--only-live", "--set", "data.kind=synthetic", "--set", "data.limit_train=32", "--set",
             "loader.batch_size=16", "--set", "train.epochs=1", "-d", "cpu", "-o", "json"]
    done = run(cnnbench, *bench, "--timeout", "0.1", stdout=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert done.returncode == 4 and "took more than" in json.loads(done.stdout)["rows"][0]["error"], done.stderr
    done = run(cnnbench, *bench, stdout=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert done.returncode == 0 and json.loads(done.stdout)["rows"][0]["status"] == "ok", done.stderr


@pytest.mark.parametrize("command", [["train"], ["bench", "-r", "1", "--only-live"], ["bench", "--dry-run"], ["tune"], ["data", "bench"], ["preview"]])
@pytest.mark.parametrize("written", ["set", "environment", "config"])
def test_a_path_that_is_not_there_is_never_replaced(cnnbench, command, written):
    (cnnbench.folder / "sets/catdog").mkdir(parents=True)
    (cnnbench.folder / "mine.json").write_text('{"extends": "catdog_original.json", "data": {"path": "sets/catdgo"}}')
    arguments, environment = ["--config", "catdog_original"], {}
    if written == "set":
        arguments += ["--set", "data.path=sets/catdgo"]
    elif written == "environment":
        environment = {"CNNBENCH_DATA_PATH": "sets/catdgo"}
    else:
        arguments = ["--config", "mine.json"]
    done = cnnbench(*command, *arguments, code=2, environment=environment)
    assert "data.path: sets/catdgo is not there; sets holds catdog" in done.stderr
    assert done.stdout == ""
