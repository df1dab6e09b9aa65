"""`bench --shard` and `--merge`: a grid measured in shares, as machines that know nothing of each other measure it."""

import csv
import io
import json
import os

import jsonschema
import pytest

from conftest import PROGRAM, SOURCE, read_result, sealed, compact

SCHEMA = json.loads((SOURCE / "docs/schemas/row.schema.json").read_text())
GRID = ["bench", "-m", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=32",
        "--set", "data.limit_validation=16", "--set", "train.device=cpu", "-b", "4,8,16", "-w", "1,2", "-r", "1", "--only-live"]
CELLS = [(batch, workers) for batch in (4, 8, 16) for workers in (1, 2)]  # as the grid counts them up: axes in the order of their keys


def rows_of(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def cell_of(row):
    return row["batch_size"], row["workers"]


def plant(cnnbench, name, *rows):
    """Rows as a bench would have written them, with the checksums that belong to them."""
    (cnnbench.folder / name).write_text("".join(compact(sealed(row)) + "\n" for row in rows))


def planted(cnnbench, name):
    return [json.loads(line, parse_float=read_result.__globals__["Figure"]) for line in (cnnbench.folder / name).read_text().splitlines()]


@pytest.fixture(scope="module")
def measured(tmp_path_factory, drawn_data):
    """The files of three shards, measured once for all tests of this module."""
    from conftest import Program

    program = Program(tmp_path_factory.mktemp("measured"), drawn_data)
    for shard in (1, 2, 3):
        program(*GRID, "--shard", f"{shard}/3", "--export", f"{shard}.jsonl")
    return program.folder


@pytest.fixture
def shards(cnnbench, measured):
    for file in measured.glob("*.jsonl"):
        (cnnbench.folder / file.name).write_bytes(file.read_bytes())
    return ["1.jsonl", "2.jsonl", "3.jsonl"]


def test_every_cell_is_in_exactly_one_shard_and_merged_they_are_the_grid(cnnbench, shards):
    found = [row for name in shards for row in rows_of(cnnbench.folder / name)]
    assert [len(rows_of(cnnbench.folder / name)) for name in shards] == [2, 2, 2]
    for row in found:
        jsonschema.Draft202012Validator(SCHEMA).validate(row)
    assert {row["grid"]["id"] for row in found} == {found[0]["grid"]["id"]}
    done = cnnbench("bench", "--merge", *reversed(shards), "--export", "all.jsonl")
    assert "6 cells of 3 files, measured on 1 machine" in done.stderr and "missing" not in done.stderr and "images/s" in done.stdout
    rows = rows_of(cnnbench.folder / "all.jsonl")
    assert [cell_of(row) for row in rows] == CELLS  # in the grid's order, whatever that of the files
    assert [row["grid"]["place"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert sorted(map(json.dumps, rows)) == sorted(map(json.dumps, found))  # nothing in them has changed
    assert "ok" in cnnbench("verify", "all.jsonl").stdout
    # Merged again it is the same, and equal rows count once.
    again = cnnbench("bench", "--merge", "all.jsonl", *shards, "--export", "again.jsonl")
    assert "6 more rows were the same once more" in again.stderr
    assert (cnnbench.folder / "again.jsonl").read_bytes() == (cnnbench.folder / "all.jsonl").read_bytes()


def test_merging_takes_and_writes_every_format(cnnbench, shards):
    cnnbench("bench", "--merge", "1.jsonl", "--export", "one.csv", code=4)
    cnnbench("bench", "--merge", "2.jsonl", "--export", "two.json", code=4)
    rows = cnnbench.json("bench", "--merge", "one.csv", "two.json", "3.jsonl", "--json")["rows"]
    assert [cell_of(row) for row in rows] == CELLS
    for ending in ("csv", "json", "jsonl", "md", "sql"):
        cnnbench("bench", "--merge", *shards, "--export", f"all.{ending}")
    table = list(csv.DictReader(io.StringIO((cnnbench.folder / "all.csv").read_text(), newline="")))
    assert [json.loads(row["grid"])["place"] for row in table] == [1, 2, 3, 4, 5, 6]
    assert "catdog_original" in (cnnbench.folder / "all.md").read_text()


def test_what_is_missing_is_named(cnnbench, shards):
    done = cnnbench("bench", "--merge", "1.jsonl", "3.jsonl", "--export", "all.jsonl", code=4)
    assert "warning: shard 2/3 is not there; --shard 2/3 measures it" in done.stderr
    lost = [cell_of(row) for row in rows_of(cnnbench.folder / "2.jsonl")]
    for batch, workers in lost:
        assert f", batch_size={batch} workers={workers} (shard 2/3)" in done.stderr.replace("preset=catdog_original ", "")
    assert len(rows_of(cnnbench.folder / "all.jsonl")) == 4
    # One row of a shard that is there, cut off by a kill.
    text = (cnnbench.folder / "2.jsonl").read_text()
    (cnnbench.folder / "2.jsonl").write_text(text[:-20])
    done = cnnbench("bench", "--merge", *shards, code=4)
    assert "2.jsonl: its last line has no end" in done.stderr and "is not there" not in done.stderr
    assert done.stderr.count("warning: missing: cell ") == 1
    # A damaged row is named, the others are merged.
    (cnnbench.folder / "2.jsonl").write_text("nonsense\n" + text)
    done = cnnbench("bench", "--merge", *shards, "--export", "all.jsonl", code=1)
    assert "2.jsonl:1: this is no JSON" in done.stderr and len(rows_of(cnnbench.folder / "all.jsonl")) == 6


def test_two_measurements_of_one_cell_are_refused_unless_the_newest_is_asked_for(cnnbench, shards):
    first, second = planted(cnnbench, "1.jsonl")
    plant(cnnbench, "later.jsonl", first | {"test_time": "2199-01-01T00:00:00Z"})
    done = cnnbench("bench", "--merge", *shards, "later.jsonl", "--export", "all.jsonl", code=2)
    assert "1 cell was measured more than once on the same machine: " in done.stderr and "(1.jsonl, later.jsonl)" in done.stderr and "--newest" in done.stderr
    assert not (cnnbench.folder / "all.jsonl").exists()
    cnnbench("bench", "--merge", "later.jsonl", *shards, "--newest", "--export", "all.jsonl")
    rows = {row["cell"]: row for row in rows_of(cnnbench.folder / "all.jsonl")}
    assert len(rows) == 6 and rows[first["cell"]]["test_time"] == "2199-01-01T00:00:00Z" and rows[second["cell"]]["test_time"] == second["test_time"]


def test_a_shard_that_goes_on_on_another_machine_measures_nothing_twice(cnnbench, shards):
    """Of two finished cells: moved to a machine of another name, whose cells have other hashes."""
    rows = [row | {"hostname_hash": "feedfeedfeedfeed", "cell": f"{i:016x}"} for i, row in enumerate(planted(cnnbench, "2.jsonl"))]
    plant(cnnbench, "2.jsonl", *rows)
    before = (cnnbench.folder / "2.jsonl").read_text()
    command = [*GRID, "--shard", "2/3", "--export", "2.jsonl", "--resume"]
    cnnbench(*command)
    assert (cnnbench.folder / "2.jsonl").read_text() == before
    plant(cnnbench, "2.jsonl", rows[0])
    cnnbench(*command)
    there = rows_of(cnnbench.folder / "2.jsonl")
    assert [cell_of(row) for row in there] == [cell_of(row) for row in rows] and there[1]["hostname_hash"] != "feedfeedfeedfeed"
    # Of another build it is another cell.
    plant(cnnbench, "2.jsonl", *[row | {"build_commit": "another"} for row in rows])
    cnnbench(*command)
    assert len(rows_of(cnnbench.folder / "2.jsonl")) == 4
    done = cnnbench("bench", "--merge", *shards)
    assert "the rows are of several builds: " in done.stderr and "2 of the grid's cells were measured on more than one machine, and all are kept" in done.stderr


def test_a_shard_without_a_cell_ends_well(cnnbench, shards):
    done = cnnbench(*GRID, "--shard", "7/8", "--export", "7.jsonl")
    assert "shard 7/8 has no cell: the grid has 6" in done.stderr and done.stdout == ""
    assert (cnnbench.folder / "7.jsonl").read_text() == ""
    assert "6 cells of 4 files" in cnnbench("bench", "--merge", *shards, "7.jsonl").stderr
    assert json.loads(cnnbench(*GRID, "--shard", "8/8", "--json").stdout)["rows"] == []


def test_a_dry_run_lists_the_shards_cells(cnnbench):
    def listed(*options, environment=None):
        *lines, total = cnnbench(*GRID, *options, "--dry-run", environment=environment).stdout.splitlines()
        assert total.startswith(f"{len(lines)} cells, ")
        return lines

    whole = listed()
    parts = [listed("--shard", f"{i}/4") for i in (1, 2, 3, 4)]
    assert sorted(sum(parts, [])) == sorted(whole) and {len(part) for part in parts} == {1, 2}
    # The third of the tasks 10, 20, 30, 40.
    array = {"SLURM_ARRAY_TASK_ID": "30", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_MAX": "40", "SLURM_ARRAY_TASK_COUNT": "4",
             "SLURM_ARRAY_TASK_STEP": "10"}
    assert listed("--shard", "slurm", environment=array) == parts[2]
    assert "hint: every task of this job array measures all cells" in cnnbench(*GRID, "--dry-run", environment=array).stderr


@pytest.mark.parametrize("options, words", [
    (["--shard", "0/3"], "shards count from 1 to 3"), (["--shard", "4/3"], "shards count from 1 to 3"), (["--shard", "x"], "is no I/N"),
    (["--shard", "slurm"], "SLURM_ARRAY_TASK_ID is not set"), (["--merge", "1.jsonl"], "--merge measures nothing: --models does not go with it"),
    (["--newest"], "--merge")])
def test_what_makes_no_sense_is_refused(cnnbench, options, words):
    assert words in cnnbench(*GRID, *options, code=2).stderr


def test_files_that_are_not_there_or_hold_no_rows(cnnbench, shards):
    assert "nowhere.jsonl is not there" in cnnbench("bench", "--merge", "nowhere.jsonl", code=2).stderr
    assert "no such format" in cnnbench("bench", "--merge", *shards, "--export", "all.xml", code=2).stderr
    (cnnbench.folder / "other.json").write_text("{}")
    assert "has no list of rows" in cnnbench("bench", "--merge", "other.json", code=1).stderr


def test_two_machines_stay_apart_in_tables_comparisons_and_reports(cnnbench, shards):
    """Planted: the second shard was measured by a machine of the same kind and another name, ten times as fast."""
    rows = planted(cnnbench, "2.jsonl")
    here = rows[0]["hostname_hash"]
    for row in rows:
        row["hostname_hash"] = "feedfeedfeedfeed"
        row["samples_ips"] = [type(v)(f"{10 * v:.6f}") for v in row["samples_ips"]]
        for key in ("median_ips", "mean_ips"):
            row[key] = row["samples_ips"][0]
    plant(cnnbench, "2.jsonl", *rows)
    table = cnnbench("bench", "--merge", *shards, "--export", "all.jsonl").stdout
    assert "hostname_hash" in table and table.count("feedfeedfeedfeed") == 2 and table.count(here) == 4
    # A sweep's cells are compared with the base of their own machine.
    done = cnnbench("compare", "all.jsonl")
    assert "machine" not in "".join(line for line in done.stdout.splitlines() if line.startswith("differs:"))
    assert done.stdout.count(" (feedfe)") == 2 and f" ({here[:6]})" in done.stdout
    comparison, = cnnbench.json("compare", "all.jsonl", "--json")["comparisons"]
    assert len(comparison["cells"]) == 4  # six less a base for each machine
    # Files of one machine each: the only thing to compare is across, and it says so.
    twin = [row | {"hostname_hash": "feedfeedfeedfeed", "cell": f"{i:016x}"} for i, row in enumerate(planted(cnnbench, "1.jsonl"))]
    plant(cnnbench, "twin.jsonl", *twin)
    assert f"differs: machine: {here[:6]}, feedfe" in cnnbench("compare", "1.jsonl", "twin.jsonl").stdout
    columns = cnnbench("compare", "all.jsonl", "twin.jsonl", "--table").stdout.splitlines()[0]
    assert "(feedfe)" in columns and f"({here[:6]})" in columns
    report = cnnbench("report", "all.jsonl").stdout
    assert "#feed" in report and f"#{here[:4]}" in report
    cnnbench("report", "all.jsonl", "--export", "page.html")
    page = (cnnbench.folder / "page.html").read_text()
    assert "#feed" in page and f"#{here[:4]}" in page
