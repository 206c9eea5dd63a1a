# SPDX-License-Identifier: MIT
"""A damaged ramdisk costs what is damaged: it is named, with the byte, and the rest boots."""
import hashlib
import os
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import archives  # noqa: E402
import bad  # noqa: E402
import mkiso  # noqa: E402

PER_BOOT = 30
SHOW = r"cd /; find . -xdev -type f ! -path './bin/*' -print0 | xargs -0 md5sum"
CASES = list(archives.cases())
ERRORS = re.compile(r"damaged|cannot|not enough|not supported|could not")


def iso_make(path, kernel, modules, where):
    """GRUB passes each of them as a module, as it is."""
    root = os.path.join(where, "iso")
    os.makedirs(os.path.join(root, "boot", "grub"))
    subprocess.run(
        ["objcopy", "--strip-debug", kernel, os.path.join(root, "boot", "exo.elf")], check=True
    )
    lines = []
    for number, data in enumerate(modules):
        with open(os.path.join(root, "boot", f"m{number}"), "wb") as file:
            file.write(data)
        lines.append(f"module2 --nounzip /boot/m{number}")
    with open(os.path.join(root, "boot", "grub", "grub.cfg"), "w", encoding="utf-8") as file:
        file.write(
            mkiso.CONFIG.format(
                append="console=ttyS0 loglevel=1", module="\n\t".join(lines), video=""
            )
        )
    subprocess.run(
        ["grub-mkrescue", "--fonts=", "--themes=", "--locales=", "--compress=no", "-o", path, root],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    shutil.rmtree(root)
    return path


@pytest.fixture(scope="module", params=range(0, len(CASES), PER_BOOT))
def booted(images, tmp_path_factory, request):
    """Some of the cases, each as a module, around a good one; (cases, session)."""
    mine = CASES[request.param : request.param + PER_BOOT]
    where = str(tmp_path_factory.mktemp("archives"))
    with open(bad.archive_make(where, SHOW), "rb") as file:
        good = file.read()
    middle = len(mine) // 2
    modules = [case.data for case in mine]
    modules.insert(middle, good)
    iso = iso_make(
        os.path.join(where, "bad.iso"),
        os.path.join(images.get("desktop"), "exo.elf"),
        modules,
        where,
    )
    machine = bad.Machine(objects="/", boot="grub", log=os.path.join(where, "serial.log"))
    machine.iso_path = lambda: iso
    subprocess.run(
        machine.command(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    with open(machine.log, encoding="utf-8", errors="replace") as file:
        session = bad.Session(file.read(), 0)
    session.check()
    numbers = [number + (number >= middle) for number in range(len(mine))]
    return list(zip(numbers, mine)), session


def sums(session):
    """{path: md5} of what was found."""
    found = {}
    for line in session.lines:
        match = re.match(r"([0-9a-f]{32})  \./(.*)", line)
        if match:
            found[match.group(2)] = match.group(1)
    return found


def check_case(number, case, log, found):
    lines = re.findall(rf"initramfs: module {number}((?:,|:).*)$", log, re.MULTILINE)
    for says in case.says:
        assert any(re.search("^" + says, line) for line in lines), f"{says!r} not in {lines}"
    if case.quiet:
        assert not [line for line in lines if ERRORS.search(line)], lines
    for path, data in case.there.items():
        assert found.get(path) == hashlib.md5(data).hexdigest(), f"{path} is not what it was"
    for path in case.gone:
        assert path not in found, f"{path} is there"


def test_each_is_named_and_the_rest_is_whole(booted):
    mine, session = booted
    found, wrong = sums(session), []
    for number, case in mine:
        try:
            check_case(number, case, session.log, found)
        except AssertionError as error:
            wrong.append(f"{case.name} (module {number}): {error}")
    assert not wrong, "\n".join(wrong)


def boot_with(images, tmp_path, data, **how):
    """One ramdisk, as qemu -initrd passes it."""
    path = str(tmp_path / "one.cpio")
    with open(path, "wb") as file:
        file.write(data)
    return bad.run(
        os.path.join(images.get("desktop"), "exo.elf"), path, str(tmp_path / "serial.log"), **how
    )


@pytest.mark.parametrize("damage", [b"rubbish", archives.GARBAGE, b"\x1f\x8b\x08rubbish"])
def test_one_ramdisk_with_rubbish_behind(images, tmp_path, damage):
    with open(bad.archive_make(str(tmp_path), "echo here"), "rb") as file:
        good = file.read()
    session = boot_with(images, tmp_path, good + damage)
    session.check()
    assert session.lines == ["here"]
    assert re.search(r"initramfs: module 0: damaged (archive|gzip data) at byte \d+: ", session.log)


def test_more_than_memory_holds(images, tmp_path):
    """A small file that would be larger than memory is refused; what stands before it runs."""
    with open(bad.archive_make(str(tmp_path), "echo here"), "rb") as file:
        good = file.read()
    lie = archives.length_lie(archives.bomb(96), 0x1000)
    session = boot_with(images, tmp_path, good + lie, mem="64")
    session.check()
    assert session.lines == ["here"]
    assert "not enough memory to decompress" in session.log


def test_empty_ramdisk(images, tmp_path):
    """The boot ends where Linux's would: there is no first program."""
    session = boot_with(images, tmp_path, bytes(16), append="panic=-1")
    assert "Kernel panic - not syncing: no init found" in session.text
