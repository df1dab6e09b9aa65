"""What the system refuses, and targets that cannot be written: said at once, in one line; and nothing that was measured is thrown away."""

import json
import os
import pathlib
import subprocess

import pytest
from PIL import Image

from conftest import PROGRAM

FEW_THREADS = pathlib.Path(PROGRAM).parent / "tests/libfew_threads.so"


def error_line(done):
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    assert "a fault of cnnbench" not in done.stderr
    return lines[0]


@pytest.mark.skipif(not FEW_THREADS.exists(), reason="the library that refuses threads is built with the tests only")
def test_threads_that_are_refused_end_the_run_with_a_line(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--set", "train.threads=2", "--set", "loader.workers=2", "--run", "all")
    assert done.returncode == 0
    refused = 0
    for given in range(8):
        environment = {"LD_PRELOAD": str(FEW_THREADS), "CNNBENCH_TEST_THREADS": str(given)}
        done = cnnbench("train", *tiny, "--set", "train.threads=2", "--set", "loader.workers=2", "--run", f"few{given}", environment=environment, code=None)
        if done.returncode == 0:
            continue
        refused += 1
        assert done.returncode == 1, done.stderr
        line = error_line(done)
        assert "could be started" in line or "could not be started" in line, line
        assert "ulimit -u" in line
    assert refused >= 3
    # Decoding and drawing take as many as there are.
    for command in (["data", "make", "--train", "6", "--validation", "4", "--out", "drawn"], ["data", "check", "drawn"]):
        cnnbench(*command, environment={"LD_PRELOAD": str(FEW_THREADS), "CNNBENCH_TEST_THREADS": "0"})


def test_too_many_threads_are_refused(cnnbench, tiny):
    line = error_line(cnnbench("train", *tiny, "--set", "train.threads=4096", code=2))
    assert "train.threads 4096 for " in line and "usable core" in line


def test_targets_are_looked_at_before_the_work(cnnbench, tiny):
    sets = [a for a in tiny if a not in ("--config", "catdog_original")]
    for name in ("rows.csv", "rows.md", "rows.jsonl"):
        done = cnnbench("bench", "-m", "catdog_original", *sets, "-r", "1", "--only-live", "--export", f"no/{name}", code=2)
        assert f"no/{name}" in error_line(done) and done.stdout == "" and "images/s" not in done.stderr
    done = cnnbench("tune", "-c", "catdog_original", *sets, "-r", "1", "--export", "no/tuned.json", code=2)
    assert "no/tuned.json" in error_line(done) and "a first run" not in done.stderr
    done = cnnbench("train", *tiny, "--trace", "no/trace.json", "--run", "out", code=2)
    assert "no/trace.json" in error_line(done) and not (cnnbench.folder / "out").exists()
    cnnbench("train", *tiny, "--run", "out")
    Image.new("RGB", (40, 40), (9, 99, 200)).save(cnnbench.folder / "one.png")
    done = cnnbench("predict", "out", "one.png", "--sheet", "no/sheet.png", code=2)
    assert "no/sheet.png" in error_line(done) and done.stdout == ""
    done = cnnbench("preview", *tiny, "--export", "no/sheet.png", code=2)
    assert "no/sheet.png" in error_line(done)
    done = cnnbench("report", "out", "--export", "no/page.html", code=2)
    assert "no/page.html" in error_line(done)
    # A folder that is there and takes no file: root may write anywhere, so a file stands in its way.
    (cnnbench.folder / "file").write_text("x")
    assert "file/rows.csv" in error_line(cnnbench("bench", "-m", "catdog_original", *sets, "-r", "1", "--only-live", "--export", "file/rows.csv", code=2))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_what_was_measured_is_printed_before_it_is_written(cnnbench, tiny):
    sets = [a for a in tiny if a not in ("--config", "catdog_original")]
    os.symlink("/dev/full", cnnbench.folder / "rows.csv")
    done = cnnbench("bench", "-m", "catdog_original", *sets, "-r", "1", "--only-live", "--export", "rows.csv", "-o", "json", code=1)
    assert "No space left on device" in error_line(done) and json.loads(done.stdout)["rows"][0]["status"] == "ok"
    cnnbench("train", *tiny, "--run", "out")
    Image.new("RGB", (40, 40), (9, 99, 200)).save(cnnbench.folder / "one.png")
    os.symlink("/dev/full", cnnbench.folder / "sheet.png")
    done = cnnbench("predict", "out", "one.png", "--sheet", "sheet.png", "--json", code=1)
    assert "No space left on device" in error_line(done) and len(json.loads(done.stdout)["predictions"]) == 1
    os.symlink("/dev/full", cnnbench.folder / "trace.json")
    done = cnnbench("train", *tiny, "--trace", "trace.json", "--run", "traced")
    assert "warning: no trace was written: " in done.stderr and "No space left on device" in done.stderr
    assert len(json.loads((cnnbench.folder / "traced/result.json").read_text())["epochs"]) == 2


def closed(*arguments, folder, data, descriptors):
    """The program with standard descriptors closed, as `<&- >&- 2>&-` does."""
    close = " ".join(f"{n}{'<' if n == 0 else '>'}&-" for n in descriptors)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))} | {"CNNBENCH_DATA": str(data)}
    return subprocess.run(["sh", "-c", f'exec "$0" "$@" {close}', PROGRAM, *map(str, arguments)], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("descriptors", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)])
def test_closed_descriptors_put_no_words_into_files(cnnbench, tiny, descriptors):
    done = closed("train", *tiny, "--run", "out", folder=cnnbench.folder, data=cnnbench.data, descriptors=descriptors)
    assert done.returncode == (1 if 1 in descriptors else 0), done.stderr
    lines = (cnnbench.folder / "out/epochs.csv").read_text().splitlines()
    assert len(lines) == 3 and lines[0].startswith("epoch,") and all(line[0].isdigit() for line in lines[1:])
    cnnbench("verify", "out")
    sets = [a for a in tiny if a not in ("--config", "catdog_original")]
    closed("bench", "-m", "catdog_original", *sets, "-r", "1", "--only-live", "--export", "rows.jsonl", folder=cnnbench.folder, data=cnnbench.data, descriptors=descriptors)
    rows = (cnnbench.folder / "rows.jsonl").read_text().splitlines()
    assert len(rows) == 1 and json.loads(rows[0])["status"] == "ok"


def test_what_killed_writers_left_goes_with_the_next_run(cnnbench, tiny):
    for name in (".rows.csv.4000000-0.tmp", ".page.html.4000000-1.tmp"):
        (cnnbench.folder / name).write_text("half")
        os.utime(cnnbench.folder / name, (1, 1))
    (cnnbench.folder / ".drawn.abc123/train").mkdir(parents=True)
    os.utime(cnnbench.folder / ".drawn.abc123", (1, 1))
    sets = [a for a in tiny if a not in ("--config", "catdog_original")]
    cnnbench("bench", "-m", "catdog_original", *sets, "-r", "1", "--only-live", "--export", "rows.csv")
    cnnbench("report", "rows.csv", "--export", "page.html")
    cnnbench("data", "make", "--train", "2", "--validation", "2", "--out", "drawn")
    assert not [p.name for p in cnnbench.folder.iterdir() if p.name.startswith(".")]
