"""`cnnbench predict`: exactly the preprocessing of training, to the picture."""

import json
import shutil

import pytest


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
    assert line.startswith(f"{picture}: ") and line.rstrip().endswith("%")


def test_a_picture_alone_and_among_others_gets_the_same_probability(drawn_run):
    program, validation = drawn_run
    pictures = sorted(validation.glob("dog/*.jpg"))[:5]
    together = program.json("predict", "run", *pictures, "--json")["predictions"]
    alone = program.json("predict", "run", pictures[3], "--json")["predictions"][0]
    assert alone["probability"] == pytest.approx(together[3]["probability"], abs=1e-6)


def test_faults_are_one_line_with_a_remedy(drawn_run, tmp_path):
    program, validation = drawn_run
    assert "holds no weights" in program("predict", tmp_path, validation, code=2).stderr
    assert "no such file" in program("predict", "run", tmp_path / "none.jpg", code=2).stderr
    (tmp_path / "broken.jpg").write_bytes(sorted(validation.glob("cat/*.jpg"))[0].read_bytes()[:3000])
    assert "broken.jpg" in program("predict", "run", tmp_path / "broken.jpg", code=1).stderr
    damaged = tmp_path / "damaged.safetensors"
    shutil.copy(program.folder / "run/best.safetensors", damaged)
    with damaged.open("r+b") as file:
        file.truncate(5000)
    fault = program("predict", damaged, validation, code=1).stderr
    assert "damaged.safetensors" in fault and len(fault.strip().splitlines()) == 1
