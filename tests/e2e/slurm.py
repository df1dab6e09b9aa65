"""A Slurm of one machine: its own daemons where they can be started here, else a stand-in for srun that sets what srun sets."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

# Where Slurm cannot be started: what a test's commands use of it. sbatch runs a job to its end before it returns, and again after
# `scontrol requeue`; each calls is kept in the file `calls`.
STAND_IN = """#!{python}
import itertools, os, pathlib, re, subprocess, sys

here, name, arguments = pathlib.Path({folder!r}), pathlib.Path(sys.argv[0]).name, sys.argv[1:]
with open(here / "calls", "a") as calls:
    print(name, *arguments, file=calls)

def srun():
    ranks = int(arguments[arguments.index("-n") + 1]) if "-n" in arguments else int(os.environ.get("SLURM_NTASKS", "1"))
    command = arguments[arguments.index("-n") + 2:] if "-n" in arguments else arguments
    step = {{"SLURM_STEP_NUM_TASKS": str(ranks), "SLURM_STEP_TASKS_PER_NODE": str(ranks), "SLURM_STEP_NODELIST": "localhost", "SLURM_NODEID": "0",
            "SLURM_JOB_ID": os.environ.get("SLURM_JOB_ID", str(os.getpid())), "SLURM_STEP_ID": "0"}}
    started = [subprocess.Popen(command, env=os.environ | step | {{"SLURM_PROCID": str(n), "SLURM_LOCALID": str(n)}}) for n in range(ranks)]
    (here / "step").write_text(" ".join(str(p.pid) for p in started))
    return max(p.wait() for p in started)

def run(job, script, output, variables):
    for restart in itertools.count():
        (here / "requeue").unlink(missing_ok=True)
        with open(output, "a") as out:
            code = subprocess.run(["bash", *script], env=os.environ | variables | {{"SLURM_JOB_ID": str(job), "SLURM_RESTART_COUNT": str(restart)}},
                                  stdout=out, stderr=out).returncode
        if not (here / "requeue").exists():
            return code

def sbatch():
    at = next(i for i, a in enumerate(arguments) if not a.startswith("-") and (i == 0 or arguments[i - 1] not in ("-n", "-c", "-p", "-N")))
    options, script = arguments[:at], arguments[at:]
    value = lambda key, usual: next((o.split("=", 1)[1] for o in options if o.startswith(key + "=")), usual)
    job = len((here / "calls").read_text().splitlines())
    array, codes = value("--array", None), []
    tasks = options[options.index("-n") + 1] if "-n" in options else "1"
    if array:
        last = int(array.split("-")[1])
        for task in range(1, last + 1):
            codes.append(run(job, script, value("--output", "slurm").replace("%a", str(task)), {{"SLURM_ARRAY_TASK_ID": str(task)}}))
    else:
        codes.append(run(job, script, value("--output", "slurm").replace("%j", str(job)), {{"SLURM_NTASKS": tasks}}))
    print(job)
    return max(codes) if "--wait" in options else 0

def scontrol():
    (here / "requeue").touch()

def squeue():
    print("RUNNING")

sys.exit({{"srun": srun, "sbatch": sbatch, "scontrol": scontrol, "squeue": squeue}}[name]())
"""

CONFIG = """ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Slurm:
    """`srun` and `sbatch` are commands, `environment` what they need, `is_real` whether Slurm is there."""

    def __init__(self, folder, stand_in=False):
        self.folder, self.daemons, self.environment = pathlib.Path(folder), [], {}
        self.is_real = not stand_in and self.start()
        if self.is_real:
            self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf")}
            self.srun, self.sbatch = "srun", "sbatch"
            return
        self.stop()
        bin = self.folder / "bin"
        bin.mkdir()
        for name in ("srun", "sbatch", "scontrol", "squeue"):
            (bin / name).write_text(STAND_IN.format(python=sys.executable, folder=str(self.folder)))
            (bin / name).chmod(0o755)
        self.environment = {"PATH": f"{bin}:{os.environ['PATH']}"}
        self.srun, self.sbatch = str(bin / "srun"), str(bin / "sbatch")

    def start(self):
        if os.geteuid() != 0 or not all(shutil.which(name) for name in ("munged", "slurmctld", "slurmd", "srun", "sinfo")):
            return False
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.folder.chmod(0o755)
        (self.folder / "slurm.conf").write_text(CONFIG.format(host=socket.gethostname().split(".")[0], folder=self.folder, ports=free_ports(2),
                                                              cpus=len(os.sched_getaffinity(0))))
        environment = os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf")}
        commands = [["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
                     f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed"],
                    ["slurmctld", "-D", "-c"], ["slurmd", "-D", "-c"]]
        for command in commands:
            self.daemons.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            time.sleep(1)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            said = subprocess.run(["sinfo", "-h", "-o", "%T"], env=environment, capture_output=True, text=True, check=False, timeout=20).stdout
            if said.strip() == "idle":
                return True
            time.sleep(0.5)
        return False

    def stop(self):
        if self.environment.get("SLURM_CONF"):  # jobs of a test that failed would outlive the daemons
            subprocess.run(["scancel", "--full", "--signal=KILL", "--user=root"], env=os.environ | self.environment, capture_output=True, check=False, timeout=20)
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.daemons = []
