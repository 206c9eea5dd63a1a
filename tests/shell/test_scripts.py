# SPDX-License-Identifier: MIT
"""Scripts must print and return in exosh what they do in busybox's shell."""
import os
import subprocess

import pytest

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/home/me", "LC_ALL": "C"}

HERE = os.path.dirname(os.path.abspath(__file__))


def cases():
    """A blank line ends a script, unless it stands inside what is not finished."""
    with open(os.path.join(HERE, "scripts.txt"), encoding="utf-8") as file:
        pieces, found = file.read().strip("\n").split("\n\n")[1:], []
    while pieces:
        script = pieces.pop(0)
        while pieces and script.rstrip().endswith(("&&", "||", "|", "|\n", "echo x")):
            script += "\n\n" + pieces.pop(0)
        found.append(script)
    return found


def run(shell, script, where):
    where.mkdir()
    file = where.parent / "script"
    file.write_text(script + "\n")
    return subprocess.run([*shell, str(file)], cwd=where, env=ENVIRONMENT, text=True, timeout=20,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("script", cases(), ids=lambda script: script.split("\n")[0][:40])
def test_as_busybox(programs, tmp_path, script):
    ours = run([f"{programs}/exosh"], script, tmp_path / "ours")
    theirs = run(["busybox", "sh"], script, tmp_path / "theirs")
    assert (ours.stdout, ours.returncode) == (theirs.stdout, theirs.returncode), ours.stderr
    assert bool(ours.stderr) == bool(theirs.stderr), ours.stderr + theirs.stderr
