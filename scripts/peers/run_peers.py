#!/usr/bin/env python3
"""Measures cnnbench and its peers side by side, in interleaved rounds, and writes a Markdown table and a JSON file beside it.

Each measurement is a fresh process; warm-up (and in live modes the first epoch) is outside its clock. Before the rounds every
contender's candidates are tried once per cell (at the first batch size) and the best is kept, so that peers run with their best
settings; the tables say which. Within a round contenders take turns: A B C, A B C. Called by scripts/peers/run.sh.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import sys
import tempfile
import time

import contenders
from contenders import ABOUT, MODES, NETWORKS, Cell, Failed


def say(text):
    print(text, file=sys.stderr, flush=True)


def machine():
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    governor = pathlib.Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return {"cpu": next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), None),
            "cpus_usable": contenders.CORES, "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "kernel": platform.release(),
            "governor": governor.read_text().strip() if governor.exists() else None, "bf16": any("avx512_bf16" in line for line in cpuinfo)}


def choose(bench, options, record, chosen, contender, cell):
    """The best of the candidates by one measurement each; None where all fail."""
    key = f"{contender} {cell.network} {cell.mode}"
    if key in chosen:
        return chosen[key]
    tries = contenders.candidates(contender, cell, lambda c, n, m: chosen.get(f"{c} {n} {m}"))
    if len(tries) > 1 and options.search:
        found = []
        for settings in tries:
            speed = why = None
            try:
                speed = bench.sample(contender, cell, settings, options.search_seconds)["images_per_second"]
                found.append((speed, settings))
            except Failed as error:
                why = str(error)
            record["search"].append({"contender": contender, "cell": str(cell), "settings": settings, "images_per_second": speed, "error": why})
            say(f"  try {contender} {cell}: {why or f'{speed:.0f} images/s'} with {json.dumps(settings)}")
        chosen[key] = max(found, key=lambda f: f[0])[1] if found else None
    else:
        chosen[key] = tries[0]
    return chosen[key]


def measure(bench, options, record, save):
    chosen = record["chosen"]
    cells = [Cell(n, m, b) for n in options.works for m in options.modes for b in options.batch]
    rows = {}
    for cell in cells:
        for contender in options.peers:
            reason = contenders.why_not(contender, cell)
            settings = None if reason else choose(bench, options, record, chosen, contender, cell)
            row = {"network": cell.network, "mode": cell.mode, "batch": cell.batch, "contender": contender, "settings": settings, "samples": [],
                   "errors": [reason or "every candidate failed"] if settings is None else [], "possible": reason is None}
            rows[cell, contender] = row
            record["cells"].append(row)
        save()
    for turn in range(1, options.rounds + 1):
        for cell in cells:
            for contender in options.peers:
                row = rows[cell, contender]
                if row["settings"] is None:
                    continue
                load = os.getloadavg()[0]
                try:
                    sample = bench.sample(contender, cell, row["settings"], options.seconds)
                    row["samples"].append({"round": turn, "load_before": load, **sample})
                    say(f"round {turn}/{options.rounds} {cell} {contender}: {sample['images_per_second']:.0f} images/s")
                except Failed as error:
                    row["errors"].append(f"round {turn}: {error}")
                    say(f"round {turn}/{options.rounds} {cell} {contender}: FAILED: {error}")
                save()


def speeds(row):
    return [s["images_per_second"] for s in row["samples"]]


def describe(row):
    settings = dict(row["settings"] or {})
    if row["contender"].startswith("cnnbench") and row["samples"]:
        last = row["samples"][-1]
        settings = {key: last[key] for key in ("precision", "threads", "workers", "cache") if last.get(key) not in (None, "")}
    settings |= settings.pop("env", {})
    return ", ".join(key if value is True else f"{key}={value}" for key, value in settings.items() if value is not False) or "defaults"


def markdown(record):
    where, options = record["machine"], record["options"]
    lines = ["# cnnbench beside its peers", "",
             f"{where['cpu']}, {where['cpus_usable']} usable cores; {record['time']}; {options['rounds']} interleaved rounds of {options['seconds']:g} s; "
             f"decoding {options['decode']}. Images/s; best and median of the rounds; the ratio is cnnbench's best to the peer's best.", ""]
    lines += [f"- {name}: {ABOUT[name]}" for name in options["peers"]] + [""]
    for network in options["works"]:
        for mode in options["modes"]:
            for batch in options["batch"]:
                rows = [r for r in record["cells"] if (r["network"], r["mode"], r["batch"]) == (network, mode, batch)]
                lines += table(f"{network}, {mode}, batch {batch}", MODES[mode], rows)
    versions = {}
    for row in record["cells"]:
        for sample in row["samples"]:
            versions |= {k: v for k, v in sample.get("versions", {}).items() if v}
    lines += ["Versions: " + ", ".join(f"{k} {v}" for k, v in sorted(versions.items())) + ".", ""]
    return "\n".join(lines)


def table(title, about, rows):
    if not any(row["possible"] for row in rows):
        return []
    ours = max((max(speeds(r)) for r in rows if r["contender"] == "cnnbench" and r["samples"]), default=None)
    lines = [f"## {title}", f"{about[0].upper()}{about[1:]}.", "", "| | best | median | n | cnnbench is | settings |", "|---|---|---|---|---|---|"]
    for row in rows:
        if not row["samples"]:
            lines.append(f"| {row['contender']} | - | - | 0 | - | {row['errors'][-1] if row['errors'] else 'not run'} |")
            continue
        found = speeds(row)
        ratio = f"{ours / max(found):.2f}x" if ours else "-"
        failed = f"; {len(row['errors'])} FAILED" if row["errors"] else ""
        lines.append(f"| {row['contender']} | {max(found):,.0f} | {statistics.median(found):,.0f} | {len(found)} | {ratio} | {describe(row)}{failed} |")
    return lines + [""]


def parse():
    parser = argparse.ArgumentParser(prog="scripts/peers/run.sh", description=__doc__)

    def names(known):
        def split(text):
            wrong = [n for n in text.split(",") if n not in known]
            if wrong:
                raise argparse.ArgumentTypeError(f"{', '.join(wrong)}: unknown; there are {', '.join(known)}")
            return text.split(",")
        return split

    parser.add_argument("--works", type=names(NETWORKS), default=list(NETWORKS), help=f"networks: {','.join(NETWORKS)}")
    parser.add_argument("--modes", type=names(MODES), default=list(MODES), help=f"what of it: {','.join(MODES)}")
    parser.add_argument("--peers", type=names(ABOUT), default=list(ABOUT), help=f"contenders: {','.join(ABOUT)}")
    parser.add_argument("--batch", type=lambda t: [int(b) for b in t.split(",")], default=[32, 128])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8, help="measured in each process, warm-up excluded")
    parser.add_argument("--warm-seconds", type=float, default=3)
    parser.add_argument("--search-seconds", type=float, default=4, help="the same for each candidate setting")
    parser.add_argument("--no-search", dest="search", action="store_false", help="take each contender's first candidate")
    parser.add_argument("--settings-from", metavar="JSON", help="take the settings that an earlier run chose")
    parser.add_argument("--decode", default="exact", choices=["exact", "fast"])
    parser.add_argument("--pictures", type=int, default=0, help="train on at most this many pictures; 0: all")
    parser.add_argument("--data", help="cats and dogs: folder with train/ and validation/, a folder per class in each")
    parser.add_argument("--cifar", help="folder with CIFAR-10's binary files")
    parser.add_argument("--cnnbench", help="the binary; default: build/release/cnnbench")
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a process is given up")
    parser.add_argument("--out", help="where to write, without suffix; default: runs/peers/TIME")
    options = parser.parse_args()
    if options.modes != ["synthetic"]:
        for network in options.works:
            key = "cifar" if network == "cifar10" else "data"
            if not getattr(options, key):
                parser.error(f"--{key} is needed for {network} in these modes")
            setattr(options, key, str(pathlib.Path(getattr(options, key)).resolve()))
    options.cnnbench = options.cnnbench or str(contenders.repo / "build/release/cnnbench")
    if any(p.startswith("cnnbench") for p in options.peers) and not os.access(options.cnnbench, os.X_OK):
        parser.error(f"{options.cnnbench} is not there; build it (scripts/setup.sh), or leave cnnbench out of --peers")
    options.cnnbench = str(pathlib.Path(options.cnnbench).resolve())
    return options


def write(path, text):
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def main():
    options = parse()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    out = pathlib.Path(options.out) if options.out else contenders.repo / "runs/peers" / now.replace(":", "")
    out.parent.mkdir(parents=True, exist_ok=True)
    record = {"schema_version": 1, "time": now, "machine": machine(), "options": {k: v for k, v in vars(options).items()}, "search": [],
              "chosen": json.loads(pathlib.Path(options.settings_from).read_text())["chosen"] if options.settings_from else {}, "cells": []}

    def save():
        write(out.with_name(out.name + ".json"), json.dumps(record, indent=1, default=str))

    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cnnbench-peers-") as scratch:
        options.scratch = pathlib.Path(scratch)
        measure(contenders.Bench(options), options, record, save)
    record["wall_seconds"] = time.monotonic() - begin
    save()
    text = markdown(record)
    write(out.with_name(out.name + ".md"), text)
    print(text)
    say(f"written: {out}.md, {out}.json")
    return 1 if any(row["possible"] and row["errors"] for row in record["cells"]) else 0


if __name__ == "__main__":
    sys.exit(main())
