#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kernel's own symbol table, from a linked image.

    ksyms.py NM IMAGE|none              print the table as C (none: an empty one of the same shape)
    ksyms.py --verify NM FIRST SECOND   check that the table made from FIRST holds for SECOND

Read by base/ksyms.c; include/exo/ksyms.h says what the arrays mean. Only functions are in it, since
only they are on a back-trace. Several names of one address keep the first in the alphabet, so that
the bytes do not depend on the order of the objects.
"""
import subprocess
import sys


def functions(nm, image):
    """[(offset from __text_start, name)], ascending, one name per address."""
    text = subprocess.run([nm, image], check=True, capture_output=True, text=True).stdout
    symbols = [line.split() for line in text.splitlines() if len(line.split()) == 3]
    where = {name: int(address, 16) for address, _, name in symbols}
    start, end = where["__text_start"], where["__text_end"]
    found = {}
    for address, kind, name in symbols:
        offset = int(address, 16) - start
        bound = name.startswith(("__init_text_", "__text_"))
        if kind in "tT" and 0 <= offset < end - start and not bound:
            found[offset] = min(name, found.get(offset, name))
    return sorted(found.items())


def table(entries):
    lines = [
        "/* Made by scripts/gen/ksyms.py; do not edit. */",
        "#include <exo/ksyms.h>",
        "",
        f"const u32 ksyms_count = {len(entries)};",
        "const u32 ksyms_offset[] = {",
    ]
    # C has no empty arrays: an empty table still has one element, which ksyms_count leaves out.
    lines += [f"\t{offset:#x}," for offset, _ in entries] or ["\t0,"]
    lines += ["};", "const u32 ksyms_name[] = {"]
    place = 0
    for _, name in entries:
        lines.append(f"\t{place},")
        place += len(name) + 1
    lines += [] if entries else ["\t0,"]
    lines += ["};", "const char ksyms_names[] ="]
    lines += [f'\t"{name}\\0"' for _, name in entries] or ['\t""']
    lines[-1] += ";"
    return "\n".join(lines)


def main(argv):
    if argv[0] == "--verify":
        nm, first, second = argv[1:]
        if functions(nm, first) != functions(nm, second):
            sys.exit("ksyms.py: functions moved between the two links")
        return
    nm, image = argv
    print(table([] if image == "none" else functions(nm, image)))


if __name__ == "__main__":
    main(sys.argv[1:])
