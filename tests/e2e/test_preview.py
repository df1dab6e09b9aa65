"""`cnnbench preview`: a sheet, thumbnails or numbers of what augmentation does, and the same again from its JSON."""

import json
import os
import pty
import re
import subprocess

import numpy
import pytest
from PIL import Image

from conftest import PROGRAM

CONFIG = ["--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=24", "--set", "data.drawn_validation=8"]


def test_a_sheet_and_its_draws_come_together_and_replay_to_the_byte(cnnbench):
    out = cnnbench("preview", *CONFIG, "--count", 3, "--versions", 4, "--export", "aug.png")
    assert out.stdout == "" and "wrote aug.png and aug.json" in out.stderr
    draws = json.loads((cnnbench.folder / "aug.json").read_text())
    assert draws["schema_version"] == 1 and draws["seed"] == 1 and draws["input_size"] == [64, 64]
    assert [len(p["versions"]) for p in draws["pictures"]] == [4, 4, 4]
    assert all(abs(v["shear_degrees"]) <= 11.5 and 0.8 <= v["zoom_x"] <= 1.2 for p in draws["pictures"] for v in p["versions"])
    cnnbench("preview", "--replay", "aug.json", "--export", "again.png")
    for kind in ("png", "json"):
        assert (cnnbench.folder / f"aug.{kind}").read_bytes() == (cnnbench.folder / f"again.{kind}").read_bytes()


def test_the_sheet_shows_the_training_pictures_enlarged_by_whole_pixels(cnnbench):
    cnnbench("preview", *CONFIG, "--count", 1, "--versions", 1, "--set", "augment.zoom=0", "--set", "augment.shear_degrees=0",
             "--set", "augment.horizontal_flip=false", "--export", "aug.png")
    sheet = numpy.asarray(Image.open(cnnbench.folder / "aug.png"))
    name = json.loads((cnnbench.folder / "aug.json").read_text())["pictures"][0]["name"]
    file = next(cnnbench.data.glob("drawn-24-8-*/train")) / name
    picture = Image.open(file).convert("RGB").resize((64, 64), Image.NEAREST)
    wanted = numpy.asarray(picture).repeat(3, axis=0).repeat(3, axis=1)
    rows = [y for y in range(sheet.shape[0] - 192) if (sheet[y:y + 192, 24:24 + 192] == wanted).all()]
    assert len(rows) == 1  # the original; nothing is augmented, so its version is the same picture
    assert (sheet[rows[0]:rows[0] + 192, 24 + 192 + 16:][:, :192] == wanted).all()


def test_seed_and_train_seed_choose_the_draws(cnnbench):
    def draws(*arguments):
        return cnnbench.json("preview", *CONFIG, "--count", 2, "--versions", 2, "--json", *arguments)["pictures"]

    assert draws() == draws("--seed", 1) != draws("--seed", 2) == draws("--set", "train.seed=2")


def test_a_pipe_gets_a_plain_table(cnnbench):
    out = cnnbench("preview", *CONFIG, "--count", 2, "--versions", 3, environment={"TERM": "xterm", "COLORTERM": "truecolor"}).stdout
    assert len(out.splitlines()) == 6 and "\x1b" not in out
    assert re.fullmatch(r"epoch 1  shear [+-]?[\d.]+ deg +zoom [\d.]+ [\d.]+  (no flip|flip left-right) +(cat|dog)/\w+\.\d+\.jpg", out.splitlines()[0])


def in_a_terminal(program, *arguments, **variables):
    """What the program writes to a terminal of its own."""
    master, slave = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM") and not k.startswith("CNNBENCH")}
    environment |= {"CNNBENCH_DATA": str(program.data), "TERM": "xterm-256color", **variables}
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=program.folder, env=environment, stdout=slave, stderr=subprocess.DEVNULL)
    os.close(slave)
    out = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        out += piece
    os.close(master)
    assert process.wait() == 0
    return out.decode()


@pytest.mark.parametrize("arguments, variables, wanted", [
    ([], {"COLORTERM": "truecolor"}, "\x1b[38;2;"),
    ([], {}, "\x1b[38;5;"),
    ([], {"NO_COLOR": "1"}, None),
    (["--no-color"], {"COLORTERM": "truecolor"}, None),
    ([], {"TERM": "dumb", "COLORTERM": "truecolor"}, None)])
def test_a_terminal_gets_thumbnails_where_it_has_colours(cnnbench, arguments, variables, wanted):
    out = in_a_terminal(cnnbench, "preview", *CONFIG, "--count", 1, "--versions", 2, *arguments, **variables)
    if wanted:
        assert wanted in out and "\u2580" in out and "epoch 2" in out
    else:
        assert "\x1b" not in out and out.count("epoch") == 2


def test_a_run_folder_has_the_preview_of_its_config(cnnbench, tiny):
    cnnbench("train", *tiny, "--run", "out")
    cnnbench("preview", "--config", "out/config.json", "--count", 4, "--versions", 4, "--export", "again.png")
    assert (cnnbench.folder / "out/preview.png").read_bytes() == (cnnbench.folder / "again.png").read_bytes()
    assert json.loads((cnnbench.folder / "out/result.json").read_text())["seconds"]["setup"] > 0


def test_faults_are_one_line_with_a_remedy(cnnbench):
    def fault(*arguments):
        lines = [line for line in cnnbench("preview", *arguments, code=2).stderr.strip().splitlines() if line.startswith("error: ")]
        assert len(lines) == 1 and " -- " in lines[0]
        return lines[0]

    assert "preview wants a config, or --replay FILE" in fault()
    assert "PNG" in fault(*CONFIG, "--export", "aug.jpg")
    assert "lower --count" in fault(*CONFIG, "--count", 24, "--versions", 5000, "--export", "aug.png")
    (cnnbench.folder / "aug.json").write_text('{"schema_version": 1}')
    assert "aug.json" in fault("--replay", "aug.json")
    assert "excludes" in cnnbench("preview", *CONFIG, "--replay", "aug.json", code=2).stderr
    cnnbench("preview", *CONFIG, "--count", 1, "--export", "aug.png")
    draws = json.loads((cnnbench.folder / "aug.json").read_text())
    draws["pictures"][0]["name"] = "cat/other.jpg"
    (cnnbench.folder / "aug.json").write_text(json.dumps(draws))
    assert "cat/other.jpg is not in this data set" in fault("--replay", "aug.json")
