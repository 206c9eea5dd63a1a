# SPDX-License-Identifier: MIT
"""Fixtures for our own programs, which are plain Linux programs: they run on this machine.

A typed session is a Shell (tests/lib/shell.py) on something with Guest's methods: here a
pseudo-terminal,
    then once more the serial line of a machine that runs Exo-OS. `-k here` leaves that out.
"""
import os
import re
import signal

import pexpect
import pytest
from boot import PROMPT, Guest, plain
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
        if self.qemu.isalive():
            self.qemu.kill(signal.SIGKILL)
            self.qemu.wait()
        self.qemu.close()


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


class Machine:
    """The serial line of a machine with the desktop configuration; one session after the other."""

    def __init__(self, images, log):
        self.images, self.log, self.guest = images, log, None

    def __getattr__(self, name):
        return getattr(self.guest, name)

    def send(self, text):
        # ^A opens QEMU's own commands; two of them are one.
        self.guest.send(text.replace("\x01", "\x01\x01"))

    def line(self, text):
        self.send(text + "\n")

    def fresh(self):
        """A new shell in the place of the last one; a new machine if that did not come back."""
        self.end(unless=self.guest and self.guest.qemu.isalive() and self.answers())
        if self.guest is None:
            self.guest = Guest(self.images.get("desktop"), boot="direct", log=self.log)
            self.guest.prompt()
        self.line("cd /tmp; exec /bin/exosh")
        self.guest.expect(r"exosh\r*\n")

    def answers(self):
        """Whether the shell is back at its prompt, and nothing more is to come."""
        for keys, answer in (("\x03", ""), ("echo fre''sh\n", r"\nfresh\r*\n")):
            self.send(keys)
            if self.guest.qemu.expect([answer + PROMPT, pexpect.TIMEOUT, pexpect.EOF], timeout=5):
                return False
        return True

    def end(self, unless=False):
        if self.guest and not unless:
            self.guest.end()
            self.guest = None


@pytest.fixture(scope="module")
def machine(images, tmp_path_factory):
    found = Machine(images, str(tmp_path_factory.mktemp("machine") / "serial.log"))
    yield found
    found.end()


@pytest.fixture(params=["here", "exo"])
def typed(request):
    """A fresh exo shell: on this machine, and on Exo-OS over the serial line."""
    if request.param == "here":
        start = request.getfixturevalue("terminal")
        return Shell(start("exosh", cwd=str(request.getfixturevalue("tmp_path"))))
    machine = request.getfixturevalue("machine")
    machine.fresh()
    return Shell(machine)
