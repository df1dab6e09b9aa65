#!/usr/bin/env python3
"""cnnbench against PyTorch in validation accuracy: same pictures, same network, several seeds each; a Markdown table.

The difference of two means has its 95 % interval (Welch's). Exit 0 where every interval lies within --points (--variant-points between a
--variant, another cache or precision, and cnnbench as it comes): as good is proven. 1 where one lies outside: a difference is proven. 6 where
neither is, which takes more seeds: three differ by chance as much as two networks do. Plain Python; PyTorch's side runs in
its own environment, cnnbench's through scripts/run.sh or the binary named with --cnnbench. --torch-json takes an earlier
accuracy_torch.py --json instead of training again. With --keep FOLDER the runs stay there: called again after a stop, it goes on where it was.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import contenders

here = pathlib.Path(__file__).resolve().parent
repo = here.parent.parent


def torch_runs(args, folder):
    if not args.torch_json:
        python = subprocess.run([here / "setup.sh", "torch"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        args.torch_json = folder / "torch.json"
        if not args.torch_json.exists():  # with malloc's settings an epoch takes half as long and computes the same
            subprocess.run([python, here / "accuracy_torch.py", "--data", args.data, "--network", args.network, "--epochs", str(args.epochs),
                            "--seeds", args.seeds, "--json", args.torch_json], check=True, stdout=sys.stderr, env=os.environ | contenders.KEEP_MEMORY)
    found = json.loads(pathlib.Path(args.torch_json).read_text())
    wanted = {"network": args.network, "epochs": args.epochs}
    for key, value in wanted.items():
        if found[key] != value:
            raise SystemExit(f"error: {args.torch_json} is of {key} {found[key]}, not {value}; leave --torch-json out to train anew")
    return found["runs"]


def cnnbench_runs(args, folder, name="cnnbench", sets=()):
    runs = []
    for seed in args.seeds.split(","):
        run = folder / f"{args.network}-{args.epochs}-epochs-{name.replace('/', '_')}-seed{seed}"
        command = [args.cnnbench, "train", "--config", f"configs/{args.network}.json", "--set", f"data.path={args.data}",
                   "--set", f"train.seed={seed}", "--set", f"train.epochs={args.epochs}", "--device", "cpu", "--run", run]
        for setting in [*args.set, *sets]:
            command += ["--set", setting]
        if run.exists():
            command = [args.cnnbench, "train", "--resume", run]
        subprocess.run(command, check=True, cwd=repo, stdout=sys.stderr)
        result = json.loads((run / "result.json").read_text())
        runs.append({key: result[key] for key in ("final_val_accuracy", "best_val_accuracy")} | {"seed": int(seed)})
    return runs


def table(columns):
    """Markdown."""
    lines = ["| | seeds | final val_accuracy, each | mean | spread (max - min) | best epoch's, mean |", "|---|---|---|---|---|---|"]
    for name, runs in columns.items():
        final = [100 * r["final_val_accuracy"] for r in runs]
        best = [100 * r["best_val_accuracy"] for r in runs]
        lines.append(f"| {name} | {', '.join(str(r['seed']) for r in runs)} | {', '.join(f'{f:.2f}' for f in final)} | {statistics.fmean(final):.2f} % "
                     f"| {max(final) - min(final):.2f} | {statistics.fmean(best):.2f} % |")
    return "\n".join(lines)


def t_quantile(share, freedom):
    """Student's t: what a share of it lies below; by bisection of the integrated density."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(x, steps=2000):  # Simpson's rule from 0
        ordinates = [scale * (1 + (x * i / steps) ** 2 / freedom) ** (-(freedom + 1) / 2) for i in range(steps + 1)]
        return 0.5 + x / steps / 3 * (ordinates[0] + ordinates[-1] + 4 * sum(ordinates[1:-1:2]) + 2 * sum(ordinates[2:-1:2]))

    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return low


def difference_of(a, b):
    """Of the means, a - b, with its 95 % interval (Welch 1947); no interval where nothing varies or one is alone."""
    difference = statistics.fmean(a) - statistics.fmean(b)
    if min(len(a), len(b)) < 2:
        return difference, None
    parts = [statistics.variance(values) / len(values) for values in (a, b)]
    if sum(parts) == 0:
        return difference, (difference, difference)
    freedom = sum(parts) ** 2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (a, b)))
    half = t_quantile(0.975, freedom) * math.sqrt(sum(parts))
    return difference, (difference - half, difference + half)


def verdict(interval, points):
    if interval is None:
        return "undecided"
    low, high = interval
    if -points <= low and high <= points:
        return "as good"
    return "different" if low > points or high < -points else "undecided"


def variant(text):
    """NAME:KEY=VALUE,KEY=VALUE"""
    name, colon, sets = text.partition(":")
    if not colon or not all("=" in s for s in sets.split(",")):
        raise argparse.ArgumentTypeError(f"{text}: expected NAME:KEY=VALUE,KEY=VALUE")
    return name, sets.split(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder with train/CLASS/* and validation/CLASS/*")
    parser.add_argument("--network", default="catdog_original")
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--points", type=float, default=2.0, help="difference of the means that does not matter")
    parser.add_argument("--cnnbench", default=str(repo / "scripts/run.sh"), help="program to call as `cnnbench`")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=VALUE", help="passed on to cnnbench")
    parser.add_argument("--variant", action="append", default=[], type=variant, metavar="NAME:A.B=VALUE,...", help="also train like this; may be repeated")
    parser.add_argument("--variant-points", type=float, default=1.0)
    parser.add_argument("--torch-json", metavar="FILE")
    parser.add_argument("--keep", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--json", metavar="OUT")
    args = parser.parse_args()
    args.data = str(pathlib.Path(args.data).resolve())
    if args.keep:
        args.keep = args.keep.resolve()
        args.keep.mkdir(parents=True, exist_ok=True)
    with contextlib.nullcontext(args.keep) if args.keep else tempfile.TemporaryDirectory(prefix="cnnbench-accuracy-") as folder:
        folder = pathlib.Path(folder)
        columns = {"PyTorch": torch_runs(args, folder), "cnnbench": cnnbench_runs(args, folder)}
        for name, sets in args.variant:
            columns[name] = cnnbench_runs(args, folder, name, sets)
    if {len(runs) for runs in columns.values()} != {len(args.seeds.split(","))}:
        raise SystemExit(f"error: not {args.seeds} on both sides; leave --torch-json out to train anew")
    print(f"{args.network}, {args.epochs} epochs of {args.data}\n\n{table(columns)}\n")
    comparisons = []
    for name in columns:
        if name == "PyTorch":
            continue
        other, points = ("PyTorch", args.points) if name == "cnnbench" else ("cnnbench", args.variant_points)
        final = [[100 * r["final_val_accuracy"] for r in columns[side]] for side in (name, other)]
        difference, interval = difference_of(*final)
        comparisons.append({"of": name, "to": other, "points": difference, "interval": interval, "verdict": verdict(interval, points)})
        words = f"{interval[0]:+.2f} to {interval[1]:+.2f}" if interval else "no interval"
        print(f"Difference of the means, {name} and {other}: {difference:+.2f} points ({words}); {comparisons[-1]['verdict']} by {points:g} points.")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({**columns, "comparisons": comparisons, "settings": vars(args)}, indent=1))
    verdicts = {c["verdict"] for c in comparisons}
    return 1 if "different" in verdicts else 6 if "undecided" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
