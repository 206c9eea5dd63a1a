# SPDX-License-Identifier: MIT
"""The unit tests as a Linux process, under the sanitizers. A sanitizer's report ends the run with a
status of its own, so a run that passes is a run without a report."""
import os
import subprocess

import ktap
import pytest
from conftest import OUT, make

VARIANTS = {"address,undefined": "exo-host-address-undefined", "thread": "exo-host-thread"}


@pytest.mark.parametrize("sanitizers", VARIANTS)
def test_hosted_unit_tests(sanitizers):
    where = os.path.join(OUT, "check", "host")
    make("O=" + where, "ARCH=host", "SAN=" + sanitizers, "all")
    program = os.path.join(where, VARIANTS[sanitizers])
    done = subprocess.run([program], capture_output=True, text=True, timeout=600)
    report = ktap.parse(done.stdout)
    assert report.complete() and not report.failures() and done.returncode == 0, \
        report.describe() + done.stderr[-4000:]
    assert len(report.results) > 50
