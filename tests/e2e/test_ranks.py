"""Several processes train one network, started by mpirun and by torchrun as users start them: they compute what one process computes, report
once, and end together."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from conftest import PROGRAM, wait_for
from slurm import Slurm

TORCH = pathlib.Path(json.loads(subprocess.run([PROGRAM, "info", "--json"], capture_output=True, text=True, check=False).stdout)["torch"]["folder"]).parent
# 44 pictures in batches of 7: the last one has two, fewer than four ranks.
SMALL = ["--config", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=44", "--set",
         "data.limit_validation=13", "--set", "loader.batch_size=7", "--set", "train.device=cpu", "--set", "train.convolution=own", "--set",
         "train.precision=float32"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def mpirun(ranks):
    if shutil.which("mpirun") is None:
        pytest.skip("no mpirun here")
    return ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", str(ranks)]


def torchrun(ranks):
    """torchrun is this module: of the torch that the program runs with."""
    if not (TORCH / "distributed/run.py").exists():
        pytest.skip("no torchrun beside this libtorch")
    return [sys.executable, "-m", "torch.distributed.run", "--no-python", "--nproc-per-node", str(ranks), "--master-port", str(free_port()), "--"]


@pytest.fixture
def start(cnnbench):
    """Starts a command in the test's folder; it and all that it started is gone after the test."""
    started = []

    def begin(*command, **more):
        # No launcher's variables from outside; OpenMPI wants to know that root is meant.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_", "OMPI_", "SLURM_"))}
        environment |= {"CNNBENCH_DATA": str(cnnbench.data), "PYTHONPATH": str(TORCH.parent)} | more
        started.append(subprocess.Popen([str(c) for c in command], cwd=cnnbench.folder, env=environment, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True))
        return started[-1]

    yield begin
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()


def end(process, code=0, seconds=240):
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == code, err
    return out, err


def result(folder):
    return json.loads((folder / "result.json").read_text())


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def ranks_of(launched):
    """Process numbers of the ranks below a launcher, in the order of their ranks."""
    found = {}
    for proc in pathlib.Path("/proc").iterdir():
        if not proc.name.isdigit():
            continue
        try:
            if os.getsid(int(proc.name)) != launched.pid and os.getpgid(int(proc.name)) != launched.pid and not below(int(proc.name), launched.pid):
                continue
            if not (proc / "cmdline").read_bytes().startswith(PROGRAM.encode()):
                continue
            variables = dict(v.split("=", 1) for v in (proc / "environ").read_text(errors="replace").split("\0") if "=" in v)
            found[int(variables.get("OMPI_COMM_WORLD_RANK", variables.get("RANK", -1)))] = int(proc.name)
        except (OSError, ProcessLookupError):
            continue
    return [found[rank] for rank in sorted(found)]


