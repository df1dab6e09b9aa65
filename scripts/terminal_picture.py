#!/usr/bin/env python3
"""What a command shows on a terminal, as an SVG picture for the docs: the screen at the moment when a text stands on it.

    scripts/terminal_picture.py --until "Epoch 3/" --out docs/pictures/dashboard.svg cnnbench train catdog_original --dashboard ...

Needs pyte (scripts/requirements/test.txt): call it with the tests' python.
"""

import argparse
import html
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/e2e"))
from terminal import Terminal  # noqa: E402

COLOURS = {"black": "#1c1c1c", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b", "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#d4d4d4",
           "default": "#d4d4d4", "brightblack": "#7f848e", "brightgreen": "#b5e08f", "brightblue": "#82c4ff", "brightcyan": "#7fdbe6"}
CELL, LINE = 8.4, 18  # of a monospaced font of 14 pixels


def colour(name):
    return COLOURS.get(name) or (f"#{name}" if len(name) == 6 else COLOURS["default"])


def svg(screen):
    width, height = screen.columns * CELL + 24, screen.lines * LINE + 24
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">',
             f'<rect width="{width:.0f}" height="{height:.0f}" rx="6" fill="#1c1c1c"/>']
    for y in range(screen.lines):
        x = 0
        while x < screen.columns:
            cell, start = screen.buffer[y][x], x
            text = ""
            while x < screen.columns and (c := screen.buffer[y][x]).fg == cell.fg and c.bold == cell.bold:
                text += c.data
                x += 1
            if text.strip():
                bold = ' font-weight="bold"' if cell.bold else ""
                # Each run of letters has its width said: fonts differ in it.
                parts.append(f'<text x="{12 + start * CELL:.1f}" y="{24 + y * LINE}" fill="{colour(cell.fg)}"{bold} xml:space="preserve" '
                             f'textLength="{len(text.rstrip()) * CELL:.1f}">{html.escape(text.rstrip())}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--until", required=True, help="the text to wait for")
    parser.add_argument("--out", required=True)
    parser.add_argument("--size", default="100x30", help="columns and rows")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    terminal = Terminal(options.command, os.getcwd(), {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}, columns, rows)
    terminal.until(lambda: options.until in terminal.screen())
    pathlib.Path(options.out).write_text(svg(terminal.alternate))
    terminal.process.terminate()


if __name__ == "__main__":
    main()
