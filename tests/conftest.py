# SPDX-License-Identifier: MIT
"""Fixtures that all tests share: images, built once per configuration, and machines that run them.

`make check` sets EXO_O to its output directory; below it, check/<configuration>/ is the output
directory of one configuration each, kept between runs, so that a second `make check` builds only
what has changed.
"""
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(os.path.dirname(HERE), "scripts")]

from boot import Guest  # noqa: E402
from shell import Shell  # noqa: E402
from tree import OUT, make  # noqa: E402


class Images:
    """The output directories of the configurations, built when first asked for."""

    def __init__(self):
        self.built = {}

    def directory(self, name):
        return os.path.join(OUT, "check", name)

    def get(self, config, *words, name=None):
        """The directory of configs/<config>_defconfig, or of allyesconfig, built with `words`."""
        name = name or config
        if name not in self.built:
            where = self.directory(name)
            goal = config if config.endswith("config") else config + "_defconfig"
            make("O=" + where, goal)
            make("O=" + where, *words)
            self.built[name] = where
        return self.built[name]


@pytest.fixture(scope="session")
def images():
    return Images()


@pytest.fixture
def boot(images, request, tmp_path):
    """boot("desktop", boot="uefi", append="...") starts a machine that ends with the test."""
    guests = []

    def start(config="desktop", **wanted):
        guest = Guest(images.get(config), log=str(tmp_path / f"serial{len(guests)}.log"), **wanted)
        guests.append(guest)
        return guest

    yield start
    for guest in guests:
        guest.end()


@pytest.fixture(scope="session")
def desktop(images, tmp_path_factory):
    """One shell session on the desktop configuration, for every test that leaves it as it was."""
    log = tmp_path_factory.mktemp("desktop") / "serial.log"
    guest = Guest(images.get("desktop"), boot="direct", log=str(log))
    yield Shell(guest)
    guest.end()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of what its machines said."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        for name in ("desktop", "boot"):
            if name in getattr(item, "funcargs", {}):
                report.sections.append(("serial line", Guest.newest_tail()))
                break
