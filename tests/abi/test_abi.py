# SPDX-License-Identifier: MIT
"""The programs of this directory pass on this machine's Linux and on Exo-OS, and print the same.

Each NAME.c is one static program (musl), which checks one topic line by line with check.h and ends
with status 0 when all is as on Linux. Here it runs in an empty directory on a tmpfs; on Exo-OS one
machine runs all of them, one after the other, in such a directory too.
"""
import glob
import os
import re
import subprocess
import sys

import pytest
from boot import Guest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), os.pardir, "scripts", "image"))

import mkinitramfs  # noqa: E402

FLAGS = ["-static", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-unused-result",
         "-Wno-missing-field-initializers", "-Wno-dangling-pointer", "-Wno-return-type"]
NAMES = sorted(os.path.basename(path)[:-2] for path in glob.glob(os.path.join(HERE, "*.c")))
SECONDS = 120
TMPFS = "/dev/shm"

# Runs all of them as init's one program; the console is theirs.
RUNNER = """#!/bin/busybox sh
export PATH=/bin
for program in /abi/*; do
    mkdir /tmp/run && cd /tmp/run
    echo "=== BEGIN ${program##*/}"
    { "$program" < /dev/console 2>&1; echo "=== END $?"; } | cat
    cd / && rm -rf /tmp/run
done
echo "=== OVER"
"""

# Where Linux after 6.1 answers otherwise: not compared, and no failure there.
NEWER_LINUX = {
    "attr": r'getxattr\("c", "user\.x"',      # a tmpfs has user attributes since 6.6
}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes ids and priorities")


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    where = tmp_path_factory.mktemp("abi")
    for name in NAMES:
        done = subprocess.run(["musl-gcc", *FLAGS, "-o", where / name,
                               os.path.join(HERE, name + ".c")],
                              stderr=subprocess.PIPE, text=True)
        assert not done.returncode, done.stderr
    return where


class Results(dict):
    """name -> (lines, status)"""

    def lines(self, name):
        return self[name][0]


@pytest.fixture(scope="module")
def here(programs):
    """name -> what it prints on this machine; run when first asked for."""
    class Here(Results):
        def __missing__(self, name):
            where = os.path.join(TMPFS, f"abi-{os.getpid()}-{name}")
            os.mkdir(where)
            try:
                done = subprocess.run([programs / name], cwd=where, timeout=SECONDS, text=True,
                                      errors="replace", stdin=subprocess.DEVNULL,
                                      start_new_session=True, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
            finally:
                subprocess.run(["rm", "-rf", where])
            self[name] = done.stdout.splitlines(), done.returncode
            return self[name]
    return Here()


@pytest.fixture(scope="module")
def exo(programs, images, tmp_path_factory):
    """name -> what it printed on Exo-OS."""
    where = tmp_path_factory.mktemp("machine")
    objects = images.get("desktop")
    image = mkinitramfs.Image("", set())
    image.add("abi", 0o40755)
    for name in NAMES:
        image.add("abi/" + name, 0o100755, (programs / name).read_bytes())
    image.add("app/abi", 0o100755, RUNNER.encode())
    with open(os.path.join(objects, "initramfs.cpio"), "rb") as file:
        base = file.read()
    archive = where / "abi.cpio"
    overlay = mkinitramfs.cpio_bytes(image.entries.values())
    archive.write_bytes(base + bytes(-len(base) % 512) + overlay)
    guest = Guest(objects, boot="direct", log=str(where / "serial.log"), initrd=str(archive),
                  append="exo.app=/app/abi quiet", timeout=SECONDS)
    found = Results()
    try:
        for _ in NAMES:
            guest.expect(r"=== BEGIN ")
            guest.expect(r"=== END (\d+)\r*\n")
            text, status = guest.qemu.before, int(guest.qemu.match.group(1))
            lines = text.replace("\r", "").splitlines()
            found[lines[0]] = lines[1:], status
        guest.expect("=== OVER")
    except pytest.fail.Exception as failure:
        # The programs that did run are judged all the same.
        print(failure)
    finally:
        guest.end()
    return found


def wrong_lines(lines):
    return [line for line in lines if re.match("FAIL|not ok", line)]


def comparable(name, lines):
    """Without what depends on the version of Linux, and the line that sums up."""
    newer = NEWER_LINUX.get(name)
    return [line for line in lines
            if not (newer and re.search(newer, line)) and not line.startswith(name + ": ")]


@needs_root
@pytest.mark.parametrize("name", NAMES)
def test_on_linux(here, name):
    lines, status = here[name]
    assert not wrong_lines(comparable(name, lines)), "\n".join(wrong_lines(lines))
    assert status == 0 or name in NEWER_LINUX, "\n".join(lines[-5:])


@needs_root
@pytest.mark.parametrize("name", NAMES)
def test_on_exo(here, exo, name):
    assert name in exo, "the machine did not get that far"
    lines, status = exo[name]
    assert not wrong_lines(lines), "\n".join(wrong_lines(lines))
    assert status == 0, "\n".join(lines[-5:])
    if not any(line.startswith("skip: ") for line in lines):
        assert comparable(name, lines) == comparable(name, here.lines(name))
