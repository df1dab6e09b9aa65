"""`cnnbench predict`: exactly the preprocessing of training, to the picture."""

import json
import re
import shutil

import numpy
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def drawn_run(tmp_path_factory, drawn_data):
    from conftest import Program

    program = Program(tmp_path_factory.mktemp("predict"), drawn_data)
    program("train", "--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=128", "--set", "data.drawn_validation=64",
            "--set", "train.epochs=3", "--device", "cpu", "--run", "run")
    validation = next(drawn_data.glob("drawn-128-64-*/validation"))
    return program, validation


def right_share(predictions):
    return sum(p["file"].split("/")[-2] == p["class"] for p in predictions) / len(predictions)


def test_predictions_on_the_validation_folder_give_the_runs_accuracy_to_the_picture(drawn_run):
    program, validation = drawn_run
    answer = program.json("predict", "run", validation, "--json")
    result = json.loads((program.folder / "run/result.json").read_text())
    assert answer["schema_version"] == 1 and len(answer["predictions"]) == 64
    assert right_share(answer["predictions"]) * 64 == pytest.approx(result["best_val_accuracy"] * 64, abs=1e-9)


def test_above_one_half_is_the_second_class(drawn_run):
    program, validation = drawn_run
    for p in program.json("predict", "run", validation, "--json")["predictions"]:
        assert sum(p["probabilities"].values()) == pytest.approx(1)
        assert p["class"] == ("dog" if p["probabilities"]["dog"] > 0.5 else "cat")
        assert p["probability"] == max(p["probabilities"].values()) >= 0.5


def test_single_pictures_in_words(drawn_run):
    program, validation = drawn_run
    picture = sorted(validation.glob("cat/*.jpg"))[0]
    line = program("predict", "run/last.safetensors", picture).stdout
    assert re.fullmatch(rf"{re.escape(str(picture))}: (cat [\d.]+ %|dog [\d.]+ %, wrong: it is cat)\n", line)


def test_a_picture_alone_and_among_others_gets_the_same_probability(drawn_run):
    program, validation = drawn_run
    pictures = sorted(validation.glob("dog/*.jpg"))[:5]
    together = program.json("predict", "run", *pictures, "--json")["predictions"]
    alone = program.json("predict", "run", pictures[3], "--json")["predictions"][0]
    assert alone["probability"] == pytest.approx(together[3]["probability"], abs=1e-6)


def test_faults_are_one_line_with_a_remedy(drawn_run, tmp_path):
    program, validation = drawn_run
    assert "holds no weights" in program("predict", tmp_path, validation, code=2).stderr
    assert "none.jpg is not there" in program("predict", "run", tmp_path / "none.jpg", code=2).stderr
    (tmp_path / "broken.jpg").write_bytes(sorted(validation.glob("cat/*.jpg"))[0].read_bytes()[:3000])
    assert "broken.jpg" in program("predict", "run", tmp_path / "broken.jpg", code=1).stderr
    damaged = tmp_path / "damaged.safetensors"
    shutil.copy(program.folder / "run/best.safetensors", damaged)
    with damaged.open("r+b") as file:
        file.truncate(5000)
    fault = program("predict", damaged, validation, code=1).stderr
    assert "damaged.safetensors" in fault and len(fault.strip().splitlines()) == 1


def test_folders_that_name_classes_give_a_confusion_matrix_and_scores(drawn_run):
    program, validation = drawn_run
    answer = program.json("predict", "run", validation, "--json")
    predictions, confusion = answer["predictions"], answer["confusion"]
    assert confusion["classes"] == ["cat", "dog"] and confusion["pictures"] == 64
    for truth, row in zip(confusion["classes"], confusion["matrix"]):
        for guess, count in zip(confusion["classes"], row):
            assert count == sum(p["truth"] == truth and p["class"] == guess for p in predictions)
    assert confusion["accuracy"] == pytest.approx(right_share(predictions))
    matrix = numpy.array(confusion["matrix"])
    for i, scores in enumerate(confusion["per_class"]):
        guessed = matrix[:, i].sum()
        assert scores["pictures"] == 32 and scores["recall"] == pytest.approx(matrix[i, i] / 32)
        assert scores["precision"] == (pytest.approx(matrix[i, i] / guessed) if guessed else None)
    wrong = [m["probability"] for m in answer["mistakes"]]
    assert wrong == sorted(wrong, reverse=True) and len(wrong) == 64 - numpy.trace(matrix)
    out = program("predict", "run", validation).stdout
    assert f"{numpy.trace(matrix)} of 64 right" in out and "precision" in out


