"""Pictures that are not square, from the config to the sheets: nowhere may height and width change places."""

import json
import sqlite3

import numpy
import pytest
from PIL import Image

DRAWN = ["--set", "data.kind=drawn", "--set", "data.drawn_train=24", "--set", "data.drawn_validation=12", "--set", "loader.batch_size=8"]
RUN = [*DRAWN, "--set", "train.epochs=1", "--set", "train.device=cpu"]


def size(height, width):
    return ["--set", f"data.image_size=[{height},{width}]"]


@pytest.mark.parametrize("config, height, width, first, more", [
    ("catdog_original", 48, 64, "(46, 62, 32)", []),
    ("catdog_original", 64, 40, "(62, 38, 32)", ["--set", "augment.on=device", "--set", "augment.width_shift=0.2", "--set", "augment.height_shift=0.2"]),
    ("catdog_dropout", 48, 80, "(46, 78, 32)", ["--set", "augment.backend=fused", "--set", "loader.cache=encoded", "--set", "augment.rotation_degrees=30"]),
    ("catdog_conv3", 56, 48, "(54, 46, 32)", ["--set", "train.profile=tutorial"]),
    ("catdog_improved", 96, 112, "(94, 110, 64)", ["--set", "loader.cache=none"]),
    ("catdog_deep", 112, 96, "(110, 94, 64)", ["--set", "model.extra_convs=2", "--set", "train.convolution=library"]),
    ("cifar10", 28, 40, "(24, 24, 64)", []),
    ("cifar10", 24, 36, "(24, 36, 64)", ["--set", "augment.crop=0"]),
    ("custom_layers", 64, 96, None, [])])
def test_every_network_trains_predicts_and_shows(cnnbench, config, height, width, first, more):
    settings = ["--config", config, *RUN, *size(height, width), *more]
    if first:
        assert first in cnnbench("summary", *settings).stdout
    result = cnnbench.train_json(*settings, "--run", "out")
    assert result["config"]["data"]["image_size"] == [height, width]
    assert result["epochs"][0]["val_accuracy"] is not None
    cnnbench("verify", "out")
    # Prediction prepares pictures as validation did: the same share is right, to the picture.
    validation = next(cnnbench.data.glob("drawn-24-12-*/validation"))
    answers = cnnbench.json("predict", "out", validation, "--sheet", "sheet.png", "--json")
    assert answers["confusion"]["accuracy"] == pytest.approx(result["final_val_accuracy"])
    assert Image.open(cnnbench.folder / "sheet.png").size[0] > 500
    cnnbench("preview", *settings, "--count", 2, "--versions", 2, "--export", "again.png")
    assert json.loads((cnnbench.folder / "again.json").read_text())["input_size"] == [height, width]
    assert (cnnbench.folder / "out/preview.png").exists()


@pytest.mark.parametrize("interpolation, pillow", [("nearest", Image.NEAREST), ("bilinear", Image.BILINEAR), ("area", Image.BOX)])
def test_pictures_are_what_pillow_makes_of_that_size(cnnbench, interpolation, pillow):
    cnnbench("preview", "--config", "catdog_original", *DRAWN, *size(40, 64), "--set", f"data.interpolation={interpolation}", "--count", 1, "--versions", 1, "--set",
             "augment.zoom=0", "--set", "augment.shear_degrees=0", "--set", "augment.horizontal_flip=false", "--export", "aug.png")
    sheet = numpy.asarray(Image.open(cnnbench.folder / "aug.png"))
    name = json.loads((cnnbench.folder / "aug.json").read_text())["pictures"][0]["name"]
    file = next(cnnbench.data.glob("drawn-24-12-*/train")) / name
    wanted = numpy.asarray(Image.open(file).convert("RGB").resize((64, 40), pillow)).repeat(3, axis=0).repeat(3, axis=1)
    rows = [y for y in range(sheet.shape[0] - 120) if numpy.abs(sheet[y:y + 120, 24:24 + 192].astype(int) - wanted).max() <= 1]
    assert len(rows) == 1


def test_a_square_is_written_as_its_side(cnnbench):
    shown = [cnnbench("config", "show", "catdog_original", "--set", f"data.image_size={value}").stdout for value in ("64", "[64,64]", "[ 64, 64 ]")]
    assert shown[0] == shown[1] == shown[2] and json.loads(shown[0])["data"]["image_size"] == 64
    (cnnbench.folder / "mine.json").write_text('{"model": {"preset": "catdog_original"}, "data": {"kind": "drawn", "image_size": [48, 64]}}')
    assert cnnbench.json("config", "show", "mine.json")["data"]["image_size"] == [48, 64]
    cnnbench("config", "check", "mine.json")
    (cnnbench.folder / "mine.json").write_text('{"model": {"preset": "catdog_original"},\n "data": {"kind": "drawn", "image_size": [48]}}')
    assert "mine.json:2: /data/image_size: expected a whole number or [height, width], got an array of 1" in cnnbench("config", "check", "mine.json", code=2).stdout
    assert "pool_2" in cnnbench("summary", "--config", "catdog_original", *size(64, 9), code=2).stderr


def test_it_is_an_axis_like_any_other(cnnbench):
    sets = ["--set", "data.kind=synthetic", "--set", "data.limit_train=32", "--set", "data.limit_validation=8", "--set", "loader.batch_size=8", "-d", "cpu"]
    rows = cnnbench.json("bench", "-m", "catdog_original", *sets, "--axis", "data.image_size=32,[32,48],[32,32]", "-r", "1", "--only-live", "--export", "rows.csv", "-o",
                         "json")["rows"]
    assert [row["image_size"] for row in rows] == [32, [32, 48]]  # [32,32] is the first one again
    assert [row["axes"]["data.image_size"] for row in rows] == ["32", "[32,48]"]
    assert rows[0]["n_params"] < rows[1]["n_params"]
    cnnbench("verify", "rows.csv")
    cnnbench("report", "rows.csv", "--export", "page.html")
    page = (cnnbench.folder / "page.html").read_text()
    assert "data.image_size=[32,48]" in page
    cnnbench("bench", "-m", "catdog_original", *sets, "--set", "data.image_size=[32,48]", "-r", "1", "--only-live", "--export", "rows.sql")
    base = sqlite3.connect(":memory:")
    base.executescript((cnnbench.folder / "rows.sql").read_text())
    assert base.execute("SELECT image_size FROM cnnbench").fetchall() == [("[32,48]",)]
    speed = cnnbench.json("data", "bench", "--config", "catdog_original", *DRAWN, *size(40, 64), "--seconds", "0.1", "--json")
    assert speed["image_size"] == [40, 64]
    stats = cnnbench.json("data", "stats", "--config", "catdog_original", *DRAWN, *size(40, 64), "--json")
    pixels = [numpy.asarray(Image.open(f).convert("RGB").resize((64, 40), Image.NEAREST)) for f in sorted(next(cnnbench.data.glob("drawn-24-12-*/train")).rglob("*.jpg"))]
    assert stats["channel_mean"] == pytest.approx(list(numpy.stack(pixels).mean(axis=(0, 1, 2)) / 255), rel=1e-6)
