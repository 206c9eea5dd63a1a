# SPDX-License-Identifier: MIT
"""A session typed at a shell over the serial line.

    shell = Shell(guest)                     waits for the prompt
    output, status = shell.run("ls /bin")    types, reads up to the next prompt
    assert shell.ok("echo hello") == "hello\\n"

Each command is followed by one that prints its status behind a mark that the echo of the typed line
does not contain, so that the two cannot be mistaken for each other.
"""
import itertools
import re

import pytest
from boot import PROMPT, plain


class Shell:
    def __init__(self, guest, prompt=PROMPT, timeout=60):
        self.guest = guest
        self.prompt = prompt
        self.numbers = itertools.count(1)
        self.banner = guest.expect_text(prompt, timeout=timeout)

    def run(self, command, timeout=None):
        """(what it printed, its exit status)"""
        number = next(self.numbers)
        # Typed as m'a'rk, printed as mark.
        self.guest.line(f"{command}; echo m'a'rk{number}:$?")
        output = self.guest.expect(rf"mark{number}:(\d+)\r*\n", timeout=timeout)
        status = int(self.guest.qemu.match.group(1))
        self.guest.expect_text(self.prompt, timeout=timeout)
        return self.without_echo(output, number), status

    def without_echo(self, text, number):
        """What follows the last line in which the typed command was echoed."""
        typed = f"m'a'rk{number}:$?"
        at = text.rfind(typed)
        rest = text[at + len(typed):] if at >= 0 else text
        return re.sub(r"^\n", "", plain(rest), count=1)

    def ok(self, command, timeout=None):
        """What it printed; its status must be 0."""
        output, status = self.run(command, timeout)
        if status:
            pytest.fail(f"{command}: status {status}\n{output}", pytrace=False)
        return output

    def status(self, command, timeout=None):
        return self.run(command, timeout)[1]
