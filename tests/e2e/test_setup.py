"""scripts/setup.sh in a checkout of its own: what it calls, in which order, and what it says, with stand-ins for apt, pip, cmake and ninja.
The last test asks the real cmake and ninja."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM, SOURCE

# Each writes a line of its name and arguments into `calls`. `wait_for TEXT`: until a line holds it, so that what has to run beside something
# else does, or the test fails.
COMMON = """#!/usr/bin/env bash
set -eu
say() { echo "$*" >>"$STAND_INS/calls"; }
wait_for() { for _ in $(seq 600); do if grep -qF -- "$1" "$STAND_INS/calls"; then return; fi; sleep 0.05; done; echo "$1 never came" >&2; exit 1; }
"""
STAND_INS = {
    "id": "echo 0",
    "df": r"printf 'Filesystem 1024-blocks Used Available Capacity Mounted\n/dev/x 99000000 1 90000000 1%% /\n'",
    "apt-get": r"""say apt-get "$@" """,
    "cmake": r"""say cmake "$@"; mkdir -p build/release; touch build/release/build.ninja""",
    "dpkg-query": r"""
        shift 3
        for package; do
          if [[ " ${MISSING:-} " != *" $package "* ]] || grep -q "^apt-get install .* $package\( \|$\)" "$STAND_INS/calls"; then
            echo -n "$package:installed "
          fi
        done""",
    "ninja": r"""
        for target; do :; done
        if grep -qx "ninja $target" "$STAND_INS/calls"; then echo "ninja: no work to do."; else echo "[1/2] Building CXX object $target"; fi
        say ninja "$target" """,
    "python3": r"""
        for wanted; do :; done # the last argument: a file with one line for each wheel, NAME==VERSION --hash=...
        case $* in
          '-m pip --version') ;;
          '-m pip download '*)
            name=$(basename "$wanted" .txt)
            while [ "$1" != --dest ]; do shift; done
            if [ -e "$2/$name.whl" ]; then say "has $name"; exit; fi
            say "fetches $name"
            if [ "$name" = "${FIRST:-}" ]; then touch "$2/$name.whl"; exit; fi
            wait_for "${AWAITED:-fetches}"
            if [ -n "${NO_NETWORK:-}" ]; then echo "no route to the packages' host"; exit 1; fi
            touch "$2/$name.whl" ;;
          '-m pip install '*)
            while [ "$1" != --target ]; do shift; done
            while read -r line _; do
              name=${line%%==*}
              mkdir -p "$2/${name//-/_}-${line##*==}.dist-info"
            done <"$wanted" ;;
        esac""",
}


class Checkout:
    def __init__(self, folder):
        self.root = folder / "checkout"
        self.stand_ins = folder / "stand_ins"
        (self.root / "scripts").mkdir(parents=True)
        self.stand_ins.mkdir()
        shutil.copy(SOURCE / "scripts/setup.sh", self.root / "scripts")
        shutil.copytree(SOURCE / "scripts/setup", self.root / "scripts/setup")
        (self.root / "scripts/requirements").mkdir()
        wheels = [line for line in (SOURCE / "scripts/requirements/torch.txt").read_text().splitlines(True) if line[0] != "#"]
        (self.root / "scripts/requirements/torch.txt").write_text("# three of them\n" + "".join(wheels[:3]))
        for name, text in STAND_INS.items():
            (self.stand_ins / name).write_text(COMMON + text + "\n")
            (self.stand_ins / name).chmod(0o755)
        (self.stand_ins / "calls").touch()
        self.wheels = folder / "cache/cnnbench/torch-2.11.0-cu130"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("CNNBENCH")}
        self.environment |= dict(PATH=f"{self.stand_ins}:{os.environ['PATH']}", STAND_INS=str(self.stand_ins), XDG_CACHE_HOME=str(folder / "cache"))

    def start(self, **variables):
        return subprocess.Popen([self.root / "scripts/setup.sh"], env=self.environment | variables, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)  # fmt: skip

    def run(self, code=0, **variables):
        process = self.start(**variables)
        out, told = process.communicate(timeout=100)
        assert (process.returncode, out) == (code, ""), told
        return told

    def calls(self):
        return (self.stand_ins / "calls").read_text().splitlines()

    def builds(self):
        return [re.sub(r"-DCNNBENCH_TORCH=\S+ ", "", call) for call in self.calls() if call.startswith(("cmake", "ninja"))]


WITHOUT_TORCH = ["cmake --preset release -DCNNBENCH_NN=OFF -DCNNBENCH_TESTS=OFF", *("ninja cnnbench_" + t for t in ("texts", "loops", "core", "cli"))]
WITH_TORCH = ["cmake --preset release -DCNNBENCH_NN=ON -DCNNBENCH_TESTS=OFF", "ninja cnnbench"]


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def test_compiles_while_libtorch_is_downloaded(checkout):
    told = checkout.run(AWAITED="ninja cnnbench_cli")  # else no wheel arrives
    assert checkout.builds() == WITHOUT_TORCH + WITH_TORCH
    assert list(checkout.wheels.glob("torch-2.11.0*.dist-info")) and not checkout.wheels.with_name(checkout.wheels.name + ".part").exists()
    *steps, done = told.splitlines()
    assert all(re.fullmatch(r"setup: .*( \.\.\. \d+\.\d s|: begun)", line) for line in steps), told
    assert re.fullmatch(r"setup: done in \d+\.\d s: .*/build/release/cnnbench", done)
    assert [line.split(",")[0] for line in steps if "libtorch 2.11.0" in line] == ["setup: libtorch 2.11.0 with CUDA 13"] * 2  # begun, and how long it took


def test_only_as_long_as_libtorch_is_not_there(checkout):
    checkout.run(AWAITED="ninja cnnbench_texts")
    builds = checkout.builds()
    assert builds[:2] == WITHOUT_TORCH[:2] and builds[-2:] == WITH_TORCH and builds[2:-2] == WITHOUT_TORCH[2 : len(builds) - 2]
    calls = len(checkout.calls())
    assert checkout.run() == ""
    assert checkout.calls()[calls:] == ["ninja cnnbench"]  # neither fetched nor configured again


def test_packages_of_the_download_come_first(checkout):
    told = checkout.run(MISSING="cmake python3-venv libpng-dev", AWAITED="libpng-dev")
    apt = [call.removesuffix(" ") for call in checkout.calls() if call.startswith("apt-get")]
    assert apt == ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends python3-venv",
                   "apt-get install -y -qq --no-install-recommends cmake libpng-dev"]  # fmt: skip
    assert "system packages (python3-venv) ... " in told and "system packages (cmake libpng-dev) ... " in told


def test_download_that_fails(checkout):
    told = checkout.run(code=1, AWAITED="ninja cnnbench_core", NO_NETWORK="yes")
    assert "no route to the packages' host" in told
    assert re.search(r"^setup: libtorch 2.11.0 with CUDA 13, .* \.\.\. failed$", told, re.M)
    assert re.fullmatch(r"setup: error: libtorch 2.11.0 .* failed \(above: the end of .*/build/setup.libtorch.log\)", told.splitlines()[-1])
    assert WITH_TORCH[0] not in checkout.builds()
    checkout.run()  # and the network is back
    assert checkout.builds()[-2:] == WITH_TORCH


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_download_is_stopped_and_resumed(checkout, how):
    process = checkout.start(FIRST="torch", AWAITED="never")
    deadline = time.monotonic() + 60
    part = checkout.wheels.with_name(checkout.wheels.name + ".part") / "wheels"
    while "ninja cnnbench_cli" not in checkout.calls() or len(list(part.glob("*.whl"))) != 1:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    time.sleep(0.2)  # into its wait for the download
    os.killpg(process.pid, how)  # as a terminal does
    process.communicate(timeout=30)
    assert process.returncode == 128 + how
    # Nobody goes on: each of the downloads has this variable.
    mark = f"STAND_INS={checkout.stand_ins}".encode()
    while [p for p in os.listdir("/proc") if p.isdigit() and mark in environment_of(p)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    fetched = checkout.calls().count("fetches torch")
    checkout.run()
    assert "has torch" in checkout.calls() and checkout.calls().count("fetches torch") == fetched == 1


def environment_of(process):
    try:
        with open(f"/proc/{process}/environ", "rb") as file:
            return file.read()
    except OSError:
        return b""


def test_what_is_compiled_reads_no_file_that_setup_does_not_install():
    """A header that some machine has by chance, and a fresh one has not."""
    build = pathlib.Path(PROGRAM).parent
    torch = re.search(r"^CNNBENCH_TORCH:PATH=(.+)$", (build / "CMakeCache.txt").read_text(), re.M)
    if not torch or not (pathlib.Path(torch[1]).parent / "nvidia").is_dir():
        pytest.skip("this build's torch is not a wheel with its CUDA wheels beside it")
    listed = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True, timeout=60).stdout
    read = {line.strip() for line in listed.splitlines() if line.startswith("    ")}
    assert any(name.endswith("nccl.h") for name in read) and any(name.endswith("fmt/format.h") for name in read)
    wheels = os.path.realpath(pathlib.Path(torch[1]).parent) + "/"
    paths = {os.path.realpath(build / name) for name in read}
    assert not [path for path in paths if re.match(r"/(usr/local|opt)/", path) and not path.startswith(wheels)]


def test_what_is_compiled_before_torch_is_there_is_not_compiled_again(tmp_path):
    torch = re.search(r"^CNNBENCH_TORCH:PATH=(.+)$", (pathlib.Path(PROGRAM).parent / "CMakeCache.txt").read_text(), re.M)
    if not torch:
        pytest.skip("this build's torch folder was not given to cmake")
    commands = []
    for nn in ("OFF", "ON"):
        subprocess.run(["cmake", "-S", SOURCE, "-B", tmp_path, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCNNBENCH_TESTS=OFF", f"-DCNNBENCH_NN={nn}",
                        f"-DCNNBENCH_TORCH={torch[1]}"], check=True, capture_output=True, timeout=300)  # fmt: skip
        compiled = json.loads(subprocess.run(["ninja", "-C", tmp_path, "-t", "compdb"], check=True, capture_output=True, text=True, timeout=60).stdout)
        objects = {c["output"]: c["command"] for c in compiled if c["output"].endswith((".o", ".gch"))}
        units = {u: u.read_text() for u in tmp_path.glob("CMakeFiles/*.dir/Unity/*.cxx")} | {u: u.read_text() for u in tmp_path.glob("CMakeFiles/*.dir/cmake_pch.hxx")}
        commands.append((objects, units))
    (before, units_before), (after, units_after) = commands
    assert len(before) > 20 and any("texts" in o for o in before) and any("cnnbench_cli" in o for o in before)
    assert before.items() <= after.items() and units_before.items() <= units_after.items()
    assert any("cnnbench_nn" in o for o in after.keys() - before.keys())
