"""`verify`: what a result says follows from what was measured, and any changed digit is found."""

import json
import random
import re
import signal
import subprocess

import pytest

from conftest import PROGRAM, read_result, sealed

NEVER_STOPS = ["--config", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=16", "--set", "data.limit_train=40",
               "--set", "data.limit_validation=8", "--set", "loader.batch_size=4", "--set", "train.epochs=9999", "--set", "train.device=cpu",
               "--set", "train.validate_every=3", "--set", "train.checkpoint_every=0"]


def interrupted(cnnbench, folder, epochs, sign, *more):
    """A run that gets a signal right after its line for that many epochs: each step of such an epoch is a window of its own."""
    run = subprocess.Popen([PROGRAM, "train", *NEVER_STOPS, *more, "--run", folder], cwd=cnnbench.folder, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True)
    seen = 0
    for line in run.stderr:
        seen += line.startswith("Epoch ")
        if seen == epochs:
            run.send_signal(sign)
            break
    run.stderr.read()
    assert run.wait(60) == 128 + sign
    return json.loads((cnnbench.folder / folder / "result.json").read_text())


def test_interrupted_runs_are_as_measured(cnnbench):
    cut = 0
    for i in range(12):
        result = interrupted(cnnbench, f"runs/{i}", 1 + i % 4, signal.SIGINT if i % 2 else signal.SIGTERM)
        cut += result["epochs"][-1]["steps"] < 10
    answer = cnnbench.json("verify", "runs", "--json")
    assert answer["ok"] and len(answer["results"]) == 12
    assert cut > 0, "no signal came within an epoch"


@pytest.mark.parametrize("more", [["--set", "train.steps_per_epoch=1"], ["--set", "train.steps_per_epoch=7"], ["--set", "data.limit_train=1"],
                                  ["--set", "train.target_accuracy=0.01"], ["--set", "train.early_stop_patience=1"], ["--until-steady"],
                                  ["--set", "train.profile=tutorial"], ["--set", "loader.workers=2"], ["--trace", "trace.json"],
                                  ["--keep-first-losses", "5"], ["--set", "train.schedule=cosine"]])
def test_runs_of_all_kinds_are_as_measured(cnnbench, more):
    cnnbench("train", *NEVER_STOPS, "--set", "train.epochs=5", *more, "--run", "run")
    assert cnnbench.json("verify", "run", "--json")["ok"]


def test_what_is_printed_and_exported_is_as_measured(cnnbench, tiny):
    (cnnbench.folder / "run.json").write_text(cnnbench("train", *tiny, "--json").stdout)
    for file in ("rows.jsonl", "rows.json", "rows.csv"):
        cnnbench("bench", "-m", "catdog_original", *tiny[2:], "-b", "8", "-r", "2", "--only-live", "--export", file)
        assert cnnbench.json("verify", file, "--json")["ok"], file
    assert cnnbench.json("verify", "run.json", "--json")["ok"]


def changes(value, at=""):
    """(pointer, the document with that one leaf changed) for every leaf, and each list without its first item."""
    if isinstance(value, dict):
        for key, item in value.items():
            for pointer, changed in changes(item, f"{at}/{key}"):
                yield pointer, {**value, key: changed}
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if i in (0, len(value) - 1):
                for pointer, changed in changes(item, f"{at}/{i}"):
                    yield pointer, [*value[:i], changed, *value[i + 1:]]
        yield at, value[1:] if value else ["more"]
    elif isinstance(value, bool):
        yield at, not value
    elif isinstance(value, int):
        yield at, int(value * 1.1) + 1
    elif isinstance(value, float):
        yield at, value * 1.1 if value else 1.0
    elif isinstance(value, str):
        yield at, value + ",000"
    else:
        yield at, 1.0


def covers(field, pointer):
    ours, theirs = field.split("/"), pointer.split("/")
    return len(ours) <= len(theirs) and all(a in (b, "*") for a, b in zip(ours, theirs))


def unnoticed(cnnbench, whole, document, write):
    """The pointers whose change verify neither finds nor says that it could not find."""
    everything = [(pointer, changed) for pointer, changed in changes(document) if pointer != "/checksum"]
    sound = cnnbench.json("verify", whole, "--json")
    open_ = [*sound["results"][-1]["measured"], *sound["results"][-1]["not_verifiable"]]
    files = [write(str(i), sealed(changed)) for i, (_, changed) in enumerate(everything)]
    answers = []
    for i in range(0, len(files), 200):
        answers += cnnbench.json("verify", *files[i:i + 200], "--json", code=1)["results"]
    assert len(answers) == len(files) > 50
    left = []
    for (pointer, _), answer in zip(everything, answers):
        found = [f for f in answer["faults"] if f not in ("its text is not as cnnbench writes it", "/checksum: the document is not as it was written")]
        if not found and not any(covers(field, pointer) for field in open_):
            left.append(pointer)
    return left, open_


