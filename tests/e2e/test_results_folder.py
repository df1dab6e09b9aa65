"""docs/results: what users send by pull request is as it was measured, is listed, and can be drawn."""

import json

import pytest

from conftest import SOURCE

FILES = sorted((SOURCE / "docs/results").glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_rows_are_as_measured_and_listed(cnnbench, file):
    assert cnnbench.json("verify", file, "--json")["ok"]
    assert f"| {file.name} |" in (SOURCE / "docs/results/README.md").read_text()
    for line in file.read_text().splitlines():
        row = json.loads(line)
        assert not row["config"]["data"]["path"].startswith(("/", "~")), "a path of somebody's machine"


def test_they_make_one_page(cnnbench):
    cnnbench("report", *FILES, "--export", "results.html")
    page = (cnnbench.folder / "results.html").read_text()
    assert "catdog_original" in page and "AMD EPYC" in page
