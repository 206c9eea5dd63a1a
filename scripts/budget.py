#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instruction counts of the basic paths, against what tests/budgets.json allows.

    budget.py DIR             measure DIR/exo.elf and compare; fails if a path grew by over 2 %
    budget.py --update DIR    write the measured counts for this compiler

Counts come from QEMU's -icount, where a run repeats bit for bit and the host does not matter; from
three seeds the median is taken, since one seed is one memory layout. They depend on the compiler's
version, which is the key in the file; for one that is not in it there is nothing to compare with,
and the run says so and fails.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

import qemu

BUDGETS = "tests/budgets.json"
PROGRAM = "tests/budget/budget.c"
SEEDS = (1, 2, 3)
MARGIN = 1.02
FIGURES = ("boot", "null_call", "switch", "fork_exit", "fault")


def compiler():
    text = subprocess.run(["gcc", "--version"], check=True, capture_output=True, text=True).stdout
    return text.splitlines()[0]


def measure_once(objects, program, seed, scratch):
    log = os.path.join(scratch, f"seed{seed}.log")
    machine = qemu.Machine(objects=objects, boot="direct", mem="256", icount=True, seed=seed,
                           app=program, log=log, scratch=scratch)
    subprocess.run(machine.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   timeout=300)
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    found = {name: int(value) for name, value in re.findall(r"figure (\w+) (\d+)", text)}
    if set(found) != set(FIGURES):
        sys.exit(f"budget.py: the program did not finish:\n{text[-3000:]}")
    return found


def measure(objects):
    """{figure: median over the seeds}"""
    with tempfile.TemporaryDirectory() as scratch:
        program = os.path.join(scratch, "budget")
        subprocess.run(["musl-gcc", "-static", "-O2", "-o", program, PROGRAM], check=True)
        runs = [measure_once(objects, program, seed, scratch) for seed in SEEDS]
    return {name: int(statistics.median(run[name] for run in runs)) for name in FIGURES}


def budgets_read():
    try:
        with open(BUDGETS, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def compare(measured, allowed):
    """Prints a line for each path; returns those that grew too much."""
    grown = []
    for name in FIGURES:
        change = measured[name] / allowed[name] - 1
        too_much = measured[name] > allowed[name] * MARGIN
        grown += [name] if too_much else []
        print(f"{name:10} {measured[name]:>10} instructions, budget {allowed[name]:>10} "
              f"({change:+.1%}){' GREW' if too_much else ''}")
    return grown


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    parser.add_argument("directory")
    args = parser.parse_args()
    budgets, key = budgets_read(), compiler()
    measured = measure(args.directory)
    if args.update:
        budgets[key] = measured
        with open(BUDGETS, "w", encoding="utf-8") as file:
            file.write(json.dumps(budgets, indent=1, sort_keys=True) + "\n")
        print(f"{BUDGETS}: {key}: {measured}")
        return
    if key not in budgets:
        sys.exit(f"budget.py: no budget for this compiler, {key}. Measured: {measured}. "
                 "Type `make budgets` and commit the file.")
    grown = compare(measured, budgets[key])
    if grown:
        sys.exit(f"budget.py: grew by more than 2 %: {', '.join(grown)}")


if __name__ == "__main__":
    main()
