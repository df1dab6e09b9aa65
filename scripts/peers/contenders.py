"""Who is measured, with which settings to choose from, and the command that measures one cell once. Plain Python, no framework.

A cell is (network, mode, batch). Every contender gets the best of its candidates, found by measurement on this machine before the
rounds begin; what a contender cannot do is None, with the reason in `why_not`.
"""

import dataclasses
import json
import math
import os
import pathlib
import subprocess

here = pathlib.Path(__file__).resolve().parent
repo = here.parent.parent
CORES = len(os.sched_getaffinity(0))

NETWORKS = {"original": "catdog_original", "improved": "catdog_improved", "cifar10": "cifar10"}
MODES = {
    "synthetic": "the training step alone, on one batch that is already there",
    "loader": "files to augmented batches, no training; every epoch reads and decodes (CIFAR-10: from memory)",
    "loader-cached": "the same from epoch 2 on with the decoded pictures kept in memory, where a peer can",
    "live": "training with live augmentation, from epoch 2 on; peers read and decode every epoch, as their tutorials do (CIFAR-10: from memory)",
    "live-cached": "training with live augmentation, from epoch 2 on; peers keep the decoded pictures in memory, where they can",
}
ABOUT = {
    "torch_eager": "PyTorch as tutorials have it: float32, NCHW, default Adam/SGD, DataLoader with one worker process per core, augmentation per picture",
    "torch_tuned": "PyTorch tuned: channels_last, fused optimizer, torch.compile and bfloat16 autocast where they help, DataLoader with persistent "
                   "workers that augment whole batches",
    "torch_malloc": "torch_tuned with glibc's malloc told never to give memory back (MALLOC_MMAP_MAX_=0, MALLOC_TRIM_THRESHOLD_=-1)",
    "keras_fit": "Keras fit() with the legacy ImageDataGenerator",
    "keras_tfdata": "Keras fit() with tf.data (AUTOTUNE everywhere), XLA and mixed_bfloat16 where they help",
    "cnnbench": "cnnbench as it comes, precision auto",
    "cnnbench_float32": "cnnbench with train.precision=float32",
}
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "-1"}


@dataclasses.dataclass(frozen=True)
class Cell:
    network: str
    mode: str
    batch: int

    def __str__(self):
        return f"{self.network} {self.mode} b{self.batch}"


def why_not(contender, cell):
    """None, or why this contender has no such cell."""
    if cell.mode.endswith("cached") and cell.network == "cifar10":
        return "CIFAR-10 is in memory anyway"
    if contender in ("torch_eager", "keras_fit") and cell.mode.endswith("cached"):
        return "keeps nothing"
    if contender == "keras_fit" and cell.network == "cifar10" and cell.mode != "synthetic":
        return "ImageDataGenerator cannot crop"
    if contender == "torch_malloc" and cell.mode.startswith("loader"):
        return "the same as torch_tuned"
    if contender == "cnnbench_float32" and cell.mode.startswith("loader"):
        return "the same as cnnbench"
    return None


def candidates(contender, cell, chosen):
    """Settings to choose from. chosen(contender, network, mode): what was found best there, or None where it was not measured."""
    if contender.startswith("cnnbench"):
        return [{}]
    if contender == "torch_eager":
        return [{"plain": True, "threads": CORES, "workers": CORES}]
    if contender == "torch_malloc":
        tuned = chosen("torch_tuned", cell.network, cell.mode)
        return [{**s, "env": {**s.get("env", {}), **MALLOC}} for s in ([tuned] if tuned else candidates("torch_tuned", cell, chosen))]
    step, loader = STEPS[contender], LOADERS[contender](cell.mode)
    if cell.mode == "synthetic":
        return step
    if cell.mode.startswith("loader"):
        return loader
    best = chosen(contender, cell.network, "synthetic")
    return [{**without_binding(best or step[0]), **extra} for extra in loader]


def without_binding(settings):  # worker processes inherit a bound main thread's one core
    return {**settings, "env": {k: v for k, v in settings.get("env", {}).items() if not k.startswith("OMP_")}}


