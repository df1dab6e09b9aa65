"""Who is measured, with which settings to choose from, and the command that measures one cell once. Plain Python, no framework.

A cell is (network, mode, batch). A contender has candidates, which are all measured; race.py keeps the best of them. What a contender
cannot do is None, with the reason in `why_not`. In the modes with pictures all contenders do the same: either everybody reads and
decodes in every epoch, or everybody keeps the decoded pictures.
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
BATCH = {"original": 32, "improved": 32, "cifar10": 128}  # as configs/ have it
PICTURES = {"original": 1280, "improved": 256, "cifar10": 2560}  # of an epoch of training: some seconds for the slowest
MODES = {
    "synthetic": "the training step alone, on one batch that is already there",
    "live": "training with live augmentation, from epoch 2 on; everybody reads and decodes every JPEG in every epoch (cnnbench: loader.cache=none)",
    "live-cached": "training with live augmentation, from epoch 2 on; everybody keeps the decoded pictures in memory (cnnbench: loader.cache=decoded)",
    "loader": "files to augmented batches, no training; everybody reads and decodes every JPEG in every epoch",
    "loader-fast": "the same, where a decoder that can gives the JPEG at a reduced scale (cnnbench: data.decode=fast)",
    "loader-cached": "the same from epoch 2 on, everybody keeping the decoded pictures in memory",
}
ABOUT = {
    "torch_eager": "PyTorch as tutorials have it: float32, NCHW, no compiler, one DataLoader worker process per core, augmentation picture by picture",
    "torch_tuned": "PyTorch with the best of the settings tried, those of torch_eager among them",
    "keras_fit": "Keras fit() with the legacy ImageDataGenerator, the best of the settings tried",
    "keras_tfdata": "Keras fit() with tf.data (AUTOTUNE everywhere), the best of the settings tried",
    "cnnbench": "cnnbench as it comes; the precision that train.precision=auto chooses for the first process is the row's",
    "cnnbench_float32": "cnnbench with train.precision=float32",
}
# Whose samples are one more candidate of a contender: what a tuned peer is never slower than.
BASE = {"torch_tuned": "torch_eager"}


@dataclasses.dataclass(frozen=True)
class Cell:
    network: str
    mode: str
    batch: int

    def __str__(self):
        return f"{self.network} {self.mode} b{self.batch}"

    @property
    def trains(self):
        return not self.mode.startswith("loader")

    @property
    def keeps(self):
        return self.mode.endswith("cached")

    @property
    def decode(self):
        return "fast" if self.mode.endswith("fast") else "exact"


def why_not(contender, cell):
    """None, or why this contender has no such cell."""
    if cell.network == "cifar10" and cell.mode != "synthetic" and not cell.keeps:
        return "CIFAR-10's pictures lie decoded in memory"
    if contender in STEP_OF and cell.mode == "synthetic":
        return f"the same as {STEP_OF[contender]}"
    if contender == "keras_fit" and cell.network == "cifar10":
        return "ImageDataGenerator cannot crop"
    if contender == "keras_fit" and cell.decode == "fast":
        return "ImageDataGenerator decodes in full"
    if contender == "cnnbench_float32" and not cell.trains:
        return "the same as cnnbench"
    return None


def candidates(contender, cell, best_step, search):
    """Settings to choose from. best_step(contender): the settings that lead the same network's synthetic cell, or None without such a cell."""
    if contender.startswith("cnnbench"):
        return [{}]
    if contender == "torch_eager":
        return [{"plain": True, "threads": CORES, "workers": CORES}]
    loader = LOADERS[contender](cell)[:TRIED_LOADERS[search]]
    if not cell.trains:
        return loader
    steps = STEP_OF.get(contender, contender)
    if cell.mode == "synthetic":
        return STEPS[steps] if search != "none" else STEPS[steps][:1]
    step = best_step(steps) or STEPS[steps][0]
    return [{**without_binding(step), **extra} for extra in loader]


def variants(contender, cell, best):
    """What else to try once it is known which step is best."""
    return [best | change for change in VARIANTS.get(contender, [])] if cell.mode == "synthetic" else []


def without_binding(settings):  # worker processes inherit a bound main thread's one core
    return {**settings, "env": {k: v for k, v in settings.get("env", {}).items() if not k.startswith("OMP_")}}


_BOUND = {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores"}
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "-1"}  # glibc keeps the memory it was given
_TUNED = {"channels_last": True, "fused": True, "flush_denormal": True, "threads": CORES, "env": KEEP_MEMORY}
STEPS = {
    "torch_tuned": [_TUNED | change for change in ({"compile": "default"}, {"compile": "default", "bfloat16": True}, {"bfloat16": True}, {})],
    "keras_tfdata": [{"jit": jit, **precision} for jit in (False, True) for precision in ({}, {"bfloat16": True})],
}
# What is tried on top of the best of these.
VARIANTS = {"torch_tuned": [{"env": KEEP_MEMORY | _BOUND}, {"env": {}}, {"channels_last": False}], "keras_tfdata": [{"steps_per_execution": 10}]}
# Whose step another takes over: without pictures both are the same fit().
STEP_OF = {"keras_fit": "keras_tfdata"}


