"""docs/ecosystem.md: what it shows is run as it stands there."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import PROGRAM, SOURCE, TINY

PAGE = (SOURCE / "docs/ecosystem.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def test_the_examples_of_the_page_run(cnnbench, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/cnnbench").symlink_to(PROGRAM)
    variables = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "CNNBENCH_DATA": str(cnnbench.data)}
    (bench,) = blocks("sh")
    # On small pictures, as all tests.
    sets = " ".join(a for a in map(str, TINY[2:]))
    subprocess.run(["sh", "-ec", bench.replace("-m catdog_original", f"-m catdog_original {sets}")], cwd=tmp_path, env=variables, check=True, capture_output=True)
    pandas_words, sqlite_words, _ = blocks("python")
    table = subprocess.run([sys.executable, "-c", pandas_words], cwd=tmp_path, env=variables, text=True, capture_output=True)
    assert table.returncode == 0, table.stderr
    assert re.search(r"batch_size\s+median_ips\s+ci_low_ips\s+ci_high_ips\n0\s+8 .*\n1\s+16 ", table.stdout), table.stdout
    rows = subprocess.run([sys.executable, "-c", sqlite_words], cwd=tmp_path, env=variables, text=True, capture_output=True)
    assert rows.returncode == 0 and re.fullmatch(r"\[\(8, [\d.]+\), \(16, [\d.]+\)\]\n", rows.stdout), rows.stderr + rows.stdout


def test_runs_go_to_weights_and_biases_without_a_network(cnnbench):
    pytest.importorskip("wandb", reason="wandb is not among the tests' packages, for its size; it was tried with 0.31.0: pip install it beside them to run this")
    cnnbench("train", *TINY, "--run", "runs/one")
    *_, words = blocks("python")
    alone = ["unshare", "--map-root-user", "--net"]  # nothing could be sent
    alone = alone if subprocess.run([*alone, "true"], capture_output=True).returncode == 0 else []
    variables = {k: v for k, v in os.environ.items() if not k.startswith("WANDB")} | {"WANDB_SILENT": "true"}
    done = subprocess.run([*alone, sys.executable, "-c", words], cwd=cnnbench.folder, env=variables, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (kept,) = (cnnbench.folder / "wandb").glob("offline-run-*/run-*.wandb")
    told = kept.read_bytes()
    result = json.loads((cnnbench.folder / "runs/one/result.json").read_text())
    assert result["data_hash"].encode() in told and b"catdog_original" in told and b"val_accuracy" in told and b"images_per_second" in told


def test_what_the_table_names_is_there(cnnbench):
    help_texts = {command: cnnbench(command, "--help").stdout for command in ("bench", "compare", "report", "train", "summary")}
    table = PAGE.split("## Rows elsewhere")[0]
    for command, option in re.findall(r"`(bench|compare|report) (?:[^`]*? )?(--?[a-z][a-z-]*)", table):
        assert option in help_texts[command], (command, option)
    keys = cnnbench("config", "show", "catdog_original").stdout
    for section, key in re.findall(r"`(?:--axis )?(loader|train|data|augment)\.([a-z_]+)", table):
        assert f'"{key}"' in keys, f"{section}.{key}"
