"""Does what debian.Dockerfile says where no Docker is, and tries what comes of it: every stage is a root of Debian's base system
(debootstrap), every RUN a chroot into it, with the user, folder and variables that the recipe gave it. A cache mount is the caller's
~/.cache. Called by scripts/test_containers.sh, in a mount namespace of its own.
usage: steps.py DOCKERFILE CONTEXT WORK      WORK: an empty folder, where the roots are made"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

SUITES = {"debian:12": "bookworm", "debian:12-slim": "bookworm"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOUNT = re.compile(r"--mount=type=cache,target=(\S+)\s+")


def instructions(file):
    text = re.sub(r"^\s*#.*\n", "", pathlib.Path(file).read_text(), flags=re.M).replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


class Stage:
    def __init__(self, image, work, number):
        self.root = work / f"stage{number}"
        self.folder, self.user, self.variables, self.entrypoint, self.arguments = "/", "0:0", {"PATH": PATH, "HOME": "/root"}, [], []
        base = work / SUITES[image]
        if not base.is_dir():
            subprocess.run([pathlib.Path(__file__).with_name("root.sh"), SUITES[image], base], check=True)
        subprocess.run(["cp", "-a", base, self.root], check=True)
        for name in ("proc", "dev"):
            subprocess.run(["mount", "--rbind", f"/{name}", self.root / name], check=True)

    def inside(self, words, **options):
        # Nothing that is set here, but for how this machine comes to the network and finds what it has compiled (LANG is in ccache's keys).
        machine = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy") or name.startswith("CCACHE_") or name == "LANG"}
        variables = [f"{name}={value}" for name, value in {**machine, **self.variables}.items()]
        return subprocess.run(["chroot", f"--userspec={self.user}", self.root, "env", "-i", *variables, "sh", "-c", 'cd "$0" && exec "$@"', self.folder, *words], **options)

    def run(self, line):
        mounts = [self.root / target.lstrip("/") for target in MOUNT.findall(line)]
        for folder in mounts:
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--bind", os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", folder], check=True)
        self.inside(["sh", "-c", MOUNT.sub("", line)], check=True)
        for folder in mounts:
            subprocess.run(["umount", folder], check=True)

    def copy(self, source, folder, to):
        source, to = folder / source.lstrip("/"), self.root / os.path.join(self.folder, to).lstrip("/")
        to.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", f"{source}/.", to], check=True)


def build(file, context, work):
    stages, names = [], {}
    for word, rest in instructions(file):
        print(f"{word} {rest}", flush=True)
        stage = stages[-1] if stages else None
        if word == "FROM":
            image, *name = rest.split()
            stages.append(Stage(image, work, len(stages)))
            names[name[1] if name else ""] = stages[-1]
        elif word == "WORKDIR":
            stage.folder = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            origin = re.match(r"--from=(\S+)\s+", rest)
            source, to = rest[origin.end() if origin else 0:].split()
            stage.copy(source, names[origin[1]].root if origin else context, to)
        elif word == "ENV":
            stage.variables |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "RUN":
            stage.run(rest)
        elif word == "USER":
            stage.user = rest
        elif word == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        elif word == "CMD":
            stage.arguments = json.loads(rest)
        else:
            sys.exit(f"steps.py: {word} is not known here")
    return stages[-1]


def main():
    image = build(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    small = ["--set", "data.kind=drawn", "--set", "data.drawn_train=32", "--set", "data.drawn_validation=16", "--set", "train.epochs=1"]
    failed = False
    for what, arguments, wanted in (("says what it is", image.arguments, "Usage: cnnbench"), ("has libtorch", ["info"], "2.11.0"),
                                    ("trains as a user who is not root", ["train", "catdog_original", "-d", "cpu", "--run", "runs/one", *small], "total images/sec"),
                                    ("predicts", ["predict", "runs/one", "data/drawn-32-16-1/validation"], "cat"), ("has its man pages", ["man", "train"], ".TH")):
        done = image.inside([*image.entrypoint, *arguments], capture_output=True, text=True)
        good = done.returncode == 0 and wanted in done.stdout
        failed |= not good
        print(f"ok: {what}" if good else f"FAILED: {what}: exit {done.returncode}\n{done.stdout}{done.stderr}", flush=True)
    sys.exit(failed)


main()
