"""A search that was stopped goes on with what it had measured."""

import json
import os
import signal
import subprocess

from conftest import PROGRAM, wait_for


def test_a_search_that_was_stopped_goes_on(cnnbench, tiny):
    command = ["tune", *tiny, "-r", "2", "--max-batch", "32", "--export", "tuned.json"]
    samples = cnnbench.folder / "tuned.json.samples"
    tuning = subprocess.Popen([PROGRAM, *command], cwd=cnnbench.folder, env=os.environ | {"CNNBENCH_DATA": str(cnnbench.data)}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: samples.exists() and len(samples.read_text().splitlines()) >= 4)
    tuning.send_signal(signal.SIGINT)
    _, err = tuning.communicate(timeout=60)
    assert tuning.returncode == 130 and "stopped; the same command with --resume goes on" in err
    before = samples.read_text().splitlines()
    refused = cnnbench(*command, code=2)
    assert "tuned.json is there already" in refused.stderr
    other = cnnbench(*command, "--keep-batch", "--resume", code=2)
    assert "tuned.json.samples is of another search" in other.stderr
    cut = subprocess.Popen([PROGRAM, *command, "--resume"], cwd=cnnbench.folder, env=os.environ | {"CNNBENCH_DATA": str(cnnbench.data)}, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: len(samples.read_text().splitlines()) > len(before))
    assert samples.read_text().splitlines()[:len(before)] == before  # none was measured again
    cut.kill()
    cut.communicate()
    document = json.loads(cnnbench(*command, "--resume", "--json").stdout)
    assert document["processes"] >= len(before) - 2 and not samples.exists()
    known = [json.loads(line)["sample"]["ips"] for line in before[2:]]
    told = [ips for step in document["steps"] for ips in step["samples_before_ips"] + step["samples_after_ips"]]
    assert set(known) <= set(told)
    assert json.loads((cnnbench.folder / "tuned.json").read_text())
