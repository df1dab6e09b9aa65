"""cnnbench from Python: each function runs the program and gives the JSON that it prints.

    import cnnbench
    result = cnnbench.run("catdog_improved", **{"train.epochs": 3})
    rows = cnnbench.bench("catdog_original", batch_sizes=[32, 64], repetitions=6)
    pandas.DataFrame(rows)
"""

import importlib.util
import json
import os
import pathlib
import subprocess

__all__ = ["CnnbenchError", "bench", "command", "environment", "program", "run"]

program = pathlib.Path(__file__).parent / "program" / "bin" / "cnnbench"


class CnnbenchError(RuntimeError):
    """The program failed: `code` is its exit code, the message what it said last."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def environment():
    """The variables for the program: the torch of this Python's environment, unless CNNBENCH_TORCH names another."""
    variables = dict(os.environ)
    if "CNNBENCH_TORCH" not in variables:
        torch = importlib.util.find_spec("torch")  # found, not imported: that takes seconds
        if torch and torch.submodule_search_locations:
            variables["CNNBENCH_TORCH"] = next(iter(torch.submodule_search_locations))
    return variables


def command(*arguments, ok=(0,)):
    """What `cnnbench ARGUMENTS` writes to stdout. Its progress goes to stderr as usual. Raises CnnbenchError."""
    done = subprocess.run([program, *map(str, arguments)], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in ok:
        lines = done.stderr.strip().splitlines()
        raise CnnbenchError(done.returncode, lines[-1] if lines else f"cnnbench ended with exit code {done.returncode}")
    return done.stdout


def _sets(overrides):
    for key, value in overrides.items():
        yield "--set"
        yield f"{key.replace('__', '.')}={value if isinstance(value, str) else json.dumps(value)}"


def run(config, *, device=None, folder=None, **overrides):
    """Trains and returns result.json as a dict. `config`: a file or a shipped name; overrides: {"train.epochs": 3} or train__epochs=3."""
    arguments = ["train", "--config", config, "-q", "-o", "json", *_sets(overrides)]
    if device:
        arguments += ["--device", device]
    if folder:
        arguments += ["--run", folder]
    (result,) = json.loads(command(*arguments))["runs"]
    return result


def bench(*configs, repetitions=None, batch_sizes=None, workers=None, devices=None, axes=None, only_live=False, **overrides):
    """Measures a grid and returns its rows, a list of dicts. `axes`: {"augment.backend": ["opencv", "fused"]}. Cells that failed are rows too."""
    arguments = ["bench", "-m", ",".join(map(str, configs)), "-q", "-o", "json", *_sets(overrides)]
    for option, values in (("-b", batch_sizes), ("-w", workers), ("-d", devices)):
        if values:
            arguments += [option, ",".join(map(str, values))]
    for key, values in (axes or {}).items():
        arguments += ["--axis", f"{key}={','.join(map(str, values))}"]
    if repetitions:
        arguments += ["-r", repetitions]
    if only_live:
        arguments.append("--only-live")
    return json.loads(command(*arguments, ok=(0, 4)))["rows"]
