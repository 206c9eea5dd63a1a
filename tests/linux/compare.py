#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same ramdisk, the same command line, on a Linux kernel and on ours.

    compare.py record VMLINUZ     boots it and writes transcript.txt beside this file
    compare.py fetch DIR          Debian's cloud kernel, unpacked below DIR; prints its path

The ramdisk is Debian's busybox and session.sh. What stands between the two marks on the serial line
is the session; tests/linux/test_linux.py wants every line of ours to be Linux's.
"""
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TREE, "scripts"))

import qemu  # noqa: E402

TRANSCRIPT = os.path.join(HERE, "transcript.txt")
APPEND = "quiet panic=-1"
SECONDS = 300


def archive_make(path):
    subprocess.run([sys.executable, os.path.join(TREE, "scripts/image/mkinitramfs.py"),
                    "--output", path, os.path.join(HERE, "init.list")], cwd=TREE, check=True)
    return path


def busybox_version():
    said = subprocess.run(["/bin/busybox"], capture_output=True, text=True, check=False).stdout
    return said.split("\n", 1)[0]


def session(text):
    """The lines between the marks, or None if the session did not end."""
    text = text.replace("\r", "")
    found = re.search(r"=== BEGIN SESSION\n(.*?)=== END SESSION 0\n", text, re.DOTALL)
    return found and found.group(1).split("\n")[:-1]


def run(kernel, archive, log):
    """Boots and returns all that came over the serial line."""
    machine = qemu.Machine(objects="/", kernel=kernel, initrd=archive, boot="direct",
                           append=APPEND, log=log)
    subprocess.run(machine.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   timeout=SECONDS, check=False)
    with open(log, encoding="utf-8", errors="replace") as file:
        return file.read()


def recorded():
    """The busybox that was recorded with, and the lines."""
    with open(TRANSCRIPT, encoding="utf-8") as file:
        lines = file.read().split("\n")[:-1]
    return lines[1].removeprefix("# busybox: "), lines[2:]


def record(kernel, scratch):
    log = os.path.join(scratch, "linux.log")
    lines = session(run(kernel, archive_make(os.path.join(scratch, "linux.cpio")), log))
    if lines is None:
        sys.exit(f"compare.py: the session did not end; see {log}")
    return [f"# kernel: {os.path.basename(kernel)}", f"# busybox: {busybox_version()}", *lines]


def fetch(where):
    """The package's name holds the version: the cloud kernel of today."""
    os.makedirs(where, exist_ok=True)
    said = subprocess.run(["apt-cache", "depends", "linux-image-cloud-amd64"], check=True,
                          capture_output=True, text=True).stdout
    package = re.search(r"Depends: (linux-image-\S+)", said).group(1)
    subprocess.run(["apt-get", "download", package], cwd=where, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    newest = max(glob.glob(os.path.join(where, package + "_*.deb")), key=os.path.getmtime)
    subprocess.run(["dpkg-deb", "-x", newest, where], check=True)
    return glob.glob(os.path.join(where, "boot", "vmlinuz-*"))[0]


def main(argv):
    if len(argv) == 2 and argv[0] == "fetch":
        print(fetch(argv[1]))
    elif len(argv) == 2 and argv[0] == "record":
        lines = record(argv[1], os.environ.get("TMPDIR", "/tmp"))
        with open(TRANSCRIPT, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
