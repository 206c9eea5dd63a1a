# SPDX-License-Identifier: MIT
"""A program may do to itself what it likes: it dies as on Linux, and the system goes on."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import bad  # noqa: E402

# Line: why ours is another than Linux's.
EXCEPTIONS = {
    "int $0x80": "there are no system calls of 32 bits; a Linux without them says the same as we",
    "context with MXCSR of ones": "QEMU loads it, a real CPU refuses; we look before either",
}
for instruction in ("sgdt", "sidt", "sldt", "str", "smsw"):
    EXCEPTIONS[instruction] = "Linux makes up an answer where UMIP forbids it; nobody needs one"
for selector in ("cs 0x10", "cs 0x13", "cs 0x2b", "cs 0x43", "cs 7", "cs 0xffff", "ss 0x10",
                 "ss 0x18", "ss 0x33", "ss 0x43", "ss 0xffff"):
    EXCEPTIONS["context with " + selector] = "the signal does not tell what IRET said of it"


@pytest.fixture(scope="module", params=["without SMAP", "with SMAP"])
def session(images, tmp_path_factory, request):
    kernel = os.path.join(images.get("desktop"), "exo.elf")
    how = {"cpu": bad.Machine.cpu} if request.param == "with SMAP" else {}
    return bad.program_run(kernel, "crash", str(tmp_path_factory.mktemp("crash")), **how)


def emulator_lies(name):
    """With SMAP, QEMU 7.2 lets these fault on the program's stack."""
    return name.startswith(("far return", "iret"))


def test_system_goes_on(session):
    session.check()
    assert session.status == 0
    assert not [line for line in session.lines if "SIGALRM" in line], "a child did not end"


def test_every_case_is_as_on_linux(session, request):
    smap = "with SMAP" in request.node.name
    wrong = {name: both for name, both in
             bad.differences(session.lines, bad.recorded("crash")).items()
             if name not in EXCEPTIONS and not (smap and emulator_lies(name))}
    assert not wrong, "\n".join(f"{name}: {ours}, on Linux {linux}"
                                for name, (ours, linux) in wrong.items())


def test_exceptions_are_needed(session):
    """What is the same now needs no excuse."""
    differing = bad.differences(session.lines, bad.recorded("crash"))
    assert not set(EXCEPTIONS) - set(differing)
