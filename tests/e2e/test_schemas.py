"""Every document that cnnbench prints as JSON is as its schema says, and the schemas refuse what is not. (Program.json in conftest.py
validates whatever the other tests ask for.)"""

import json

import jsonschema
import pytest

from conftest import SOURCE, schema

NAMES = sorted(p.name.removesuffix(".schema.json") for p in (SOURCE / "docs/schemas").glob("*.schema.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_the_program_prints_it(cnnbench, name):
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert json.loads(cnnbench("schema", name).stdout) == schema(name)


def test_the_program_lists_them(cnnbench):
    listed = [line.split()[0] for line in cnnbench("schema").stdout.splitlines()]
    assert sorted(listed) == sorted([*NAMES, "config"])
    assert json.loads(cnnbench("schema", "config").stdout) == json.loads((SOURCE / "configs/schema.json").read_text())
    assert "cnnbench schema lists them" in cnnbench("schema", "nothing", code=2).stderr


def objects(schema):
    """Every object that a schema describes field by field."""
    if isinstance(schema, dict):
        if "properties" in schema and "required" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_says_what_it_is_and_nothing_else_is_allowed(name):
    assert list(objects(schema(name)))
    for described in objects(schema(name)):
        assert described["additionalProperties"] is False
        for field, rules in described["properties"].items():
            assert rules["description"].strip(), field


def changed(document, path, value):
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return copy


@pytest.fixture(scope="module")
def documents(tmp_path_factory, drawn_data):
    from conftest import TINY, Program

    program = Program(tmp_path_factory.mktemp("schemas"), drawn_data)
    drawn = ["--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=24", "--set", "data.drawn_validation=8"]
    out = {"result": program.train_json(*TINY, "--run", "run"), "summary": program.json("summary", *drawn, "--json")}
    out["preview"] = program.json("preview", *drawn, "--count", 2, "--versions", 2, "--json")
    folder = next(drawn_data.glob("drawn-24-8-*"))
    out["data_check"] = program.json("data", "check", folder, "--json")
    out["data_bench"] = program.json("data", "bench", *drawn, "--seconds", "0.1", "--json")
    out["data_stats"] = program.json("data", "stats", *drawn, "--json")
    out["predict"] = program.json("predict", "run", folder / "validation", "--json")
    out["rows"] = program.json("bench", "-m", "catdog_original", *TINY[2:], "-b", "8,16", "-r", "2", "--only-live", "-o", "json")
    out["row"] = out["rows"]["rows"][0]
    (program.folder / "rows.json").write_text(json.dumps(out["rows"]))
    out["compare"] = program.json("compare", "rows.json", "rows.json", "--json")
    out["verify"] = program.json("verify", "run", "--json")
    out["project"] = program.json("project", "run", "--ranks", "1,2,4", "--bandwidth", "25GB/s", "--latency", "5us", "--json")
    out["info"] = program.json("info", "--json")
    out["runs"] = {"schema_version": 2, "runs": [out["result"], out["result"]], "ratios": [1, 1.0]}
    return out


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"tune"}))  # tune takes minutes: test_tune.py validates its document
def test_what_a_document_lacks_or_has_too_much_is_refused(documents, name):
    check = jsonschema.Draft202012Validator(schema(name))
    document = documents[name]
    check.validate(document)
    required = schema(name)["required"]
    for field in required:
        with pytest.raises(jsonschema.ValidationError):
            check.validate(changed(document, [field], None))
    with pytest.raises(jsonschema.ValidationError):
        check.validate({**document, "more": 1})
