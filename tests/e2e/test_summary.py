"""`cnnbench summary`: every shipped network."""

import os
import pathlib

import pytest

CONFIGS = sorted(p.name for p in (pathlib.Path(os.environ["CNNBENCH_SOURCE"]) / "configs").glob("*.json") if p.name != "schema.json")


@pytest.mark.parametrize("config", CONFIGS)
def test_every_shipped_network_has_a_summary_whose_columns_add_up(cnnbench, config):
    table = cnnbench("summary", "--config", config).stdout
    rows = [line.split("|") for line in table.splitlines() if line.count("|") == 3][1:]
    number = lambda text: int(text.replace(",", ""))
    assert sum(number(r[2]) for r in rows) == number(table.split("Total params: ")[1].split()[0])
    assert sum(number(r[3]) for r in rows) == number(table.split("FLOP per image: ")[1].split()[0])
    summary = cnnbench.json("summary", "--config", config, "--json")
    assert summary["parameters"] == number(table.split("Trainable params: ")[1].split()[0])


def test_deep_follows_extra_convs(cnnbench):
    few = cnnbench.json("summary", "--config", "catdog_deep", "--set", "model.extra_convs=2", "--json")
    many = cnnbench.json("summary", "--config", "catdog_deep", "--set", "model.extra_convs=12", "--json")
    assert many["parameters"] - few["parameters"] == 10 * (64 * 64 * 9 + 64)
