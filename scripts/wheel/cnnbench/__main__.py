"""`cnnbench` and `python -m cnnbench`: becomes the program, with the torch of this environment."""

import os
import sys

from cnnbench import environment, program


def main():
    os.execve(program, ["cnnbench", *sys.argv[1:]], environment())


if __name__ == "__main__":
    main()
