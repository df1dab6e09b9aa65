#!/usr/bin/env python3
"""Augmentation on one core: cnnbench's opencv and fused backends beside torchvision v2, Albumentations, Keras' generator, and tf.image and Keras'
layers. Rounds are interleaved: in each, every contender does every task once, a fresh process on the same core, in random order. Writes a
Markdown table (median, lowest and highest of the rounds, images per second) and a JSON file with every sample beside it.

cnnbench's figure is `cnnbench data bench`'s: one worker, decoded pictures in memory, draw and warp into the batch; for cifar that is the crop and the
flip, and with --nn-bench the brightness and contrast that follow in floats (cnnbench_nn_bench's prepare_jitter, one thread) are added to it.
"""

import argparse
import datetime
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TASKS = [("affine", 64), ("affine", 128), ("affine", 224), ("cifar", 32)]
OURS = ["cnnbench opencv", "cnnbench fused"]
PEERS = {"torchvision": "augment", "albumentations": "augment", "keras-generator": "keras", "tf": "keras"}
NAMES = {"torchvision": "torchvision v2", "albumentations": "Albumentations", "keras-generator": "Keras' ImageDataGenerator", "tf": "tf.image, Keras' layers"}


def run(command, core, **environment):
    done = subprocess.run(["taskset", "-c", str(core), *map(str, command)], capture_output=True, text=True, env={**os.environ, **environment}, timeout=600)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout


def ours(args, backend, task, side):
    sets = {"loader.workers": 1, "loader.cache": "decoded", "augment.backend": backend}
    if task == "affine":
        config, more = "catdog_original", {"data.path": args.data, "data.image_size": side}
    else:
        config, more = "cifar10", {"data.path": args.cifar}
    words = [w for key, value in {**sets, **more}.items() for w in ("--set", f"{key}={value}")]
    answer = json.loads(run([args.cnnbench, "data", "bench", "--config", config, *words, "--seconds", args.seconds, "--json"], args.core))
    seconds = 1 / answer["pipeline_only_ips"]
    if task == "cifar" and args.nn_bench:
        report = json.loads(run([args.nn_bench, "--benchmark_filter=^prepare_jitter", "--benchmark_format=json"], args.core, OMP_NUM_THREADS="1"))
        seconds += 1 / report["benchmarks"][0]["items_per_second"]
    return {"images_per_second": 1 / seconds}


def theirs(args, peer, task, side):
    python = args.pythons[PEERS[peer]]
    command = [python, HERE / "bench_augment.py", peer, task, "--side", side, "--data", args.data, "--seconds", args.seconds]
    return json.loads(run(command, args.core, TF_CPP_MIN_LOG_LEVEL="3", OMP_NUM_THREADS="1").strip().splitlines()[-1])


def measure(args, contender, task, side):
    return ours(args, contender.split()[1], task, side) if contender in OURS else theirs(args, contender, task, side)


def cell(samples):
    if not samples:
        return "-"
    return f"{statistics.median(samples):,.0f} ({min(samples):,.0f} to {max(samples):,.0f})"


def table(document):
    rows = {}
    for sample in document["samples"]:
        if "images_per_second" in sample:
            rows.setdefault(sample["contender"], {}).setdefault(f"{sample['task']} {sample['side']}", []).append(sample["images_per_second"])
    titles = {"affine 64": "shear, zoom, flip, 64x64", "affine 128": "128x128", "affine 224": "224x224",
              "cifar 32": "crop, flip, brightness, contrast" if document["with_floats"] else "CIFAR (cnnbench: crop and flip alone)"}
    columns = [c for c in titles if any(c in found for found in rows.values())]
    lines = ["| one core, images/s: median (lowest to highest) | " + " | ".join(titles[c] for c in columns) + " |", "|---|" + "---:|" * len(columns)]
    for contender in OURS + list(PEERS):
        if contender in rows:
            lines.append(f"| {NAMES.get(contender, contender)} | " + " | ".join(cell(rows[contender].get(c)) for c in columns) + " |")
    ratio = []
    for c in columns:
        median = {k: statistics.median(found[c]) for k, found in rows.items() if c in found}
        best = max((v for k, v in median.items() if k in PEERS), default=None)
        ratio.append(" / ".join(f"{median[k] / best:.1f}x" if best and k in median else "-" for k in OURS))
    lines.append("| opencv / fused over the best peer | " + " | ".join(ratio) + " |")
    return "\n".join(lines)


def text(document):
    first = document["samples"][0]["at"] if document["samples"] else "-"
    versions = {}
    for sample in document["samples"]:
        versions.update(sample.get("versions", {}))
    failed = sorted({f"{NAMES.get(s['contender'], s['contender'])}, {s['task']}: {s['error']}" for s in document["samples"] if "error" in s})
    notes = "".join(f"- {line}\n" for line in failed)
    return (f"{table(document)}\n\n{document['rounds']} interleaved rounds from {first}, core {document['core']} of {document['cpu']}; {document['build']}; "
            + ", ".join(f"{k} {v}" for k, v in sorted(versions.items())) + ".\n" + (f"\nNot there:\n{notes}" if notes else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cnnbench", required=True, help="the program (a release build)")
    parser.add_argument("--nn-bench", help="cnnbench_nn_bench (-DCNNBENCH_BENCH=ON)")
    parser.add_argument("--data", required=True, help="cat/dog folder with train/CLASS/*.jpg")
    parser.add_argument("--cifar", required=True, help="folder with data_batch_*.bin")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3, help="a sample")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--only", help="contenders, with commas: " + ", ".join(OURS + list(PEERS)))
    parser.add_argument("--out", required=True, help="Markdown; the samples go beside it as .json")
    args = parser.parse_args()
    wanted = args.only.split(",") if args.only else OURS + list(PEERS)
    unknown = [w for w in wanted if w not in OURS and w not in PEERS]
    if unknown:
        parser.error(f"unknown contender {unknown[0]}")
    needed = sorted({PEERS[w] for w in wanted if w in PEERS})
    pythons = subprocess.run([str(HERE / "setup.sh"), *needed], check=True, capture_output=True, text=True).stdout.split() if needed else []
    args.pythons = dict(zip(needed, pythons))
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    build = subprocess.run([args.cnnbench, "--version"], capture_output=True, text=True).stdout.strip().splitlines()[0]
    document = {"rounds": args.rounds, "core": args.core, "cpu": cpu, "build": build, "with_floats": bool(args.nn_bench), "samples": []}
    for number in range(args.rounds):
        cells = [(c, task, side) for c in wanted for task, side in TASKS if (c, task) != ("keras-generator", "cifar")]
        random.Random(number).shuffle(cells)
        for contender, task, side in cells:
            at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            sample = {"round": number + 1, "contender": contender, "task": task, "side": side, "at": at, "load": os.getloadavg()[0]}
            try:
                sample.update(measure(args, contender, task, side))
            except (RuntimeError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
                sample["error"] = str(error)
            document["samples"].append(sample)
            print(f"round {number + 1}: {contender}, {task} {side}: {sample.get('images_per_second', sample.get('error'))}", file=sys.stderr)
            pathlib.Path(args.out).with_suffix(".json").write_text(json.dumps(document, indent=1))
    pathlib.Path(args.out).write_text(text(document))
    print(text(document))


if __name__ == "__main__":
    main()
