"""A Slurm of one machine: its own daemons where they can be started here, else a stand-in for srun that sets what srun sets."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

STAND_IN = """#!{python}
import os, subprocess, sys
ranks = int(sys.argv[sys.argv.index("-n") + 1])
command = sys.argv[sys.argv.index("-n") + 2:]
step = {{"SLURM_STEP_NUM_TASKS": str(ranks), "SLURM_STEP_TASKS_PER_NODE": str(ranks), "SLURM_STEP_NODELIST": "localhost", "SLURM_NODEID": "0",
        "SLURM_JOB_ID": str(os.getpid()), "SLURM_STEP_ID": "0"}}
started = [subprocess.Popen(command, env=os.environ | step | {{"SLURM_PROCID": str(n), "SLURM_LOCALID": str(n)}}) for n in range(ranks)]
sys.exit(max(p.wait() for p in started))
"""

CONFIG = """ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
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
    """`srun` is the command, `environment` what it needs, `is_real` whether Slurm is there."""

    def __init__(self, folder):
        self.folder, self.daemons, self.environment = pathlib.Path(folder), [], {}
        self.is_real = self.start()
        if self.is_real:
            self.srun, self.environment = "srun", {"SLURM_CONF": str(self.folder / "slurm.conf")}
            return
        self.stop()
        self.srun = str(self.folder / "srun")
        pathlib.Path(self.srun).write_text(STAND_IN.format(python=sys.executable))
        os.chmod(self.srun, 0o755)

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
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.daemons = []
