"""From each of the four usual downloads to a trained network in at most two commands, and what people's folders hold besides. Small copies of
the real layouts, of real pictures where they are here, else of painted ones."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from PIL import Image

from conftest import SHARED, SOURCE

FAST = ["--device", "cpu", "--set", "train.epochs=1", "--set", "loader.batch_size=8", "--set", "data.image_size=32", "--set", "data.fallback=none"]


@pytest.fixture
def picture():
    """picture("cat", 3, path): the third photograph of a cat, there."""
    real = SHARED / "catdog/train"

    def place(name, number, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        found = sorted((real / name).glob("*.jpg"))[number : number + 1] if real.is_dir() else []
        if found:
            shutil.copy(found[0], path)
        else:
            shade = random.Random(f"{name}{number}")
            Image.effect_noise((60 + number, 50), 90).convert("RGB").point(lambda v: v // 2 + (100 if name == "cat" else 0) + shade.randrange(20)).save(path)

    return place


@pytest.fixture(scope="session")
def cifar_batches(tmp_path_factory):
    """cifar_batches(folder): the download's files there, real ones where they are here, else of random pixels."""
    made = tmp_path_factory.mktemp("cifar")
    if (SHARED / "unpack_cifar10.py").is_file():
        subprocess.run([sys.executable, SHARED / "unpack_cifar10.py", made], check=True, capture_output=True)
        for i in range(3, 6):  # the set at hand has two of the five
            shutil.copy(made / "data_batch_1.bin", made / f"data_batch_{i}.bin")
    else:
        shade = random.Random(1)
        for name in [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]:
            (made / name).write_bytes(b"".join(bytes([n % 10]) + shade.randbytes(3072) for n in range(10000)))
    (made / "batches.meta.txt").write_text("airplane\n")
    (made / "readme.html").write_text("x")

    def place(folder):
        folder.mkdir(parents=True)
        for file in made.iterdir():
            if file.is_file():
                os.link(file, folder / file.name)
        return folder

    return place


def documented():
    """docs/pictures.md's first table: the download, and the commands as they stand there."""
    rows = re.findall(r"^\| (.+?) \| (`cnnbench .*) \|$", (SOURCE / "docs/pictures.md").read_text(), re.MULTILINE)
    table = [(download, re.findall(r"`cnnbench ([^`]*)`", commands)) for download, commands in rows]
    return [row for row in table if row[1] and row[1][-1].startswith("train ")][:5]


def test_the_documents_commands_train(cnnbench, picture, cifar_batches, tmp_path):
    """As a newcomer types them, but for a shorter training."""
    downloads = documented()
    assert len(downloads) == 5 and all(1 <= len(commands) <= 2 for _, commands in downloads)
    shorter = ["--device", "cpu", "--set", "train.epochs=1", "--set", "loader.batch_size=8", "--set", "data.limit_train=40", "--set", "data.limit_validation=20", "--set",
               "data.fallback=none", "--json"]
    for number, (download, commands) in enumerate(downloads):
        here = tmp_path / str(number)
        here.mkdir()
        if "train.zip" in download:
            for name in ("cat", "dog"):
                for n in range(10):
                    picture(name, n, here / "train" / f"{name}.{n}.jpg")
        elif "PetImages" in " ".join(commands):
            for name in ("cat", "dog"):
                for n in range(10):
                    picture(name, n, here / "PetImages" / name.title() / f"{n}.jpg")
            (here / "PetImages/Cat/666.jpg").write_bytes(b"")
            (here / "PetImages/Dog/11702.jpg").write_bytes(b"")
        elif "dataset" in download:
            for split, count in (("training_set", 8), ("test_set", 3)):
                for name in ("cat", "dog"):
                    for n in range(count):
                        picture(name, n, here / "dataset" / split / f"{name}s" / f"{name}.{n}.jpg")
            picture("cat", 9, here / "dataset/single_prediction/cat_or_dog_1.jpg")
        else:
            cifar_batches(here / "cifar-10-batches-bin")
        for command in commands:
            words = command.split()
            done = cnnbench(*words, *(shorter if words[0] == "train" else []), cwd=here)
        (result,) = json.loads(done.stdout)["runs"]
        assert len(result["class_names"]) == (10 if "CIFAR" in download else 2), download
        assert result["train_pictures"] >= 16 and result["validation_pictures"] >= 4 and result["epochs"][0]["val_accuracy"] is not None, download
        (run,) = (here / "runs").iterdir()
        assert (run / "best.safetensors").exists() and not result["data_warning"], download


