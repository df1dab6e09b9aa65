"""docs/ecosystem.md: what it shows is run as it stands there."""

import os
import pathlib
import re
import subprocess
import sys

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
    pandas_words, sqlite_words = blocks("python")
    table = subprocess.run([sys.executable, "-c", pandas_words], cwd=tmp_path, env=variables, text=True, capture_output=True)
    assert table.returncode == 0, table.stderr
    assert re.search(r"batch_size\s+median_ips\s+ci_low_ips\s+ci_high_ips\n0\s+8 .*\n1\s+16 ", table.stdout), table.stdout
    rows = subprocess.run([sys.executable, "-c", sqlite_words], cwd=tmp_path, env=variables, text=True, capture_output=True)
    assert rows.returncode == 0 and re.fullmatch(r"\[\(8, [\d.]+\), \(16, [\d.]+\)\]\n", rows.stdout), rows.stderr + rows.stdout


def test_what_the_table_names_is_there(cnnbench):
    help_texts = {command: cnnbench(command, "--help").stdout for command in ("bench", "compare", "report", "train", "summary")}
    table = PAGE.split("## Rows elsewhere")[0]
    for command, option in re.findall(r"`(bench|compare|report) (?:[^`]*? )?(--?[a-z][a-z-]*)", table):
        assert option in help_texts[command], (command, option)
    keys = cnnbench("config", "show", "catdog_original").stdout
    for section, key in re.findall(r"`(?:--axis )?(loader|train|data|augment)\.([a-z_]+)", table):
        assert f'"{key}"' in keys, f"{section}.{key}"
