"""How the program loads torch: what one process holds together must not get in each other's way."""

import os
import pathlib
import re
import subprocess

import pytest
from conftest import PROGRAM


# Where it was built, from where scripts/run.sh starts it (the next test), and through a link; scripts/test_bundle.sh looks at a bundle.
@pytest.mark.parametrize("way", ["built", "linked"])
def test_torch_keeps_its_own_blas(way, tmp_path):
    # OpenCV depends on Debian's reference BLAS; with plain lookup it would take sgemm_ away from libtorch.
    program = [PROGRAM]
    if way == "linked":
        (tmp_path / "cnnbench").symlink_to(PROGRAM)
        program = [tmp_path / "cnnbench"]
    variables = {**os.environ, "LD_DEBUG": "bindings", "LD_BIND_NOW": "1", "LD_DEBUG_OUTPUT": str(tmp_path / "bindings")}
    done = subprocess.run([*program, "info"], env=variables, text=True, capture_output=True, timeout=300)
    text = "".join(file.read_text(errors="replace") for file in tmp_path.glob("bindings.*"))
    bound = re.findall(r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `([sd]gemm_)'", text)
    assert done.returncode == 0
    assert [b for b in bound if "libtorch_cpu" in b[0]], "libtorch binds gemm somewhere"
    assert not [b for b in bound if "libtorch" in b[0] and "libtorch" not in b[1]], bound


def test_run_sh_starts_the_program_where_it_was_built():
    script = pathlib.Path(os.environ["CNNBENCH_SOURCE"], "scripts/run.sh").read_text()
    assert script.rstrip().splitlines()[-1] == 'exec "$root/build/release/cnnbench" "$@"' and "LD_" not in script


def test_torch_shares_the_programs_streams():
    # A copy of std::cerr in the program would leave torch, which looks for its own symbols first, with one that is never opened.
    done = subprocess.run(["readelf", "--relocs", "--wide", PROGRAM], text=True, capture_output=True, check=True)
    assert "R_X86_64_JUMP_SLO" in done.stdout or "R_X86_64_GLOB_DAT" in done.stdout
    assert "R_X86_64_COPY" not in done.stdout