def test_every_changed_leaf_of_a_run_is_found_or_said_to_be_open(cnnbench, tiny):
    cnnbench("train", *tiny, "--set", "train.epochs=3", "--set", "train.target_accuracy=0.01", "--run", "run")
    document = read_result(cnnbench.folder / "run/result.json")

    def write(name, changed):
        folder = cnnbench.folder / "changed" / name
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(json.dumps(changed, indent=2, ensure_ascii=False) + "\n")
        return folder

    left, open_ = unnoticed(cnnbench, "run", document, write)
    assert left == []
    for field in ("/taints", "/verdict", "/stages/queue_wait", "/seconds_to_target", "/flops_per_image", "/n_params", "/device_name",
                  "/images_per_second", "/threads", "/workers"):
        assert not any(covers(o, field) or covers(field, o) for o in open_), f"{field} can be computed"


def test_every_changed_leaf_of_a_row_is_found_or_said_to_be_open(cnnbench, tiny):
    cnnbench("bench", "-m", "catdog_original", *tiny[2:], "-b", "8", "-r", "2", "--export", "rows.jsonl")
    document = read_result(cnnbench.folder / "rows.jsonl")

    def write(name, changed):
        file = cnnbench.folder / f"{name}.jsonl"
        file.write_text(json.dumps(changed, separators=(",", ":"), ensure_ascii=False) + "\n")
        return file

    left, open_ = unnoticed(cnnbench, "rows.jsonl", document, write)
    assert left == []
    for field in ("/median_ips", "/ci_low_ips", "/remedy", "/predicted_ips", "/n_params", "/flops_per_image", "/batch_size", "/model"):
        assert not any(covers(o, field) for o in open_), f"{field} can be computed"


def test_a_run_tells_what_was_not_computed_again(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "run")
    text = cnnbench("verify", "run").stdout
    assert "not verifiable, nothing else could contradict it: /test_time /version" in text
    assert "measured, what the rest follows from: " in text and "/telemetry" in text


def test_whoever_reads_a_changed_result_is_warned_and_the_taint_travels(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "run")
    cnnbench("bench", "-m", "catdog_original", *tiny[2:], "-b", "16", "-r", "2", "--only-live", "--export", "rows.jsonl")
    assert "checksum" not in cnnbench("report", "run", "rows.jsonl").stderr
    for file in ("run/result.json", "rows.jsonl"):
        path = cnnbench.folder / file
        path.write_text(re.sub(r'("libtorch": ?)"2', r'\1"3', path.read_text()))
    for command in (["compare", "run", "rows.jsonl"], ["compare", "run", "rows.jsonl", "--table"], ["report", "run", "rows.jsonl"]):
        done = cnnbench(*command, code=None)
        assert done.stderr.count("the checksum of run/result.json is wrong: it was changed after it was written") == 1, done.stderr
        assert done.stderr.count("the checksum of rows.jsonl:1 is wrong") == 1
    assert "note: the checksum of" in cnnbench("compare", "run", "run", code=None).stdout
    cnnbench("report", "run", "rows.jsonl", "--export", "page.html")
    assert "the checksum of rows.jsonl:1 is wrong" in (cnnbench.folder / "page.html").read_text()


def test_a_run_is_sound_until_a_digit_changes(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "run")
    out = cnnbench("verify", "run").stdout
    assert "run/result.json: ok: " in out and "from 1 of 2 epochs" in out
    file = cnnbench.folder / "run/result.json"
    sound = file.read_text()
    places = [i for i, c in enumerate(sound) if c.isdigit()]
    dice = random.Random(1)
    for place in dice.sample(places, 25):
        other = str((int(sound[place]) + dice.randint(1, 9)) % 10)
        file.write_text(sound[:place] + other + sound[place + 1:])
        assert cnnbench.json("verify", "run", "--json", code=1)["ok"] is False, sound[place - 60:place + 20]
    file.write_text(sound)
    table = cnnbench.folder / "run/epochs.csv"
    table.write_text(table.read_text().replace("\n1,", "\n2,"))
    assert "epochs.csv differs" in cnnbench("verify", "run", code=1).stdout


def test_rows_are_verified(cnnbench, tiny):
    cnnbench("bench", "-m", "catdog_original", *tiny[2:], "-b", "8,16", "-r", "2", "--only-live", "--export", "rows.jsonl")
    assert cnnbench("verify", "rows.jsonl").stdout.count(": ok: ") == 2
    file = cnnbench.folder / "rows.jsonl"
    first, second = file.read_text().splitlines(keepends=True)
    row = json.loads(second)
    row["median_ips"] *= 1.02
    file.write_text(first + json.dumps(row, separators=(",", ":")) + "\n")
    out = cnnbench("verify", "rows.jsonl", code=1).stdout
    assert "rows.jsonl:2: NOT as measured" in out and "/median_ips: says" in out and "rows.jsonl:1: ok" in out
    assert "no such file" in cnnbench("verify", "rows.md", code=2).stderr or "is not there" in cnnbench("verify", "rows.md", code=2).stderr


@pytest.mark.parametrize("command", [["verify"], ["compare", "deep.json"], ["report"]])
@pytest.mark.parametrize("name, text", [("deep.json", "[" * 80_000), ("deep.json", "[" * 80_000 + "]" * 80_000), ("deep.jsonl", '{"a":' * 80_000 + "1" + "}" * 80_000 + "\n")])
def test_brackets_without_end_are_an_error_not_a_crash(cnnbench, command, name, text):
    (cnnbench.folder / name).write_text(text)
    (cnnbench.folder / "deep.json").write_text(text)
    done = cnnbench(*command, name, code=1)
    assert "this is no JSON" in done.stdout + done.stderr
