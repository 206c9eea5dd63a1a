# SPDX-License-Identifier: MIT
"""What the build promises: it does no work twice, rebuilds only what an option touches, makes the
same bytes anywhere, and what it builds keeps the rules of the house."""
import glob
import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from tree import TREE, make

DEFCONFIGS = ["minimal", "desktop", "bench"]
CONFIGS = DEFCONFIGS + ["allyesconfig"]


def steps(output):
    """The commands that make ran: [("CC", "lib/string.o"), ...]"""
    return re.findall(r"^  ([A-Z]+) +(\S+)$", output, re.MULTILINE)


def file_bytes(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("config", CONFIGS)
def test_builds(images, config):
    where = images.get(config)
    for product in ("exo.elf", "initramfs.cpio", "exo.iso"):
        assert os.path.getsize(f"{where}/{product}") > 0


def test_nothing_to_do(images):
    where = images.get("desktop")
    before = os.stat(f"{where}/exo.elf").st_mtime_ns
    start = time.monotonic()
    output = make("O=" + where).stdout
    seconds = time.monotonic() - start
    assert steps(output) == []
    assert os.stat(f"{where}/exo.elf").st_mtime_ns == before
    # A second on an idle machine; this one may be busy.
    assert seconds < 3


def test_touched_source_rebuilds_itself(images):
    where = images.get("desktop")
    os.utime(f"{TREE}/lib/string.c")
    compiled = [path for step, path in steps(make("O=" + where).stdout) if step == "CC"]
    assert compiled in (["lib/string.o"], ["lib/string.o", "base/ksyms_table.o"])


def users_of(option, objects, where):
    """The objects one of whose sources names the option."""
    found = set()
    for path in objects:
        folder, name = os.path.split(path)
        with open(f"{where}/{folder}/.{name}.cmd", encoding="utf-8") as file:
            if f"/include/config/{option.lower().replace('_', '/')}.h" in file.read():
                found.add(path)
    return found


def test_option_rebuilds_its_users(images):
    where = images.get("desktop")
    with open(f"{where}/exo.objs", encoding="utf-8") as file:
        objects = file.read().split()
    users = users_of("LOG_BUF_KB", objects, where)
    assert users and len(users) < len(objects) / 2
    config = f"{where}/.config"
    saved = file_bytes(config).decode()
    with open(config, "w", encoding="utf-8") as file:
        file.write(re.sub(r"CONFIG_LOG_BUF_KB=\d+", "CONFIG_LOG_BUF_KB=128", saved))
    try:
        compiled = {path for step, path in steps(make("O=" + where).stdout) if step == "CC"}
    finally:
        with open(config, "w", encoding="utf-8") as file:
            file.write(saved)
        make("O=" + where)
    assert compiled - {"base/ksyms_table.o"} == users


@pytest.fixture(scope="module")
def elsewhere(images, tmp_path_factory):
    """The tree copied to another place, built there with the desktop configuration."""
    place = tmp_path_factory.mktemp("elsewhere") / "a-longer-name-than-the-tree-has"
    files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           cwd=TREE, check=True, capture_output=True, text=True).stdout
    for path in files.split("\0"):
        if path and os.path.exists(f"{TREE}/{path}"):
            os.makedirs(os.path.dirname(f"{place}/{path}"), exist_ok=True)
            shutil.copy2(f"{TREE}/{path}", f"{place}/{path}")
    make("desktop_defconfig", tree=str(place))
    make("exo.elf", "initramfs.cpio", tree=str(place))
    return str(place)


@pytest.mark.parametrize("product", ["exo.elf", "initramfs.cpio"])
def test_same_bytes_elsewhere(images, elsewhere, product):
    assert file_bytes(f"{images.get('desktop')}/{product}") == file_bytes(f"{elsewhere}/{product}")


