# SPDX-License-Identifier: MIT
"""What a person types: editing, history, completion, job control, errors, unfinished commands."""
import time

import pexpect
import pytest

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, END, DELETE = "\x1b[H", "\x1b[F", "\x1b[3~"


def ctrl(letter):
    return chr(ord(letter) & 31)


def enter(shell, keys):
    """Types keys and Enter; returns what the command printed, which comes after the echo's line."""
    shell.guest.send(keys + "\r")
    text = shell.guest.prompt()
    return text.partition("\n")[2]


def until_prompt(shell, key):
    """Types a key that stops or ends a program until it has; it may not have started yet."""
    for _ in range(40):
        time.sleep(0.1)
        shell.guest.send(key)
        if shell.guest.qemu.expect_exact(["exo> ", pexpect.TIMEOUT], timeout=0.4) == 0:
            return shell.guest.qemu.before.replace("\r", "")
    return pytest.fail("it goes on", pytrace=False)


def prints(shell, keys, line):
    """The same for keys on which the prompt itself is drawn again: waits for the line of output."""
    shell.guest.send(keys + "\r")
    shell.guest.expect(f"\n{line}\r*\n")
    shell.guest.prompt()


# ---- editing ----

@pytest.mark.parametrize("keys, line", [
    ("cho x" + HOME + "e", "x"),
    ("cho x" + ctrl("a") + "e", "x"),
    ("echo ac" + LEFT + "b", "abc"),
    ("echo ac" + ctrl("b") + "b" + ctrl("e") + "d", "abcd"),
    ("echo abX\x7fc", "abc"),
    ("echo abX" + ctrl("h") + "c", "abc"),
    ("echo abXc" + LEFT + LEFT + DELETE, "abc"),
    ("echo abXc" + LEFT + LEFT + ctrl("d"), "abc"),
    ("echo one two" + ctrl("w") + "three", "one three"),
    ("echo gone" + ctrl("u") + "echo kept", "kept"),
    ("echo a b" + LEFT + LEFT + ctrl("k") + "c", "ac"),
    ("echo one" + ctrl("w") + "two " + ctrl("y"), "two one"),
    ("echo ab" + ctrl("t"), "ba"),
    ("echo one two" + "\x1bb" + "X", "one Xtwo"),
    ("echo one two" + HOME + "\x1bf\x1bf" + "X", "oneX two"),
    ("echo one two" + HOME + "\x1b[1;5C\x1b[1;5C" + "X", "oneX two"),
    ("echo one two" + HOME + "\x1bf" + "\x1bd", "two"),
    ("echo one" + END + "\x1b[4~\x1bOF" + "s", "ones"),
    ("echo a\x1b[99~b", "ab"),
    ("echo äö" + LEFT + "x" + END + "\x7f\x7f", "ä"),
])
def test_editing(typed, keys, line):
    assert enter(typed, keys) == line + "\n"


def test_line_longer_than_the_terminal(typed):
    word = "".join(chr(ord("a") + i % 26) for i in range(190))
    prints(typed, f"echo {word}", word)
    prints(typed, f"echo {word}" + ctrl("a") + ctrl("f") * 5 + "X" + ctrl("e") + "Y", f"X{word}Y")


def test_line_that_fills_its_row_exactly(typed):
    word = "x" * (80 - len("exo> echo "))
    assert word in enter(typed, f"echo {word}")


def test_window_size_follows(terminal):
    from shell import Shell
    shell = Shell(terminal("exosh", columns=40))
    shell.guest.qemu.setwinsize(24, 20)
    prints(shell, "echo 1234567890123456789012345", "1234567890123456789012345")


def test_clear_screen_keeps_the_line(typed):
    typed.guest.send("echo x" + ctrl("l"))
    typed.guest.prompt()
    assert enter(typed, "y") == "xy\n"


def test_interrupt_drops_the_line(typed):
    typed.guest.send("echo not this" + ctrl("c"))
    typed.guest.prompt()
    assert enter(typed, "echo $?") == "130\n"


def test_end_of_input_leaves(terminal):
    shell = terminal("exosh")
    shell.prompt()
    shell.send("false\r")
    shell.prompt()
    shell.send(ctrl("d"))
    assert shell.wait() == 1


def test_without_a_clever_terminal(terminal):
    shell = terminal("exosh", env={"PATH": "/usr/bin:/bin", "TERM": "dumb"})
    shell.prompt()
    shell.line("echo plain")
    assert shell.prompt() == "echo plain\nplain\n"


def test_typed_ahead(typed):
    typed.guest.send("sleep 0.2\recho first\recho second\r")
    typed.guest.expect("\nfirst\r*\n")
    typed.guest.expect("\nsecond\r*\n")
    typed.guest.prompt()


