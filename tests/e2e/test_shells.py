"""Completion in real shells, man pages through real formatters. setup.sh --tests installs the shells and mandoc."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import PROGRAM


def need(program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")


@pytest.fixture
def path(tmp_path):
    """A PATH on which cnnbench is, and a folder with files to complete."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "cnnbench").symlink_to(PROGRAM)
    (tmp_path / "mine.json").write_text("{}")
    (tmp_path / "my results").mkdir()
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def bash(line, path, cwd):
    """What bash offers at the end of the line: COMP_WORDS is cut as readline cuts it, at COMP_WORDBREAKS."""
    script = r'''
eval "$(cnnbench completion bash)"
line=$1
COMP_WORDS=() word=
for ((i = 0; i < ${#line}; i++)); do
  c=${line:i:1}
  case $c in
    ' ') [ -n "$word" ] && COMP_WORDS+=("$word"); word= ;;
    [=:]) [ -n "$word" ] && COMP_WORDS+=("$word"); COMP_WORDS+=("$c"); word= ;;
    *) word+=$c ;;
  esac
done
case $line in
  *[=:]) ;;
  *) COMP_WORDS+=("$word") ;;
esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line}
_cnnbench
printf '%s\n' "${COMPREPLY[@]}"
'''
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", line], env=path, cwd=cwd, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return [word for word in done.stdout.split("\n") if word]


def fish(line, path, cwd):
    need("fish")
    done = subprocess.run(["fish", "-c", "cnnbench completion fish | source; complete -C $argv[1]", line], env=path, cwd=cwd, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return [word.split("\t")[0] for word in done.stdout.split("\n") if word]


def zsh(line, path, cwd):
    """In a pseudo terminal, as a person: the line, a tab, and what stands on the screen."""
    need("zsh")
    script = r'''
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell 'PS1=""; PROMPT=""; unsetopt beep; LISTMAX=1000; autoload -Uz compinit; compinit -u -D; eval "$(cnnbench completion zsh)"; zstyle ":completion:*" list-separator "--"; print re"ady"'
while zpty -r shell out; do [[ $out == *ready* ]] && break; done
zpty -n -w shell "$1"$'\t'
sleep 1
zpty -n -w shell $'\t'
sleep 1
all=
while zpty -r -t shell out; do all+=$out; done
print -r -- "$all"
zpty -d shell
'''
    done = subprocess.run(["zsh", "-f", "-c", script, "zsh", line], env={**path, "TERM": "xterm"}, cwd=cwd, text=True, capture_output=True, timeout=60, errors="replace")
    return done.stdout


def test_bash_completes(path, tmp_path):
    assert bash("cnnbench tr", path, tmp_path) == ["train"]
    assert bash("cnnbench train --set train.prec", path, tmp_path) == ["train.precision="]
    assert bash("cnnbench train --set train.precision=bf", path, tmp_path) == ["bfloat16"]  # bash has cut before it
    assert {"float32", "bfloat16", "auto"} <= set(bash("cnnbench train --set train.precision=", path, tmp_path))
    assert bash("cnnbench train -d cp", path, tmp_path) == ["cpu"]
    assert sorted(bash("cnnbench train m", path, tmp_path)) == ["mine.json", "my results"]
    assert "catdog_original" in bash("cnnbench train ", path, tmp_path)
    assert bash("cnnbench bench -m catdog_original,cifar10_", path, tmp_path) == ["catdog_original,cifar10_b512"]


def test_fish_completes(path, tmp_path):
    assert fish("cnnbench tr", path, tmp_path) == ["train"]
    assert fish("cnnbench train --set train.prec", path, tmp_path) == ["train.precision="]
    assert fish("cnnbench train --set train.precision=bf", path, tmp_path) == ["train.precision=bfloat16"]
    assert fish("cnnbench train mine", path, tmp_path) == ["mine.json"]
    assert "--target-accuracy" in fish("cnnbench train --", path, tmp_path)


def test_zsh_completes(path, tmp_path):
    assert "cnnbench train" in zsh("cnnbench tra", path, tmp_path)
    assert "train.precision=" in zsh("cnnbench train --set train.prec", path, tmp_path)
    assert "train.precision=bfloat16" in zsh("cnnbench train --set train.precision=bf", path, tmp_path)
    assert "mine.json" in zsh("cnnbench train min", path, tmp_path)


def test_a_shell_that_is_none_is_refused(cnnbench):
    assert "bash" in cnnbench("completion", "tcsh", code=2).stderr


COMMANDS = ["", "train", "bench", "predict", "preview", "summary", "config", "config show", "config check", "config schema", "config list", "config keys", "data", "data make",
            "data import", "data check", "data bench", "data stats", "info", "tune", "compare", "verify", "report", "project", "schema", "completion", "man", "help"]


@pytest.mark.parametrize("command", COMMANDS)
def test_man_pages_are_sound(cnnbench, tmp_path, command):
    need("mandoc")
    page = tmp_path / "page.1"
    page.write_text(cnnbench("man", *command.split()).stdout)
    lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], text=True, capture_output=True, timeout=60)
    assert lint.returncode == 0 and not lint.stdout, lint.stdout
    shown = subprocess.run(["mandoc", "-Tutf8", page], text=True, capture_output=True, timeout=60).stdout
    shown = re.sub(".\x08", "", shown)  # bold letters are struck twice
    assert "SYNOPSIS" in shown and "cnnbench" in shown


def test_help_says_what_man_says(cnnbench):
    for command in filter(None, COMMANDS):
        assert cnnbench("help", *command.split()).stdout == cnnbench(*command.split(), "--help").stdout
    assert "there is no command 'no such'" in cnnbench("help", "no", "such", code=2).stderr


def test_installed_by_the_usual_rules(cnnbench, tmp_path):
    """cmake --install into a prefix; what lies there finds its parts when it is moved."""
    build = pathlib.Path(PROGRAM).parent
    if not (build / "cmake_install.cmake").is_file():
        pytest.skip("the program is not in its build folder")
    need("cmake")
    subprocess.run(["cmake", "--install", build, "--prefix", tmp_path / "first"], check=True, capture_output=True)
    prefix = (tmp_path / "first").rename(tmp_path / "moved")
    there = {str(p.relative_to(prefix)) for p in prefix.rglob("*") if p.is_file()}
    assert {"bin/cnnbench", "lib/cnnbench/libcnnbench_core.so", "share/cnnbench/configs/catdog_original.json", "share/man/man1/cnnbench.1",
            "share/man/man1/cnnbench-data-check.1", "share/bash-completion/completions/cnnbench", "share/zsh/site-functions/_cnnbench",
            "share/fish/vendor_completions.d/cnnbench.fish", "share/doc/cnnbench/LICENSE"} <= there
    assert {p.split("/")[0] for p in there} == {"bin", "lib", "share"}
    for shell, file in (("bash", "share/bash-completion/completions/cnnbench"), ("zsh", "share/zsh/site-functions/_cnnbench"),
                        ("fish", "share/fish/vendor_completions.d/cnnbench.fish")):
        assert (prefix / file).read_text() == cnnbench("completion", shell).stdout
    done = subprocess.run([prefix / "bin/cnnbench", "config", "list"], cwd=tmp_path, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 and "catdog_original" in done.stdout, done.stderr