def test_build_in_tree_is_ignored_by_git(elsewhere):
    """Everything a build leaves in the tree is in .gitignore, and mrproper removes it."""
    subprocess.run(["git", "init", "-q", elsewhere], check=True)
    listed = subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=elsewhere, check=True,
                            capture_output=True, text=True).stdout
    strangers = [line[3:] for line in listed.splitlines()
                 if not os.path.exists(os.path.join(TREE, line[3:]))]
    assert strangers == []
    make("mrproper", tree=elsewhere)
    left = [path for path in glob.glob(f"{elsewhere}/**", recursive=True, include_hidden=True)
            if os.path.isfile(path) and "/.git/" not in path
            and not os.path.exists(os.path.join(TREE, os.path.relpath(path, elsewhere)))]
    assert left == []


@pytest.mark.parametrize("config", CONFIGS)
def test_floors(images, config):
    print(make("O=" + images.get(config), "floors").stdout)


def test_headers_compile_alone(images):
    make("O=" + images.get("allyesconfig"), "headers")


def test_style():
    done = subprocess.run([sys.executable, "scripts/check/style.py"], cwd=TREE, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout


def test_sparse_is_silent(images):
    output = make("O=" + images.get("allyesconfig"), "C=2").stdout
    assert "  CHECK   lib/string.c\n" in output
    assert [line for line in output.splitlines() if not re.match(r"  [A-Z]+ |make: ", line)] == []


def test_clang(images):
    """clang and lld take the same sources without a warning."""
    images.get("allyesconfig", "LLVM=1", "exo.elf", name="allyesconfig-clang")


def test_minimal_is_small(images, tmp_path):
    """Stripped and without a ramdisk inside, minimal stays under 256 KiB."""
    stripped = tmp_path / "exo.elf"
    subprocess.run(["strip", "-o", stripped, images.get("minimal") + "/exo.elf"], check=True)
    assert stripped.stat().st_size < 256 * 1024


def test_image_layout(images):
    """What loaders and the W^X map rely on."""
    text = subprocess.run(["readelf", "-lW", images.get("desktop") + "/exo.elf"], check=True,
                          capture_output=True, text=True).stdout
    segments = re.findall(r"^  (LOAD|NOTE) +\S+ \S+ (\S+) \S+ \S+ ([RWE ]+) (\S+)$", text,
                          re.MULTILINE)
    assert segments
    for kind, physical, rights, align in segments:
        assert not ("W" in rights and "E" in rights)
        if kind == "NOTE":
            assert int(align, 16) == 4
        if kind == "LOAD":
            assert int(physical, 16) >= 0x100000
    # The multiboot2 header, somewhere in the first 32 KiB on an 8-byte boundary.
    head = file_bytes(images.get("desktop") + "/exo.elf")[:32768]
    assert any(head[at:at + 4] == b"\xd6\x50\x52\xe8" for at in range(0, len(head), 8))


def test_wrong_option_is_refused(tmp_path):
    """A configuration that asks for what cannot be is an error, not a silent difference."""
    bad = f"{TREE}/configs/no_such_defconfig"
    done = make(f"O={tmp_path}", "no_such_defconfig", check=False)
    assert done.returncode and "no such file" in done.stdout and not os.path.exists(bad)
    wishes = {"CONFIG_NO_SUCH_OPTION=y": "no such option", "CONFIG_HZ=99999": "but it is",
              "CONFIG_X86_64=n": "but it is"}
    for number, (wish, answer) in enumerate(wishes.items()):
        path = tmp_path / str(number)
        path.write_text(wish + "\n")
        done = subprocess.run([sys.executable, "scripts/kconfig/conf.py", "load", path], cwd=TREE,
                              env=dict(os.environ, KCONFIG_CONFIG=str(tmp_path / "config")),
                              capture_output=True, text=True)
        assert done.returncode and answer in done.stderr, wish


def test_savedefconfig_round_trip(images, tmp_path):
    where = images.get("bench")
    make("O=" + where, "savedefconfig")
    saved = file_bytes(f"{where}/defconfig").decode()
    os.remove(f"{where}/defconfig")
    with open(f"{TREE}/configs/bench_defconfig", encoding="utf-8") as file:
        wanted = [line for line in file.read().splitlines()
                  if line.startswith("CONFIG_") or line.endswith("is not set")]
    assert sorted(wanted) == sorted(saved.splitlines())
