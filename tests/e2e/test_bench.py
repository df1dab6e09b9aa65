"""`bench`: a grid of training runs, each a process of its own."""

import csv
import io
import json
import os
import pathlib
import pty
import re
import resource
import signal
import sqlite3
import statistics
import subprocess
import time

import jsonschema
import pytest

from conftest import PROGRAM, SOURCE

SCHEMA = json.loads((SOURCE / "docs/schemas/row.schema.json").read_text())
GRID = ["bench", "-m", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=64",
        "--set", "data.limit_validation=16", "--set", "train.device=cpu"]


def rows_of(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_grid_has_every_cell_with_three_speeds(cnnbench):
    done = cnnbench(*GRID, "-w", "1,2", "-b", "8-16*2", "-r", "2", "--export", "rows.jsonl")
    rows = rows_of(cnnbench.folder / "rows.jsonl")
    assert sorted((r["workers"], r["batch_size"]) for r in rows) == [(1, 8), (1, 16), (2, 8), (2, 16)]
    for row in rows:
        jsonschema.Draft202012Validator(SCHEMA).validate(row)
        assert row["status"] == "ok" and 1 <= row["repetitions"] <= 2 and len(row["samples_ips"]) == row["repetitions"]
        assert row["pipeline_only_ips"] > 0 and row["compute_only_ips"] > 0 and row["median_ips"] > 0
        assert min(row["samples_ips"]) <= row["median_ips"] <= max(row["samples_ips"])
    assert "batch_size  workers" in done.stdout
    assert not (cnnbench.folder / "rows.jsonl.samples").exists()


def test_every_format_can_be_read_back(cnnbench):
    def export(name):
        cnnbench(*GRID, "-b", "8", "-r", "1", "--only-live", "--export", name)
        return (cnnbench.folder / name).read_text()

    table = list(csv.DictReader(io.StringIO(export("rows.csv"))))
    assert table[0]["batch_size"] == "8" and float(table[0]["median_ips"]) > 0 and table[0]["ci_low_ips"] == ""
    data_base = sqlite3.connect(":memory:")
    data_base.executescript(export("rows.sql"))
    assert data_base.execute("SELECT batch_size, median_ips > 0, compute_only_ips, status FROM cnnbench").fetchall() == [(8, 1, None, "ok")]
    assert json.loads(export("rows.json"))["rows"][0]["model"] == "catdog_original"
    assert "one run: uncertainty unknown" in export("rows.md")


def test_a_hostile_name_stays_a_name_in_every_format(cnnbench):
    name = "=x'); DROP TABLE cnnbench;--\"|<b>,\u202e 'q'"
    config = json.loads((SOURCE / "configs/custom_layers.json").read_text()) | {"name": name}
    config["data"] = {"kind": "synthetic", "image_size": 32, "limit_train": 16, "limit_validation": 8}
    config.pop("$schema", None)
    (cnnbench.folder / "hostile.json").write_text(json.dumps(config))
    written = {}
    for ending in ("sql", "csv", "json", "jsonl", "md"):
        cnnbench("bench", "--config", "hostile.json", "-b", "8", "-r", "1", "-d", "cpu", "--only-live", "--export", f"rows.{ending}")
        written[ending] = (cnnbench.folder / f"rows.{ending}").read_text()
    data_base = sqlite3.connect(":memory:")
    data_base.executescript(written["sql"] + written["sql"])  # a second export into the same table
    assert data_base.execute("SELECT model FROM cnnbench").fetchall() == [(name,), (name,)]
    row, = csv.DictReader(io.StringIO(written["csv"], newline=""))
    assert row["model"] == "'" + name  # which no spreadsheet takes for a formula
    assert json.loads(written["json"])["rows"][0]["model"] == json.loads(written["jsonl"])["model"] == name
    assert "\u202e" not in written["md"] and "\\|\\<b>" in written["md"]


def test_a_failing_cell_is_a_row_and_the_others_go_on(cnnbench):
    done = cnnbench(*GRID, "--axis", "train.optimizer=adam,no_such", "--threads", "1", "-r", "1", "--only-live", "-o", "json", code=4)
    good, bad = json.loads(done.stdout)["rows"]
    assert good["status"] == "ok" and good["threads"] == 1
    assert bad["status"] == "failed" and "no_such" in bad["error"] and bad["median_ips"] is None
    done = cnnbench(*GRID, "-b", "8,16", "-r", "1", "--only-live", "--timeout", "0.1", "-o", "json", code=4)
    assert all("took more than" in row["error"] for row in json.loads(done.stdout)["rows"])


def limited(size):
    """In the child: at most so many bytes of data."""
    return lambda: resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def test_no_memory_prunes_the_larger_batches(cnnbench):
    command = ["bench", "-m", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.limit_train=8192", "--set", "data.limit_validation=8",
               "--set", "loader.max_queue_size=1", "--set", "train.steps_per_epoch=2", "-b", "8,4096,8192", "-d", "cpu", "-w", "1", "--threads", "1",
               "-r", "1", "--only-live", "-o", "json", "--order-seed", "2"]
    done = subprocess.run([PROGRAM, *command], cwd=cnnbench.folder, preexec_fn=limited(1200 << 20), text=True, capture_output=True, timeout=600)
    assert done.returncode == 4, done.stderr
    small, large, larger = json.loads(done.stdout)["rows"]
    assert small["status"] == "ok", small["error"]
    assert large["status"] == "failed" and large["error"].startswith("out of memory -- use a smaller loader.batch_size")
    assert larger["status"] == "pruned" and larger["error"] == "batch 4096 had no memory"


def children(process):
    return [int(pid) for pid in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_a_process_that_crashes_is_a_row(cnnbench):
    process = start(cnnbench, *GRID, "-b", "8,16", "-r", "1", "--only-live", "--set", "train.steps_per_epoch=100000", "--export", "rows.jsonl")
    for _ in range(2):
        seen = None
        while not seen and process.poll() is None:
            seen = children(process)
        os.kill(seen[0], signal.SIGSEGV)
        while process.poll() is None and seen[0] in children(process):
            time.sleep(0.01)
    assert process.wait(timeout=60) == 4
    assert [(row["status"], row["error"]) for row in rows_of(cnnbench.folder / "rows.jsonl")] == 2 * [("failed", "ended by signal 11")]


def test_a_terminal_sees_what_is_left_and_when_it_ends(cnnbench):
    """Within its 80 columns."""
    ours, theirs = pty.openpty()
    environment = dict(os.environ, TERM="xterm")
    process = subprocess.Popen([PROGRAM, *GRID, "-b", "8,16", "-r", "2", "--interval", "0", "--only-live"], cwd=cnnbench.folder, env=environment,
                               stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 4096):
            seen += part
    except OSError:  # Linux' way to say that the other end is closed
        pass
    assert process.wait(timeout=60) == 0
    lines = [line for line in seen.decode().split("\r") if "to go: " in line]
    assert len(lines) == 4 and lines[0].startswith("4 to go: preset=catdog_original batch_size=")
    assert all(re.match(r"ETA \d+ s, \d to go: ", line) for line in lines[1:]), lines
    assert all(len(line.split("\x1b")[0]) < 80 for line in lines)


def test_a_cell_ends_where_its_interval_is_narrow_or_its_time_is_over(cnnbench):
    def ended(*options):
        done = cnnbench(*GRID, "-b", "8", "--only-live", "-o", "json", *options)
        row = json.loads(done.stdout)["rows"][0]
        return row["stopped_by"], row["repetitions"]

    stopped_by, repetitions = ended("-r", "8", "--interval", "100")  # two have an interval; on a busy machine perhaps a wider one
    assert stopped_by == "interval" and 2 <= repetitions < 8
    assert ended("-r", "4", "--time-limit", "0.001") == ("time", 1)
    assert ended("-r", "3", "--interval", "0") == ("repetitions", 3)


def test_what_makes_no_sense_is_refused(cnnbench):
    for arguments, words in ((("-b", "8-1"), "does not grow"), (("--axis", "x"), "no KEY=VALUES"), (("-o", "xml"), "xml not in"),
                             (("--export", "rows"), "no such format"), (("--resume",), "--resume needs"), (("--set", "loader.nope=1"), "nope"),
                             (("--axis", "train.lr=0.1,0.01"), "nearest: 'train.learning_rate'")):
        assert words in cnnbench(*GRID, *arguments, code=2).stderr
    (cnnbench.folder / "rows.jsonl").write_text("")
    assert "is there already" in cnnbench(*GRID, "--export", "rows.jsonl", code=2).stderr


def test_a_dry_run_lists_and_measures_nothing(cnnbench):
    out = cnnbench(*GRID, "-b", "8-64*2", "-w", "1,2", "--dry-run").stdout
    assert "8 cells" in out and len(out.splitlines()) == 9 and ": about " in out.splitlines()[-1]


def start(cnnbench, *arguments):
    environment = dict(os.environ, CNNBENCH_DATA=str(cnnbench.data))
    return subprocess.Popen([PROGRAM, *arguments], cwd=cnnbench.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_killed_and_resumed_it_has_every_cell_once(cnnbench):
    command = [*GRID, "-b", "4,8,16", "-w", "1,2", "-r", "2", "--interval", "0", "--only-live", "--export", "rows.jsonl", "--resume"]
    for delay in (0.4, 1.1, 0.7):
        process = start(cnnbench, *command)
        time.sleep(delay)
        process.kill()
        process.wait()
    with open(cnnbench.folder / "rows.jsonl", "a") as file:
        file.write('{"schema_version":1,"cell":"tor')  # as a kill amid a write leaves it
    cnnbench(*command)
    rows = rows_of(cnnbench.folder / "rows.jsonl")
    assert sorted((r["workers"], r["batch_size"]) for r in rows) == [(w, b) for w in (1, 2) for b in (4, 8, 16)]
    assert all(r["repetitions"] == 2 for r in rows)
    before = (cnnbench.folder / "rows.jsonl").read_text()
    cnnbench(*command)
    assert (cnnbench.folder / "rows.jsonl").read_text() == before


def test_a_second_process_on_the_same_file_is_refused(cnnbench):
    command = [*GRID, "-b", "4,8,16", "-r", "50", "--interval", "0", "--only-live", "--export", "rows.jsonl", "--resume"]
    first = start(cnnbench, *command)
    samples = pathlib.Path(cnnbench.folder / "rows.jsonl.samples")
    deadline = time.monotonic() + 60
    while not (samples.exists() and samples.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "another cnnbench writes" in cnnbench(*command, code=2).stderr
    first.send_signal(signal.SIGINT)
    errors = first.communicate(timeout=60)[1]
    assert first.returncode == 130 and "--resume goes on" in errors


def test_two_benchmarks_are_compared(cnnbench):
    name = "rows.jsonl"
    cnnbench(*GRID, "-b", "8", "-r", "4", "--interval", "0", "--only-live", "--export", name)
    document = cnnbench.json("compare", name, name, "--json")
    cell = document["comparisons"][0]["cells"][0]
    assert cell["ratio"] == pytest.approx(1) and cell["base_n"] == 4 and cell["finding"] in ("same", "unsure")


def test_the_noise_floor_takes_three_sessions_and_is_in_later_rows(cnnbench):
    home = {"XDG_CACHE_HOME": str(cnnbench.folder / "cache")}
    kept = cnnbench.folder / "cache/cnnbench/noise-sessions.json"
    assert "-r 6 or more" in cnnbench(*GRID, "-b", "8", "-r", "5", "--aa", code=2, environment=home).stderr
    done = cnnbench(*GRID, "-b", "8", "-r", "6", "--aa", "--only-live", "--export", "aa.jsonl", environment=home)
    assert "takes three sessions" in done.stderr and rows_of(cnnbench.folder / "aa.jsonl")[0]["noise_floor_pct"] is None
    document = json.loads(kept.read_text())
    session, = document["sessions"]
    assert session["repetitions"] == 6 and session["median_ips"] == rows_of(cnnbench.folder / "aa.jsonl")[0]["median_ips"]
    # Two earlier ones, hours apart, a tenth slower and faster, with repetitions that agree.
    document["sessions"] = [session | {"began": session["began"] - 7200 * i, "median_ips": session["median_ips"] * f, "spread": 0.001} for i, f in ((2, 0.9), (1, 1.1), (0, 1))]
    kept.write_text(json.dumps(document))
    cnnbench(*GRID, "-b", "8", "-r", "1", "--only-live", "--export", "later.jsonl", environment=home)
    row, = rows_of(cnnbench.folder / "later.jsonl")
    assert row["noise_floor_pct"] > 10 and row["noise_floor_sessions"] == 3
    # compare takes it from the rows, whoever's cache is there.
    assert cnnbench("compare", "later.jsonl", "later.jsonl", environment=home).stdout == cnnbench("compare", "later.jsonl", "later.jsonl").stdout
    assert "noise floor: sessions of one machine differ" in cnnbench("compare", "later.jsonl", "later.jsonl").stdout


def test_a_session_that_cannot_be_kept_is_a_warning(cnnbench):
    (cnnbench.folder / "file").write_text("")
    done = cnnbench(*GRID, "-b", "8", "-r", "6", "--aa", "--only-live", environment={"XDG_CACHE_HOME": str(cnnbench.folder / "file")})
    assert "warning: this session is not kept" in done.stderr and "images/s" in done.stdout


def test_no_cell_ends_before_six_repetitions_however_narrow(cnnbench):
    cnnbench(*GRID, "-b", "8", "-r", "7", "--interval", "100", "--only-live", "--export", "rows.jsonl")
    row, = rows_of(cnnbench.folder / "rows.jsonl")
    # A machine whose speed triples meanwhile makes even such an interval too wide.
    assert (row["repetitions"], row["stopped_by"]) in ((6, "interval"), (7, "repetitions"))
    assert "ok" in cnnbench("verify", "rows.jsonl").stdout


def test_a_prediction_is_checked(cnnbench, catdog):
    """Decoding every time before a network of next to no work: keeping the pictures must be the remedy, by a factor of some ten.
    How much it then gains and how near the prediction came is the machine's affair (docs/measurements): here that the row says
    what the samples say."""
    cnnbench("bench", "-m", "catdog_original", "--set", f"data.path={catdog}", "--set", "data.limit_train=600", "--set", "data.image_size=32",
             "--caches", "none", "-w", "1", "-d", "cpu", "-r", "6", "--interval", "0", "--check-verdict", "--export", "rows.jsonl")
    row, = rows_of(cnnbench.folder / "rows.jsonl")
    assert row["remedy"] == "loader.cache=decoded" and row["predicted_ips"] > row["median_ips"]
    gains = [after / before for before, after in zip(row["samples_before_remedy_ips"], row["samples_remedy_ips"])]
    assert len(gains) == 6
    # Hodges and Lehmann's estimate of the pairs: the median of the geometric means of all pairs of gains.
    measured = statistics.median((gains[i] * gains[j]) ** 0.5 for i in range(6) for j in range(i, 6))
    error = lambda gain: 100 * (row["predicted_ips"] / row["median_ips"] / gain - 1)
    assert row["prediction_error_pct"] == pytest.approx(error(measured), rel=1e-6, abs=1e-6) and "the prediction is" in row["verdict"]
    assert row["prediction_error_low_pct"] == pytest.approx(error(max(gains)), rel=1e-6) and row["prediction_error_high_pct"] == pytest.approx(error(min(gains)), rel=1e-6)
    for stage in ("forward_us", "backward_us", "optimizer_us"):
        assert row[stage] > 0
    assert "ok" in cnnbench("verify", "rows.jsonl").stdout


def test_speeds_as_a_table(cnnbench):
    cnnbench(*GRID, "-b", "8", "-w", "1,2", "-r", "1", "--only-live", "--export", "rows.jsonl")
    out = cnnbench("compare", "rows.jsonl", "--table").stdout
    assert out.startswith("| images/s |") and out.count("catdog_original, batch 8, loader.workers=") == 2
    # One file alone: its cells against the first of the grid, whichever was finished first.
    out = cnnbench("compare", "rows.jsonl").stdout
    assert "against: catdog_original, batch 8, loader.workers=1\n" in out and "\ncatdog_original, batch 8, loader.workers=2 |" in out
    out = cnnbench("compare", "rows.jsonl", "--base", "loader.workers=2").stdout
    assert "against: catdog_original, batch 8, loader.workers=2\n" in out
