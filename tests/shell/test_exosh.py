# SPDX-License-Identifier: MIT
"""exosh on its own: beyond busybox's shell, its messages, and input that is hostile."""
import os
import random
import subprocess

import pytest
from test_scripts import ENVIRONMENT, cases


@pytest.fixture
def exosh(programs, tmp_path):
    """exosh("-c", "echo") -> the finished process"""
    def start(*args, stdin="", env=None, timeout=20):
        return subprocess.run([f"{programs}/exosh", *args], input=stdin, cwd=tmp_path,
                              timeout=timeout,
                              env={**ENVIRONMENT, **(env or {})}, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return start


def prints(done):
    assert done.stderr == ""
    return done.stdout


# ---- how it is started ----

def test_arguments(exosh):
    assert prints(exosh("-c", "echo $0 $# $@", "name", "a", "b c")) == "name 2 a b c\n"
    assert prints(exosh("-c", "echo $#")) == "0\n"
    assert prints(exosh("-s", "a", "b", stdin="echo $2 $1\n")) == "b a\n"
    assert exosh("-c").returncode == 2
    assert exosh("-q").returncode == 2
    assert exosh("nosuchfile").returncode == 127
    assert prints(exosh("-ec", "false; echo no")) == ""
    assert prints(exosh("-o", "errexit", "-c", "false; echo no")) == ""
    assert exosh("-xc", "echo a $((1+1))").stderr == "+ echo a 2\n"
    assert exosh("-v", stdin="echo a\n").stderr == "echo a\n"
    assert prints(exosh("-nc", "echo no")) == ""


def test_commands_and_input_share_standard_input(exosh):
    script = "read x\nthe line\necho got $x\ncat\nrest\n"
    assert prints(exosh(stdin=script)) == "got the line\nrest\n"


def test_foreign_environment_is_passed_on(exosh):
    done = exosh("-c", "env", env={"with-dash": "1", "exo.app": "x", "FINE": "y"})
    assert {"with-dash=1", "exo.app=x", "FINE=y"} <= set(done.stdout.splitlines())


def test_exit_statuses(exosh, tmp_path):
    (tmp_path / "plain").write_text("echo")
    (tmp_path / "garbage").write_bytes(b"\x7fELF\0\0\0")
    os.chmod(tmp_path / "garbage", 0o755)
    (tmp_path / "nointerp").write_text("#!/nonexistent/interpreter\n")
    os.chmod(tmp_path / "nointerp", 0o755)
    statuses = [("./plain", 126), ("./garbage", 126), ("./nointerp", 127), ("nosuch", 127),
                ("./nosuch", 127),
                ("./plain/x", 127), ("/", 126), ("''", 127), ("sh -c 'kill -9 $$'; exit $?", 137),
                ("exit 258", 2),
                ("return 7", 7), ("false", 1), ("syntax error (", 2), ("${x?}", 2), ("$((1/0))", 2)]
    for command, status in statuses:
        assert exosh("-c", command).returncode == status, command


# ---- beyond busybox ----

@pytest.mark.parametrize("script, output", [
    ("cat <<< 'a  b'; cat <<< $((1+1))", "a  b\n2\n"),
    ("set -- a 'b c'; echo ${#@} ${#*}", "2 2\n"),
    ("echo $((0 && 1/0)) $((1 || 1/0)) $((1 ? 2 : 1/0))", "0 1 2\n"),
    ("! ! true; echo $?", "0\n"),
    ("echo $((1 << 65)) $((-9223372036854775807 - 1)) $(( (-9223372036854775807-1) / -1 ))",
     "2 -9223372036854775808 -9223372036854775808\n"),
    ("f() { f2() { echo inner; }; }; f; f2", "inner\n"),
    ("f() { f() { echo second; }; echo first; }; f; f", "first\nsecond\n"),
    ("f() { unset -f f; echo ran; }; f; f 2>/dev/null; echo $?", "ran\n127\n"),
    ("unset PATH; /bin/echo x", "x\n"),
    ("trap 'echo one; trap \"echo two\" EXIT' EXIT; :", "one\n"),
    ("for i in 1 2 3; do (exit $i) & done; wait; jobs", ""),
    ("exec 5>&1; echo five >&5; exec 5>&-; { echo gone >&5; } 2>/dev/null; echo $?", "five\n1\n"),
    ("x=1; x=2 export y=$x; echo $y $x", "1 2\n"),
    ("export e='a b'; export f=$e g=~; echo \"$f\" $g", "a b /home/me\n"),
    ("echo $LINENO\necho $LINENO", "1\n2\n"),
])
def test_prints(exosh, script, output):
    assert exosh("-c", script).stdout == output


def test_many_background_jobs(exosh):
    script = "i=0; while [ $i -lt 1000 ]; do : & i=$((i+1)); done; wait; echo $i"
    assert prints(exosh("-c", script)) == "1000\n"


def test_failed_output_is_an_error(exosh):
    done = exosh("-c", "echo x > /dev/full; echo $?; printf y > /dev/full || echo failed")
    assert done.stdout == "1\nfailed\n"
    assert done.stderr.count("No space left on device") == 2


# ---- messages ----

@pytest.mark.parametrize("script, where, what", [
    ("echo\necho\nfi\n", "3:1", "unexpected `fi'"),
    ("if true\nthen\necho\n", "4:1", "unexpected end of input, want `fi' for the `if' of line 1"),
    ("echo 'never\nclosed\n", "1:6", "this ' is never closed"),
    ('echo a\necho "never\n', "2:6", 'this " is never closed'),
    ("echo $(echo\n", "2:1", "want `)' for `$('"),
    ("echo `echo\n", "1:6", "this ` is never closed"),
    ("echo ${x\n", "1:9", "bad substitution"),
    ("echo $((1+\n", "1:6", "this $(( is never closed"),
    ("echo $((1)\n", "1:11", "want `))'"),
    ("for x in a; echo; done\n", "1:13", "want do"),
    ("case x in esac x\n", "1:16", "unexpected `x'"),
    ("a b () { :; }\n", "1:5", "unexpected `('"),
    ("1f() { :; }\n", "1:1", "cannot name a function"),
    ("echo >\n", "1:7", "want a file name"),
    ("cat <<\n", "1:7", "want what ends the here-document"),
    ("{ echo; \n", "2:1", "want `}' for the `{' of line 1"),
    ("( )\n", "1:3", "want a command"),
    ("while do done\n", "1:7", "want a command"),
    ("&& x\n", "1:1", "unexpected `&&'"),
])
def test_syntax_errors_say_where(exosh, tmp_path, script, where, what):
    (tmp_path / "script").write_text(script)
    done = exosh("script")
    assert done.returncode == 2
    assert done.stderr.startswith(f"exosh: script:{where}: syntax error: ")
    assert what in done.stderr


def test_errors_say_the_line(exosh, tmp_path):
    (tmp_path / "script").write_text("echo ok\n\nnosuch\ncd /nonexistent\n: <<END\nunfinished\n")
    done = exosh("script")
    assert done.stderr.splitlines() == [
        "exosh: script:3: nosuch: not found",
        "exosh: script:4: cd: /nonexistent: No such file or directory",
        "exosh: script:4: script:6: the here-document ends with the file, want `END'",
    ]


# ---- hostile input ----

@pytest.mark.parametrize("script", [
    "(" * 10000, "$(" * 10000, "${x:-" * 10000, "$((" * 10000, "{ " * 10000, "if " * 10000,
    "`" * 9999,
    "! " * 10000, "x=" * 10000, "\"$(" * 10000, "if :; then :; el" * 10000, "case x in x) " * 10000,
    "a|" * 10000, "a&&" * 10000, "<<x " * 10000, "x() " * 10000, "\\" * 9999, "#" * 10000,
    "echo $((" + "(" * 10000,
    "echo $((" + "-" * 10001 + "1))", "echo $((" + "!" * 10001 + "1))",
], ids=lambda script: script[:12])
def test_deep_nesting_is_an_error(exosh, script):
    assert exosh(stdin=script).returncode in (0, 1, 2, 126, 127)


def test_deep_recursion_is_an_error(exosh):
    done = exosh("-c", "f() { f; }; f; echo no")
    assert done.returncode == 2 and "function calls within one another" in done.stderr
    done = exosh("-c", "x=y y=x; echo $((x))")
    assert done.returncode == 2 and "refer to one another" in done.stderr


def test_long_lines_and_lists(exosh):
    word = "x" * 1000000
    assert len(prints(exosh(stdin=f"echo {word}\n"))) == 1000001
    script = "x=`seq 100000`; set -- $x; echo $# ${100000}\n"
    assert prints(exosh(stdin=script)) == "100000 100000\n"
    done = exosh("-s", stdin="x=`seq 400000`; /bin/true $x$x$x$x$x; echo $?\n")
    assert done.stdout == "126\n" and "too long" in done.stderr


def test_bytes_that_are_no_text(programs, tmp_path):
    script = tmp_path / "script"
    script.write_bytes(b"echo a\0b\n\xff\xfe\x80 2>/dev/null\necho '\xff'\r\n")
    done = subprocess.run([f"{programs}/exosh", str(script)], stdout=subprocess.PIPE, timeout=20)
    assert done.stdout == b"ab\n\xff\r\n"


def test_mangled_scripts_never_crash(programs, tmp_path):
    """Parsed, not run: a syntax error or not, but an exit."""
    rng = random.Random(2024)
    texts = cases()
    for number in range(250):
        text = bytearray((rng.choice(texts) + "\n" + rng.choice(texts)).encode())
        for _ in range(rng.randrange(1, 8)):
            at, how = rng.randrange(len(text)), rng.random()
            if how < 0.4:
                del text[at:at + rng.randrange(1, 6)]
            elif how < 0.8:
                text[at:at] = rng.choice([b"(", b")", b"$(", b"`", b"'", b'"', b"${", b"}",
                                          b"<<E\n", b"\\", b"\n", b";;",
                                          b"$((", b"do ", b"|", b"&", b"esac", b"\xff"])
            else:
                text[at] = rng.randrange(1, 256)
            text = text or bytearray(b"x")
        done = subprocess.run([f"{programs}/exosh", "-n"], input=bytes(text), timeout=20,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode in (0, 2), (number, done.returncode, bytes(text))
