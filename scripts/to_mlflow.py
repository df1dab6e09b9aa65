#!/usr/bin/env python3
"""Imports rows of `cnnbench bench` (JSON lines) into MLflow, each cell one run.

Usage: scripts/to_mlflow.py ROWS.jsonl... [--tracking-uri URI] [--experiment NAME]

Parameters are what was asked for (model, batch size, workers, axes, the whole configuration as config.*), metrics what was measured
(median_ips, ci_low_ips, images_per_j, ...; samples_ips and the other samples with the repetition as step), tags the verdict, the
taints and where it ran. A row that is there already, by its checksum, is left alone: importing a file again adds nothing. A damaged line is
named, the others are imported (exit 1).

Needs MLflow's client (pip install mlflow-skinny, or mlflow). The tracking URI defaults to MLflow's own choice: MLFLOW_TRACKING_URI.
"""

import argparse
import calendar
import json
import math
import sys
import time

PARAMETERS = ("model", "data_hash", "device", "image_size", "batch_size", "workers", "max_queue_size", "cache", "augment_on", "precision", "graph",
              "threads", "n_params", "flops_per_image")
PLACES = ("data_source", "build_commit", "libtorch", "hostname_hash", "cpu_info", "cpus_usable", "gpu_info", "verdict", "remedy", "energy_method",
          "stopped_by", "status", "error", "test_time")
LONGEST = 500  # of a value, characters: the least any store allows


def problem(what, remedy):
    sys.exit(f"error: {what} -- {remedy}")


def text(value):
    return (value if isinstance(value, str) else json.dumps(value))[:LONGEST]


def flat(value, name):
    """The leaves of nested objects, as ("config.train.epochs", 50)."""
    if not isinstance(value, dict):
        yield name, value
        return
    for key, inner in value.items():
        yield from flat(inner, f"{name}.{key}")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def read_rows(file, damaged):
    """Its rows; what is wrong with other lines goes to `damaged`."""
    try:
        with open(file, encoding="utf-8", errors="replace") as text:
            lines = list(text)
    except OSError as e:
        problem(f"{file}: {e.strerror}", "check the path")
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError:
            damaged.append(f"{file}:{number}: this is no JSON")
            continue
        if isinstance(row, dict) and "checksum" in row and "samples_ips" in row:
            rows.append(row)
        elif line.strip():
            damaged.append(f"{file}:{number}: this is no row of cnnbench")
    return rows


def parameters_of(row):
    out = {name: text(row[name]) for name in PARAMETERS if row.get(name) is not None}
    out.update({f"axis.{name}": text(value) for name, value in row["axes"].items()})
    out.update({name: text(value) for name, value in flat(row["config"], "config") if value is not None})
    return out


def metrics_of(row):
    """(name, value, step)"""
    for name, value in row.items():
        if name.startswith("samples_"):
            yield from ((name, sample, step) for step, sample in enumerate(value or []) if is_number(sample))
        elif name not in PARAMETERS and name not in PLACES and name != "schema_version" and is_number(value):
            yield name, value, 0


def import_row(client, entities, experiment, row):
    """False: it was there already."""
    checksum = row["checksum"]
    if client.search_runs([experiment], f"tags.`cnnbench.row` = '{checksum}'", max_results=1):
        return False
    try:
        start = 1000 * calendar.timegm(time.strptime(row["test_time"], "%Y-%m-%dT%H:%M:%SZ"))
    except (TypeError, ValueError):
        start = 1000 * int(time.time())
    tags = {f"cnnbench.{name}": text(row[name]) for name in PLACES if row.get(name) not in (None, "")}
    if row.get("taints"):
        tags["cnnbench.taints"] = text("; ".join(row["taints"]))
    name = f"{row['model']}, batch {row['batch_size']}, {row['device']}"
    run = client.create_run(experiment, start_time=start, tags=tags, run_name=name).info.run_id
    parameters = [entities.Param(k, v) for k, v in parameters_of(row).items()]
    metrics = [entities.Metric(k, v, start, step) for k, v, step in metrics_of(row)]
    for at in range(0, len(parameters), 100):  # MLflow's limits of one request
        client.log_batch(run, params=parameters[at:at + 100])
    for at in range(0, len(metrics), 1000):
        client.log_batch(run, metrics=metrics[at:at + 1000])
    # Last, so that a row whose import was cut off is imported again.
    client.set_tag(run, "cnnbench.row", checksum)
    client.set_terminated(run, "FINISHED" if row["status"] == "ok" else "FAILED", end_time=start)
    return True


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rows", nargs="+", metavar="ROWS.jsonl")
    options.add_argument("--tracking-uri", help="where MLflow keeps runs (sqlite:///mlflow.db, http://..., ...)")
    options.add_argument("--experiment", default="cnnbench", help="the MLflow experiment; made where it is missing (default: %(default)s)")
    chosen = options.parse_args()
    damaged = []
    rows = [row for file in chosen.rows for row in read_rows(file, damaged)]
    remedy = "give files that bench wrote with --export NAME.jsonl, whole"
    if damaged and not rows:
        problem(damaged[0], remedy)
    try:
        from mlflow import entities
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient
    except ImportError:
        problem("MLflow's client is not installed for this python3", "pip install mlflow-skinny")
    try:
        client = MlflowClient(tracking_uri=chosen.tracking_uri)
        experiment = client.get_experiment_by_name(chosen.experiment)
        place = experiment.experiment_id if experiment else client.create_experiment(chosen.experiment)
        new = sum(import_row(client, entities, place, row) for row in rows)
    except MlflowException as e:
        problem(f"MLflow: {e}", "check --tracking-uri")
    print(f"{new} runs added to the experiment {chosen.experiment}, {len(rows) - new} were there already")
    for what in damaged[1:]:
        print(f"warning: {what}", file=sys.stderr)
    if damaged:
        problem(f"{damaged[0]} (left out; the others are imported)", remedy)


if __name__ == "__main__":
    main()
