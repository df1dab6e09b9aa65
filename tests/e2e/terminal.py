"""A terminal for the end-to-end tests: a program that runs in it, and what it shows."""

import fcntl
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

HANG = 120  # seconds; nothing here should take so long
ALTERNATE = re.compile(r"(\x1b\[\?1049[hl])")


class Terminal:
    """A program in a terminal: its two screens, as a terminal would show them."""

    def __init__(self, command, folder, variables, columns=80, rows=24, stdout=None):
        self.master, slave = pty.openpty()
        self.raw, self.alternate, self.on_alternate = "", None, False
        self.main = pyte.Screen(columns, 1000)
        self.resize(columns, rows)
        self.process = subprocess.Popen(command, cwd=folder, env=variables, stdin=slave, stdout=stdout or slave, stderr=slave,
                                        preexec_fn=self._take_terminal)
        os.close(slave)

    @staticmethod
    def _take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGHUP):  # a shell lets what runs in the background ignore some
            signal.signal(number, signal.SIG_DFL)

    def resize(self, columns, rows):
        """Its kernel side sends SIGWINCH. What is drawn from now on comes to an empty screen of that size."""
        self.size = (columns, rows)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._clear()

    def _clear(self):
        self.alternate = pyte.Screen(*self.size)
        self.drawing = pyte.Stream(self.alternate)
        self.telling = pyte.Stream(self.main)

    def _feed(self, text):
        self.raw += text
        for piece in ALTERNATE.split(text):
            if ALTERNATE.fullmatch(piece):
                self.on_alternate = piece.endswith("h")
                if self.on_alternate:
                    self._clear()
            else:
                (self.drawing if self.on_alternate else self.telling).feed(piece)

    def read(self):
        """False at the end."""
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            return False
        # A piece may end within a character or an escape code.
        while piece and not re.search(rb"[\x00-\x7f]$", piece) or re.search(rb"\x1b[^a-zA-Z]*$", piece):
            piece += os.read(self.master, 1)
        self._feed(piece.decode())
        return bool(piece)

    def until(self, seen):
        end = time.monotonic() + HANG
        while not seen():
            assert time.monotonic() < end, "waited in vain; the screen is\n" + self.screen()
            if select.select([self.master], [], [], 1)[0]:
                assert self.read(), "the program ended early:\n" + self.told()
        return self

    def until_shown(self, *texts):
        return self.until(lambda: self.on_alternate and all(t in self.screen() for t in texts))

    def finish(self, code):
        while self.read():
            pass
        assert self.process.wait(HANG) == code, self.told()
        os.close(self.master)
        return self

    def screen(self):
        return "\n".join(line.rstrip() for line in self.alternate.display)

    def told(self):
        """What the normal screen holds, and its scrollback."""
        return "\n".join(line.rstrip() for line in self.main.display).rstrip()

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def expect_given_back(self):
        assert not self.on_alternate and self.raw.count("\x1b[?1049h") >= 1
        for hidden, shown in (("\x1b[?25l", "\x1b[?25h"), ("\x1b[?7l", "\x1b[?7h"), ("\x1b[?1049h", "\x1b[?1049l")):
            assert self.raw.rindex(shown) > self.raw.rindex(hidden)
