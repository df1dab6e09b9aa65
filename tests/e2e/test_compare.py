"""`compare`: results of training runs side by side."""

import json
import shutil

from conftest import error_line, read_result, sealed


def faster(result, factor):
    """A copy of a result whose speed is another one."""
    return {**result, "images_per_second": result["images_per_second"] * factor}


def write_runs(folder, result, factors):
    for i, factor in enumerate(factors):
        run = folder / str(i)
        run.mkdir(parents=True)
        (run / "result.json").write_text(json.dumps(sealed(faster(result, factor))))


SPREAD = (1.0, 1.001, 1.002, 1.003, 1.004)


def test_runs_are_compared_and_a_regression_has_its_exit_code(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "one")
    result = read_result(cnnbench.folder / "one/result.json")
    result["taints"] = []
    write_runs(cnnbench.folder / "base", result, SPREAD)
    write_runs(cnnbench.folder / "slow", result, [0.95 * f for f in SPREAD])
    write_runs(cnnbench.folder / "fast", result, [1.2 * f for f in SPREAD])

    document = cnnbench.json("compare", "base", "slow", "fast", "--json")
    slow, fast = (c["cells"][0] for c in document["comparisons"])
    assert slow["finding"] == "slower" and abs(slow["ratio"] - 0.95) < 1e-3 and slow["p"] < 0.01
    assert fast["finding"] == "faster" and fast["base_n"] == fast["new_n"] == 5

    text = cnnbench("compare", "base", "slow", "--fail-on-regression", "3%", code=5)
    assert "0.950x" in text.stdout and "slower" in text.stdout
    cnnbench("compare", "base", "slow", "--fail-on-regression", "6%")
    assert "passed" in cnnbench("compare", "base", "fast", "--fail-on-regression", "0.03").stderr


def test_a_gate_that_cannot_decide_does_not_pass(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "one")
    result = read_result(cnnbench.folder / "one/result.json")
    write_runs(cnnbench.folder / "base", result, SPREAD[:2])
    write_runs(cnnbench.folder / "half", result, [0.5 * f for f in SPREAD[:2]])
    gate = ("compare", "base", "half", "--fail-on-regression", "3%")
    assert "no pass" in cnnbench(*gate, code=6).stderr
    cnnbench(*gate, "--undecided", "pass")
    # Drawn pictures on both sides are a fact that both share.
    write_runs(cnnbench.folder / "five", result, SPREAD)
    write_runs(cnnbench.folder / "slow", result, [0.5 * f for f in SPREAD])
    cnnbench("compare", "five", "slow", "--fail-on-regression", "3%", code=5)


def test_settings_are_compared_across_a_key(cnnbench, tiny):
    cnnbench("train", *tiny, "--set", "train.threads=1", "--run", "one")
    cnnbench("train", *tiny, "--set", "train.threads=2", "--run", "two")
    assert "nothing was compared" in cnnbench("compare", "one", "two", code=1).stderr
    assert "(train.threads 1 -> 2)" in cnnbench("compare", "one", "two", "--across", "train.threads").stdout
    assert "no such key" in cnnbench("compare", "one", "two", "--across", "train.treads", code=2).stderr
    assert "nothing was compared" in cnnbench("compare", "one", code=1).stderr


def test_single_runs_prove_nothing(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "one")
    shutil.copytree(cnnbench.folder / "one", cnnbench.folder / "two")
    out = cnnbench("compare", "one", "two/result.json").stdout
    assert "unsure: 1 and 1 repetitions prove nothing" in out and "1.000x" in out
    assert "same" in cnnbench("compare", "one", "two", "--force").stdout


def test_what_cannot_be_compared_is_said(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "one")
    cnnbench("train", *tiny, "--set", "loader.batch_size=8", "--run", "two")
    out = cnnbench("compare", "one", "two", code=1).stdout
    assert "no partner" in out and "no cell is in both" in out
    assert "nothing was compared" in cnnbench("compare", "one", "two", "--fail-on-regression", "3%", code=1).stderr
    assert "is not there" in cnnbench("compare", "one", "three", code=2).stderr
    assert "'3x' is no share" in cnnbench("compare", "one", "two", "--fail-on-regression", "3x", code=2).stderr
    (cnnbench.folder / "empty").mkdir()
    assert "holds no result.json" in cnnbench("compare", "one", "empty", code=2).stderr
    (cnnbench.folder / "bad.jsonl").write_text("{}\n")
    assert "bad.jsonl:1" in cnnbench("compare", "one", "bad.jsonl", code=1).stderr


def test_one_damaged_run_is_named_and_the_others_are_compared(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "one")
    result = read_result(cnnbench.folder / "one/result.json")
    result["taints"] = []
    write_runs(cnnbench.folder / "base", result, SPREAD)
    write_runs(cnnbench.folder / "same", result, SPREAD)
    write_runs(cnnbench.folder / "slow", result, [0.5 * f for f in SPREAD])
    for folder in ("same", "slow"):
        file = cnnbench.folder / folder / "2/result.json"
        file.write_text(file.read_text()[:700])
    done = cnnbench("compare", "base", "same", code=1)
    assert "1.000x" in done.stdout, done.stdout
    assert error_line(done).startswith("error: same/2/result.json: this is no JSON (left out; compared are the others)"), done.stderr
    assert cnnbench.json("compare", "base", "same", "--json", code=1)["comparisons"][0]["cells"][0]["new_n"] == 4
    assert "same/2/result.json" in error_line(cnnbench("compare", "base", "same", "--table", code=1))
    # A gate passes nothing of which a part could not be read; a proven regression stays one.
    assert "same/2/result.json" in error_line(cnnbench("compare", "base", "same", "--fail-on-regression", "3%", code=1))
    assert "slow/2/result.json" in cnnbench("compare", "base", "slow", "--fail-on-regression", "3%", code=5).stderr
