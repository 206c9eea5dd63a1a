#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The system call table, from its one list.

    syscalltbl.py [--config AUTO.CONF] init/syscalls.tbl     prints C

Lines of the list: NUMBER NAME [CONFIG_X], `#` starts a comment. The call is what SYSCALL_DEFINE
made of NAME, __sys_NAME(); with an option named, only if it is on. Every other slot answers
-ENOSYS, so that the entry code needs no check but that of the bound. A number or a name given
twice, or out of range, is an error.
"""
import sys

SLOTS = 512
TEXT = """\
/* Made by scripts/gen/syscalltbl.py from init/syscalls.tbl; do not edit. */
#include <exo/syscall.h>
#include <exo/upcall.h>
#include <uapi/linux/errno.h>

{declarations}

static long sys_none(const struct ptregs *regs)
{{
	return -ENOSYS;
}}

const syscall_fn_t syscall_table[NR_SYSCALL_SLOTS] = {{
{slots}
}};"""


def fail(path, number, text):
    sys.exit(f"{path}:{number}: {text}")


def calls_read(path, options):
    calls, names = {}, set()
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) not in (2, 3) or not words[0].isdigit() or int(words[0]) >= SLOTS:
                fail(path, number, "expected: number below 512, name, and perhaps an option")
            slot, name = int(words[0]), words[1]
            if slot in calls or name in names:
                fail(path, number, f"{slot} {name} is there twice")
            names.add(name)
            calls[slot] = name if len(words) == 2 or words[2] in options else None
    return calls


def options_read(path):
    with open(path, encoding="utf-8") as lines:
        return {line.partition("=")[0] for line in lines if line.startswith("CONFIG_")}


def table(calls):
    names = [calls.get(slot) for slot in range(SLOTS)]
    declarations = [f"long __sys_{name}(const struct ptregs *regs);" for name in names if name]
    slots = [f"\t[{slot}] = {'__sys_' + name if name else 'sys_none'},"
             for slot, name in enumerate(names)]
    return TEXT.format(declarations="\n".join(declarations), slots="\n".join(slots))


def main(argv):
    options = set()
    if argv[0] == "--config":
        options = options_read(argv[1])
        argv = argv[2:]
    print(table(calls_read(argv[0], options)))


if __name__ == "__main__":
    main(sys.argv[1:])
