# SPDX-License-Identifier: MIT
"""The small tools, on this machine: their output, their messages, their exit statuses."""
import os
import platform
import re
import subprocess

import pytest

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC0"}


@pytest.fixture
def tool(programs, tmp_path):
    """tool("ls", "-l") -> the finished process; in tmp_path, without a terminal"""
    def start(*args, stdin="", **how):
        how.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([f"{programs}/exobox", *args], input=stdin, cwd=tmp_path, timeout=20,
                              env=ENVIRONMENT, text=True, stderr=subprocess.PIPE, **how)
    return start


def fails(done, status, message):
    assert (done.returncode, done.stderr) == (status, message)


def test_names(tool, programs, tmp_path):
    os.symlink(f"{programs}/exobox", tmp_path / "uname")
    linked = subprocess.run([tmp_path / "uname"], stdout=subprocess.PIPE, text=True)
    assert linked.stdout == "Linux\n"
    done = tool("nosuch")
    assert done.returncode == 127 and "cat dash echo free halt ls mount" in done.stderr


def test_output_that_cannot_be_written(tool):
    with open("/dev/full", "w") as full:
        for name in ("ls", "uname", "echo", "cat"):
            done = tool(name, "/proc/self/status" if name == "cat" else "-a", stdout=full)
            assert (done.returncode, "No space left on device" in done.stderr) == (1, True), name


def test_cat(tool, tmp_path):
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "b").write_text("two")
    assert tool("cat", "a", "-", "b", stdin="in\n").stdout == "one\nin\ntwo"
    assert tool("cat", stdin="x").stdout == "x"
    done = tool("cat", "a", "none", "b")
    assert done.stdout == "one\ntwo"
    fails(done, 1, "cat: none: No such file or directory\n")
    fails(tool("cat", "."), 1, "cat: .: Is a directory\n")
    fails(tool("cat", "-z"), 1, "cat: unknown option -z\nusage: cat [-u] [FILE...]\n")


def test_echo(tool):
    assert tool("echo", "a", "b  c", r"\n").stdout == "a b  c \\n\n"
    assert tool("echo", "-n", "x").stdout == "x"
    assert tool("echo").stdout == "\n"


def test_uname(tool):
    host = platform.uname()
    assert tool("uname").stdout == "Linux\n"
    assert tool("uname", "-r").stdout == host.release + "\n"
    assert tool("uname", "-sm").stdout == f"Linux {host.machine}\n"
    assert tool("uname", "-a").stdout == \
        f"Linux {host.node} {host.release} {host.version} {host.machine}\n"
    assert tool("uname", "x").returncode == 1


def meminfo(name):
    with open("/proc/meminfo") as file:
        return int(re.search(rf"^{name}:\s+(\d+)", file.read(), re.MULTILINE).group(1))