def _torch_workers(cell):
    if not cell.trains:
        return [{"workers": CORES, "threads": 1}, {"workers": 2 * CORES, "threads": 1}]
    splits = [{"threads": CORES, "workers": 1}, {"threads": CORES, "workers": CORES}]
    return splits + [{"threads": CORES, "workers": 0} if cell.keeps else {"threads": max(1, CORES - 1), "workers": 1}]


def _generator_workers(cell):
    splits = [{"workers": 1}, {"workers": CORES, "processes": True}] + ([] if cell.keeps else [{"workers": CORES}])
    return [{"input": "generator", **s} for s in splits]


LOADERS = {"torch_tuned": _torch_workers, "keras_fit": _generator_workers, "keras_tfdata": lambda cell: [{}]}


TRIED_LOADERS = {"none": 1, "short": 2, "full": None}  # so many of a list


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
        self.pythons, self.speeds, self.precisions = {}, {}, {}

    def data(self, network):
        return self.options.cifar if network == "cifar10" else self.options.data

    def pictures(self, cell):
        """So many of an epoch; 0: all. A loader that does not train is fast enough for all."""
        if self.options.pictures is not None:
            return self.options.pictures
        return PICTURES[cell.network] if cell.trains else 0

    def sample(self, contender, cell, settings):
        if contender.startswith("cnnbench"):
            return self.cnnbench_sample(contender, cell) if cell.trains else self.cnnbench_loader_sample(cell)
        name = contender.split("_")[0]
        if name not in self.pythons:
            self.pythons[name] = subprocess.run([here / "setup.sh", name], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        settings = dict(settings)
        env = settings.pop("env", {})
        command = [self.pythons[name], here / f"bench_{name}.py", "--network", NETWORKS[cell.network], "--mode", cell.mode, "--batch", cell.batch,
                   "--seconds", self.options.seconds, "--warm-seconds", self.options.warm_seconds, "--decode", cell.decode,
                   "--pictures", self.pictures(cell), "--settings", json.dumps(settings)]
        if cell.mode != "synthetic":
            command += ["--data", self.data(cell.network)]
        return run_json(command, env, self.options.limit)

    def cnnbench_sets(self, cell):
        """What makes cnnbench do what the peers do: the same pictures, decoded in every epoch or kept."""
        sets = {"loader.batch_size": cell.batch}
        if cell.mode == "synthetic":
            return sets
        return sets | {"loader.cache": "decoded" if cell.keeps else "none", "data.decode": cell.decode, "data.path": self.data(cell.network),
                       "data.limit_train": self.pictures(cell)}

    def cnnbench_loader_sample(self, cell):
        """cnnbench data bench; whole passes after the first."""
        sets = self.cnnbench_sets(cell)
        command = [self.options.cnnbench, "data", "bench", "--config", f"configs/{NETWORKS[cell.network]}.json", "--seconds", self.options.seconds,
                   "--json", "-q"]
        result = run_json(command + set_options(sets), {}, self.options.limit, cwd=repo)
        return {**result, "images_per_second": result["pipeline_only_ips"], "settings": told(sets)}

    def cnnbench_sample(self, contender, cell):
        """cnnbench train; its headline leaves the first epoch out, which is the warm-up here."""
        precision = "float32" if contender.endswith("float32") else self.precisions.get((contender, cell), "auto")  # what auto chose first: one for a row
        sets = self.cnnbench_sets(cell) | {"train.precision": precision, "train.validate_every": 0, "train.checkpoint_every": 0,
                                           "train.moving_average": 0}  # peers keep no moving average
        pace = self.speeds.get((contender, cell), 0)  # images/s of an earlier sample: the first only finds out
        if cell.mode == "synthetic":
            steps = max(20, math.ceil(self.options.seconds * pace / cell.batch))
            sets |= {"data.kind": "synthetic", "train.steps_per_epoch": steps, "train.epochs": 2}
        else:
            pictures = self.pictures(cell) or (20000 if cell.network == "cifar10" else 2500)
            sets |= {"train.epochs": 1 + max(1, math.ceil(self.options.seconds * pace / pictures))}
        command = [self.options.cnnbench, "train", "--config", f"configs/{NETWORKS[cell.network]}.json", "--device", "cpu", "--json", "-q"]
        run = ["--run", self.options.scratch / f"run{len(self.speeds)}-{os.urandom(4).hex()}"]
        result = run_json(command + set_options(sets) + run, {}, self.options.limit, cwd=repo)["runs"][0]
        first = not pace
        self.speeds[contender, cell], self.precisions[contender, cell] = result["images_per_second"], result["precision"]
        if first:
            return self.cnnbench_sample(contender, cell)
        kept = {key: result.get(key) for key in ("images_per_second", "precision", "threads", "workers", "cache", "taints", "verdict")}
        return {**kept, "windows": [e["images_per_second"] for e in result["epochs"][1:]], "settings": told(sets),
                "versions": {"cnnbench": result.get("build_commit"), "libtorch": result.get("libtorch")}}


def set_options(sets):
    return [word for key, value in sets.items() for word in ("--set", f"{key}={value}")]


def told(sets):
    """Without where the pictures lie on this machine."""
    return {key: value for key, value in sets.items() if key != "data.path"}
