#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves the floors from the undefined symbols of the objects in an image.

    floors.py [--nm NM] DIR        DIR is the output directory with exo.objs

The rules (Documentation/house.md says why): an object may name what a lower floor, its own
directory, or the compiler's contract defines; kernel, sched and mm may name each other; arch may
name the upcalls above it, and is itself named only through what asm/*.h declares. Nothing else goes
up or sideways, and there are no weak symbols.

The only lists: include/exo/upcall.h, the contract at the end of include/exo/compiler.h, and the
linker script's symbols in include/exo/sections.h with the tables of include/exo/tables.h.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
from collections import defaultdict

FLOORS = {"lib": 2, "base": 3, "arch": 4, "kernel": 5, "sched": 5, "mm": 5,
          "ipc": 6, "drivers": 6, "security": 6, "fs": 7, "net": 8, "init": 9}
PEERS = {"kernel", "sched", "mm"}
WEAK = "wWvV"
# The compiler calls these of itself when it is told to check; their part of its contract is open.
SANITIZERS = re.compile(r"__(ubsan|asan|kasan|tsan)_\w+$")


def text_of(path):
    """A header without its comments."""
    with open(path, encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read(), flags=re.DOTALL)


def declared(text):
    """Names of the functions and objects that a header declares, a superset."""
    return set(re.findall(r"\b([a-z_]\w*)(?=\s*[(\[;])", text))


def compiler_contract():
    with open("include/exo/compiler.h", encoding="utf-8") as file:
        return declared(file.read().partition("The compiler's contract ----")[2])


def upcalls():
    text = text_of("include/exo/upcall.h")
    return set(re.findall(r"\b(upcall_\w+)\(", text)) | {"syscall_table"}


def linker_symbols():
    names = set(re.findall(r"\b(__\w+)\[\]", text_of("include/exo/sections.h")))
    for table in re.findall(r"table\((\w+)\)", text_of("include/exo/tables.h")):
        names |= {f"__start_exo_{table}", f"__stop_exo_{table}"}
    return names


def machine_contract(arch):
    names = set()
    for path in glob.glob(f"arch/{arch}/include/asm/*.h"):
        names |= declared(text_of(path))
    return names


def symbols_read(nm, objects, base):
    """{object: (defined names, undefined names, weak names)}"""
    paths = [os.path.join(base, path) for path in objects]
    text = subprocess.run([nm, "-A", "-P", *paths], check=True, capture_output=True, text=True)
    found = {path: (set(), set(), set()) for path in objects}
    for line in text.stdout.splitlines():
        where, _, rest = line.partition(": ")
        name, kind = rest.split()[:2]
        defined, undefined, weak = found[os.path.relpath(where, base)]
        if kind in WEAK:
            weak.add(name)
        elif kind == "U":
            undefined.add(name)
        elif kind.isupper():
            defined.add(name)
    return found


def house(path):
    return path.split("/")[0]


class Checker:
    def __init__(self, symbols, arch):
        self.symbols = symbols
        self.definer = {name: path for path, (defined, _, _) in symbols.items()
                        for name in defined}
        self.anywhere = compiler_contract() | linker_symbols()
        self.upcalls = upcalls()
        self.machine = machine_contract(arch)
        self.used = defaultdict(set)

    def wrong(self, path, name):
        """Why `path` may not name `name`; None if it may."""
        user = house(path)
        if name in self.anywhere or SANITIZERS.match(name):
            return None
        if name not in self.definer:
            # Made at link time: the symbol table, which base/ declares and searches.
            return None if name.startswith("ksyms_") and user == "base" else "nobody defines it"
        owner = house(self.definer[name])
        if owner == user:
            return None
        if path == "init/syscall_table.o" and name.startswith("__sys_"):
            return None         # wherever a call lives, init/syscalls.tbl is its contract
        if owner == "arch":
            if FLOORS[user] < FLOORS["base"]:
                return "lib is pure: it knows no machine"
            return None if name in self.machine else "no asm/*.h declares it"
        if user == "arch" and name in self.upcalls:
            self.used[name].add(path)
            return None
        if FLOORS[owner] < FLOORS[user] or {owner, user} <= PEERS:
            return None
        return "goes sideways" if FLOORS[owner] == FLOORS[user] else "goes up"

    def report(self):
        lines = []
        for path, (_, undefined, weak) in sorted(self.symbols.items()):
            lines += [f"{path}: {name}: weak symbols are forbidden" for name in sorted(weak)]
            for name in sorted(undefined):
                why = self.wrong(path, name)
                if why:
                    at = self.definer.get(name, "")
                    lines.append(f"{path}: {name} ({at}): {why}")
        return lines


def task_hooks(nm, objects, base):
    """Names of the TASK_HOOKS entries, which are local symbols."""
    paths = [os.path.join(base, path) for path in objects]
    text = subprocess.run([nm, "-P", *paths], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^section_entry_task_hooks_(\w+) ", text, re.MULTILINE))


def undocumented(hooks):
    """Documentation/house.md lists every door up: each upcall and each task hook."""
    with open("Documentation/house.md", encoding="utf-8") as file:
        text = file.read()
    return [f"Documentation/house.md: no line about {name}"
            for name in sorted(upcalls() | hooks) if f"`{name}`" not in text]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--arch", default="x86_64")
    parser.add_argument("directory")
    args = parser.parse_args()
    with open(os.path.join(args.directory, "exo.objs"), encoding="utf-8") as file:
        objects = file.read().split()
    checker = Checker(symbols_read(args.nm, objects, args.directory), args.arch)
    hooks = task_hooks(args.nm, objects, args.directory)
    lines = checker.report() + undocumented(hooks)
    print("\n".join(lines), end="\n" if lines else "")
    names = sum(len(undefined) for _, undefined, _ in checker.symbols.values())
    print(f"floors: {len(objects)} objects, {names} names, {len(upcalls())} upcalls "
          f"({len(checker.used)} used), {len(hooks)} task hooks, {len(lines)} wrong")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
