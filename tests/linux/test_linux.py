# SPDX-License-Identifier: MIT
"""An ordinary ramdisk prints on this kernel what it prints on Linux."""
import difflib
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import compare  # noqa: E402


def check_same(linux, ours):
    diff = "\n".join(difflib.unified_diff(linux, ours, "Linux", "Exo-OS", lineterm="", n=2))
    assert not diff, "the session differs from Linux's:\n" + diff


def test_session_is_linux(images, tmp_path):
    """Line by line what tests/linux/transcript.txt holds, recorded from Debian's kernel."""
    busybox, linux = compare.recorded()
    assert busybox == compare.busybox_version(), \
        "another busybox than was recorded with: python3 tests/linux/compare.py record VMLINUZ"
    archive = compare.archive_make(str(tmp_path / "session.cpio"))
    kernel = os.path.join(images.get("desktop"), "exo.elf")
    text = compare.run(kernel, archive, str(tmp_path / "serial.log"))
    ours = compare.session(text)
    assert ours is not None, "the session did not end:\n" + text[-4000:]
    check_same(linux, ours)


@pytest.mark.long
def test_transcript_is_true(tmp_path):
    """Debian's cloud kernel of today still prints what was recorded."""
    kernel = compare.fetch(str(tmp_path / "debian"))
    check_same(compare.recorded()[1], compare.record(kernel, str(tmp_path))[2:])