def test_wrong_only_lists_the_mistakes_the_most_confident_first(drawn_run):
    program, validation = drawn_run
    answer = program.json("predict", "run", validation, "--wrong-only", "--json")
    assert [p["file"] for p in answer["predictions"]] == [m["file"] for m in answer["mistakes"]]
    assert all(p["right"] is False for p in answer["predictions"]) and answer["confusion"]["pictures"] == 64
    lines = program("predict", "run", validation, "--wrong-only").stdout.split("\n\n")[0].splitlines()
    assert len([line for line in lines if ", wrong: it is " in line]) == len(answer["mistakes"])


def test_a_sheet_frames_right_and_wrong(drawn_run):
    program, validation = drawn_run
    program("predict", "run", validation, "--sheet", "sheet.png", "--sheet-count", 64)
    sheet = numpy.asarray(Image.open(program.folder / "sheet.png").convert("RGB")).astype(int)
    green, red = (abs(sheet - colour).max(axis=2) == 0 for colour in ((0, 150, 95), (208, 55, 30)))
    predictions = program.json("predict", "run", validation, "--json")["predictions"]
    # A frame's lower edge: 190 pixels wide and 5 high, nothing else is as long.
    def frames(mask):
        return sum("".join("x" if v else " " for v in row).count("x" * 190) for row in mask) / 5

    right = round(right_share(predictions) * 64)
    bars = 7 / 5 * sum(p["probability"] * 190 > 189.5 for p in predictions)  # a full bar is as wide
    assert right <= frames(green) <= 2 * right + bars and 64 - right <= frames(red) <= 2 * (64 - right) + bars
    program("predict", "run", validation, "--sheet", "few.png", "--sheet-count", 4)
    assert Image.open(program.folder / "few.png").height < sheet.shape[0]


def test_the_tutorials_mistake_is_what_comes_out_without_the_rescaling(drawn_run):
    program, validation = drawn_run
    answer = program.json("predict", "run", validation, "--as-tutorial-bug", "--json", "--sheet", "bug.png")
    plain = program.json("predict", "run", validation, "--json")
    for with_bug, without in zip(answer["predictions"], plain["predictions"]):
        assert with_bug.pop("tutorial_bug")["probabilities"].keys() == {"cat", "dog"}
        assert with_bug == without
    # The same as a run whose config had no rescaling would say, of the same weights.
    unscaled = program.json("predict", "run", validation, "--as-tutorial-bug", "--json")
    weights = bytearray((program.folder / "run/best.safetensors").read_bytes())
    length = int.from_bytes(weights[:8], "little")
    header = json.loads(weights[8:8 + length])
    text = json.dumps(header["__metadata__"])
    changed = re.sub(r'(rescale[\\"]*: ?)0\.00392\d*', r"\g<1>1.0", text)
    assert changed != text
    header["__metadata__"] = json.loads(changed)
    new = json.dumps(header).encode()
    new += b" " * (-len(new) % 8)
    (program.folder / "unscaled.safetensors").write_bytes(len(new).to_bytes(8, "little") + new + weights[8 + length:])
    other = program.json("predict", "unscaled.safetensors", validation, "--json")
    for bug, p in zip(unscaled["predictions"], other["predictions"]):
        assert bug["tutorial_bug"]["class"] == p["class"]
        assert bug["tutorial_bug"]["probability"] == pytest.approx(p["probability"], abs=1e-9)
    assert unscaled["tutorial_bug"]["accuracy"] == other["confusion"]["accuracy"]
    assert "without 1/255" in program("predict", "run", validation, "--as-tutorial-bug").stdout


def test_pictures_of_unknown_truth_and_hostile_names_are_shown_all_the_same(drawn_run, tmp_path):
    program, validation = drawn_run
    for i, picture in enumerate(sorted(validation.glob("dog/*.jpg"))[:3]):
        shutil.copy(picture, tmp_path / ["plain.jpg", "\x1b[31m<b>&\n.jpg", "\u00e4" * 100 + ".jpg"][i])
    out = program("predict", "run", tmp_path, "--sheet", tmp_path / "sheet.png").stdout
    assert len(out.splitlines()) == 3 and "\x1b" not in out and "wrong" not in out and "right" not in out
    assert Image.open(tmp_path / "sheet.png").width > 1000
    answer = program.json("predict", "run", tmp_path / "plain.jpg", "--json")
    assert answer["predictions"][0]["truth"] is None and "confusion" not in answer
    assert "none is called cat, dog" in program("predict", "run", tmp_path, "--wrong-only", code=2).stderr
    assert "PNG" in program("predict", "run", tmp_path, "--sheet", "sheet.jpg", code=2).stderr
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "plain.jpg").read_bytes()[:3000])
    assert "broken.jpg" in program("predict", "run", tmp_path, "--sheet", tmp_path / "other.png", code=1).stderr
    assert Image.open(tmp_path / "other.png").size == Image.open(tmp_path / "sheet.png").size, "the sheet is of the others"
