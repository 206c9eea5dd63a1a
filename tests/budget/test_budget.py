# SPDX-License-Identifier: MIT
"""Instruction counts: minimal's paths against their budgets, and the limits that never move."""
import json
import os
import subprocess
import sys

import pytest
from tree import TREE

BOOT_LIMIT = 20_000_000     # kernel entry to the first user instruction
NULL_CALL_LIMIT = 120


@pytest.fixture(scope="module")
def report(images):
    where = images.get("minimal")
    return subprocess.run([sys.executable, "scripts/budget.py", where], cwd=TREE, text=True,
                          capture_output=True, timeout=900)


def test_budgets(report):
    print(report.stdout)
    assert report.returncode == 0, report.stdout + report.stderr


@pytest.mark.parametrize("name, limit", [("boot", BOOT_LIMIT), ("null_call", NULL_CALL_LIMIT)])
def test_limits_in_the_file(name, limit):
    """No budget may be written over the limit."""
    with open(os.path.join(TREE, "tests", "budgets.json"), encoding="utf-8") as file:
        budgets = json.load(file)
    assert all(figures[name] < limit for figures in budgets.values())
