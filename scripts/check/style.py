#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The part of our style that a script can judge.

    style.py [FILE...]         without files: all that git knows, or would if it were added

Every source file: an SPDX line first (second behind `#!`), then a comment that opens the file; no
line over 100 columns (tabs are 8); no trailing blanks; no note to oneself left behind.
"""
import os
import re
import subprocess
import sys

COLUMNS = 100
SOURCES = (".c", ".h", ".S", ".asm", ".inc", ".py", ".sh", ".mk")
NAMED = ("Makefile", "Kconfig")
SPDX = "SPDX-License-Identifier: MIT"
# Spelled in two halves, so that this file passes itself.
NOTES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
COMMENT = re.compile(r"^\s*(/\*|//|;|#|\"\"\")")
# Directory Makefiles and Kconfigs need no words: the lists speak.
NO_OPENING = NAMED


def files_all():
    text = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                          check=True, capture_output=True, text=True).stdout
    return sorted(path for path in text.split("\0") if path and os.path.exists(path))


def is_source(path):
    return path.endswith(SOURCES) or os.path.basename(path) in NAMED


def opening_missing(lines):
    """Whether the first line after `#!` and SPDX that is not blank opens no comment."""
    for line in lines:
        if line.startswith("#!") or SPDX in line or line.strip() in ("", "#", ";"):
            continue
        return not COMMENT.match(line)
    return True


def check(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    wrong = []
    if not any(SPDX in line for line in lines[:2]):
        wrong.append((1, f"no line '{SPDX}'"))
    if os.path.basename(path) not in NO_OPENING and opening_missing(lines):
        wrong.append((1, "the file does not open with a comment on what it does"))
    for number, line in enumerate(lines, 1):
        width = len(line.expandtabs(8))
        if width > COLUMNS:
            wrong.append((number, f"{width} columns"))
        if line != line.rstrip():
            wrong.append((number, "blanks at the end of the line"))
        if NOTES.search(line):
            wrong.append((number, "a note to oneself"))
    return [f"{path}:{number}: {text}" for number, text in wrong]


def main(paths):
    paths = [path for path in paths or files_all() if is_source(path)]
    wrong = [line for path in paths for line in check(path)]
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"style: {len(paths)} files, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
