#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles each public header alone, twice in one file: it brings what it needs, and is guarded.

    headers.py [--arch ARCH] -- COMPILER FLAGS...
"""
import argparse
import glob
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def headers(arch):
    """[(path, how it is included)]"""
    roots = {"include": ["exo/*.h", "uapi/**/*.h"], f"arch/{arch}/include": ["asm/*.h"]}
    found = []
    for root, patterns in roots.items():
        for pattern in patterns:
            for path in glob.glob(f"{root}/{pattern}", recursive=True):
                found.append((path, os.path.relpath(path, root)))
    return sorted(found)


def compile_alone(command, header):
    path, name = header
    line = f"#include <{name}>\n"
    done = subprocess.run([*command, "-fsyntax-only", "-x", "c", "-"], input=line + line, text=True,
                          capture_output=True)
    return f"{path}: does not compile alone:\n{done.stderr}" if done.returncode else None


def main():
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--arch", default="x86_64")
    args = parser.parse_args(sys.argv[1:split])
    command = sys.argv[split + 1:]
    found = headers(args.arch)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [text for text in pool.map(lambda header: compile_alone(command, header), found)
                 if text]
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"headers: {len(found)} headers, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
