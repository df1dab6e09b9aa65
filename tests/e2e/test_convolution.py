"""train.convolution: which layers run the program's own operations, and that a run says so and can be had again."""

import json

import jsonschema
import pytest

from conftest import schema

LOSSES = ["--keep-first-losses", "6", "--json"]


def train(cnnbench, tiny, convolution, *sets, run="run"):
    arguments = [a for s in (f"train.convolution={convolution}", *sets) for a in ("--set", s)]
    return cnnbench.train_json(*tiny, *arguments, *LOSSES, "--run", run)


def test_auto_measures_each_layer_and_says_what_ran(cnnbench, tiny):
    result = train(cnnbench, tiny, "auto", run="auto")
    kernels = {k["layer"]: k for k in result["kernels"]}
    assert {"conv_1", "conv_2"} <= set(kernels)
    for layer in kernels.values():
        assert layer["own_us"] > 0 and layer["library_us"] > 0
        # Ours unless libtorch's are more than 3 % faster.
        assert (layer["kernel"] == "library") == (layer["library_us"] < 0.97 * layer["own_us"])
    own = [k["layer"] for k in result["kernels"] if k["kernel"] != "library"]
    assert result["convolution"] == ("library" if not own else "own" if len(own) == len(kernels) else "own:" + "+".join(own))
    assert result["config"]["train"]["convolution"] == "auto"
    assert f", convolution {result['convolution']}\n" in (cnnbench.folder / "auto/log.txt").read_text()


def test_what_auto_chose_runs_again_to_the_bit(cnnbench, tiny):
    first = train(cnnbench, tiny, "auto", run="first")
    for workers in (1, 3):
        again = train(cnnbench, tiny, first["convolution"], f"loader.workers={workers}", run=f"again{workers}")
        assert again["convolution"] == first["convolution"]
        assert all(k["own_us"] is None and k["library_us"] is None for k in again["kernels"])
        assert again["first_losses"] == first["first_losses"]


def test_the_choice_changes_nothing_but_rounding(cnnbench, tiny):
    own = train(cnnbench, tiny, "own", run="own")
    assert {k["kernel"] for k in own["kernels"]} <= {"conv_pool", "winograd_4x4_pool"}
    for convolution in ("library", "own:conv_2", "own:pool_1"):
        other = train(cnnbench, tiny, convolution, run=convolution)
        assert other["convolution"] == convolution
        assert other["first_losses"] == pytest.approx(own["first_losses"], rel=1e-3)


def test_what_is_no_choice_is_an_error(cnnbench, tiny):
    done = cnnbench("train", *tiny, "--set", "train.convolution=own:conv_9", code=2)
    assert "train.convolution names conv_9, where this network has no operation of our own -- it has them for pool_1, conv_1, pool_2, conv_2" in done.stderr
    done = cnnbench("train", *tiny, "--set", "train.convolution=winograd", code=2)
    assert "'winograd' is none of auto, own, library and own:LAYER+LAYER" in done.stderr


def test_bench_puts_libtorchs_speed_beside_ours(cnnbench, tiny):
    bench = ["bench", *tiny[:-2], "--set", "train.device=cpu", "-r", "2", "--interval", "0", "--only-live", "--library"]
    done = cnnbench(*bench, "--export", "rows.jsonl")
    (row,) = [json.loads(line) for line in (cnnbench.folder / "rows.jsonl").read_text().splitlines()]
    jsonschema.Draft202012Validator(schema("row")).validate(row)
    assert len(row["samples_library_ips"]) == row["repetitions"] == 2
    assert min(row["samples_library_ips"]) <= row["library_ips"] <= max(row["samples_library_ips"])
    assert row["convolution"] == "library" or row["convolution"].startswith("own")
    assert "with libtorch's operations  " in done.stdout


def test_without_being_asked_bench_leaves_it_out(cnnbench, tiny):
    done = cnnbench("bench", *tiny[:-2], "--set", "train.device=cpu", "-r", "1", "--only-live", "--export", "rows.json")
    (row,) = json.loads((cnnbench.folder / "rows.json").read_text())["rows"]
    assert row["library_ips"] is None and row["samples_library_ips"] == []
    assert "libtorch's operations" not in done.stdout
