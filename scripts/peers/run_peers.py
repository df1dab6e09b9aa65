#!/usr/bin/env python3
"""Measures cnnbench and its peers side by side, in interleaved rounds, and writes a Markdown document and a JSON file beside it.

Each measurement is a fresh process; warm-up (and in live modes the first epoch) is outside its clock. The first round tries every setting of
every peer on every network, so that peers run with their best ones (race.py); the document says which (tables.py). Called by
scripts/peers/run.sh.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import sys
import tempfile
import time

import contenders
import race
import tables
from contenders import ABOUT, BATCH, MODES, NETWORKS, Cell


def say(text):
    print(text, file=sys.stderr, flush=True)


def machine():
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    governor = pathlib.Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return {"cpu": next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), None),
            "cpus_usable": contenders.CORES, "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "kernel": platform.release(),
            "governor": governor.read_text().strip() if governor.exists() else None, "bf16": any("avx512_bf16" in line for line in cpuinfo)}


def ticks():
    """(stolen, all) of all processors since the start; the kernel's guest time is part of user."""
    fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[7], sum(fields)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def watched(sample):
    """The same with what disturbed it, the load before and the share of time that a hypervisor gave to others, and what the whole process took."""
    def measure(*cell):
        load, (stolen, total), begin, before = os.getloadavg()[0], ticks(), time.monotonic(), cpu_seconds()
        found = sample(*cell)
        stolen_now, total_now = ticks()
        return {"load_before": load, "stolen_pct": round(100 * (stolen_now - stolen) / max(1, total_now - total), 2),
                "process_seconds": round(time.monotonic() - begin, 2), "process_cpu_seconds": round(cpu_seconds() - before, 2), **found}
    return measure


def names(known):
    def split(text):
        wrong = [n for n in text.split(",") if n not in known]
        if wrong:
            raise argparse.ArgumentTypeError(f"{', '.join(wrong)}: unknown; there are {', '.join(known)}")
        return text.split(",")
    return split


def cells_option(text):
    """original:synthetic,live+improved:synthetic -> [(network, mode)]"""
    out = []
    for part in text.split("+"):
        network, _, modes = part.partition(":")
        out += [(n, m) for n in names(NETWORKS)(network) for m in names(MODES)(modes)]
    return out


def parse(arguments):
    default_peers = [name for name in ABOUT if name != "cnnbench_float32"]
    parser = argparse.ArgumentParser(prog="scripts/peers/run.sh", description=__doc__)
    parser.add_argument("--works", type=names(NETWORKS), default=list(NETWORKS), help=f"networks: {','.join(NETWORKS)}")
    parser.add_argument("--modes", type=names(MODES), default=list(MODES), help=f"what of it: {','.join(MODES)}")
    parser.add_argument("--cells", type=cells_option, metavar="NETWORK:MODE,...+...", help="other modes for each network, instead of --works and --modes")
    parser.add_argument("--peers", type=names(ABOUT), default=default_peers, help=f"contenders: {','.join(ABOUT)}; default: {','.join(default_peers)}")
    parser.add_argument("--batch", type=lambda t: [int(b) for b in t.split(",")], help="default: each network's own")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=0, help="begin no round that would end later; 0: all rounds")
    parser.add_argument("--seconds", type=float, default=8, help="measured in each process, warm-up excluded; in live modes whole epochs, at least that long")
    parser.add_argument("--warm-seconds", type=float, default=3)
    parser.add_argument("--keep", type=float, default=0.85, help="a setting stays in the race while it has this share of its peer's best median")
    parser.add_argument("--finalists", type=int, default=2, help="so many settings of a peer, at most, after the first round")
    parser.add_argument("--search", choices=["full", "short", "none"], default="full",
                        help="short: no variants of the best step, and two ways to share the cores out between step and loader; none: each peer's first setting")
    parser.add_argument("--settings-from", metavar="JSON", help="begin with the settings that were left in the race at an earlier run's end")
    parser.add_argument("--pictures", type=int, help="of an epoch; 0: all. Default: " + ", ".join(f"{n} {p}" for n, p in contenders.PICTURES.items())
                        + ", and all where nothing is trained")
    parser.add_argument("--data", help="cats and dogs: folder with train/ and validation/, a folder per class in each")
    parser.add_argument("--cifar", help="folder with CIFAR-10's binary files")
    parser.add_argument("--cnnbench", help="the binary; default: build/release/cnnbench")
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a process is given up")
    parser.add_argument("--out", help="where to write, without suffix; default: runs/peers/TIME")
    options = parser.parse_args(arguments)
    chosen = options.cells or [(n, m) for n in options.works for m in options.modes]
    options.cells = [Cell(n, m, b) for n, m in chosen for b in options.batch or [BATCH[n]]]
    for cell in options.cells:
        key = "cifar" if cell.network == "cifar10" else "data"
        if cell.mode != "synthetic" and not getattr(options, key):
            parser.error(f"--{key} is needed for {cell.network} {cell.mode}")
    for key in ("data", "cifar"):
        if getattr(options, key):
            setattr(options, key, str(pathlib.Path(getattr(options, key)).resolve()))
    options.cnnbench = options.cnnbench or str(contenders.repo / "build/release/cnnbench")
    if any(p.startswith("cnnbench") for p in options.peers) and not os.access(options.cnnbench, os.X_OK):
        parser.error(f"{options.cnnbench} is not there; build it (scripts/setup.sh), or leave cnnbench out of --peers")
    options.cnnbench = str(pathlib.Path(options.cnnbench).resolve())
    return options


def command_text(arguments):
    """What was called, without this machine's paths."""
    told = ["DIR" if before in ("--data", "--cifar") else word for before, word in zip([""] + arguments, arguments)]
    hidden = ("--out", "--cnnbench", "--settings-from")
    return " ".join(["scripts/peers/run.sh"] + [w for before, w in zip([""] + told, told) if w not in hidden and before not in hidden])


def write(path, text):
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parse(arguments)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    out = pathlib.Path(options.out) if options.out else contenders.repo / "runs/peers" / now.replace(":", "")
    out.parent.mkdir(parents=True, exist_ok=True)
    bench = contenders.Bench(options)
    told = {key: getattr(options, key) for key in ("peers", "rounds", "minutes", "seconds", "warm_seconds", "keep", "finalists", "search")}
    told["pictures"] = {cell.network: bench.pictures(cell) for cell in options.cells if cell.trains and cell.mode != "synthetic"}
    record = {"schema_version": 2, "time": now, "machine": machine(), "command": command_text(arguments), "options": told, "rows": []}
    earlier = json.loads(pathlib.Path(options.settings_from).read_text())["finalists"] if options.settings_from else {}

    def save(rows):
        record["rows"], record["finalists"] = rows, race.finalists(rows)
        write(out.with_name(out.name + ".json"), json.dumps(record, indent=1))
        write(out.with_name(out.name + ".md"), tables.document(record))

    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cnnbench-peers-") as scratch:
        options.scratch = pathlib.Path(scratch)
        rows = race.run(options.cells, options.peers, watched(bench.sample), options, earlier=earlier, said=say, save=save)
    record["wall_seconds"] = round(time.monotonic() - begin)
    save(rows)
    print(tables.readme(record, out.name + ".md"), end="")
    say(f"{record['wall_seconds']} s; written: {out}.md, {out}.json")
    lost = [r for r in rows if not r["why_not"] and not race.racing(r)]
    for row in lost:
        say(f"error: {row['contender']} {row['network']} {row['mode']}: {row['candidates'][-1]['errors'][-1]}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
