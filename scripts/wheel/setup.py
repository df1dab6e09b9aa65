"""The wheel holds a program: it is of one platform, and of no Python's version or ABI."""

import os

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution


class Program(Distribution):
    def has_ext_modules(self):
        return True


class OfAnyPython(bdist_wheel):
    def get_tag(self):
        return "py3", "none", os.environ["CNNBENCH_WHEEL_PLATFORM"]


def data_files():
    """Man pages and completions, where an environment's share/ is."""
    share = os.environ["CNNBENCH_WHEEL_SHARE"]
    for folder, _, files in os.walk(share):
        yield os.path.join("share", os.path.relpath(folder, share)), [os.path.join(folder, file) for file in files]


setup(version=os.environ["CNNBENCH_WHEEL_VERSION"], long_description=open("README.md", encoding="utf-8").read(), long_description_content_type="text/markdown",
      distclass=Program, cmdclass={"bdist_wheel": OfAnyPython}, data_files=list(data_files()))
