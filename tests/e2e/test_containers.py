"""The container recipes: linted, pinned, and about the files and versions that are there. Their steps: scripts/test_containers.sh, scripts/test_packages.sh."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from conftest import SOURCE

RECIPES = sorted((SOURCE / "scripts/container").glob("*.Dockerfile"))
TORCH = re.search(r"^torch==(\S+) ", (SOURCE / "scripts/requirements/torch.txt").read_text(), re.M)[1]


def hadolint(file):
    program = shutil.which("hadolint", path=pathlib.Path(sys.executable).parent) or shutil.which("hadolint")
    if not program:
        pytest.skip("hadolint is not installed")
    return subprocess.run([program, file], text=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda file: file.stem)
def test_lints(recipe):
    done = hadolint(recipe)
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr


def test_the_linter_sees_faults(tmp_path):
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM debian\nRUN apt-get install x\n")
    assert "DL3006" in hadolint(bad).stdout


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda file: file.stem)
def test_takes_what_is_there(recipe):
    text = recipe.read_text()
    stages = re.findall(r"^FROM \S+ AS (\S+)$", text, re.M)
    for image in re.findall(r"^FROM (\S+)", text, re.M):
        assert re.search(r":\d", image), f"{image} is not pinned"
        if image.startswith("pytorch/"):
            assert f":{TORCH}-" in image
    for origin, source in re.findall(r"^COPY (?:--from=(\S+) )?(\S+) ", text, re.M):
        if origin:
            assert origin in stages
        else:
            assert source == "." or source == "dist/cnnbench-*.whl"
    for program in re.findall(r"\bscripts/\w+\.(?:sh|Dockerfile)", text):
        assert (SOURCE / program).is_file(), program
    for path in re.findall(r"scripts/container/\S+\.Dockerfile", text):
        assert SOURCE / path == recipe
    assert re.search(r"^USER \d+:\d+$", text, re.M), "runs as root"


def test_libtorch_is_where_setup_puts_it():
    (folder,) = re.findall(r"/cache/cnnbench/(\S+) ", (SOURCE / "scripts/container/debian.Dockerfile").read_text())
    assert f"$cache/{folder} " in (SOURCE / "scripts/setup.sh").read_text()