# ---- history ----

def test_history_up_and_down(typed):
    enter(typed, "echo one")
    enter(typed, "echo two")
    assert enter(typed, UP + UP) == "one\n"
    assert enter(typed, UP + UP + DOWN) == "one\n"
    assert enter(typed, "echo draft" + UP + DOWN) == "draft\n"
    assert enter(typed, UP + "s") == "drafts\n"


def test_history_search(typed):
    enter(typed, "echo apple")
    enter(typed, "echo banana")
    prints(typed, ctrl("r") + "app", "apple")
    prints(typed, ctrl("r") + "echo" + ctrl("r"), "banana")
    prints(typed, "echo kept" + ctrl("r") + "zzz" + ctrl("g"), "kept")
    prints(typed, ctrl("r") + "ban" + ctrl("e") + "s", "bananas")


def test_history_list(typed):
    enter(typed, "history -c")
    enter(typed, "echo listed")
    enter(typed, "echo listed")
    assert [line.split(None, 1)[1]
            for line in enter(typed, "history").splitlines()] == ["echo listed", "history"]


# ---- completion ----

def test_completion(typed):
    typed.ok("mkdir -p comp/sub && : > comp/single.txt && : > 'comp/two words' && : > comp/twin")
    assert enter(typed, "ech\t completed") == "completed\n"
    assert enter(typed, "echo comp/si\t.") == "comp/single.txt .\n"
    assert enter(typed, "echo comp/su\tx") == "comp/sub/x\n"
    assert enter(typed, "echo comp/two\tx") == "comp/two words x\n"
    assert enter(typed, "echo 'comp/two\tx") == "comp/two words x\n"
    assert enter(typed, "echo comp/tw\tin") == "comp/twin\n"
    assert enter(typed, "LONGNAME=value; echo $LONGN\t") == "\n"
    assert enter(typed, "echo $LONGN\t") == "value\n"
    typed.guest.send("echo comp/tw\t\t")
    typed.guest.expect_text("twin")
    typed.guest.expect_text("two words")
    typed.guest.send(ctrl("c"))
    typed.guest.prompt()


# ---- commands over several lines ----

def continued(shell, *lines):
    for line in lines:
        shell.guest.send(line + "\r")
        shell.guest.expect("\n> ")


@pytest.mark.parametrize("lines, output", [
    (["if true", "then echo yes", "fi"], "yes\n"),
    (["for i in a b", "do echo $i", "done"], "a\nb\n"),
    (["echo 'one", "two'"], "one\ntwo\n"),
    (['echo "one', 'two"'], "one\ntwo\n"),
    (["echo one \\", "two"], "one two\n"),
    (["echo one |", "cat"], "one\n"),
    (["true &&", "echo and"], "and\n"),
    (["cat <<END", "text $((1+1))", "END"], "text 2\n"),
    (["echo $(", "echo inner)"], "inner\n"),
    (["f() {", "echo in f", "}; f"], "in f\n"),
])
def test_continued(typed, lines, output):
    continued(typed, *lines[:-1])
    assert enter(typed, lines[-1]) == output


def test_unfinished_command_is_dropped(typed):
    continued(typed, "while true", "do")
    typed.guest.send(ctrl("c"))
    typed.guest.prompt()
    assert enter(typed, "echo fine") == "fine\n"
    continued(typed, "(echo")
    typed.guest.send(ctrl("d"))
    assert "end of input" in typed.guest.prompt()
    assert enter(typed, "echo fine") == "fine\n"


@pytest.mark.parametrize("line, place, what", [
    ("fi", "1:1", "unexpected `fi'"),
    ("echo )", "1:6", "unexpected `)'"),
    ("if true; fi", "1:10", "unexpected `fi', want then"),
    ("echo ${x!}", "1:9", "bad substitution"),
    (";", "1:1", "unexpected `;'"),
    ("echo | | cat", "1:8", "unexpected `|'"),
    ("for 1 in a; do :; done", "1:5", "want a variable's name"),
    ("case x in y z) ;; esac", "1:13", "want `)'"),
])
def test_syntax_errors_say_where(typed, line, place, what):
    output = enter(typed, line)
    assert f"line:{place}: syntax error: " in output and what in output
    assert enter(typed, "echo $?") == "2\n"


# ---- jobs ----

def test_stop_and_go_on(typed):
    typed.guest.send("sleep 30\r")
    assert "[1] + Stopped      sleep 30" in until_prompt(typed, ctrl("z"))
    assert enter(typed, "echo $?") == "148\n"
    assert "[1] + Stopped      sleep 30\n" == enter(typed, "jobs")
    assert "[1] sleep 30 &\n" == enter(typed, "bg")
    assert "[1] + Running      sleep 30\n" == enter(typed, "jobs")
    typed.guest.send("fg\r")
    typed.guest.expect("sleep 30\r*\n")
    until_prompt(typed, ctrl("c"))
    assert enter(typed, "echo $?") == "130\n"
    assert enter(typed, "jobs") == ""


