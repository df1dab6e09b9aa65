#!/usr/bin/env python3
"""Tables of what run_peers.py measured: Markdown for docs/measurements, and README's rows. Pure text from the JSON; no figure is a best-of.

usage: tables.py RUN.json                    the document
       tables.py RUN.json --readme           README's paragraph and table
       tables.py RUN.json --into README.md   puts them there, in the place of those that are there
"""

import argparse
import json
import pathlib
import statistics

import race
from contenders import ABOUT, MODES, NETWORKS

README_BEGINS = "Beside PyTorch and Keras"
# README's rows: (network, mode) and its words.
README = [("original", "synthetic", "synthetic"), ("original", "live", "live, everybody decodes in every epoch"),
          ("original", "live-cached", "live, everybody keeps decoded pictures"), ("improved", "synthetic", "synthetic"),
          ("improved", "live", "live, everybody decodes in every epoch"), ("improved", "live-cached", "live, everybody keeps decoded pictures"),
          ("cifar10", "synthetic", "synthetic"), ("cifar10", "live-cached", "live, everybody keeps decoded pictures"),
          ("original", "loader", "loader alone, everybody decodes in every epoch"), ("original", "loader-fast", "loader alone, everybody decodes at a reduced scale")]
COLUMNS = {"cnnbench": ["cnnbench"], "PyTorch, best settings": ["torch_tuned"], "Keras, best settings": ["keras_fit", "keras_tfdata"],
           "PyTorch eager": ["torch_eager"]}


def cells_of(record):
    seen = []
    for row in record["rows"]:
        key = row["network"], row["mode"], row["batch"]
        if key not in seen:
            seen.append(key)
    return seen


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def spread(values):
    return f"{number(min(values))} to {number(max(values))}"


def ratios(ours, other):
    """cnnbench over a peer, round by round: both were measured within the same minutes."""
    theirs = {s["round"]: s["images_per_second"] for s in other["samples"]}
    return [s["images_per_second"] / theirs[s["round"]] for s in ours["samples"] if s["round"] in theirs]


def settings_text(candidate):
    settings = dict(candidate["settings"])
    if candidate["samples"] and "precision" in (last := candidate["samples"][-1]):
        settings = {key: last[key] for key in ("precision", "threads", "workers", "cache") if last.get(key) not in (None, "")}
    settings |= settings.pop("env", {})
    return ", ".join(key if value is True else f"{key}={value}" for key, value in settings.items()) or "defaults"


def found(record, cell, contender):
    """(candidate or None, whose it is) of a contender in a cell."""
    row = race.row_of(record["rows"], contender, cell)
    return race.published(record["rows"], row) if row else (None, contender)


def cell_table(record, cell):
    network, mode, batch = cell
    rows = [r for r in record["rows"] if (r["network"], r["mode"], r["batch"]) == cell]
    if not any(r["candidates"] for r in rows):
        return []
    ours, _ = found(record, cell, "cnnbench")
    lines = [f"## {NETWORKS[network]}, {mode}, batch {batch}", f"{MODES[mode][0].upper()}{MODES[mode][1:]}.", "",
             "| images/s | median | lowest to highest | n | each round | cnnbench is, round by round |", "|---|---:|---:|---:|---|---|"]
    below = []
    for row in rows:
        best, owner = race.published(record["rows"], row)
        if best is None:
            lines.append(f"| {row['contender']} | - | - | 0 | - | {row['why_not'] or 'failed'} |")
            continue
        speeds = race.speeds(best)
        versus = ratios(ours, best) if ours and row["contender"] != "cnnbench" else []
        times = f"{statistics.median(versus):.2f}x ({min(versus):.2f} to {max(versus):.2f})" if versus else ""
        lines.append(f"| {row['contender']} | {number(statistics.median(speeds))} | {spread(speeds)} | {len(speeds)} "
                     f"| {', '.join(number(s) for s in speeds)} | {times} |")
        taken = f" (as {owner}: no other setting tried was faster)" if owner != row["contender"] else ""
        below.append(f"- {row['contender']}: {settings_text(best)}{taken}{others(row, best)}")
    taints = sorted({t for r in rows for c in r["candidates"] for s in c["samples"] for t in s.get("taints") or []})
    return lines + ["", "Settings:", *below, *([f"- cnnbench noted: {'; '.join(taints)}"] if taints else []), ""]


def others(row, best):
    """What else was tried, with the median it had when it left."""
    tried = [f"{settings_text(c)}: {number(race.median_speed(c))} (n = {len(c['samples'])})" if c["samples"] else f"{settings_text(c)}: {c['errors'][-1]}"
             for c in row["candidates"] if c is not best]
    return f"; slower: {'; '.join(tried)}" if tried else ""


