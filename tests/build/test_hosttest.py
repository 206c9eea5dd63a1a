# SPDX-License-Identifier: MIT
"""The unit tests as a Linux process, under the sanitizers. A sanitizer's report ends the run with a
status of its own, so a run that passes is a run without a report."""
import os
import re
import subprocess

import ktap
import pytest
from tree import OUT, TREE, make

VARIANTS = {"address,undefined": "host-address-undefined", "thread": "host-thread"}
# What compilers and sanitizers take for granted.
CONTRACT = re.compile(r"^(mem(cpy|move|set|cmp)|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_"
                      r"|__(asan|ubsan|tsan|sanitizer)_\w+)$")


@pytest.fixture(scope="module", params=VARIANTS)
def hosted(request):
    """(program, output directory of its objects)"""
    where = os.path.join(OUT, "check", "host")
    make("O=" + where, "ARCH=host", "SAN=" + request.param, "all")
    variant = VARIANTS[request.param]
    return os.path.join(where, "exo-" + variant), os.path.join(where, variant)


def test_hosted_unit_tests(hosted):
    done = subprocess.run([hosted[0]], capture_output=True, text=True, timeout=600)
    report = ktap.parse(done.stdout)
    assert report.complete() and not report.failures() and done.returncode == 0, \
        report.describe() + done.stderr[-4000:]
    assert len(report.results) > 50


def test_core_asks_for_the_contract_only(hosted):
    """What the pure floors need from a machine is what the port's one header says."""
    text = subprocess.run(["nm", "-u", hosted[1] + "/core.o"], check=True, capture_output=True,
                          text=True).stdout
    with open(f"{TREE}/arch/host/include/host.h", encoding="utf-8") as file:
        provided = set(re.findall(r"\b(host_\w+)\(", file.read()))
    asked = {line.split()[-1] for line in text.splitlines() if line.strip()}
    assert {name for name in asked if not CONTRACT.match(name)} <= provided
