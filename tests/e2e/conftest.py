"""What the end-to-end tests share: running the program, and where real pictures are."""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import jsonschema
import pytest

from terminal import Terminal

# A shell's background job ignores Ctrl-C, and so would every program that the tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROGRAM = os.environ["CNNBENCH"]
SOURCE = pathlib.Path(os.environ["CNNBENCH_SOURCE"])
# The noise floor that somebody measured on this machine (bench --aa) is none of the tests'.
caches = tempfile.TemporaryDirectory(prefix="cnnbench-cache-")
os.environ["XDG_CACHE_HOME"] = caches.name
SHARED = pathlib.Path(os.environ.get("CNNBENCH_SHARED", SOURCE / "../shared/data"))


def schema(name):
    return json.loads((SOURCE / "docs/schemas" / f"{name}.schema.json").read_text())


def schema_of(arguments, document):
    """The name of the schema that describes what a command printed; None: it is the user's own config."""
    command = [str(a) for a in arguments if not str(a).startswith("-")]
    if command[0] == "config":
        return None
    if command[0] == "data":
        return "_".join(command[:2])
    return {"train": "runs", "bench": "rows"}.get(command[0], command[0])


class Figure(float):
    """A number as it stands in the text: cnnbench and Python write about one in a thousand differently."""

    def __new__(cls, text):
        figure = super().__new__(cls, text)
        figure.text = text
        return figure


def read_result(file):
    return json.loads(file.read_text(encoding="utf-8"), parse_float=Figure)


def compact(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return value.text if isinstance(value, Figure) else json.dumps(value, ensure_ascii=False)


def sealed(document):
    """With the checksum that belongs to it, as whoever wants to hide a change would write it. The document is from read_result()."""
    document = {key: value for key, value in document.items() if key != "checksum"}
    return {**document, "checksum": hashlib.sha256(compact(document).encode()).hexdigest()}


def wait_for(what, seconds=200):
    """What it gives, as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := what():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen")


class Program:
    """Runs cnnbench in a folder of its own, with drawn pictures in a folder that all tests share."""

    def __init__(self, folder, data):
        self.folder = folder
        self.data = data

    def __call__(self, *arguments, code=0, environment=None, cwd=None):
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_"))}
        variables["CNNBENCH_DATA"] = str(self.data)
        variables.update(environment or {})
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd or self.folder, env=variables, text=True, capture_output=True, timeout=600)
        assert code is None or done.returncode == code, f"exit {done.returncode}, expected {code}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"
        return done

    def json(self, *arguments, **options):
        """The document that a command prints, which is as its schema says: an independent validator looks at every one of them."""
        document = json.loads(self(*arguments, **options).stdout)
        if name := schema_of(arguments, document):
            jsonschema.Draft202012Validator(schema(name)).validate(document)
        return document

    def train_json(self, *arguments, **options):
        """The result of a run on one device."""
        document = self.json("train", *arguments, "--json", **options)
        (result,) = document["runs"]
        return result


def error_line(done):
    """The one line that says what went wrong."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def in_some_spell(measure, fits, spells):
    """What measure(spell) gives in the first spell where it fits, else in the last: a busy machine only shows it now and then."""
    for spell in range(spells):
        found = measure(spell)
        if fits(found):
            break
    return found


@pytest.fixture(scope="session")
def drawn_data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def cnnbench(tmp_path, drawn_data):
    return Program(tmp_path, drawn_data)


@pytest.fixture
def terminal(cnnbench):
    opened = []

    def open_terminal(*arguments, wrapper=(), stdout=None, size=(80, 24), **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("CNNBENCH", "OMP_", "LC_", "NO_COLOR"))}
        environment |= {"CNNBENCH_DATA": str(cnnbench.data), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **variables}
        opened.append(Terminal([*wrapper, PROGRAM, *map(str, arguments)], cnnbench.folder, environment, *size, stdout=stdout))
        return opened[-1]

    yield open_terminal
    for t in opened:
        if t.process.poll() is None:
            t.process.kill()


@pytest.fixture(scope="session")
def catdog():
    folder = SHARED / "catdog"
    if not folder.is_dir():
        pytest.skip(f"real cat and dog pictures are not at {folder}")
    return folder.resolve()


@pytest.fixture(scope="session")
def cifar10(tmp_path_factory):
    unpack = SHARED / "unpack_cifar10.py"
    if not unpack.is_file():
        pytest.skip(f"CIFAR-10 is not at {SHARED}")
    folder = tmp_path_factory.mktemp("cifar10")
    subprocess.run([os.sys.executable, unpack, folder], check=True, capture_output=True)
    return folder


# A run that takes a second or two: 48 + 24 synthetic pictures.
TINY = ["--config", "catdog_original", "--set", "data.kind=synthetic", "--set", "data.image_size=32", "--set", "data.limit_train=48",
        "--set", "data.limit_validation=24", "--set", "loader.batch_size=16", "--set", "train.epochs=2", "--set", "train.device=cpu"]


@pytest.fixture(scope="session")
def tiny():
    return list(TINY)
