# SPDX-License-Identifier: MIT
"""The scripts of scripts.txt in the desktop configuration's ramdisk, on Exo-OS as on Linux.

The same files in both places: here the ramdisk is unpacked onto a tmpfs and entered with chroot(1).
"""
import os
import stat
import subprocess
import sys

import pytest
from boot import Guest
from test_scripts import cases
from tree import TREE

sys.path.insert(0, os.path.join(TREE, "scripts", "image"))

import mkinitramfs  # noqa: E402

SECONDS = 60
RUNNER = """#!/bin/exosh
export PATH=/bin:/sbin HOME=/home/me LC_ALL=C
unset PS1 TERM SHELL USER
for script in /scripts/*; do
    mkdir /tmp/run && cd /tmp/run
    exosh $script > /tmp/output 2>/dev/null < /dev/null
    status=$?
    echo "=== BEGIN ${script##*/}"
    cat /tmp/output
    echo "=== END $status"
    cd / && rm -rf /tmp/run
done
echo "=== OVER"
"""


def overlay():
    image = mkinitramfs.Image("", set())
    image.add("scripts", 0o40755)
    for number, script in enumerate(cases()):
        image.add(f"scripts/{number:03}", 0o100644, script.encode() + b"\n")
    image.add("app/scripts", 0o100755, RUNNER.encode())
    return image


def results(text):
    """number -> (output, status)"""
    found = {}
    for piece in text.replace("\r", "").split("=== BEGIN ")[1:]:
        number, _, rest = piece.partition("\n")
        output, _, status = rest.rpartition("=== END ")
        found[int(number)] = output, int(status.split()[0])
    return found


def entries_write(entries, root):
    for entry in entries:
        path = os.path.join(root, entry.path)
        if stat.S_ISDIR(entry.mode):
            os.makedirs(path, exist_ok=True)
        elif stat.S_ISLNK(entry.mode):
            os.symlink(entry.data, path)
        elif stat.S_ISREG(entry.mode):
            with open(path, "wb") as file:
                file.write(entry.data)
            os.chmod(path, stat.S_IMODE(entry.mode))


@pytest.fixture(scope="module")
def here(images, tmp_path_factory):
    objects = images.get("desktop")
    image = mkinitramfs.Image(objects + "/", mkinitramfs.options_read(
        os.path.join(objects, "include", "config", "auto.conf")))
    before = os.getcwd()
    os.chdir(TREE)      # the list names files of the tree
    try:
        image.read("usr/initramfs.list")
    finally:
        os.chdir(before)
    root = tmp_path_factory.mktemp("root")
    inside = ('mount -t tmpfs none "$1" && cp -a "$1.files"/. "$1" && '
              'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" && '
              'chmod 1777 "$1/tmp" && exec chroot "$1" /app/scripts')
    entries_write(image.entries.values(), f"{root}.files")
    entries_write(overlay().entries.values(), f"{root}.files")
    done = subprocess.run(["unshare", "-mpf", "sh", "-c", inside, "sh", str(root)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=SECONDS)
    return results(done.stdout.decode(errors="replace"))


@pytest.fixture(scope="module")
def exo(images, tmp_path_factory):
    where = tmp_path_factory.mktemp("machine")
    objects = images.get("desktop")
    with open(os.path.join(objects, "initramfs.cpio"), "rb") as file:
        base = file.read()
    archive = where / "scripts.cpio"
    archive.write_bytes(base + bytes(-len(base) % 512) +
                        mkinitramfs.cpio_bytes(overlay().entries.values()))
    guest = Guest(objects, boot="direct", log=str(where / "serial.log"), initrd=str(archive),
                  append="exo.app=/app/scripts quiet", timeout=SECONDS)
    try:
        guest.expect("=== OVER", timeout=SECONDS * 2)
    finally:
        guest.end()
    return results(guest.log_text())


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot takes root")
@pytest.mark.parametrize("number", range(len(cases())),
                         ids=lambda number: cases()[number].split("\n")[0][:40])
def test_as_on_linux(here, exo, number):
    assert exo.get(number) == here[number]
