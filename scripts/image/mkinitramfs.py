#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a ramdisk from a list: the same bytes for the same inputs.

    mkinitramfs.py [--format cpio|tar] [--config AUTO.CONF] [--objects DIR] --output FILE LIST...

A LIST holds lines of words; `#` starts a comment. All entries belong to root, with time 0, in the
order given.

    dir PATH MODE                  PATH / is the root itself
    file PATH SOURCE MODE          SOURCE: $(O)/x is a build product, else relative to the tree
    slink PATH TARGET
    nod PATH MODE c|b MAJOR MINOR
    busybox PATH                   the machine's static busybox, and in PATH's directory a link for
                                   each applet whose name is not taken yet
    if CONFIG_X ... endif          these lines only if the option is on; does not nest

Formats: cpio newc as Linux's initramfs has it, or POSIX ustar. An unreadable source or a double
path is an error.
"""
import argparse
import io
import os
import stat
import subprocess
import sys
import tarfile
from collections import namedtuple

Entry = namedtuple("Entry", "path mode data dev", defaults=(b"", (0, 0)))
BUSYBOX = "/bin/busybox"


def fail(text):
    sys.exit("mkinitramfs.py: " + text)


def options_read(path):
    """The names of the options that are on."""
    with open(path, encoding="utf-8") as lines:
        return {line.partition("=")[0] for line in lines if line.startswith("CONFIG_")}


def file_read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        fail(f"{path}: {error.strerror}")


class Image:
    def __init__(self, objects, options):
        self.entries = {}
        self.objects = objects
        self.options = options

    def add(self, path, mode, data=b"", dev=(0, 0)):
        path = path.strip("/")
        if path in self.entries:
            fail(f"/{path} is there twice")
        self.entries[path] = Entry(path, mode, data, dev)

    def line_dir(self, path, mode):
        # The root itself bears the name that `find .` gives it.
        self.add(path.strip("/") or ".", stat.S_IFDIR | int(mode, 8))

    def line_file(self, path, source, mode):
        self.add(path, stat.S_IFREG | int(mode, 8), file_read(source.replace("$(O)", self.objects)))

    def line_slink(self, path, target):
        self.add(path, stat.S_IFLNK | 0o777, target.encode())

    def line_nod(self, path, mode, kind, major, minor):
        kinds = {"c": stat.S_IFCHR, "b": stat.S_IFBLK}
        self.add(path, kinds[kind] | int(mode, 8), dev=(int(major), int(minor)))

    def line_busybox(self, path):
        self.add(path, stat.S_IFREG | 0o755, file_read(BUSYBOX))
        applets = subprocess.run([BUSYBOX, "--list"], check=True, capture_output=True, text=True)
        where = os.path.dirname(path)
        for name in sorted(applets.stdout.split()):
            if f"{where}/{name}".strip("/") not in self.entries:
                self.line_slink(f"{where}/{name}", os.path.basename(path))

    def read(self, path):
        wanted = True
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                words = line.partition("#")[0].split()
                if not words:
                    continue
                try:
                    if words[0] == "if":
                        wanted = words[1] in self.options
                    elif words[0] == "endif":
                        wanted = True
                    elif wanted:
                        getattr(self, "line_" + words[0])(*words[1:])
                except (AttributeError, TypeError, ValueError, LookupError):
                    fail(f"{path}:{number}: not understood: {line.strip()}")


def cpio_bytes(entries):
    """newc: a 110-byte header of hexadecimal fields, name and data each padded to 4 bytes."""
    out = bytearray()

    def put(ino, entry, nlink):
        name = entry.path.encode() + b"\0"
        fields = (ino, entry.mode, 0, 0, nlink, 0, len(entry.data), 0, 0, *entry.dev, len(name), 0)
        out.extend(b"070701" + b"".join(b"%08X" % field for field in fields) + name)
        out.extend(bytes(-len(out) % 4) + entry.data)
        out.extend(bytes(-len(out) % 4))

    for ino, entry in enumerate(entries, 1):
        put(ino, entry, 2 if stat.S_ISDIR(entry.mode) else 1)
    put(0, Entry("TRAILER!!!", 0), 1)
    # Archives are concatenated on 512-byte blocks.
    return bytes(out) + bytes(-len(out) % 512)


def tar_bytes(entries):
    out = io.BytesIO()
    kinds = {stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE,
             stat.S_IFCHR: tarfile.CHRTYPE, stat.S_IFBLK: tarfile.BLKTYPE,
             stat.S_IFREG: tarfile.REGTYPE}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for entry in entries:
            info = tarfile.TarInfo(entry.path)
            info.type = kinds[stat.S_IFMT(entry.mode)]
            info.mode = stat.S_IMODE(entry.mode)
            info.devmajor, info.devminor = entry.dev
            if info.type == tarfile.SYMTYPE:
                info.linkname = entry.data.decode()
            else:
                info.size = len(entry.data)
            tar.addfile(info, io.BytesIO(entry.data))
    return out.getvalue()


FORMATS = {"cpio": cpio_bytes, "tar": tar_bytes}


def app_archive(path, name):
    """A small archive that lays one program over a ramdisk, as /app/NAME."""
    image = Image("", set())
    image.add("app", stat.S_IFDIR | 0o755)
    image.add(f"app/{name}", stat.S_IFREG | 0o755, file_read(path))
    return cpio_bytes(image.entries.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--format", choices=FORMATS, default="cpio")
    parser.add_argument("--config")
    parser.add_argument("--objects", default=".")
    parser.add_argument("--output", required=True)
    parser.add_argument("lists", nargs="+")
    args = parser.parse_args()
    image = Image(args.objects, options_read(args.config) if args.config else set())
    for path in args.lists:
        image.read(path)
    with open(args.output, "wb") as file:
        file.write(FORMATS[args.format](image.entries.values()))


if __name__ == "__main__":
    main()
