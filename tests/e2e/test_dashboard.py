"""`train --dashboard` in terminals of its own: what they show, and that they get their screen back however the run ends."""

import json
import os
import re
import signal

import pytest

DRAWN = ["--config", "catdog_original", "--set", "data.kind=drawn", "--set", "data.drawn_train=48", "--set", "data.drawn_validation=24",
         "--set", "data.image_size=32", "--set", "loader.batch_size=16", "--set", "train.device=cpu"]
ENDLESS = ["--set", "train.epochs=100000"]


def test_it_shows_the_run_and_sigint_gives_the_screen_back(terminal):
    t = terminal("train", *DRAWN, *ENDLESS, "--dashboard")
    t.until_shown("Epoch", "images/s  ", "backward", "CPU", "GPU      -", "val_accuracy", " best")
    lines = t.screen().splitlines()
    assert lines[0].startswith("catdog_original on cpu (") and "float32" in lines[1]
    assert re.match(r"Epoch \d+/100000 [█░▏▎▍▌▋▊▉]+ ", lines[2])
    assert not t.echoes()
    t.process.send_signal(signal.SIGINT)
    t.finish(130).expect_given_back()
    assert "Epoch 1/100000" in t.told() and "stopped: signal 2" in t.told() and "total images/sec:" in t.told()


def test_nothing_is_lost_at_the_normal_end(terminal, cnnbench):
    t = terminal("train", *DRAWN, "--set", "train.epochs=3", "--run", "out", "--dashboard", size=(160, 50))
    t.finish(0).expect_given_back()
    log = [re.sub(r"^\d{4}-\S+ ", "", line) for line in (cnnbench.folder / "out/log.txt").read_text().splitlines()[1:]]
    told = t.told().splitlines()
    for line in (line for line in log if not re.match(r"step \d+ images/sec", line)):
        assert any(shown and line.startswith(shown) for shown in told), line
    assert [line for line in told if line.startswith("Epoch")] == ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGQUIT], ids=lambda s: s.name)
def test_a_crash_gives_the_screen_back_and_stays_a_crash(terminal, number):
    t = terminal("train", *DRAWN, *ENDLESS, "--dashboard").until_shown(" best")
    assert not t.echoes()
    t.process.send_signal(number)
    t.until(lambda: not t.on_alternate)
    assert t.echoes()
    t.finish(-number).expect_given_back()
    assert "Epoch 1/100000" in t.told()


def test_a_second_sigint_leaves_at_once(terminal, cnnbench):
    t = terminal("train", *DRAWN, *ENDLESS, "--set", "data.kind=synthetic", "--set", "data.limit_train=48", "--set", "data.limit_validation=40000",
                 "--run", "out", "--dashboard").until_shown("validating")
    t.process.send_signal(signal.SIGINT)
    t.until_shown("stopping: ", "validating")
    t.process.send_signal(signal.SIGINT)
    t.finish(130).expect_given_back()
    assert not (cnnbench.folder / "out/result.json").exists()


def test_an_error_is_told_on_the_normal_screen(terminal):
    t = terminal("train", *DRAWN, *ENDLESS, "--set", "train.learning_rate=1000", "--set", "train.optimizer=sgd", "--dashboard")
    t.finish(1).expect_given_back()
    assert re.search(r"^error: the loss is not finite", t.told(), re.M)


def test_it_follows_the_window(terminal):
    t = terminal("train", *DRAWN, *ENDLESS, "--dashboard").until_shown(" best")
    t.resize(40, 12)
    t.until_shown("Epoch", "images/s ", "time ", "GPU", " epoch  accuracy  val_accuracy")
    t.resize(30, 4)
    t.until(lambda: re.fullmatch(r"\d/3 - ETA \d+s.*|validating .*", t.screen().strip()))
    t.resize(160, 50)
    t.until_shown("Epoch", "val_loss  val_accuracy", "backward")
    assert len({line.find("val_loss") for line in t.screen().splitlines() if line.find("val_loss") > 40}) == 2  # curve and table: the right panel
    t.process.send_signal(signal.SIGTERM)
    t.finish(143).expect_given_back()


def test_ctrl_z_gives_the_screen_back_until_fg(terminal):
    shell = ["bash", "-c", 'set -m; "$@"; echo " STOPPED"; read -r line; fg > /dev/null', "bash"]
    t = terminal("train", *DRAWN, *ENDLESS, "--dashboard", wrapper=shell).until_shown(" best")
    os.write(t.master, b"\x1a")
    t.until(lambda: " STOPPED" in t.told())
    t.expect_given_back()
    assert t.echoes() and "Epoch 1/100000" in t.told()
    os.write(t.master, b"\n")
    t.until_shown("images/s", "GPU")
    os.write(t.master, b"\x03")
    t.finish(130).expect_given_back()
    assert t.told().count("Epoch 1/100000") == 1 and "stopped: signal 2" in t.told()


def test_results_go_to_stdout_as_without(terminal, cnnbench):
    with open(cnnbench.folder / "stdout", "w") as stdout:
        t = terminal("train", *DRAWN, "--set", "train.epochs=2", "--dashboard", "--json", stdout=stdout)
        t.finish(0).expect_given_back()
    assert len(json.loads((cnnbench.folder / "stdout").read_text())["runs"][0]["epochs"]) == 2


@pytest.mark.parametrize("variables, flags", [({"NO_COLOR": "1"}, []), ({}, ["--no-color"])])
def test_colours_can_be_done_without(terminal, variables, flags):
    t = terminal("train", *DRAWN, "--set", "train.epochs=2", "--dashboard", *flags, **variables).finish(0)
    t.expect_given_back()
    assert set(re.findall(r"\x1b\[[\d;]*m", t.raw)) == {"\x1b[0m"}


def test_other_locales_get_ascii(terminal):
    t = terminal("train", *DRAWN, *ENDLESS, "--dashboard", LC_ALL="POSIX").until_shown(" best", "backward", "[=")
    assert t.screen().isascii()
    t.process.send_signal(signal.SIGINT)
    t.finish(130).expect_given_back()


def test_without_a_terminal_there_are_plain_lines_and_a_note(cnnbench, terminal):
    note = "no dashboard: stderr is no terminal that can be drawn on; a line per epoch instead"
    piped = cnnbench("train", *DRAWN, "--set", "train.epochs=2", "--dashboard").stderr
    assert piped.count(note) == 1 and "Epoch 2/2" in piped and "\x1b" not in piped
    dumb = terminal("train", *DRAWN, "--set", "train.epochs=2", "--dashboard", size=(160, 24), TERM="dumb").finish(0)
    assert dumb.told().count(note) == 1 and "Epoch 2/2" in dumb.told() and "\x1b" not in dumb.raw


def test_quiet_wins(terminal):
    t = terminal("-q", "train", *DRAWN, "--set", "train.epochs=2", "--dashboard").finish(0)
    assert "\x1b" not in t.raw and "Epoch" not in t.told() and "total images/sec" in t.told()


@pytest.mark.parametrize("columns", [40, 100])
def test_the_live_line_never_wraps(terminal, columns):
    t = terminal("train", *DRAWN, "--set", "train.epochs=40", size=(columns, 24)).finish(0)
    drawn = re.findall(r"\r([^\r\n\x1b]*)\x1b\[K", t.raw)
    assert any(re.match(r"\d/3 ", line) for line in drawn) and all(len(line) < columns for line in drawn)
