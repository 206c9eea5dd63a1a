# SPDX-License-Identifier: MIT
"""init: its inittab reader as any program, the rest as process 1 of a PID namespace.

There reboot(2) ends the namespace: the kernel kills its init by SIGINT for power off and halt,
    by SIGHUP
for a reboot, which is what unshare's exit status then tells.
"""
import os
import subprocess
import time

import pytest

namespaces = pytest.mark.skipif(
    os.geteuid() != 0
    or subprocess.run(["unshare", "-pfm", "true"], stderr=subprocess.DEVNULL).returncode,
    reason="takes root and PID namespaces")

POWERED_OFF, REBOOTED = 128 + 2, 128 + 1


# ---- the inittab ----

def check(programs, tmp_path, text):
    (tmp_path / "inittab").write_text(text)
    return subprocess.run([f"{programs}/init", "--check", "inittab"], cwd=tmp_path, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_inittab(programs, tmp_path):
    done = check(programs, tmp_path, """\
# a comment
::sysinit:/etc/rc one two
  ttyS0:2345:respawn:-/bin/sh
/dev/tty2::askfirst:  /bin/sh -c 'echo a:b'

::ctrlaltdel:reboot
::shutdown:umount -a
::once:x
::wait:y\
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "sysinit console /etc/rc one two", "respawn ttyS0 -/bin/sh",
        "askfirst tty2 /bin/sh -c 'echo a:b'",
        "ctrlaltdel console reboot", "shutdown console umount -a", "once console x",
        "wait console y",
    ]


@pytest.mark.parametrize("line, error", [
    ("nonsense", "want id:runlevels:action:process"),
    ("a:b:respawn", "want id:runlevels:action:process"),
    ("::nosuch:x", "unknown action"),
    ("::respawn:   ", "no process to run"),
    ("::RESPAWN:x", "unknown action"),
    (":::::", "unknown action"),
])
def test_wrong_lines_are_named_and_skipped(programs, tmp_path, line, error):
    done = check(programs, tmp_path, f"::once:first\n{line}\n::once:last\n")
    assert done.returncode == 1
    assert done.stdout == "once console first\nonce console last\n"
    assert done.stderr == f"init: inittab:2: {error}\n"


def test_strange_inittabs(programs, tmp_path):
    assert check(programs, tmp_path, "").returncode == 0
    assert check(programs, tmp_path, "::once:" + "x" * 100000 + "\n").returncode == 0
    assert check(programs, tmp_path, "x\0\0:::\n" * 100).returncode == 1
    assert subprocess.run([f"{programs}/init", "--check", "/nonexistent"],
                          stderr=subprocess.DEVNULL).returncode == 1


def test_only_process_1_is_init(programs):
    done = subprocess.run([f"{programs}/init"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and "init --check" in done.stderr


# ---- as process 1 ----

class System:
    """init in namespaces of its own, on a terminal that is nobody's controlling one."""

    def __init__(self, programs, tmp_path, inittab=None, args=(), env=None):
        import pexpect.fdpexpect
        self.etc = tmp_path / "etc"
        self.etc.mkdir()
        os.symlink(f"{programs}/exosh", self.etc / "shell")
        if inittab is not None:
            (self.etc / "inittab").write_text(inittab.replace("SHELL", str(self.etc / "shell")))
        self.master, slave = os.openpty()
        inside = f"mount -t proc proc /proc; mount --bind {self.etc} /etc; exec env \"$@\""
        # Through env(1), for shells drop variables whose names have a dot.
        words = [f"{name}={value}" for name, value in (env or {}).items()]
        self.process = subprocess.Popen(
            ["unshare", "-pfm", "sh", "-c", inside, "sh", *words, f"{programs}/init", *args],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={"PATH": "/usr/bin:/bin"})
        os.close(slave)
        self.console = pexpect.fdpexpect.fdspawn(self.master, encoding="utf-8", timeout=10)

    def expect(self, pattern):
        self.console.expect(pattern)
        return self.console.before

    def ended(self):
        """unshare's exit status, and what was still said."""
        import pexpect
        status = self.process.wait(10)
        try:
            self.console.expect(pexpect.EOF, timeout=0.2)
        except (OSError, pexpect.TIMEOUT):
            pass
        # unshare dies of the signal that its child died of.
        return (128 - status if status < 0 else status), self.console.before.replace("\r", "")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


@pytest.fixture
def system(programs, tmp_path):
    started = []

    def start(**how):
        found = System(programs, tmp_path, **how)
        started.append(found)
        return found

    yield start
    for found in started:
        found.close()


@namespaces
def test_order_and_respawn(system):
    s = system(inittab="""\
::respawn:sh -c 'echo respawned; sleep 1.1'
::once:echo once
::wait:sh -c 'sleep 0.2; echo waited'
::sysinit:sh -c 'sleep 0.2; echo sysinit'
bad line
""")
    s.expect("init: /etc/inittab:5: want id:runlevels:action:process")
    s.expect("sysinit")
    s.expect("waited")
    s.expect("once")
    s.expect("respawned")
    s.expect("respawned")


@namespaces
def test_login_shell_has_job_control(system):
    s = system(inittab="::respawn:-SHELL\n")
    s.expect("exo> ")
    s.console.send("sleep 30\r")
    time.sleep(0.3)
    s.console.send("\x1a")
    s.expect(r"Stopped      sleep 30")
    s.expect("exo> ")
    s.console.send("exit\rexit\r")
    s.expect("exo> ")       # a new one


@namespaces
def test_orphans_are_buried(system):
    s = system(inittab="::respawn:-SHELL\n")
    s.expect("exo> ")
    s.console.send("(sh -c 'sleep 0.1 & sleep 0.1 &') ; sleep 0.4; ps -o stat= | grep -c Z\r")
    s.expect("\n0\r\n")


@namespaces
@pytest.mark.parametrize("signal, status, says", [
    ("USR2", POWERED_OFF, "powering off"), ("USR1", POWERED_OFF, "halting"),
    ("TERM", REBOOTED, "rebooting"),
    ("INT", REBOOTED, "rebooting"),
])
def test_signals_end_the_system(system, signal, status, says):
    s = system(inittab="::respawn:-SHELL\n::shutdown:echo shutdown ran\n")
    s.expect("exo> ")
    s.console.send(f"(trap '' TERM; sleep 60) & kill -{signal} 1\r")
    s.expect("shutdown ran")
    s.expect(f"init: {says}")
    assert s.ended()[0] == status


@namespaces
def test_ctrl_alt_del_and_reload(system):
    s = system(inittab="::respawn:-SHELL\n::ctrlaltdel:echo three fingers\n")
    s.expect("exo> ")
    s.console.send("kill -INT 1\r")
    s.expect("three fingers")
    s.console.send("echo '::ctrlaltdel:echo re''loaded' > /etc/inittab; kill -HUP 1\r")
    s.console.send("sleep 0.2; kill -INT 1\r")
    s.expect("reloaded")
    # The shell has kept its terminal.
    s.console.send("sleep 30\r")
    time.sleep(0.3)
    s.console.send("\x1a")
    s.expect("Stopped")


@namespaces
def test_what_ends_at_once_is_not_started_over_and_over(system):
    s = system(inittab="::respawn:false\n::respawn:/nonexistent\n")
    s.expect("init: /nonexistent: No such file or directory")
    started = time.monotonic()
    s.expect("init: /nonexistent: No such file or directory")
    assert time.monotonic() - started > 0.8


@namespaces
def test_ask_first(system):
    s = system(inittab="::askfirst:echo asked\n")
    s.expect("Press Enter to start echo asked: ")
    s.console.send("\n")
    s.expect("\nasked")


@namespaces
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_app(system, tmp_path, how):
    (tmp_path / "app").write_text("#!/bin/sh\nfor a; do echo \"<$a>\"; done\ntty; exit 7\n")
    os.chmod(tmp_path / "app", 0o755)
    words = {"exo.app": str(tmp_path / "app"), "exo.args": "one 'two words'"}
    if how == "argument":
        s = system(args=[f"{name}={value}" for name, value in words.items()] + ["three"])
    else:
        s = system(env=words, args=["three"])
    s.expect("<one>\r\n<two words>\r\n<three>\r\n/dev/pts/")
    status, rest = s.ended()
    assert status == POWERED_OFF
    assert rest.splitlines()[-1] == "init: app exited with status 7"


@namespaces
@pytest.mark.parametrize("script, says", [
    ("kill -9 $$", ["init: app killed by signal 9", "init: app exited with status 137"]),
    ("sleep 100 & sleep 0.1; exit 0", ["init: app exited with status 0"]),
])
def test_app_ends(system, tmp_path, script, says):
    (tmp_path / "app").write_text(f"#!/bin/sh\n{script}\n")
    os.chmod(tmp_path / "app", 0o755)
    status, text = system(args=[f"exo.app={tmp_path}/app"]).ended()
    assert status == POWERED_OFF and text.splitlines() == says


@namespaces
def test_app_is_missing(system):
    status, text = system(args=["exo.app=/nonexistent"]).ended()
    assert text.splitlines() == ["init: /nonexistent: No such file or directory",
                                 "init: app exited with status 127"]
    assert status == POWERED_OFF