def test_free(tool):
    lines = [line.split() for line in tool("free").stdout.splitlines()]
    assert lines[0] == ["total", "used", "free", "shared", "buff/cache", "available"]
    assert lines[1][0] == "Mem:" and int(lines[1][1]) == meminfo("MemTotal")
    assert lines[2][:2] == ["Swap:", str(meminfo("SwapTotal"))]
    assert tool("free", "-m").stdout.split()[7] == str(meminfo("MemTotal") // 1024)
    assert re.match(r"[\d.]+[KMGT]", tool("free", "-h").stdout.split()[7])


def test_uptime(tool):
    assert re.fullmatch(r" \d\d:\d\d:\d\d up (\d+ days?, )?( ?\d+:\d\d|\d+ min),"
                        r"  load average: [\d.]+, [\d.]+, [\d.]+\n", tool("uptime").stdout)


def test_ps(tool):
    lines = tool("ps").stdout.splitlines()
    assert lines[0].split() == ["PID", "PPID", "USER", "ST", "RSS", "TIME", "COMMAND"]
    found = [line.split(None, 6) for line in lines[1:]]
    assert [int(words[0]) for words in found] == sorted(int(words[0]) for words in found)
    ours = [words for words in found if words[6].endswith("exobox ps")]
    assert len(ours) == 1 and ours[0][1] == str(os.getpid()) and ours[0][2] == "root"


# ---- ls ----

@pytest.fixture
def files(tmp_path):
    (tmp_path / "b").write_text("12345")
    (tmp_path / "a").write_text("")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "inner").write_text("x")
    os.symlink("b", tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    os.chmod(tmp_path / "b", 0o4751)
    os.chmod(tmp_path / "dir", 0o1777)
    for name in ("a", "b", "dir", "dir/inner"):
        os.utime(tmp_path / name, (1000000000, 1000000000))
    return tmp_path


def test_ls_names(tool, files):
    assert tool("ls").stdout == "a\nb\ndir\nlink\npipe\n"
    assert tool("ls", "-a").stdout == ".\n..\n.hidden\na\nb\ndir\nlink\npipe\n"
    assert tool("ls", "-F").stdout == "a\nb*\ndir/\nlink@\npipe|\n"
    assert tool("ls", "-d", ".", "dir", "a").stdout == ".\na\ndir\n"
    assert tool("ls", "dir", "b", "a").stdout == "a\nb\n\ndir:\ninner\n"
    assert tool("ls", "-R").stdout == ".:\na\nb\ndir\nlink\npipe\n\n./dir:\ninner\n"
    assert tool("ls", "-C").stdout == "a     b     dir   link  pipe\n"
    assert tool("ls", "-i", "a").stdout == f"{os.stat(files / 'a').st_ino} a\n"


def test_ls_long(tool, files):
    lines = tool("ls", "-l").stdout.splitlines()
    assert lines[0].startswith("total ")
    assert lines[1] == "-rw-r--r-- 1 root root    0 Sep  9  2001 a"
    assert lines[2] == "-rwsr-x--x 1 root root    5 Sep  9  2001 b"
    assert lines[3].startswith("drwxrwxrwt 2 root root 4096 Sep  9  2001 dir")
    assert re.fullmatch(r"lrwxrwxrwx 1 root root    1 \w{3} [ \d]\d \d\d:\d\d link -> b", lines[4])
    assert lines[5].startswith("prw-r--r-- 1 root root    0 ")
    assert tool("ls", "-l", "/dev/null").stdout.startswith("crw-rw-rw- 1 root root 1,   3 ")
    (files / "big").write_bytes(b"x" * 1536000)
    assert " 1.5M " in tool("ls", "-lh", "big").stdout


def test_ls_fails(tool, files):
    done = tool("ls", "none", "a")
    assert done.stdout == "a\n"
    fails(done, 1, "ls: none: No such file or directory\n")
    assert tool("ls", "-Q").returncode == 2


def test_ls_on_a_terminal(terminal, files):
    (files / "bell\a").write_text("")
    on = terminal("exobox", "ls", cwd=str(files), columns=20)
    on.expect_text("a      dir\r\nb      link\r\nbell?  pipe\r\n")
    assert on.wait() == 0


# ---- mount, reboot, dash ----

def test_mount_lists(tool):
    with open("/proc/mounts") as file:
        source, where, kind, options = file.readline().split()[:4]
    assert f"{source} on {where} type {kind} ({options})\n" in tool("mount").stdout


def test_mount_fails(tool):
    fails(tool("mount", "-t", "nosuchfs", "none", "/"), 1,
          "mount: cannot mount none on / as nosuchfs: No such device\n")
    assert tool("mount", "a").returncode == 1
    done = tool("umount", "/nonexistent")
    fails(done, 1, "umount: cannot unmount /nonexistent: No such file or directory\n")
    assert tool("umount").returncode == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
def test_mount_in_a_world_of_its_own(programs, tmp_path):
    script = f"""
        alias box={programs}/exobox
        cd {tmp_path.parent}
        box mount -t tmpfs -o size=1m,noexec,ro none {tmp_path}
        box mount
        box mount -o remount,rw {tmp_path} && : > {tmp_path}/x && box ls {tmp_path}
        box umount {tmp_path} && box ls {tmp_path}
    """
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE, text=True)
    assert f"none on {tmp_path} type tmpfs (ro,noexec" in done.stdout
    assert done.stdout.endswith("x\n") and done.returncode == 0


def test_dash(tool):
    lines = dict(line.strip().split(None, 1) for line in tool("dash").stdout.splitlines()
                 if line.strip())
    assert lines["system"].startswith("Linux ") and lines["memory"].endswith(" free")
    assert lines["file"].startswith("systems ")
    # What this kernel does not say is left out.
    assert ("start" in lines) == os.path.exists("/proc/exo/boot")
    assert tool("dash", "x").returncode == 1
