#!/usr/bin/env python3
"""cnnbench against PyTorch in validation accuracy: same pictures, same network, several seeds each; a Markdown table.

Exit 1 where the means of the final validation accuracies differ by more than --points, or those of a --variant (another cache,
precision, ...) and of cnnbench as it comes by more than --variant-points. Plain Python; PyTorch's side runs in
its own environment, cnnbench's through scripts/run.sh or the binary named with --cnnbench. --torch-json takes an earlier
accuracy_torch.py --json instead of training again.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
repo = here.parent.parent


def torch_runs(args, folder):
    if not args.torch_json:
        python = subprocess.run([here / "setup.sh", "torch"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        args.torch_json = folder / "torch.json"
        subprocess.run([python, here / "accuracy_torch.py", "--data", args.data, "--network", args.network, "--epochs", str(args.epochs),
                        "--seeds", args.seeds, "--json", args.torch_json], check=True, stdout=sys.stderr)
    found = json.loads(pathlib.Path(args.torch_json).read_text())
    wanted = {"network": args.network, "epochs": args.epochs}
    for key, value in wanted.items():
        if found[key] != value:
            raise SystemExit(f"error: {args.torch_json} is of {key} {found[key]}, not {value}; leave --torch-json out to train anew")
    return found["runs"]


def cnnbench_runs(args, folder, name="cnnbench", sets=()):
    runs = []
    for seed in args.seeds.split(","):
        run = folder / f"{name.replace('/', '_')}-seed{seed}"
        command = [args.cnnbench, "train", "--config", f"configs/{args.network}.json", "--set", f"data.path={args.data}",
                   "--set", f"train.seed={seed}", "--set", f"train.epochs={args.epochs}", "--device", "cpu", "--run", run]
        for setting in [*args.set, *sets]:
            command += ["--set", setting]
        subprocess.run(command, check=True, cwd=repo, stdout=sys.stderr)
        result = json.loads((run / "result.json").read_text())
        runs.append({key: result[key] for key in ("final_val_accuracy", "best_val_accuracy")} | {"seed": int(seed)})
    return runs


def table(columns):
    """Markdown and the difference of the final means in points."""
    lines = ["| | seeds | final val_accuracy, each | mean | spread (max - min) | best epoch's, mean |", "|---|---|---|---|---|---|"]
    means = {}
    for name, runs in columns.items():
        final = [100 * r["final_val_accuracy"] for r in runs]
        best = [100 * r["best_val_accuracy"] for r in runs]
        means[name] = statistics.fmean(final)
        lines.append(f"| {name} | {', '.join(str(r['seed']) for r in runs)} | {', '.join(f'{f:.2f}' for f in final)} | {means[name]:.2f} % "
                     f"| {max(final) - min(final):.2f} | {statistics.fmean(best):.2f} % |")
    return "\n".join(lines), {name: mean - means["PyTorch" if name == "cnnbench" else "cnnbench"] for name, mean in means.items() if name != "PyTorch"}


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
    parser.add_argument("--points", type=float, default=2.0, help="largest difference of the means that passes")
    parser.add_argument("--cnnbench", default=str(repo / "scripts/run.sh"), help="program to call as `cnnbench`")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=VALUE", help="passed on to cnnbench")
    parser.add_argument("--variant", action="append", default=[], type=variant, metavar="NAME:A.B=VALUE,...", help="also train like this; may be repeated")
    parser.add_argument("--variant-points", type=float, default=1.0)
    parser.add_argument("--torch-json", metavar="FILE")
    parser.add_argument("--json", metavar="OUT")
    args = parser.parse_args()
    args.data = str(pathlib.Path(args.data).resolve())
    with tempfile.TemporaryDirectory(prefix="cnnbench-accuracy-") as folder:
        columns = {"PyTorch": torch_runs(args, pathlib.Path(folder)), "cnnbench": cnnbench_runs(args, pathlib.Path(folder))}
        for name, sets in args.variant:
            columns[name] = cnnbench_runs(args, pathlib.Path(folder), name, sets)
    if {len(runs) for runs in columns.values()} != {len(args.seeds.split(","))}:
        raise SystemExit(f"error: not {args.seeds} on both sides; leave --torch-json out to train anew")
    text, differences = table(columns)
    print(f"{args.network}, {args.epochs} epochs of {args.data}\n\n{text}\n")
    agree = True
    for name, difference in differences.items():
        other, points = ("PyTorch", args.points) if name == "cnnbench" else ("cnnbench", args.variant_points)
        within = abs(difference) <= points
        agree = agree and within
        print(f"Difference of the means, {name} and {other}: {difference:+.2f} points; {'within' if within else 'MORE THAN'} {points:g}.")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({**columns, "difference_points": differences, "agree": agree, "settings": vars(args)}, indent=1))
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
