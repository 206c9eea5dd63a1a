#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns a compiler's dependency file into make rules that know single options.

    fixdep.py TARGET DEPFILE OUTPUT-PREFIX     prints rules

Each object includes autoconf.h, so by file alone every option would rebuild everything. Instead
autoconf.* is dropped, and for each CONFIG_FOO_BAR that occurs in one of the files the object
depends on include/config/foo/bar.h, which syncconfig touches when that option changes (kconfiglib's
sync_deps). $(wildcard) because the stamp only exists once the option has changed or been set.

Started once per object, hence only `re` and `sys`.
"""
import re
import sys

OPTION = re.compile(rb"\bCONFIG_(\w+)")


def prerequisites(text):
    """The words behind the first colon of a make rule; continuation lines joined."""
    text = text.replace("\\\n", " ")
    for line in text.splitlines():
        _, colon, words = line.partition(": ")
        if colon:
            return words.split()
    return []


def main(target, depfile, prefix=""):
    with open(depfile, encoding="utf-8") as file:
        words = prerequisites(file.read())
    files, options = [], set()
    for path in dict.fromkeys(words):
        if "/generated/autoconf." in path:
            continue
        files.append(path)
        with open(path, "rb") as file:
            options.update(OPTION.findall(file.read()))
    stamps = sorted(name.decode().lower().replace("_", "/") for name in options)
    print(f"deps-{target} := \\")
    for path in files:
        print(f"  {path} \\")
    for stamp in stamps:
        print(f"  $(wildcard {prefix}include/config/{stamp}.h) \\")
    print()
    print(f"{target}: $(deps-{target})")
    # A header that has gone away must rebuild its users, not stop make.
    print(f"$(deps-{target}):")


if __name__ == "__main__":
    main(*sys.argv[1:])