def trained(cnnbench, *arguments):
    return cnnbench.train_json("--config", "catdog_original", *FAST, *arguments)


def test_kaggles_train_zip(cnnbench, picture, tmp_path):
    with zipfile.ZipFile(tmp_path / "train.zip", "w") as archive:
        for name in ("cat", "dog"):
            for n in range(10):
                picture(name, n, tmp_path / "one.jpg")
                archive.write(tmp_path / "one.jpg", f"train/{name}.{n}.jpg")
    zipfile.ZipFile(tmp_path / "train.zip").extractall(tmp_path / "kaggle")
    (tmp_path / "kaggle/test1").mkdir()
    picture("dog", 20, tmp_path / "kaggle/test1/1.jpg")
    # Straight away: the message names the command that sorts them.
    refused = cnnbench("train", "--config", "catdog_original", *FAST, "--set", f"data.path={tmp_path}/kaggle", code=2).stderr
    assert "named like parts of a set, not like classes" in refused and "cnnbench data import" in refused
    said = cnnbench("data", "import", tmp_path / "kaggle", tmp_path / "catdog").stdout
    assert "cat: 8 for training, 2 for validation" in said
    result = trained(cnnbench, "--set", f"data.path={tmp_path}/catdog")
    assert result["class_names"] == ["cat", "dog"] and result["train_pictures"] == 16 and result["validation_pictures"] == 4


def test_microsofts_petimages(cnnbench, picture, tmp_path):
    root = tmp_path / "kagglecatsanddogs_5340"
    for name in ("cat", "dog"):
        for n in range(10):
            picture(name, n, root / "PetImages" / name.title() / f"{n}.jpg")
        (root / "PetImages" / name.title() / "Thumbs.db").write_bytes(b"x")
    (root / "PetImages/Cat/666.jpg").write_bytes(b"")  # the download's own bad files
    (root / "PetImages/Dog/11702.jpg").write_bytes(b"")
    (root / "readme[1].txt").write_text("x")
    result = trained(cnnbench, "--set", f"data.path={root}", "--set", "data.validation_split=0.2", "--set", "data.on_bad_image=skip")
    assert result["class_names"] == ["Cat", "Dog"] and result["train_pictures"] + result["validation_pictures"] == 20
    assert sorted(s["name"] for s in result["skipped"]) == ["Cat/666.jpg", "Dog/11702.jpg"]
    imported = cnnbench("data", "import", root, tmp_path / "catdog").stdout
    assert "2 pictures are bad and were left out" in imported and "Thumbs.db 2" in imported
    assert trained(cnnbench, "--set", f"data.path={tmp_path}/catdog")["class_names"] == ["cat", "dog"]


@pytest.mark.parametrize("train,validation,between", [("training_set", "test_set", ""), ("Train", "Val", ""), ("training_set", "test_set", "dataset/")])
def test_the_courses_folders(cnnbench, picture, tmp_path, train, validation, between):
    root = tmp_path / "download"
    for split, count in ((train, 8), (validation, 3)):
        for name in ("cat", "dog"):
            for n in range(count):
                picture(name, n, root / between / split / f"{name}s" / f"{name}.{n}.jpg")
    picture("cat", 9, root / between / "single_prediction/cat_or_dog_1.jpg")
    result = trained(cnnbench, "--set", f"data.path={root}")
    assert result["class_names"] == ["cats", "dogs"] and result["train_pictures"] == 16 and result["validation_pictures"] == 6
    cnnbench("data", "import", root, tmp_path / "catdog")
    assert trained(cnnbench, "--set", f"data.path={tmp_path}/catdog")["train_pictures"] == 16


def test_cifar10_binary(cnnbench, cifar_batches, tmp_path):
    folder = cifar_batches(tmp_path / "download/cifar-10-batches-bin")
    for path in (folder, folder.parent):
        result = cnnbench.train_json("--config", "cifar10", "--device", "cpu", "--set", f"data.path={path}", "--set", "data.limit_train=200", "--set",
                               "data.limit_validation=100", "--set", "train.epochs=1", "--set", "data.fallback=none")
        assert len(result["class_names"]) == 10 and result["train_pictures"] == 200


