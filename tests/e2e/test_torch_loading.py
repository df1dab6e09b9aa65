"""How the program loads torch: what one process holds together must not get in each other's way."""

import os
import re
import subprocess

from conftest import PROGRAM


def test_torch_keeps_its_own_blas():
    # OpenCV depends on Debian's reference BLAS; with plain lookup it would take sgemm_ away from libtorch.
    variables = {**os.environ, "LD_DEBUG": "bindings", "LD_BIND_NOW": "1"}
    done = subprocess.run([PROGRAM, "info"], env=variables, text=True, capture_output=True, timeout=300)
    bound = re.findall(r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `([sd]gemm_)'", done.stderr)
    assert done.returncode == 0
    assert [b for b in bound if "libtorch_cpu" in b[0]], "libtorch binds gemm somewhere"
    assert not [b for b in bound if "libtorch" in b[0] and "libtorch" not in b[1]], bound


def test_torch_shares_the_programs_streams():
    # A copy of std::cerr in the program would leave torch, which looks for its own symbols first, with one that is never opened.
    done = subprocess.run(["readelf", "--relocs", "--wide", PROGRAM], text=True, capture_output=True, check=True)
    assert "R_X86_64_JUMP_SLO" in done.stdout or "R_X86_64_GLOB_DAT" in done.stdout
    assert "R_X86_64_COPY" not in done.stdout
