# SPDX-License-Identifier: MIT
"""Where the tree and its output are, and make."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.abspath(os.environ.get("EXO_O", TREE))


def make(*words, tree=TREE, check=True, timeout=900):
    """Runs make in the tree, apart from the make that started us; returns the finished process."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "O", "ARCH")}
    done = subprocess.run(["make", "-C", tree, *words], env=env, timeout=timeout, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if check and done.returncode:
        pytest.fail(f"make {' '.join(words)}:\n{done.stdout[-6000:]}", pytrace=False)
    return done