def below(process, ancestor):
    while process > 1:
        if process == ancestor:
            return True
        process = int(pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return False


@pytest.fixture
def slurm(tmp_path):
    one = Slurm(tmp_path)
    yield one
    one.stop()


def test_slurms_tasks_are_ranks(cnnbench, start, slurm):
    train = ["train", *SMALL, "--set", "train.epochs=3", "--keep-first-losses", "10"]
    end(start(PROGRAM, *train, "--run", "one"))
    ranks = min(2, len(os.sched_getaffinity(0)))  # Slurm gives each task a core
    if ranks < 2:
        pytest.skip("one core: Slurm has room for one task")
    end(start(slurm.srun, "-n", 2, PROGRAM, *train, "--run", "several", **slurm.environment))
    one, several = result(cnnbench.folder / "one"), result(cnnbench.folder / "several")
    assert several["first_losses"] == pytest.approx(one["first_losses"], abs=1e-5)
    assert (several["ranks"]["launcher"], several["ranks"]["engine"], several["ranks"]["size"]) == ("srun", "gloo", 2)


@pytest.mark.parametrize("launcher, ranks", [(mpirun, 2), (mpirun, 4), (torchrun, 2)])
def test_ranks_compute_what_one_process_computes(cnnbench, start, launcher, ranks):
    # Adam makes of a gradient's sign what it was, and of rounding near zero a step: that is true of any change of a sum's order.
    train = [PROGRAM, "train", *SMALL, "--set", "train.epochs=15", "--set", "train.optimizer=sgd", "--set", "train.learning_rate=0.001",
             "--keep-first-losses", "100"]
    end(start(*train, "--run", "one"))
    out, _ = end(start(*launcher(ranks), *train, "--run", "several", "--json"))
    one, several = result(cnnbench.folder / "one"), result(cnnbench.folder / "several")
    assert json.loads(out)["runs"][0] == several  # said once
    assert len(several["first_losses"]) == 100
    assert several["first_losses"] == pytest.approx(one["first_losses"], abs=1e-5)
    assert [e["val_accuracy"] for e in several["epochs"]] == [e["val_accuracy"] for e in one["epochs"]]
    assert [e["pictures"] for e in several["epochs"]] == [44] * 15
    r = several["ranks"]
    assert r["launcher"] == launcher.__name__ and r["size"] == ranks and r["engine"] == ("mpi" if launcher is mpirun else "gloo")
    columns = r["by_rank"]
    rows = [dict(zip(columns, values)) for values in zip(*columns.values())]
    assert [row["rank"] for row in rows] == list(range(ranks))
    assert r["bytes_per_step"] >= 4 * several["n_params"]  # each gradient is a float
    assert all(0 < row["waited_seconds"] <= row["exchange_seconds"] < row["compute_seconds"] for row in rows)
    assert "ranks" not in one
    end(start(PROGRAM, "verify", "several"))


BATCH_NORM = {"layers": [{"type": "conv", "filters": 8, "kernel": 3}, {"type": "batch_norm"}, {"type": "activation", "activation": "relu"},
                         {"type": "pool"}, {"type": "flatten"}, {"type": "dense", "units": 1}]}


def own_network(cnnbench, **model):
    """The data and settings of SMALL with a network of our own."""
    (cnnbench.folder / "own.json").write_text(json.dumps({"model": model, "train": {"optimizer": "sgd", "learning_rate": 0.01}}))
    return ["--config", "own.json", *SMALL[2:]]


@pytest.mark.parametrize("synchronized", [True, False])
def test_synchronized_batch_norm_is_that_of_one_process(cnnbench, start, synchronized):
    """44 pictures in batches of 7: of the last one, with two pictures, some of four ranks have none."""
    train = [PROGRAM, "train", *own_network(cnnbench, **BATCH_NORM), "--set", "train.epochs=8", "--keep-first-losses", "50"]
    end(start(*train, "--run", "one"))
    end(start(*mpirun(4), *train, "--set", f"train.sync_batch_norm={str(synchronized).lower()}", "--run", "several"))
    one, several = result(cnnbench.folder / "one"), result(cnnbench.folder / "several")
    same = several["first_losses"] == pytest.approx(one["first_losses"], abs=1e-4)
    assert same == synchronized
    if synchronized:
        assert [e["val_accuracy"] for e in several["epochs"]] == [e["val_accuracy"] for e in one["epochs"]]


@pytest.mark.parametrize("ranks", [1, 2])
def test_batches_that_are_added_up_are_one_update(cnnbench, start, ranks):
    """Six batches of 7 pictures and one of 2 are an epoch: three a time, and what is left at its end."""
    train = [PROGRAM, "train", *SMALL, "--set", "train.optimizer=sgd", "--set", "train.learning_rate=0.001", "--set", "train.epochs=6"]
    end(start(*train, "--set", "loader.batch_size=21", "--run", "large"))
    end(start(*(mpirun(2) if ranks == 2 else []), *train, "--set", "train.global_batch_size=21", "--run", "added"))
    large, added = result(cnnbench.folder / "large"), result(cnnbench.folder / "added")
    assert [e["val_loss"] for e in added["epochs"]] == pytest.approx([e["val_loss"] for e in large["epochs"]], abs=1e-5)
    assert [e["steps"] for e in added["epochs"]] == [7] * 6
    _, err = end(start(*train, "--set", "train.global_batch_size=20", "--run", "odd"), code=2)
    assert "20 is no multiple of loader.batch_size (7)" in err


@pytest.mark.parametrize("exchange", ["after", "none"])
def test_gradients_are_exchanged_as_the_config_says(cnnbench, start, exchange):
    train = [PROGRAM, "train", *SMALL, "--set", "train.epochs=6", "--set", "train.optimizer=sgd", "--set", "train.learning_rate=0.001",
             "--keep-first-losses", "40"]
    end(start(*mpirun(2), *train, "--run", "overlapped"))
    end(start(*mpirun(2), *train, "--set", f"train.exchange={exchange}", "--run", exchange))
    overlapped, other = result(cnnbench.folder / "overlapped"), result(cnnbench.folder / exchange)
    assert 0 < overlapped["ranks"]["exchange_latency_seconds"] < overlapped["ranks"]["exchange_alone_seconds"] < 1
    same = other["first_losses"] == pytest.approx(overlapped["first_losses"], abs=1e-5)
    rows = other["ranks"]["by_rank"]
    if exchange == "after":
        assert same and rows["waited_seconds"] == rows["exchange_seconds"] and min(rows["waited_seconds"]) > 0
    else:
        assert not same and rows["waited_seconds"] == [0, 0] and other["ranks"]["bytes_per_step"] == 0
        assert "the ranks exchanged no gradients (train.exchange=none): each trained a network of its own" in other["taints"]
        _, err = start(*mpirun(2), PROGRAM, "train", "--resume", exchange, "--set", "train.epochs=7").communicate(timeout=60)
        assert "cannot go on: only the first one's weights are kept" in err


def test_the_ranks_of_a_machine_keep_decoded_pictures_in_common(cnnbench, start):
    photographs = ["--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=64", "--set", "data.drawn_validation=16",
                   "--set", "train.epochs=3", "--set", "train.device=cpu"]
    end(start(*mpirun(2), PROGRAM, "train", *photographs, "--set", "loader.cache=decoded", "--run", "common"))
    end(start(*mpirun(2), PROGRAM, "train", *photographs, "--set", "loader.cache=encoded", "--run", "own"))
    assert result(cnnbench.folder / "common")["ranks"]["shared_cache"] is True
    assert result(cnnbench.folder / "own")["ranks"]["shared_cache"] is False
    assert not [f for f in pathlib.Path("/dev/shm").iterdir() if "cnnbench" in f.name]


def test_bench_over_ranks_says_how_it_scales(cnnbench, start):
    bench = [PROGRAM, "bench", "--config", "catdog_original", *SMALL[2:], "--set", "data.limit_train=64", "--set", "loader.batch_size=16", "-r", 1]
    out, err = end(start(*bench, "--ranks", "1,2", "--export", "rows.jsonl", "--json"))
    document = json.loads(out)
    one, two = document["rows"]
    assert (one["ranks"], two["ranks"], two["axes"]["ranks"]) == (1, 2, "2")
    assert one["compute_only_ips"] and one["apart_ips"] is None
    assert two["apart_ips"] and two["apart_slowest"] >= 1 and two["exchange_alone_us"] > 0 and two["exchange_bytes"] >= 4 * two["n_params"]
    assert two["ranks_predicted_ips"] == pytest.approx(1 / (two["apart_slowest"] / two["apart_ips"] + 1e-6 * (two["exchange_beside_us"] or two["exchange_alone_us"]) / 16))
    base, scaled = document["scaling"]
    assert (base["efficiency"], scaled["base_cell"]) == (1, one["cell"])
    cores = len(os.sched_getaffinity(0))
    if cores >= 2:
        assert scaled["efficiency"] == pytest.approx(two["median_ips"] / one["median_ips"] * min(one["threads"], cores) / 2)
        assert scaled["predicted_efficiency"] == pytest.approx(two["ranks_predicted_ips"] / one["median_ips"] * min(one["threads"], cores) / 2)
    assert "ranks=2: " in err
    end(start(PROGRAM, "verify", "rows.jsonl"))
    _, err = end(start(*bench, "--ranks", "0"), code=2)
    assert "'0' is no number of processes" in err
    _, err = end(start(*bench, "--ranks", "2", "--launcher", "no-such-launcher {}"), code=1)
    assert "no-such-launcher is not installed: it is what starts ranks" in err


def test_a_signal_to_one_rank_ends_all_and_they_go_on_bit_for_bit(cnnbench, start):
    """Dropout, batch norm, momentum: what each rank has of its own is in the state."""
    (cnnbench.folder / "everything.json").write_text(json.dumps({
        "model": {"layers": [{"type": "conv", "filters": 8, "kernel": 3}, {"type": "batch_norm"}, {"type": "activation", "activation": "relu"},
                             {"type": "pool"}, {"type": "flatten"}, {"type": "dropout", "rate": 0.3}, {"type": "dense", "units": 1}]},
        "train": {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.01, "schedule": "cosine", "moving_average": 0.95}}))
    train = [PROGRAM, "train", *SMALL, "--config", "everything.json", "--set", "train.epochs=400"]
    train = [a for i, a in enumerate(train) if not (a == "catdog_original" or (a == "--config" and train[i + 1] == "catdog_original"))]
    end(start(*mpirun(2), *train, "--run", "whole"))
    stopped = start(*mpirun(2), *train, "--run", "cut")
    wait_for(lambda: (cnnbench.folder / "cut/epochs.csv").exists() and len((cnnbench.folder / "cut/epochs.csv").read_text().splitlines()) > 5)
    os.kill(wait_for(lambda: len(ranks_of(stopped)) == 2 and ranks_of(stopped))[1], signal.SIGINT)
    _, err = stopped.communicate(timeout=60)
    assert stopped.returncode == 130, err
    assert result(cnnbench.folder / "cut")["stopped"] == "signal 2"
    end(start(*mpirun(2), PROGRAM, "train", "--resume", "cut"))
    assert digest(cnnbench.folder / "cut/last.safetensors") == digest(cnnbench.folder / "whole/last.safetensors")
    whole, cut = result(cnnbench.folder / "whole"), result(cnnbench.folder / "cut")
    assert [(e["loss"], e["val_loss"]) for e in cut["epochs"]] == [(e["loss"], e["val_loss"]) for e in whole["epochs"]]
    _, err = end(start(PROGRAM, "train", "--resume", "cut", "--set", "train.epochs=401"), code=2)
    assert "ranks: 2 before, 1 now" in err


@pytest.mark.parametrize("launcher", [mpirun, torchrun])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_rank_that_dies_or_stands_still_ends_all_within_half_a_minute(cnnbench, start, launcher, how):
    run = start(*launcher(2), PROGRAM, "train", *SMALL, "--set", "train.epochs=1000000", "--run", "run")
    wait_for(lambda: (cnnbench.folder / "run/epochs.csv").exists() and len((cnnbench.folder / "run/epochs.csv").read_text().splitlines()) > 3)
    first, second = wait_for(lambda: len(ranks_of(run)) == 2 and ranks_of(run))
    os.kill(second, how)
    began = time.monotonic()
    wait_for(lambda: not pathlib.Path(f"/proc/{first}/stat").exists() or
             pathlib.Path(f"/proc/{first}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z", seconds=60)
    took = time.monotonic() - began
    if how == signal.SIGSTOP and pathlib.Path(f"/proc/{second}").exists():
        os.kill(second, signal.SIGCONT)  # torchrun cannot end one that is stopped
    _, err = run.communicate(timeout=60)
    assert run.returncode != 0
    assert took < 30, err
    if how == signal.SIGSTOP:
        assert "error: the exchange with the other ranks failed: " in err and "fault of cnnbench" not in err


def test_what_is_one_process_work_says_so(cnnbench, start):
    _, err = start(*mpirun(2), PROGRAM, "bench", "-m", "catdog_original").communicate(timeout=60)
    assert "rank 0: error: mpirun started 2 processes, and bench is the work of one -- train runs in ranks; start this without the launcher" in err


def test_info_says_which_rank_it_is(cnnbench, start):
    environment = {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_LOCALID": "0", "SLURM_NODEID": "1", "SLURM_STEP_TASKS_PER_NODE": "1(x2)",
                   "SLURM_STEP_NODELIST": "n[1-2]", "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0"}
    out, _ = end(start(PROGRAM, "info", "--json", **environment))
    launch = json.loads(out)["launch"]
    assert (launch["launcher"], launch["rank"], launch["size"], launch["address"]) == ("srun", 1, 2, "n1")
    _, err = end(start(PROGRAM, "info", **(environment | {"SLURM_PROCID": "two"})), code=2)
    assert err.startswith("error: the environment variable SLURM_PROCID=two is not what a launcher sets")