_BOUND = {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores"}
_TUNED = {"channels_last": True, "fused": True, "flush_denormal": True, "threads": CORES, "env": _BOUND}
STEPS = {
    "torch_tuned": [{**_TUNED, "bfloat16": True, "compile": "default"}, {**_TUNED, "bfloat16": True, "compile": "max-autotune"},
                    {**_TUNED, "bfloat16": True}, {**_TUNED, "compile": "default"}, {**_TUNED}],
    "keras_fit": [{"input": "generator", "jit": "auto"}, {"input": "generator", "jit": False}],
    "keras_tfdata": [{"jit": True}, {"jit": True, "steps_per_execution": 10}, {"jit": True, "bfloat16": True}, {"jit": False}],
}


def _torch_workers(mode):
    if mode.startswith("loader"):
        return [{"workers": CORES, "threads": 1}, {"workers": 2 * CORES, "threads": 1}]
    splits = [{"threads": CORES, "workers": CORES}, {"threads": CORES, "workers": 1}, {"threads": max(1, CORES - 1), "workers": 1}]
    return splits + ([{"threads": CORES, "workers": 0}] if mode.endswith("cached") else [])


def _generator_workers(mode):
    splits = [{"workers": 1}, {"workers": CORES}]
    return [{"input": "generator", **s} for s in splits + ([{"workers": CORES, "processes": True}] if mode == "loader" else [])]


LOADERS = {"torch_tuned": _torch_workers, "keras_fit": _generator_workers, "keras_tfdata": lambda mode: [{}]}


class Failed(Exception):
    pass


def run_json(command, env, limit_seconds, cwd=None):
    """Runs a fresh process and reads the JSON document on the last lines of its stdout."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "MKL_", "KMP_", "GOMP_", "MALLOC_", "TF_", "TORCHINDUCTOR_", "XLA_"))}
    try:
        done = subprocess.run([str(c) for c in command], env={**clean, **env}, cwd=cwd, timeout=limit_seconds, capture_output=True, text=True)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"took longer than {limit_seconds:.0f} s") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        telling = [line for line in lines if "Error" in line or line.startswith("error:")] or lines or ["nothing on stderr"]
        raise Failed(f"exit {done.returncode}: {telling[-1][:300]}")
    try:
        return json.loads(done.stdout[done.stdout.index("{"):])
    except ValueError as error:
        raise Failed(f"no JSON on stdout: {done.stdout[-200:]!r}") from error


class Bench:
    """Measures one contender in one cell once. Holds what must be known for that: options, the peers' pythons, cnnbench's speeds."""

    def __init__(self, options):
        self.options = options
        self.pythons, self.speeds = {}, {}

    def data(self, network):
        return self.options.cifar if network == "cifar10" else self.options.data

    def sample(self, contender, cell, settings, seconds):
        if contender.startswith("cnnbench"):
            loader = cell.mode.startswith("loader")
            return self.cnnbench_loader_sample(cell, seconds) if loader else self.cnnbench_sample(contender, cell, seconds)
        name = contender.split("_")[0]
        if name not in self.pythons:
            self.pythons[name] = subprocess.run([here / "setup.sh", name], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        settings = dict(settings)
        env = settings.pop("env", {})
        command = [self.pythons[name], here / f"bench_{name}.py", "--network", NETWORKS[cell.network], "--mode", cell.mode, "--batch", cell.batch,
                   "--seconds", seconds, "--warm-seconds", self.options.warm_seconds, "--decode", self.options.decode,
                   "--pictures", self.options.pictures, "--settings", json.dumps(settings)]
        if cell.mode != "synthetic":
            command += ["--data", self.data(cell.network)]
        return run_json(command, env, self.options.limit)

    def cnnbench_loader_sample(self, cell, seconds):
        """cnnbench data bench; whole passes after the first."""
        cache = "decoded" if cell.mode.endswith("cached") or cell.network == "cifar10" else "none"
        sets = {"loader.batch_size": cell.batch, "loader.cache": cache, "data.decode": self.options.decode, "data.path": self.data(cell.network),
                "data.limit_train": self.options.pictures}
        command = [self.options.cnnbench, "data", "bench", "--config", f"configs/{NETWORKS[cell.network]}.json", "--seconds", seconds, "--json", "-q"]
        for key, value in sets.items():
            command += ["--set", f"{key}={value}"]
        result = run_json(command, {}, self.options.limit, cwd=repo)
        return {**result, "settings": sets}

    def cnnbench_sample(self, contender, cell, seconds):
        """cnnbench train; its headline leaves the first epoch out, which is the warm-up here."""
        sets = {"loader.batch_size": cell.batch, "train.precision": "float32" if contender.endswith("float32") else "auto", "train.validate_every": 0,
                "train.checkpoint_every": 0, "train.moving_average": 0, "data.decode": self.options.decode}  # peers keep no moving average
        pace = self.speeds.get((contender, cell), 0)  # images/s of an earlier sample: the first only finds out
        if cell.mode == "synthetic":
            steps = max(20, math.ceil(seconds * pace / cell.batch))
            sets |= {"data.kind": "synthetic", "train.steps_per_epoch": steps, "train.epochs": 2}
        else:
            pictures = self.options.pictures or (20000 if cell.network == "cifar10" else 2500)
            sets |= {"data.path": self.data(cell.network), "data.limit_train": self.options.pictures,
                     "train.epochs": 1 + max(1, math.ceil(seconds * pace / pictures))}
        command = [self.options.cnnbench, "train", "--config", f"configs/{NETWORKS[cell.network]}.json", "--device", "cpu", "--json", "-q"]
        for key, value in sets.items():
            command += ["--set", f"{key}={value}"]
        result = run_json(command + ["--run", self.options.scratch / f"run{len(self.speeds)}-{os.urandom(4).hex()}"], {}, self.options.limit, cwd=repo)
        first = not pace
        self.speeds[contender, cell] = result["images_per_second"]
        if first:
            return self.cnnbench_sample(contender, cell, seconds)
        kept = {key: result.get(key) for key in ("images_per_second", "precision", "threads", "workers", "cache", "libtorch", "build_commit", "taints", "verdict")}
        return {**kept, "windows": [e["images_per_second"] for e in result["epochs"][1:]], "settings": sets,
                "versions": {"cnnbench": result.get("build_commit"), "libtorch": result.get("libtorch")}}
