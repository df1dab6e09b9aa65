"""The config commands, and the shipped JSON Schema against an independent validator (jsonschema).

Run with CNNBENCH (the program) and CNNBENCH_SOURCE (the checkout) in the environment.
"""

import copy
import json
import os
import random
import subprocess
from pathlib import Path

import jsonschema
import pytest

SOURCE = Path(os.environ["CNNBENCH_SOURCE"])
CONFIGS = sorted(p for p in (SOURCE / "configs").glob("*.json") if p.name != "schema.json")
SCHEMA = json.loads((SOURCE / "configs" / "schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
BASE = {"data": {"kind": "drawn"}, "model": {"preset": "catdog_original"}}


def cnnbench(*args, env=None, cwd=None):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CNNBENCH_")}
    return subprocess.run([os.environ["CNNBENCH"], *map(str, args)], capture_output=True, text=True, timeout=60,
                          env={**clean, **(env or {})}, cwd=cwd)


def changed(pointer, value):
    """BASE with one value set."""
    config = copy.deepcopy(BASE)
    *path, last = pointer.split(".")
    node = config
    for key in path:
        node = node.setdefault(key, {})
    node[last] = value
    return config


def layers(*listed):
    return {"data": {"kind": "drawn"}, "model": {"layers": [*listed, {"type": "flatten"}, {"type": "dense"}]}}


def check(tmp_path, config):
    file = tmp_path / "case.json"
    file.write_text(json.dumps(config, indent=1))
    return cnnbench("config", "check", file)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_program_prints_the_shipped_schema():
    result = cnnbench("config", "schema")
    assert result.returncode == 0
    assert json.loads(result.stdout) == SCHEMA


@pytest.mark.parametrize("file", CONFIGS, ids=lambda p: p.stem)
def test_shipped_configs_are_valid_as_they_stand_and_resolved(file):
    VALIDATOR.validate(json.loads(file.read_text()))
    assert cnnbench("config", "check", file).returncode == 0
    resolved = cnnbench("config", "show", "--config", file)
    assert resolved.returncode == 0 and resolved.stderr == ""
    VALIDATOR.validate(json.loads(resolved.stdout))


GOOD = {
    "the base": BASE,
    "whole number as 2.0": changed("loader.batch_size", 2.0),
    "range": changed("augment.contrast", [0.2, 1.8]),
    "range off": changed("augment.contrast", None),
    "Keras name": changed("augment.shear_range", 11.5),
    "largest seed": changed("train.seed", 2**64 - 1),
    "devices": changed("train.device", "cpu,cuda:1"),
    "every layer": layers({"type": "conv", "filters": 8, "stride": 2}, {"type": "batch_norm"}, {"type": "lrn"},
                          {"type": "activation", "activation": "relu"}, {"type": "pool", "size": 2},
                          {"type": "dropout", "rate": 0.1},
                          {"type": "residual", "layers": [{"type": "conv", "filters": 8, "padding": "same"}]}),
    "preset beside no layers": {"data": {"kind": "drawn"}, "model": {"preset": "cifar10", "layers": []}},
}
BAD = {
    "unknown section": changed("trian", {}),
    "unknown key": changed("loader.worker", 1),
    "word for a number": changed("loader.workers", "4"),
    "number for a word": changed("data.decode", 1),
    "unknown word": changed("loader.cache", "ram"),
    "broken whole number": changed("loader.batch_size", 2.5),
    "below the limit": changed("loader.batch_size", 0),
    "above the limit": changed("augment.zoom", 1),
    "negative seed": changed("train.seed", -1),
    "seed of 65 bits": changed("train.seed", 2**64),
    "null": changed("train.epochs", None),
    "range of one": changed("augment.contrast", [1]),
    "range of three": changed("augment.contrast", [1, 2, 3]),
    "range out of limits": changed("augment.brightness", [0, 101]),
    "both names": {**BASE, "augment": {"zoom": 0.1, "zoom_range": 0.1}},
    "device": changed("train.device", "gpu"),
    "device with a blank": changed("train.device", "cpu, cuda"),
    "name of a folder": changed("name", "../x"),
    "control character": changed("data.path", "a\nb"),
    "unknown preset": changed("model.preset", "resnet"),
    "preset and layers": changed("model.layers", [{"type": "flatten"}]),
    "layer without type": layers({"filters": 3}),
    "layer of unknown type": layers({"type": "convolution", "filters": 3}),
    "conv without filters": layers({"type": "conv"}),
    "conv with no filters": layers({"type": "conv", "filters": 0}),
    "key of another layer": layers({"type": "pool", "kernel": 2}),
    "unknown key of a layer": layers({"type": "conv", "filters": 3, "kernel_size": 2}),
    "residual without layers": layers({"type": "residual"}),
    "activation without activation": layers({"type": "activation"}),
    "fault in a branch": layers({"type": "residual", "layers": [{"type": "conv", "filters": "8"}]}),
    "list for a section": changed("train", []),
    "list at the top": [],
}


@pytest.mark.parametrize("config", GOOD.values(), ids=GOOD.keys())
def test_schema_and_program_accept(config, tmp_path):
    VALIDATOR.validate(config)
    result = check(tmp_path, config)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert result.stdout == f"{tmp_path}/case.json: ok\n"


@pytest.mark.parametrize("config", BAD.values(), ids=BAD.keys())
def test_schema_and_program_refuse(config, tmp_path):
    assert not VALIDATOR.is_valid(config)
    result = check(tmp_path, config)
    assert result.returncode == 2
    assert result.stdout.startswith(f"{tmp_path}/case.json:"), result.stdout


# Rules between settings, which a JSON Schema cannot say (or not for a file that extends another).
BEYOND_THE_SCHEMA = ["is larger than the pictures", "low is above high", "is missing", "are 32x32", "no network", "groups do not divide",
                     "schedule step needs", "needs optimizer sgd", "needs validations", "is given twice", "/model: layer ", "/extends",
                     "/model: the network ends"]
VALUES = [0, 1, -1, 2.5, 3.0, 1e9, 1e300, "", "auto", "relu", "cpu", "x", True, None, [], [1, 2], [2, 1], {}, [{"type": "flatten"}],
          [{"type": "conv", "filters": 4}], {"type": "pool"}]


def keys_of(schema):
    """Every key that stands in the schema, at whatever place."""
    for name, part in schema.get("properties", {}).items():
        yield name
        yield from keys_of(part)


def mutant(rng, config, names):
    config = copy.deepcopy(config)
    for _ in range(rng.randint(1, 2)):
        node = config
        while True:
            inner = [v for v in (node.values() if isinstance(node, dict) else node) if isinstance(v, (dict, list)) and v]
            if not inner or rng.random() < 0.35:
                break
            node = rng.choice(inner)
        if isinstance(node, dict):
            rng.choice([lambda: node.__setitem__(rng.choice(names), copy.deepcopy(rng.choice(VALUES))),
                        lambda: node.__setitem__(rng.choice(list(node)), copy.deepcopy(rng.choice(VALUES))),
                        lambda: node.pop(rng.choice(list(node)))] if node else [lambda: node.__setitem__("x", 1)])()
        else:
            node[rng.randrange(len(node))] = copy.deepcopy(rng.choice(VALUES))
    return config


def test_schema_and_program_agree_on_a_thousand_changed_configs(tmp_path):
    rng = random.Random(5)
    names = sorted({*keys_of(SCHEMA), *keys_of(SCHEMA["$defs"]["layer"])} - {"extends"})
    seeds = [json.loads(cnnbench("config", "show", "--config", file).stdout) for file in CONFIGS] + list(GOOD.values())
    cases = []
    for i in range(1000):
        config = mutant(rng, rng.choice(seeds), names)
        file = tmp_path / f"{i}.json"
        file.write_text(json.dumps(config, indent=1))
        cases.append((file, config))
    output = cnnbench("config", "check", *(file for file, _ in cases)).stdout.splitlines()
    valid = 0
    for file, config in cases:
        lines = [line for line in output if line.startswith(f"{file}:")]
        assert lines, file
        accepted = lines == [f"{file}: ok"]
        within_schema = [line for line in lines if line != f"{file}: ok" and not any(rule in line for rule in BEYOND_THE_SCHEMA)]
        errors = [e.message for e in VALIDATOR.iter_errors(config)]
        if errors:
            assert not accepted, (config, errors)
        else:
            valid += 1
            assert not within_schema, config
    assert 50 < valid < 950  # else one side is not tested


def test_check_tells_every_fault_of_every_file(tmp_path):
    (tmp_path / "a.json").write_text('{"data": {"kind": "drawn"},\n"loader": {"worker": 1,\n"batch_size": 0},\n"model": {"preset": "cifar10"}}')
    (tmp_path / "b.json").write_text("{\n")
    result = cnnbench("config", "check", "a.json", "b.json", "cifar10", "nonesuch", cwd=tmp_path)
    assert result.returncode == 2
    lines = result.stdout.splitlines()
    assert lines[0] == "a.json:2: /loader/worker: unknown key 'worker' (nearest: 'workers')"
    assert lines[1] == "a.json:3: /loader/batch_size: 0 is out of limits (1 to 1048576)"
    assert lines[2].startswith("b.json:1:2: ") and "not valid JSON" in lines[2]
    assert lines[3].endswith("cifar10.json: ok")
    assert lines[4] == "there is no config 'nonesuch'"
    assert "3 of 4" in result.stderr


def test_check_plans_the_network(tmp_path):
    result = check(tmp_path, layers({"type": "pool", "size": 255}))
    assert result.returncode == 2
    assert "/model: layer pool_1" in result.stdout


def test_show_resolves_file_environment_and_set():
    env = {"CNNBENCH_TRAIN_EPOCHS": "7", "CNNBENCH_LOADER_WORKERS": "2", "CNNBENCH_SHARED": "/nowhere"}
    result = cnnbench("config", "show", "--config", "catdog_improved.json", "--set", "train.epochs=3", "--set", "augment.brightness=[0.5,1.5]",
                      env=env, cwd="/")
    assert (result.returncode, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    assert shown["train"]["epochs"] == 3
    assert shown["loader"]["workers"] == 2
    assert shown["augment"]["brightness"] == [0.5, 1.5]
    assert shown["data"]["image_size"] == 128
    assert shown["augment"]["shear_degrees"] == 11.5


def test_show_gives_hints_on_stderr_only():
    result = cnnbench("config", "show", "--config", "catdog_original", "--set", "augment.shear_range=0.2")
    assert result.returncode == 0
    assert json.loads(result.stdout)["augment"]["shear_degrees"] == 0.2
    assert result.stderr.startswith("hint: ") and "radians" in result.stderr and result.stderr.count("\n") == 1


def test_faults_of_show_end_with_exit_code_2():
    for args in (["--config", "cifar10", "--set", "loader.batchsize=3"], ["--config", "cifar"], ["--config", "cifar10", "--nonsense"], []):
        result = cnnbench("config", "show", *args)
        assert (result.returncode, result.stdout) == (2, ""), args
        assert result.stderr
    assert "nearest: 'loader.batch_size'" in cnnbench("config", "show", "--config", "cifar10", "--set", "loader.batchsize=3").stderr


def test_list_names_every_shipped_config():
    result = cnnbench("config", "list", cwd="/")
    assert (result.returncode, result.stderr) == (0, "")
    rows = result.stdout.splitlines()
    assert [row.split()[0] for row in rows[1:]] == [file.stem for file in CONFIGS]
    assert not any("faults" in row for row in rows)
