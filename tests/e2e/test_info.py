"""`cnnbench info`: the environment record, for a person and as JSON, by an independent validator and against what the system says."""

import hashlib
import json
import os
import pathlib
import platform
import re

import jsonschema
import pytest

from conftest import PROGRAM, schema


def validator():
    return jsonschema.Draft202012Validator(schema("info"))


def leaves(value):
    if isinstance(value, dict):
        return sum(leaves(v) for v in value.values())
    return 1


@pytest.fixture
def record(cnnbench):
    return cnnbench.json("info", "--json")


def test_the_record_is_as_the_schema_says(record):
    validator().validate(record)


@pytest.mark.parametrize("change", [lambda r: r["machine"].pop("kernel"), lambda r: r["machine"].update(cpus_usable=0),
                                    lambda r: r["build"].update(binary_hash="x"), lambda r: r["software"].update(extra=1),
                                    lambda r: r["data"].update(disk="round")])
def test_the_schema_refuses_what_is_wrong(record, change):
    change(record)
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(record)


def test_it_has_forty_fields_and_more(record):
    assert leaves(record["machine"]) >= 40
    assert leaves(record) >= 80


def test_it_agrees_with_the_system(record):
    machine = record["machine"]
    assert machine["kernel"] == platform.release()
    assert machine["cpus_affinity"] == len(os.sched_getaffinity(0))
    assert 1 <= machine["cpus_usable"] <= machine["cpus_affinity"]
    meminfo = dict(re.findall(r"^(\w+):\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text(), re.M))
    assert machine["memory_total_bytes"] == 1024 * int(meminfo["MemTotal"])
    assert machine["swap_total_bytes"] == 1024 * int(meminfo["SwapTotal"])
    assert machine["page_bytes"] == os.sysconf("SC_PAGE_SIZE")
    assert machine["glibc"] == os.confstr("CS_GNU_LIBC_VERSION").split()[-1]
    assert (machine["cpu_energy_counters"] is None) != (machine["cpu_energy_missing"] is None)


def test_the_programs_hash_is_that_of_its_files(record):
    folder = pathlib.Path(PROGRAM).parent
    files = [pathlib.Path(PROGRAM)] + [next(p for p in (folder / name, folder / "lib" / name) if p.exists())
                                       for name in ("libcnnbench_core.so", "libcnnbench_nn.so")]
    lines = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    assert record["build"]["binary_hash"] == hashlib.sha256(lines.encode()).hexdigest()


def test_thread_variables_are_recorded(cnnbench):
    variables = cnnbench.json("info", "--json", environment={"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"})["software"]["environment"]
    assert variables["OMP_NUM_THREADS"] == "1" and variables["MALLOC_ARENA_MAX"] == "2" and variables["GOMP_CPU_AFFINITY"] is None


def test_affinity_counts_not_the_machines_cores(cnnbench):
    one = min(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {one})
    try:
        machine = cnnbench.json("info", "--json")["machine"]
    finally:
        os.sched_setaffinity(0, before)
    assert machine["cpus_usable"] == machine["cpus_affinity"] == 1 and machine["cpu_list"] == str(one)


def test_a_person_reads_groups_units_and_dashes(cnnbench):
    text = cnnbench("info").stdout
    for heading in ("Build", "libtorch", "Processor", "Memory", "System", "NVIDIA", "Data", "Libraries", "Environment"):
        assert re.search(f"^{heading}$", text, re.M), heading
    assert re.search(r"^  total +\d+(\.\d)? [GT]iB$", text, re.M)
    assert len(text.splitlines()) >= 60
    assert max(map(len, text.splitlines())) <= 160


def test_nobodys_name_is_in_it(cnnbench, record):
    name = platform.node()
    if len(name) >= 6:  # a name like "vm" is part of other words
        assert name not in json.dumps(record["machine"])


def test_without_torch_the_machine_is_told_all_the_same(cnnbench, tmp_path):
    done = cnnbench("info", "--json", code=1, environment={"CNNBENCH_TORCH": str(tmp_path)})
    record = json.loads(done.stdout)
    validator().validate(record)
    assert record["torch"]["libtorch"] is None and record["torch"]["problem"] in done.stderr
    assert record["machine"]["kernel"] == platform.release()