def machine_text(where):
    memory = f"{where['memory_bytes'] / 2**30:.0f} GiB"
    return (f"{where['cpu']}, {where['cpus_usable']} usable cores, {'with' if where['bf16'] else 'without'} AVX512-BF16, {memory}, kernel {where['kernel']}"
            + (f", governor {where['governor']}" if where["governor"] else ""))


def samples_of(record):
    return [s for r in record["rows"] for c in r["candidates"] for s in c["samples"]]


def versions_text(record, names=None):
    versions = {}
    for sample in samples_of(record):
        versions |= {k: v for k, v in sample.get("versions", {}).items() if v}
    return ", ".join(f"{k} {v}" for k, v in sorted(versions.items()) if names is None or k in names)


def rounds_of(record):
    return max((s["round"] for s in samples_of(record)), default=0)


def disturbed_text(record):
    samples = [s for s in samples_of(record) if "load_before" in s]
    if not samples:
        return ""
    loads = [s["load_before"] for s in samples]
    text = f"Load average before a sample: median {statistics.median(loads):.1f}, at most {max(loads):.1f}"
    stolen = [s["stolen_pct"] for s in samples if s.get("stolen_pct") is not None]
    return text + (f"; time a hypervisor gave to others while one ran: median {statistics.median(stolen):.1f} %, at most {max(stolen):.1f} %." if stolen else ".")


def document(record):
    options = record["options"]
    pictures = "; ".join(f"{NETWORKS[n]} {p or 'all'}" for n, p in options["pictures"].items()) or "none"
    lines = [f"# cnnbench beside its peers, {record['time'][:10]}", "",
             f"{machine_text(record['machine'])}; {record['time']}; n = {rounds_of(record)} interleaved rounds, each sample a fresh process that measures "
             f"{options['seconds']:g} s or more after {options['warm_seconds']:g} s of warm-up (with pictures: whole epochs after the first). {versions_text(record)}.", "",
             f"    {record['command']}", "",
             "In a round all cells have their turn, in a cell all contenders. The first round tries a peer's settings on that network; what is below "
             f"{options['keep']:g} of that peer's best then, or not among its {options['finalists']} best, is not measured again. Of what is left the best median counts, "
             "which favours the peer. A ratio is of two samples of the same round; of the rounds' ratios the median, lowest and highest.",
             f"Pictures an epoch of training: {pictures}. {disturbed_text(record)}", ""]
    lines += [f"- {name}: {ABOUT[name]}" for name in options["peers"]] + [""]
    for cell in cells_of(record):
        lines += cell_table(record, cell)
    return "\n".join(lines).rstrip("\n") + "\n"


def readme_row(record, cell, words):
    cells = [max((c for c, _ in (found(record, cell, name) for name in names) if c), key=race.median_speed, default=None) for names in COLUMNS.values()]
    figures = [f"{number(race.median_speed(c))} ({spread(race.speeds(c))})" if c else "-" for c in cells]
    return f"| {NETWORKS[cell[0]]}, batch {cell[2]}, {words} | {min((len(c['samples']) for c in cells if c), default=0)} | {' | '.join(figures)} |"


def readme(record, name):
    """`name`: of the document, in docs/measurements."""
    where = record["machine"]
    intro = (f"{README_BEGINS} on the same pictures and network, {record['time'][:10]}, {where['cpus_usable']} cores of an {where['cpu']} "
             f"({'with' if where['bf16'] else 'without'} AVX512-BF16), {versions_text(record, ('cnnbench', 'torch', 'keras', 'tensorflow'))}: medians of interleaved rounds, each sample a fresh process; every peer "
             f"with the best of the settings tried on that network ([all tables, settings and rounds](docs/measurements/{name})).")
    lines = [intro, "", f"| images/s, median (lowest to highest) | n | {' | '.join(COLUMNS)} |", "|---|---:|" + "---:|" * len(COLUMNS)]
    lines += [readme_row(record, cell, words) for network, mode, words in README for cell in cells_of(record) if cell[:2] == (network, mode)]
    return "\n".join(lines) + "\n"


def put_into(text, block):
    """`text` with `block` in the place of the paragraph that begins like it and the table behind."""
    lines = text.split("\n")
    begin = next((i for i, line in enumerate(lines) if line.startswith(README_BEGINS)), None)
    if begin is None:
        raise SystemExit(f"error: no line begins with '{README_BEGINS}'")
    end = next(i for i in range(begin, len(lines)) if lines[i].startswith("|"))
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return "\n".join(lines[:begin] + block.rstrip("\n").split("\n") + lines[end:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", type=pathlib.Path)
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--into", type=pathlib.Path)
    options = parser.parse_args()
    record = json.loads(options.record.read_text())
    block = readme(record, options.record.with_suffix(".md").name)
    if options.into:
        options.into.write_text(put_into(options.into.read_text(), block))
    else:
        print(block if options.readme else document(record), end="")


if __name__ == "__main__":
    main()
