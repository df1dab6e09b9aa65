#!/usr/bin/env python3
"""Checks on a machine with a CUDA GPU what cnnbench promises of it; docs/gpu_checklist.md says what and why. Standard library only.

Prints a Markdown table and writes it with every figure as JSON (--out). Exit 1 where a check fails, 3 where there is no GPU.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

repo = pathlib.Path(__file__).resolve().parents[1]


def say(text):
    print(text, file=sys.stderr, flush=True)


class Checklist:
    def __init__(self, options, scratch):
        self.options, self.scratch, self.rows, self.figures, self.runs = options, scratch, [], {}, 0

    def check(self, what, wanted, measured, passed):
        self.rows.append({"what": what, "wanted": wanted, "measured": measured, "passed": bool(passed)})
        say(f"{'ok  ' if passed else 'FAIL'} {what}: {measured} (wanted: {wanted})")

    def train(self, network, *extra, **sets):
        """The result of one run on the GPU."""
        self.runs += 1
        command = [self.options.cnnbench, "train", "--config", str(repo / "configs" / f"{network}.json"), "--device", "cuda", "--json", "-q",
                   "--run", str(self.scratch / f"run{self.runs}"), *extra]
        sets = {"train.validate_every": 0, "train.checkpoint_every": 0, **sets}
        for key, value in sets.items():
            command += ["--set", f"{key}={value}"]
        done = subprocess.run(command, cwd=repo, text=True, capture_output=True, timeout=self.options.limit)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}")
        return json.loads(done.stdout)["runs"][0]

    def speed(self, name, network, **sets):
        """Median images/s of the rounds; keeps every sample."""
        samples = [self.train(network, **sets)["images_per_second"] for _ in range(self.options.rounds)]
        self.figures[name] = samples
        say(f"     {name}: {statistics.median(samples):,.0f} images/s")
        return statistics.median(samples)


def synthetic(steps, **sets):
    return {"data.kind": "synthetic", "train.steps_per_epoch": steps, "train.epochs": 2, **sets}


def live(options, network, epochs, **sets):
    data = {"data.path": options.cifar} if network.startswith("cifar") and options.cifar else \
        {"data.path": options.data} if options.data and not network.startswith("cifar") else {"data.kind": "drawn"}
    return {**data, "train.epochs": epochs, **sets}


def kernels_busy(trace):
    """Share of the traced steps' time in which at least one kernel or copy ran on the GPU."""
    events = [e for e in json.loads(trace.read_text())["traceEvents"] if e.get("ph") == "X"]
    spans = sorted((e["ts"], e["ts"] + e["dur"]) for e in events if e.get("cat") in ("kernel", "gpu_memcpy", "gpu_memset"))
    if not spans:
        return 0.0, 0
    busy, end = 0.0, spans[0][0]
    for begin, stop in spans:
        busy += max(0.0, stop - max(begin, end))
        end = max(end, stop)
    waits = sum(1 for e in events if e["name"] in ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize"))
    return busy / (end - spans[0][0]), waits


def speeds(list_):
    """Throughput of every network, with and without live augmentation, and what a graph brings."""
    o = list_.options
    for network, batch, steps, epochs in (("catdog_original", 32, 2000, 30), ("catdog_improved", 32, 500, 6), ("catdog_deep", 32, 500, 6),
                                          ("cifar10", 128, 2000, 20), ("cifar10_b512", 512, 1000, 40)):
        for precision in ("float32", "bfloat16"):
            sets = {"loader.batch_size": batch, "train.precision": precision}
            alone = list_.speed(f"{network} synthetic {precision}", network, **synthetic(steps, **sets))
            eager = list_.speed(f"{network} synthetic {precision} eager", network, **synthetic(steps, **sets, **{"train.graph": "off"}))
            fed = list_.speed(f"{network} live {precision}", network, **live(o, network, epochs, **sets))
            list_.check(f"{network} {precision}: live of synthetic", ">= 95 %", f"{100 * fed / alone:.1f} %", fed >= 0.95 * alone)
            list_.check(f"{network} {precision}: a graph is no slower than eager steps", ">= 1.0x", f"{alone / eager:.2f}x", alone >= eager)
            if network == "cifar10_b512":
                list_.check(f"{network} {precision}: live images/s", ">= 500,000 on an H100 (bfloat16)", f"{fed:,.0f}",
                            precision == "float32" or fed >= 500_000)
    for cache in ("decoded", "device"):
        for place in ("cpu", "device") if cache == "decoded" else ("device",):
            list_.speed(f"cifar10_b512 live cache={cache} augment={place}", "cifar10_b512",
                        **live(o, "cifar10_b512", 20, **{"loader.cache": cache, "augment.on": place, "train.precision": "bfloat16"}))


def step_in_detail(list_):
    trace = list_.scratch / "trace.json"
    result = list_.train("catdog_original", "--trace", str(trace), **synthetic(200))
    busy, waits = kernels_busy(trace)
    list_.check("original: the step is a CUDA graph", "true", str(result["graph"]).lower(), result["graph"])
    list_.check("original: GPU busy in traced steps", ">= 90 %", f"{100 * busy:.0f} %", busy >= 0.9)
    list_.check("original: waits for the device in 30 traced steps", "<= 35, those that keep the host two steps ahead", str(waits), waits <= 35)
    losses = {mode: list_.train("catdog_original", "--keep-first-losses", "40", **synthetic(10, **{"train.epochs": 4, "train.graph": mode}))["first_losses"]
              for mode in ("on", "off")}
    worst = max(abs(a - b) / b for a, b in zip(losses["on"], losses["off"]))
    list_.check("original: losses with and without a graph", "within 1 %", f"{100 * worst:.3f} %", worst < 0.01)


def peers(list_):
    python = list_.options.torch_python
    if not python:
        return list_.check("beside PyTorch", "--torch-python PYTHON", "not run", False)
    ours = {p: list_.figures[f"catdog_original synthetic {p}"] for p in ("float32", "bfloat16")}
    tries = (("eager", 4.0, "float32", {}), ("compile max-autotune", 1.2, "bfloat16", {"compile": "max-autotune", "bfloat16": True, "channels_last": True, "fused": True}))
    for name, factor, precision, settings in tries:
        samples = []
        for _ in range(list_.options.rounds):
            done = subprocess.run([python, repo / "scripts/peers/bench_torch.py", "--network", "catdog_original", "--mode", "synthetic", "--batch", "32",
                                   "--seconds", "5", "--warm-seconds", "3", "--settings", json.dumps({"device": "cuda", **settings})],
                                  text=True, capture_output=True, timeout=list_.options.limit)
            if done.returncode:
                return list_.check(f"original: beside PyTorch {name}", f">= {factor}x", done.stderr.strip().splitlines()[-1][:200], False)
            samples.append(json.loads(done.stdout[done.stdout.index("{"):])["images_per_second"])
        list_.figures[f"PyTorch {name}"] = samples
        ratio = statistics.median(ours[precision]) / statistics.median(samples)
        list_.check(f"original: beside PyTorch {name} ({statistics.median(samples):,.0f} images/s)", f">= {factor}x", f"{ratio:.2f}x", ratio >= factor)


def accuracy(list_):
    o = list_.options
    if not o.data:
        return
    means = {}
    for name, sets in (("float32, augmented on the CPU", {"loader.cache": "decoded", "augment.on": "cpu"}),
                       ("bfloat16, on the device", {"loader.cache": "device", "train.precision": "bfloat16"})):
        finals = [list_.train("catdog_original", **live(o, "catdog_original", 25, **sets, **{"train.seed": seed, "train.validate_every": 1}))["final_val_accuracy"]
                  for seed in (1, 2, 3)]
        list_.figures[f"accuracy {name}"] = finals
        means[name] = 100 * statistics.mean(finals)
    first, second = means.values()
    list_.check("original: validation accuracy, mean of 3 seeds", "within 1 point, >= 74 %", " and ".join(f"{v:.2f} % ({k})" for k, v in means.items()),
                abs(first - second) <= 1 and min(first, second) >= 74)


def telemetry(list_):
    result = list_.train("catdog_improved", **synthetic(500))
    t = result["telemetry"]
    list_.check("telemetry under load", "utilization, watts, temperature, memory", f"{t['gpu_util_pct']} %, {t['gpu_power_w']} W, {t['gpu_temp_c']} C, {t['peak_gpu_bytes']} B",
                all(t[k] for k in ("gpu_util_pct", "gpu_power_w", "gpu_temp_c", "peak_gpu_bytes")))


def markdown(info, list_):
    gpu = info["torch"]["cuda_devices"][0]["name"]
    lines = [f"# GPU checklist: {gpu}", "", f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}; medians of {list_.options.rounds} rounds.", "",
             "| check | wanted | measured | |", "|---|---|---|---|"]
    lines += [f"| {r['what']} | {r['wanted']} | {r['measured']} | {'ok' if r['passed'] else '**failed**'} |" for r in list_.rows]
    lines += ["", "| figure | median | samples |", "|---|---|---|"]
    lines += [f"| {name} | {statistics.median(v):,.4g} | {', '.join(f'{x:,.4g}' for x in v)} |" for name, v in list_.figures.items()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="scripts/gpu_checklist.py", description=__doc__)
    parser.add_argument("--cnnbench", default=str(repo / "build/release/cnnbench"))
    parser.add_argument("--data", help="cats and dogs (train/ and validation/); else drawn pictures, and no accuracy")
    parser.add_argument("--cifar", help="folder with CIFAR-10's binary files; else drawn pictures")
    parser.add_argument("--torch-python", help="a python3 with torch 2.11, numpy and Pillow, to measure PyTorch beside it")
    parser.add_argument("--only", choices=["speeds", "step", "peers", "accuracy", "telemetry"], action="append", help="parts (default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a process is given up")
    parser.add_argument("--out", default="runs/gpu_checklist", help="where to write, without suffix")
    options = parser.parse_args()
    for key in ("data", "cifar"):
        if getattr(options, key):
            setattr(options, key, str(pathlib.Path(getattr(options, key)).resolve()))
    if not os.access(options.cnnbench, os.X_OK):
        parser.error(f"{options.cnnbench} is not there; build it (scripts/setup.sh) or name a bundle's with --cnnbench")
    info = json.loads(subprocess.run([options.cnnbench, "info", "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout)
    if not info["torch"]["cuda_devices"]:
        say("error: no CUDA GPU is usable here -- check the driver with nvidia-smi")
        return 3
    wanted = options.only or ["speeds", "step", "peers", "accuracy", "telemetry"]
    if "peers" in wanted and "speeds" not in wanted:
        parser.error("--only peers needs --only speeds beside it")
    with tempfile.TemporaryDirectory() as scratch:
        list_ = Checklist(options, pathlib.Path(scratch))
        for name, part in (("speeds", speeds), ("step", step_in_detail), ("peers", peers), ("accuracy", accuracy), ("telemetry", telemetry)):
            if name not in wanted:
                continue
            try:
                part(list_)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                list_.check(name, "runs", str(error)[:300], False)
    out = pathlib.Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".json").write_text(json.dumps({"schema_version": 1, "info": info, "checks": list_.rows, "figures": list_.figures}, indent=1))
    out.with_suffix(".md").write_text(markdown(info, list_))
    print(markdown(info, list_))
    return 0 if all(r["passed"] for r in list_.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
