"""A user without a name or a home (docker run --user 54321), with a root that nobody may write to: whatever needs a home, a cache or a temporary
folder does without, or says so in one line, and no result is lost."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from conftest import PROGRAM, SOURCE, TINY, error_line

UID = "54321"
SETTINGS = TINY[2:]
# Mounts what the user has to read where he can, the program's home being root's; with READ_ONLY=1 nothing but the work folder can be written.
WRAPPER = """
set -e
mount --bind "$WORK" "$WORK"
mount --bind "$PACKAGES" "$WORK/packages"
mount --bind "$CHECKOUT" "$WORK/checkout"
[ -z "$READ_ONLY" ] || { for place in /dev/shm /; do mount -o remount,bind,ro "$place"; done; }
cd "$WORK"
exec setpriv --reuid UID --regid UID --clear-groups env -i PATH=/usr/bin:/bin HOME=/nonexistent ${DATA:+CNNBENCH_DATA="$DATA"} \\
  CNNBENCH_TORCH="$WORK/packages/torch" "$@"
""".replace("UID", UID)


def why_not():
    if os.geteuid() != 0:
        return "only root may become another user"
    if not (shutil.which("unshare") and shutil.which("setpriv")):
        return "unshare or setpriv (util-linux) is not here"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        return "unshare may not make a mount namespace here"
    if SOURCE not in pathlib.Path(PROGRAM).parents:
        return "the program is not in the checkout"
    return None


pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture
def place():
    """Not pytest's own folder: every pytest that begins, beside this one too, shuts that to all but root."""
    with tempfile.TemporaryDirectory(prefix="cnnbench-nobody-") as folder:
        os.chmod(folder, 0o711)
        yield pathlib.Path(folder)


@pytest.fixture(params=["", "1"], ids=["a user without a home", "and a read-only root"])
def nobody(request, place):
    """Runs cnnbench as that user, in a folder that is his."""
    work = place / "work"
    work.mkdir()
    record = json.loads(subprocess.run([PROGRAM, "info", "--json"], capture_output=True, text=True, timeout=600).stdout)
    packages = pathlib.Path(record["torch"]["folder"]).parents[1]  # of .../site-packages/torch/lib
    for folder in ("packages", "checkout"):
        (work / folder).mkdir()
    os.chown(work, int(UID), int(UID))
    environment = {"PATH": os.environ["PATH"], "WORK": str(work), "PACKAGES": str(packages), "CHECKOUT": str(SOURCE), "READ_ONLY": request.param}

    def run(*arguments, code=0, data=""):
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", WRAPPER, "sh", str(work / "checkout" / pathlib.Path(PROGRAM).relative_to(SOURCE)), *arguments],
                              env=environment | {"DATA": data}, capture_output=True, text=True, timeout=600)
        assert done.returncode == code, f"exit {done.returncode}: {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        assert "filesystem error" not in done.stderr and "a fault of cnnbench" not in done.stderr, done.stderr
        return done

    run.folder = work
    return run


def test_a_run_and_what_is_made_of_it(nobody):
    nobody("train", *TINY, "--run", "one", "--trace", "trace.json")
    assert (nobody.folder / "trace.json").stat().st_size > 1000
    nobody("train", *TINY)  # where it belongs by itself: runs/ of the working folder
    assert len(list((nobody.folder / "runs").iterdir())) == 1
    assert "catdog_original" in nobody("report", "one", "--export", "page.html", "-o", "md").stdout
    assert (nobody.folder / "page.html").stat().st_size > 10000
    nobody("verify", "one")
    nobody("compare", "one", "one", "--force")
    nobody("preview", *TINY, "--export", "sheet.png")
    nobody("data", "bench", *TINY, "--seconds", "0.1")
    assert json.loads(nobody("info", "--json").stdout)["torch"]["libtorch"]


def test_pictures_are_drawn_where_that_is_possible_and_predicted(nobody):
    few = ["--set", "data.drawn_train=16", "--set", "data.drawn_validation=8", "--set", "data.image_size=32", "--set", "train.epochs=1", "--set", "loader.batch_size=8"]
    nobody("train", "--config", "catdog_original", "--device", "cpu", "--set", "data.kind=drawn", *few, "--run", "drawn")
    assert json.loads((nobody.folder / "drawn/result.json").read_text())["data_source"] == "drawn pictures in data/drawn-16-8-1"
    answers = json.loads(nobody("predict", "drawn", "data/drawn-16-8-1/validation", "--json").stdout)
    assert len(answers["predictions"]) == 8
    # Whoever names a place means it.
    assert "cannot write /elsewhere/data: " in error_line(nobody("data", "make", "--train", "4", "--validation", "4", code=1, data="/elsewhere/data"))


def test_a_benchmark_keeps_its_rows_and_says_what_is_not_kept(nobody):
    done = nobody("bench", "-m", "catdog_original", *SETTINGS, "-r", "6", "--only-live", "--aa", "--export", "rows.jsonl")
    row, = map(json.loads, (nobody.folder / "rows.jsonl").read_text().splitlines())
    assert row["status"] == "ok" and row["repetitions"] == 6
    warning, = (line for line in done.stderr.splitlines() if line.startswith("warning: this session is not kept"))
    assert warning.startswith("warning: this session is not kept: cannot use /nonexistent/.cache/cnnbench: ")
    assert not list(nobody.folder.glob("cnnbench-scratch-*"))


def test_tune_finds_settings(nobody):
    document = json.loads(nobody("tune", *TINY, "-r", "1", "--keep-batch", "--json").stdout)
    assert document["steps"]
