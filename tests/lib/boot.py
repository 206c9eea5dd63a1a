# SPDX-License-Identifier: MIT
"""A machine under test: QEMU on a pseudo-terminal, with what it says kept and searched.

    guest = Guest("o/check/desktop", boot="direct", append="loglevel=7")
    guest.expect("exo> ")

Time-outs bound how long nothing useful may happen, not how fast a machine must be: emulation on a
busy host is slow. A panic ends the wait at once.
"""
import os
import re

import pexpect
import pytest
import qemu

PROMPT = "exo> "
PANIC = re.compile(r"(?:^|\n)[^\n]*\bpanic: [^\n]*\n", re.IGNORECASE)
TERMINAL = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])")


def plain(text):
    """Without carriage returns and terminal control sequences."""
    return TERMINAL.sub("", text).replace("\r", "")


class Guest:
    newest = None

    def __init__(self, objects, log=None, timeout=60, **wanted):
        self.machine = qemu.Machine(objects=objects, log=log, **wanted)
        self.timeout = timeout
        command = self.machine.command()
        self.qemu = pexpect.spawn(command[0], command[1:], encoding="utf-8", codec_errors="replace",
                                  timeout=timeout, dimensions=(50, 200), echo=False)
        self.qemu.delaybeforesend = None
        self.seen = ""
        Guest.newest = self

    @classmethod
    def newest_tail(cls):
        guest = cls.newest
        return "" if guest is None else plain(guest.transcript())[-4000:]

    def transcript(self):
        """All that was read so far."""
        pending = self.qemu.buffer if isinstance(self.qemu.buffer, str) else ""
        return self.seen + pending

    def expect(self, pattern, timeout=None, panic_ok=False):
        """Waits for a regular expression; returns the text before it, and fails on a panic."""
        patterns = [pattern, pexpect.TIMEOUT, pexpect.EOF] + ([] if panic_ok else [PANIC])
        found = self.qemu.expect(patterns, timeout=timeout or self.timeout)
        self.seen += self.qemu.before if isinstance(self.qemu.before, str) else ""
        if isinstance(self.qemu.after, str):
            self.seen += self.qemu.after
        if found:
            why = ["", "it did not come", "the machine ended", "the kernel panicked"][found]
            pytest.fail(f"waiting for {pattern!r}: {why}\n{self.newest_tail()}", pytrace=False)
        return plain(self.qemu.before)

    def expect_text(self, text, **how):
        return self.expect(re.escape(text), **how)

    def prompt(self, **how):
        return self.expect_text(PROMPT, **how)

    def send(self, text):
        self.qemu.send(text)

    def line(self, text):
        self.send(text + "\n")

    def wait(self, timeout=None):
        """Waits until QEMU ends; returns its exit status."""
        self.drain(timeout)
        self.qemu.close()
        return self.qemu.exitstatus

    def drain(self, timeout=None):
        """Reads until the machine ends."""
        found = self.qemu.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=timeout or self.timeout)
        self.seen += self.qemu.before if isinstance(self.qemu.before, str) else ""
        if found:
            pytest.fail(f"the machine did not end\n{self.newest_tail()}", pytrace=False)
        return plain(self.seen)

    def end(self):
        """Stops the machine if it still runs. Only ever this one, by its own process."""
        if self.qemu.isalive():
            self.qemu.terminate(force=True)
        self.qemu.close(force=True)

    def log_text(self):
        """The whole serial line, as QEMU itself recorded it."""
        if not self.machine.log or not os.path.exists(self.machine.log):
            return ""
        with open(self.machine.log, encoding="utf-8", errors="replace") as file:
            return plain(file.read())
