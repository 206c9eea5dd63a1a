#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the programs of this directory, runs them as a session of a small ramdisk, compares.

    bad.py record VMLINUZ [NAME...]    runs them on that Linux kernel and writes NAME.linux
    bad.py run DIR NAME [WORD...]      prints what they say on the kernel in DIR

The same machine, ramdisk and command line for both kernels: what a program prints on Linux is
recorded in NAME.linux beside it (from Debian's cloud kernel, see tests/linux/compare.py), and ours
must print the same lines, but for those that the test lists with a reason.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(TREE, "scripts"), os.path.join(TREE, "scripts", "image")]

import mkinitramfs  # noqa: E402
import qemu  # noqa: E402

SOURCES = {"wildptr": ["wildptr.c", "wild.c"], "callfuzz": ["callfuzz.c", "wild.c"]}
RECORDED = ("badelf", "crash", "wildptr")
FLAGS = ["-static", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
# What the kernel says when something is wrong with itself. Unlike a message about bad input.
ALARMS = re.compile(r"^.*(?:WARNING: |panic: |panic in a panic|BUG: |Call trace:).*$", re.MULTILINE)

INIT = """#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /proc /dev /tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mount -t tmpfs tmpfs /tmp
[ -e /proc/sys/kernel/printk ] && echo 1 > /proc/sys/kernel/printk
echo "=== BEGIN"
{command} 2>&1
echo "=== END $?"
echo "alive after it" | cat
{after}
echo "=== LOG"
dmesg
echo "=== OVER"
poweroff -f
"""


def calls():
    """The table of system calls as (number, name)."""
    with open(os.path.join(TREE, "init", "syscalls.tbl"), encoding="utf-8") as file:
        words = (line.partition("#")[0].split() for line in file)
        return [(int(word[0]), word[1]) for word in words if word]


def program_build(name, where):
    """Builds a static program; returns its path."""
    path = os.path.join(where, name)
    sources = [os.path.join(HERE, source) for source in SOURCES.get(name, [name + ".c"])]
    with open(os.path.join(where, "calls.h"), "w", encoding="utf-8") as file:
        file.writelines(f'CALL({number}, {call})\n' for number, call in calls())
    subprocess.run(["musl-gcc", *FLAGS, f"-I{where}", "-o", path, *sources], check=True)
    return path


def archive_make(where, command, programs=(), after="", files=()):
    """A ramdisk that runs `command` between two marks; returns its path."""
    image = mkinitramfs.Image("", set())
    for directory in (".", "bin", "dev", "etc"):
        image.add(directory, 0o40755)
    image.line_nod("/dev/console", "0600", "c", "5", "1")
    image.line_nod("/dev/null", "0666", "c", "1", "3")
    image.add("init", 0o100755, INIT.format(command=command, after=after).encode())
    image.add("bin/busybox", 0o100755, mkinitramfs.file_read(mkinitramfs.BUSYBOX))
    image.add("etc/passwd", 0o100644, b"root:x:0:0:root:/:/bin/sh\n")
    for name in programs:
        image.add("bin/" + name, 0o100755, mkinitramfs.file_read(program_build(name, where)))
    for path, data in files:
        image.add(path, 0o100644, data)
    path = os.path.join(where, "bad.cpio")
    with open(path, "wb") as file:
        file.write(mkinitramfs.cpio_bytes(image.entries.values()))
    return path


class Session:
    """What came over the serial line, in its parts."""

    def __init__(self, text, status):
        self.text = text.replace("\r", "")
        self.exit = status
        found = re.search(r"=== BEGIN\n(.*?)=== END (\d+)\n(.*?)=== LOG\n(.*?)=== OVER\n",
                          self.text, re.DOTALL)
        self.ended = bool(found)
        if found:
            self.lines = found.group(1).split("\n")[:-1]
            self.status = int(found.group(2))
            self.after = found.group(3)
            self.log = found.group(4)

    def alarms(self):
        """The lines in which the kernel complains about itself."""
        return ALARMS.findall(self.log if self.ended else self.text)

    def check(self):
        """The program ended, the machine went on, and the kernel found no fault of its own."""
        assert self.ended, "the session did not end:\n" + self.text[-6000:]
        assert self.after.startswith("alive after it\n"), self.after
        assert not self.alarms(), "\n".join(self.alarms()) + "\n" + self.log[-6000:]


# QEMU 7.2 takes the stack of a far return or IRET in user mode for the kernel's if there is SMAP.
CPUS = {"crash": "max,-la57,-smap"}


class Machine(qemu.Machine):
    """Always emulated, since what the CPU does in odd states has been recorded; and with the
    address space that we use, since Linux would use a larger one."""
    cpu = "max,-la57"

    def cpu_arguments(self):
        return ["-accel", "tcg", "-cpu", self.cpu]


# Linux's kernel pages in user space have no counterpart here.
APPEND = "quiet panic=-1 vsyscall=none"


def run(kernel, archive, log, append=APPEND, mem="256", seconds=300, cpu=Machine.cpu):
    machine = Machine(objects="/", kernel=kernel, initrd=archive, boot="direct",
                      append=append, mem=mem, log=log)
    machine.cpu = cpu
    try:
        status = subprocess.run(machine.command(), stdin=subprocess.DEVNULL, timeout=seconds,
                                stdout=subprocess.DEVNULL, check=False).returncode
    except subprocess.TimeoutExpired:
        status = None
    with open(log, encoding="utf-8", errors="replace") as file:
        return Session(file.read(), status)


def program_run(kernel, name, where, words="", **how):
    """A session that is one program."""
    archive = archive_make(where, f"{name} {words}", [name], how.pop("after", ""))
    how.setdefault("cpu", CPUS.get(name, Machine.cpu))
    return run(kernel, archive, os.path.join(where, name + ".log"), **how)


def recorded(name):
    """What Linux printed."""
    with open(os.path.join(HERE, name + ".linux"), encoding="utf-8") as file:
        return [line for line in file.read().split("\n")[:-1] if not line.startswith("# ")]


def differences(ours, linux):
    """{line's name: (ours, Linux's)} for lines "name: result" that are not the same."""
    def table(lines):
        return dict(line.rpartition(": ")[::2] for line in lines)
    ours, linux = table(ours), table(linux)
    return {name: (ours.get(name), linux.get(name)) for name in {**linux, **ours}
            if ours.get(name) != linux.get(name)}


def record(kernel, names):
    for name in names or RECORDED:
        with tempfile.TemporaryDirectory() as where:
            session = program_run(kernel, name, where)
        if not session.ended or session.status:
            sys.exit(f"bad.py: {name}: the session did not end:\n{session.text[-4000:]}")
        with open(os.path.join(HERE, name + ".linux"), "w", encoding="utf-8") as file:
            file.write("\n".join([f"# kernel: {os.path.basename(kernel)}", *session.lines]) + "\n")


def main(argv):
    if len(argv) >= 2 and argv[0] == "record":
        record(argv[1], argv[2:])
    elif len(argv) >= 3 and argv[0] == "run":
        with tempfile.TemporaryDirectory() as where:
            session = program_run(os.path.join(argv[1], "exo.elf"), argv[2], where,
                                  " ".join(argv[3:]))
        print(session.text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
