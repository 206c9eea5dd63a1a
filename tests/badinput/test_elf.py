# SPDX-License-Identifier: MIT
"""Wrong programs of every kind get Linux's errno, or die as they do on Linux."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import bad  # noqa: E402

# Linux throws the old program away before it looks at the segments, so it can only kill what cannot
# be loaded. Here all of it is looked at before, and the caller learns why.
ERRNO_INSTEAD_OF_DEATH = ("EINVAL", "ENOEXEC", "ENOMEM", "EFAULT", "ELIBBAD")
# Line: (ours, Linux 6.1's), and why.
EXCEPTIONS = {
    # 6.1 takes no more program headers than fit in a page; later ones take 64 KiB, as we do.
    "fixed, e_phnum 74": ("exit 42", "ENOEXEC"),
}


def excused(name, ours, linux):
    if EXCEPTIONS.get(name) == (ours, linux):
        return True
    return linux in ("killed SIGSEGV", "killed SIGBUS") and ours in ERRNO_INSTEAD_OF_DEATH


@pytest.fixture(scope="module")
def session(images, tmp_path_factory):
    kernel = os.path.join(images.get("desktop"), "exo.elf")
    return bad.program_run(kernel, "badelf", str(tmp_path_factory.mktemp("badelf")))


def test_system_goes_on(session):
    session.check()
    assert session.status == 0
    assert session.lines[0] == "good: exit 42" and session.lines[-1] == "good at the end: exit 42"


def test_every_case_is_as_on_linux(session):
    wrong = {name: both for name, both in
             bad.differences(session.lines, bad.recorded("badelf")).items()
             if not excused(name, *both)}
    assert not wrong, "\n".join(f"{name}: {ours}, on Linux {linux}"
                                for name, (ours, linux) in wrong.items())