def test_data_check_is_a_page_to_act_on(cnnbench, picture, tmp_path):
    root = tmp_path / "set"
    for split, count in (("Train", 5), ("Val", 2)):
        for name in ("cat", "dog"):
            for n in range(count):
                picture(name, n, root / split / name / f"{n}.jpg")
    whole = (root / "Train/cat/0.jpg").read_bytes()
    (root / "Train/cat/half.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "Val/dog/half.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "Train/cat/empty.jpg").write_bytes(b"")
    (root / "Train/dog/extra.jpg").write_bytes(whole[:-2] + b"\x11" * 214 + whole[-2:])
    Image.new("RGB", (30, 20), (9, 9, 200)).convert("P").save(root / "Train/dog/moving.jpg", format="GIF")
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.open(root / "Train/cat/1.jpg").save(root / "Train/cat/turned.jpg", exif=turned)
    for name in ("a.heic", "b.txt", "c.txt"):
        (root / "Train/cat" / name).write_bytes(b"x")
    for folder in ("__MACOSX/Train/cat", "Train/cat/@eaDir/0.jpg"):
        (root / folder).mkdir(parents=True)
        (root / folder / "._0.jpg").write_bytes(b"x")
    (root / "Train/dog/Thumbs.db").write_bytes(b"x")
    page = cnnbench("data", "check", root, code=1)
    for line in ("Train/cat: 8 pictures, 2 bad", "GIF: 1", "note: 3 files were left out: .txt 2, .heic 1", "bad: 2 x truncated JPEG", "bad: 1 x empty file",
                 "bad: Val/dog/half.jpg: truncated JPEG", "warning: Train/dog/extra.jpg: Corrupt JPEG data: ",
                 "1 pictures were taken sideways or upside down, as their EXIF data say: data.exif=apply turns them"):
        assert line in page.stdout, page.stdout
    for leaving in ("__MACOSX 1", "@eaDir 1", "Thumbs.db 1"):
        assert leaving in page.stdout
    kinds = cnnbench.json("data", "check", root, "--json", code=1)
    assert kinds["bad_kinds"] == {"truncated JPEG": 2, "empty file": 1}
    assert kinds["left_out"] == {".txt": 2, ".heic": 1} and kinds["passed_over"] == {"__MACOSX": 1, "@eaDir": 1, "Thumbs.db": 1}
    assert kinds["exif_turned"] == 1 and [w["file"] for w in kinds["warned"]] == ["Train/dog/extra.jpg"] and kinds["problems"] == []


def test_pictures_that_pillow_reads_are_read_as_pillow_reads_them(cnnbench, tmp_path):
    """Through the program: the preview's own pictures beside Pillow's."""
    pictures = {}
    noise = Image.effect_noise((32, 32), 80).convert("RGB")
    for split in ("train", "val"):
        for name in ("a", "b"):
            (tmp_path / "set" / split / name).mkdir(parents=True)
            noise.save(tmp_path / "set" / split / name / "1.png")
    noise.save(tmp_path / "whole.jpg", quality=95)
    whole = (tmp_path / "whole.jpg").read_bytes()
    pictures["extra.jpg"] = whole[:-2] + b"\x22" * 99 + whole[-2:]
    at = whole.index(b"JFIF\0") + 5
    pictures["revision.jpg"] = whole[:at] + b"\2\1" + whole[at + 2 :]
    noise.convert("P").save(tmp_path / "g.gif")
    pictures["gif.jpg"] = (tmp_path / "g.gif").read_bytes()
    for name, data in pictures.items():
        for old in (tmp_path / "set/train/a").iterdir():
            old.unlink()
        (tmp_path / "set/train/a" / name).write_bytes(data)
        cnnbench("preview", "--config", "catdog_original", "--set", f"data.path={tmp_path}/set", "--set", "data.image_size=32", "--set", "loader.shuffle=false", "--set",
                 "augment.horizontal_flip=false", "--set", "augment.zoom=0", "--set", "augment.shear_degrees=0", "--count", "1", "--versions", "1", "--export", "sheet.png")
        sheet = Image.open(cnnbench.folder / "sheet.png").convert("RGB")
        wanted = Image.open(tmp_path / "set/train/a" / name).convert("RGB")
        assert holds(sheet, wanted), name


def holds(sheet, picture):
    """Whether a picture is somewhere on the sheet, each of its pixels as a square of some whole number of pixels."""
    for scale in (1, 2, 3, 4, 5, 6, 7, 8):
        big = picture.resize((picture.width * scale, picture.height * scale), Image.NEAREST)
        row = big.crop((0, 0, big.width, 1)).tobytes()
        for y in range(sheet.height - big.height + 1):
            line = sheet.crop((0, y, sheet.width, y + 1)).tobytes()
            x = line.find(row)
            if x >= 0 and x % 3 == 0 and sheet.crop((x // 3, y, x // 3 + big.width, y + big.height)).tobytes() == big.tobytes():
                return True
    return False
