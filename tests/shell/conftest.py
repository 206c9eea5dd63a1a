# SPDX-License-Identifier: MIT
"""Fixtures for our own programs, which are plain Linux programs: they run on this machine.

A typed session is a Shell (tests/lib/shell.py) on something with Guest's methods. Here that is a
pseudo-terminal; with EXO_SESSIONS=qemu in the environment the same sessions are typed over the
serial line of a booted machine instead.
"""
import os
import re

import pexpect
import pytest
from boot import PROMPT, plain
from shell import Shell

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "TERM": "linux",
               "LC_ALL": "C"}


@pytest.fixture(scope="session")
def programs(images):
    """The directory with init, exosh and exobox; EXO_PROGRAMS names one that is built already."""
    ready = os.environ.get("EXO_PROGRAMS")
    return ready or os.path.join(images.get("desktop", "usr", name="programs"), "usr", "bin")


class Terminal:
    """A program on a pseudo-terminal, with the methods of boot.Guest that sessions use."""

    def __init__(self, argv, timeout=10, columns=80, **how):
        how.setdefault("env", ENVIRONMENT)
        self.qemu = pexpect.spawn(argv[0], argv[1:], encoding="utf-8", codec_errors="replace",
                                  timeout=timeout, dimensions=(24, columns), **how)
        self.qemu.delaybeforesend = None
        self.qemu.delayafterclose = self.qemu.delayafterterminate = 0.02

    def expect(self, pattern, timeout=None):
        found = self.qemu.expect([pattern, pexpect.TIMEOUT, pexpect.EOF],
                                 timeout=timeout or self.qemu.timeout)
        if found:
            why = ["", "it did not come", "the program ended"][found]
            pytest.fail(f"waiting for {pattern!r}: {why}\n{plain(self.qemu.before)}", pytrace=False)
        return plain(self.qemu.before)

    def expect_text(self, text, **how):
        return self.expect(re.escape(text), **how)

    def prompt(self, **how):
        return self.expect_text(PROMPT, **how)

    def send(self, text):
        self.qemu.send(text)

    def line(self, text):
        self.send(text + "\n")

    def wait(self):
        """Reads to the end; returns the exit status."""
        self.qemu.expect(pexpect.EOF)
        self.qemu.close()
        return self.qemu.exitstatus

    def end(self):
        self.qemu.close(force=True)


@pytest.fixture
def terminal(programs):
    """terminal("exosh", "-i") starts one of our programs on a terminal of its own."""
    started = []

    def start(program, *args, **how):
        found = Terminal([os.path.join(programs, program), *args], **how)
        started.append(found)
        return found

    yield start
    for found in started:
        found.end()


@pytest.fixture
def typed(request):
    """A fresh exo shell, its prompt just shown."""
    if os.environ.get("EXO_SESSIONS") == "qemu":
        guest = request.getfixturevalue("desktop").guest
        guest.line("cd /tmp; exec /bin/exosh")
        guest.prompt()
        guest.line("")
    else:
        guest = request.getfixturevalue("terminal")("exosh",
                                                    cwd=str(request.getfixturevalue("tmp_path")))
    return Shell(guest)
