#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make check: runs the tests and says last, alone on a line, how many passed and failed.

    run.py [--long] DIR [PYTEST WORDS...]      DIR/test-results.xml is the JUnit record

Without --long the tests marked `long` are left out. An error outside a test counts as failed.
"""
import os
import subprocess
import sys
import xml.etree.ElementTree


def counts(path):
    """(passed, failed, skipped) of a JUnit file."""
    total = failed = skipped = 0
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
        skipped += int(suite.get("skipped"))
    return total - failed - skipped, failed, skipped


def main(argv):
    marks = "" if "--long" in argv else "not long"
    argv = [word for word in argv if word != "--long"]
    out, words = os.path.abspath(argv[0]), argv[1:] or ["tests"]
    record = os.path.join(out, "test-results.xml")
    if os.path.exists(record):
        os.remove(record)
    env = dict(os.environ, EXO_O=out, PYTHONDONTWRITEBYTECODE="1")
    status = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v",
                             "--tb=short", "-m", marks, f"--junitxml={record}", *words],
                            env=env, stdin=subprocess.DEVNULL).returncode
    if not os.path.exists(record):
        sys.exit("run.py: pytest did not finish")
    passed, failed, skipped = counts(record)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    # No test at all is no success.
    sys.exit(1 if failed or status or not passed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
