"""scripts/story.sh: the story's experiments, tiny, on drawn pictures; killed in the middle; the page."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM, SOURCE
from test_report import check_page

STORY = json.loads((SOURCE / "scripts/story.json").read_text())


def start(folder, pictures, **more):
    (folder.parent / "no-data").mkdir(exist_ok=True)
    environment = os.environ | dict(CNNBENCH=PROGRAM, QUICK="1", DATA=str(pictures), CNNBENCH_DATA=str(folder.parent / "no-data")) | more
    if "CIFAR" not in more:
        environment.pop("CIFAR", None)
    # A group of its own: a kill reaches the program too, as a terminal's or a machine's end does.
    return subprocess.Popen(["sh", SOURCE / "scripts/story.sh", folder], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A story that was killed and called again: its folder, and what was there at the kill."""
    base = tmp_path_factory.mktemp("story")
    subprocess.run([PROGRAM, "data", "make", "--train", "64", "--validation", "16", "--out", base / "pictures"], check=True, capture_output=True)
    folder = base / "told"
    killed = start(folder, base / "pictures")
    while not (folder / "networks-cpu.txt").exists():
        assert killed.poll() is None, killed.stdout.read()
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before = {name: (folder / name).stat().st_mtime_ns for name in ("workers_batch.jsonl", "networks.jsonl")}
    again = start(folder, base / "pictures")
    output = again.communicate(timeout=600)[0]
    assert again.returncode == 0, output
    return folder, before


def claims_of(text):
    """The page's claims: experiment -> (the story, here, verdict)."""
    cards = re.findall(r'<div class="claim [^"]*"><h3>(.*?)</h3><dl>(.*?)</dl>', text, re.S)
    return {re.sub(r"&#39;|&apos;", "'", name): re.findall(r"<dd[^>]*>(.*?)</dd>", rest, re.S) for name, rest in cards}


def test_a_killed_story_goes_on(told):
    folder, before = told
    for name, time_before in before.items():
        assert (folder / name).stat().st_mtime_ns == time_before, f"{name} was complete, and measured again"
    for name in ("workers_batch", "networks", "deep", "augmentation", "size", "remedies"):
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
        assert len({row["cell"] for row in rows}) == len(rows)
        assert all(row["status"] == "ok" for row in rows), rows
    assert len(list(folder.glob("ladder/runs/*/result.json"))) == 5
    ram = folder / "ram"
    assert not ram.exists() and not ram.is_symlink()


def test_the_page_sets_each_claim_beside_what_was_measured(told):
    folder, _ = told
    text = (folder / "story.html").read_text()
    pictures = re.findall(r'<img class="sheet" alt="[^"]+" width="\d+" height="\d+" src="data:image/jpeg;base64,[A-Za-z0-9+/]+=*">', text)
    assert len(pictures) == 2 and len(text.encode()) < 1_000_000
    for picture in pictures:
        text = text.replace(picture, "")
    check_page(text)
    claims = claims_of(text)
    assert len(claims) == len(STORY["claims"])

    rows = [json.loads(line) for line in (folder / "workers_batch.jsonl").read_text().splitlines()]
    speed = {(r["config"]["train"]["profile"], r["workers"], r["batch_size"]): r["median_ips"] for r in rows}
    here = claims["What 4 workers and batch 64 bring without a GPU"][1]
    ratio = speed["tutorial", 4, 64] / speed["tutorial", 1, 32]
    assert abs(float(here.split()[0].replace(",", "")) / ratio - 1) < 1e-3

    devices = json.loads((folder / "machine.json").read_text())["torch"]["cuda_devices"]
    if not devices:
        assert claims["Improved network: the GPU against the processor"][1:] == ["–", "not measured"]
        assert "Not measured: no GPU on this machine." in text
    assert claims["CIFAR-10 network on the processor, batch 128"][2] == "not measured" and "Not measured: cifar.jsonl is not there." in text
    right = json.loads((folder / "predictions.json").read_text())
    points = 100 * (right["tutorial_bug"]["accuracy"] - right["confusion"]["accuracy"])
    assert claims["Prediction of single pictures without the 1/255 of training"][1].startswith(f"{points:+.1f} points")
    assert claims["Pictures shown"][2] == "agrees"


def test_a_finished_story_only_writes_its_page_again(told):
    folder, _ = told
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.name not in ("story.html", "machine.json") and not file.is_symlink()}
    again = start(folder, folder.parent / "pictures")
    output = again.communicate(timeout=600)[0]
    assert again.returncode == 0 and re.findall("^story: .*", output, re.M) == [f"story: CIFAR-10 is left out: {folder.parent}/no-data/cifar10 is not there; "
                                                                                 "get it with scripts/get_data.sh cifar10"], output
    changed = [str(file) for file, at in before.items() if file.is_file() and file.stat().st_mtime_ns != at and "ladder/ladder" not in str(file)]
    assert not changed


def test_other_pictures_are_not_mixed_in(told):
    folder, _ = told
    other = start(folder, folder)
    output = other.communicate(timeout=60)[0]
    assert other.returncode == 2 and "give another folder" in output


def test_pictures_that_were_given_have_to_be_there(told):
    folder, _ = told
    for given in ({"CIFAR": "/typo"}, {"DATA": "/typo"}):
        wrong = start(folder.parent / "wrong", folder.parent / "pictures", **given)
        output = wrong.communicate(timeout=60)[0]
        assert wrong.returncode == 2 and output == "story: /typo is not there: correct DATA or CIFAR, or leave it out\n"
