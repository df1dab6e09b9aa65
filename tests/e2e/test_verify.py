"""`verify`: what a result says follows from what was measured, and any changed digit is found."""

import json
import random


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
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows[1]["median_ips"] *= 1.02
    file.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
    out = cnnbench("verify", "rows.jsonl", code=1).stdout
    assert "rows.jsonl:2: NOT as measured" in out and "/median_ips: says" in out and "rows.jsonl:1: ok" in out
    assert "no such file" in cnnbench("verify", "rows.md", code=2).stderr or "is not there" in cnnbench("verify", "rows.md", code=2).stderr
