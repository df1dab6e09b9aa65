"""A grid on real pictures, killed at 20 random moments and resumed each time, has the cells of the grid exactly once."""

import json
import os
import sqlite3
import subprocess

from conftest import PROGRAM, SOURCE

GRID = ["-m", "catdog_original,catdog_improved", "-w", "1,2", "-b", "32,64", "-r", "2", "-d", "cpu", "--interval", "0", "--only-live", "--set",
        "data.limit_train=64", "--set", "data.limit_validation=8", "--set", "train.epochs=2"]


def test_killed_twenty_times_it_has_every_cell_once(cnnbench, catdog):
    command = ["sh", SOURCE / "scripts/kill_bench.sh", "rows.jsonl", *GRID, "--set", f"data.path={catdog}"]
    environment = os.environ | dict(CNNBENCH=PROGRAM, KILLS="20", LONGEST="4")
    done = subprocess.run(command, cwd=cnnbench.folder, env=environment, text=True, capture_output=True, timeout=800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every cell is there exactly once" in done.stderr
    rows = [json.loads(line) for line in (cnnbench.folder / "rows.jsonl").read_text().splitlines()]
    cells = sorted((row["model"], row["workers"], row["batch_size"]) for row in rows)
    assert cells == [(m, w, b) for m in ("catdog_improved", "catdog_original") for w in (1, 2) for b in (32, 64)]
    assert all(row["status"] == "ok" and row["repetitions"] == 2 for row in rows)
    assert "ok" in cnnbench("verify", "rows.jsonl").stdout
    # A finished file is only read: the same rows for a data base.
    data_base = sqlite3.connect(":memory:")
    data_base.executescript(cnnbench("bench", *GRID, "--set", f"data.path={catdog}", "--export", "rows.jsonl", "--resume", "-o", "sql").stdout)
    assert sorted(data_base.execute("SELECT model, workers, batch_size FROM cnnbench")) == cells