def test_background_job_reports_its_end(typed):
    assert enter(typed, "sleep 0.1 & true").startswith("[1] ")
    time.sleep(0.3)
    assert "[1] + Done         sleep 0.1" in enter(typed, "")
    assert enter(typed, "sh -c 'exit 3' & wait $!; echo $?").endswith("\n3\n")


def test_kill_a_job(typed):
    enter(typed, "sleep 30 &")
    enter(typed, "sleep 31 | cat &")
    jobs = enter(typed, "jobs").splitlines()
    assert jobs == ["[1] - Running      sleep 30", "[2] + Running      sleep 31 | cat"]
    enter(typed, "kill %1; wait %1")
    assert "143" in enter(typed, "kill %sleep; wait %2; echo $?")
    assert "no such job" in enter(typed, "fg %7")


def test_each_pipeline_is_a_process_group(typed):
    typed.guest.send("sleep 30 | sleep 31 | sleep 32\r")
    until_prompt(typed, ctrl("z"))
    assert enter(typed, "jobs").count("Stopped") == 1
    enter(typed, "kill %1")
    time.sleep(0.1)
    assert "Terminated" in enter(typed, "")


def test_interrupt_ends_a_loop(typed):
    typed.guest.send("while :; do sleep 0.05; done\r")
    until_prompt(typed, ctrl("c"))
    typed.guest.send("while :; do :; done\r")
    until_prompt(typed, ctrl("c"))
    assert enter(typed, "echo $?") == "130\n"


def test_quit_kills_the_program_only(typed):
    typed.guest.send("sleep 30\r")
    assert "Quit" in until_prompt(typed, ctrl("\\"))
    assert enter(typed, "echo $?") == "131\n"


def test_stopped_jobs_hold_the_exit(typed):
    typed.guest.send("sleep 30\r")
    until_prompt(typed, ctrl("z"))
    assert "there are stopped jobs" in enter(typed, "exit")
    enter(typed, "kill -9 %1; wait")


def test_background_reader_is_stopped(typed):
    enter(typed, "cat &")
    time.sleep(0.2)
    assert "Stopped" in enter(typed, "jobs")
    enter(typed, "kill %1; wait")


def test_trap_on_interrupt(typed):
    enter(typed, "trap 'echo caught' INT")
    assert "caught" in enter(typed, "kill -INT $$")


def test_terminal_modes_are_put_right(typed):
    enter(typed, "stty -echo; sh -c 'kill -9 $$'")
    assert enter(typed, "stty -a 2>/dev/null | grep -c ' echo '") == "0\n"
    enter(typed, "stty echo")
    enter(typed, "sh -c 'stty -echo -icanon; kill -9 $$'")
    assert enter(typed, "stty -a 2>/dev/null | grep -c ' echo '") == "1\n"


# ---- the rest ----

def test_read_from_the_terminal(typed):
    typed.guest.send("read -p 'name? ' a b; echo \"<$a><$b>\"\r")
    typed.guest.expect("\nname\\? ")
    typed.guest.send("x y z\r")
    assert "<x><y z>" in typed.guest.prompt()


def test_typed_ahead_of_a_reader(typed):
    typed.guest.send("sleep 0.2; read a b; echo \"<$a><$b>\"\rx y z\r")
    typed.guest.expect_text("<x><y z>")
    typed.guest.prompt()


def test_prompt_expands(typed):
    typed.guest.send("PS1='[$((1+1))] '\r")
    typed.guest.expect_text("\n[2] ")
    typed.guest.send("PS1='exo> '\r")
    typed.guest.prompt()


def test_errors_leave_the_shell_running(typed):
    assert "not found" in enter(typed, "nosuchcommand")
    assert "is not set" in enter(typed, "echo ${nosuch?}")
    assert "read only" in enter(typed, "readonly r=1; r=2")
    assert "division by zero" in enter(typed, "echo $((1/0))")
    assert enter(typed, "echo $?") == "2\n"
    assert enter(typed, "set -u; echo $nosuch").endswith("nosuch: is not set\n")
    assert enter(typed, "set +u; echo here") == "here\n"


def test_session_in_one(typed):
    """The Shell of tests/lib: output and status of each command."""
    assert typed.run("printf 'a\\nb\\n' | grep b") == ("b\n", 0)
    assert typed.run("false") == ("", 1)
    assert typed.run("exit_with() { return 7; }; exit_with") == ("", 7)
    assert typed.ok("cat <<< here") == "here\n"
