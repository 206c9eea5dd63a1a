#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The configuration commands, a thin layer over kconfiglib.

Reads ./Kconfig with ARCH from the environment and works on the file that KCONFIG_CONFIG names:

    conf.py menuconfig | oldconfig          ask
    conf.py olddefconfig                    new options get their defaults
    conf.py allnoconfig | allyesconfig      everything off, everything on
    conf.py load FILE                       start from a defconfig
    conf.py merge FILE...                   lay fragments over the present configuration
    conf.py savedefconfig FILE              write only what differs from the defaults
    conf.py syncconfig DIR                  write DIR/config/auto.conf and
                                            DIR/generated/autoconf.{h,inc}

Rule: a file that names an unknown option, or asks for a value that the dependencies do not allow,
is an error: a silent difference between what was asked and what is built is the worst thing a
configuration can do.
"""
import os
import sys

import kconfiglib


def fail(text):
    sys.exit("conf.py: " + text)


def kconfig_load(warn=True):
    os.environ.setdefault("ARCH", "x86_64")
    os.environ["CONFIG_"] = "CONFIG_"
    return kconfiglib.Kconfig("Kconfig", warn=warn, warn_to_stderr=False)


def complain(kconf):
    """Ends the run if kconfiglib had something to say about a Kconfig or configuration file."""
    if kconf.warnings:
        fail("\n".join(kconf.warnings))


def check_asked(kconf, path):
    """Every line of `path` must have come true."""
    wrong = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if line.startswith("# CONFIG_") and line.endswith(" is not set"):
                name, value = line[9:-11], "n"
            elif line.startswith("CONFIG_"):
                name, _, value = line[7:].partition("=")
            else:
                continue
            sym = kconf.syms.get(name)
            if sym is None or not sym.nodes:
                wrong.append(f"{path}: CONFIG_{name}: no such option")
            elif sym.str_value != value.strip('"'):
                wrong.append(f"{path}: CONFIG_{name}={value} was asked, but it is {sym.str_value}: "
                             f"needs {kconfiglib.expr_str(sym.direct_dep)}")
    if wrong:
        fail("\n".join(wrong))


def config_file():
    return os.environ.get("KCONFIG_CONFIG", ".config")


def write(kconf, quiet=False):
    message = kconf.write_config(config_file(), save_old=False)
    if not quiet:
        print("  " + message[0].lower() + message[1:])


def cmd_load(kconf, paths, quiet):
    if not os.path.exists(paths[0]):
        fail(f"{paths[0]}: no such file; there is " + " ".join(sorted(os.listdir("configs"))))
    kconf.load_config(paths[0])
    complain(kconf)
    check_asked(kconf, paths[0])
    write(kconf, quiet)


def cmd_merge(kconf, paths, quiet):
    if os.path.exists(config_file()):
        kconf.load_config(config_file())
    for path in paths:
        if not os.path.exists(path):
            fail(f"{path}: no such fragment")
        kconf.warn_assign_override = kconf.warn_assign_redun = False
        kconf.load_config(path, replace=False)
    complain(kconf)
    for path in paths:
        check_asked(kconf, path)
    write(kconf, quiet)


def cmd_olddefconfig(kconf, _args, quiet):
    if os.path.exists(config_file()):
        kconf.load_config(config_file())
    write(kconf, quiet)


def cmd_all(kconf, value, quiet):
    """Every boolean to `value` where dependencies let it; twice, since one may allow another."""
    kconf.warn = False
    for _ in range(2):
        for sym in kconf.unique_defined_syms:
            if sym.type == kconfiglib.BOOL and not sym.choice:
                sym.set_value(value)
    write(kconf, quiet)


def cmd_menuconfig(kconf, _args, _quiet):
    import menuconfig
    menuconfig.menuconfig(kconf)


def cmd_oldconfig(_kconf, _args, _quiet):
    import oldconfig
    sys.argv = ["oldconfig", "Kconfig"]
    oldconfig._main()


def cmd_savedefconfig(kconf, args, _quiet):
    kconf.load_config(config_file())
    print("  " + kconf.write_min_config(args[0]))


def autoconf_text(kconf, line):
    """The configuration as preprocessor lines; booleans that are off are not defined."""
    out = []
    for sym in kconf.unique_defined_syms:
        if sym.config_string == "" or sym.str_value == "n":
            continue
        value = "1" if sym.type == kconfiglib.BOOL else sym.str_value
        if sym.type == kconfiglib.STRING:
            value = '"' + kconfiglib.escape(value) + '"'
        elif sym.type == kconfiglib.HEX and not value.startswith("0x"):
            value = "0x" + value
        out.append(line.format(name="CONFIG_" + sym.name, value=value))
    return "\n".join(out) + "\n"


def update(path, text):
    """Writes `text` unless it is there already: the time stamp says when the contents changed."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def cmd_syncconfig(kconf, args, _quiet):
    """Besides, kconfiglib touches config/foo/bar.h when CONFIG_FOO_BAR has changed (fixdep.py)."""
    base = args[0]
    kconf.warn_assign_undef = True
    kconf.load_config(config_file())
    # A .config older than a Kconfig file is brought up to date, as olddefconfig would.
    if kconf.warnings:
        print("\n".join(kconf.warnings), file=sys.stderr)
    kconf.write_config(config_file(), save_old=False)
    comment = "Made by scripts/kconfig/conf.py from .config; do not edit."
    update(f"{base}/generated/autoconf.h",
           f"/* {comment} */\n" + autoconf_text(kconf, "#define {name} {value}"))
    update(f"{base}/generated/autoconf.inc",
           f"; {comment}\n" + autoconf_text(kconf, "%define {name} {value}"))
    os.makedirs(f"{base}/config", exist_ok=True)
    auto = f"{base}/config/auto.conf"
    files = [path for path in kconf.kconfig_filenames]
    with open(auto + ".cmd", "w", encoding="utf-8") as file:
        file.write(f"{auto}: \\\n\t" + " \\\n\t".join(files) + "\n\n")
        file.write("".join(f"{path}:\n" for path in files))
    kconf.sync_deps(f"{base}/config")
    os.utime(auto)


COMMANDS = {
    "menuconfig": cmd_menuconfig,
    "oldconfig": cmd_oldconfig,
    "olddefconfig": cmd_olddefconfig,
    "allnoconfig": lambda kconf, args, quiet: cmd_all(kconf, "n", quiet),
    "allyesconfig": lambda kconf, args, quiet: cmd_all(kconf, "y", quiet),
    "load": cmd_load,
    "merge": cmd_merge,
    "savedefconfig": cmd_savedefconfig,
    "syncconfig": cmd_syncconfig,
}


def main(argv):
    quiet = "--quiet" in argv
    argv = [word for word in argv if word != "--quiet"]
    if not argv or argv[0] not in COMMANDS:
        fail("one of " + " ".join(COMMANDS))
    try:
        kconf = kconfig_load()
        complain(kconf)
        COMMANDS[argv[0]](kconf, argv[1:], quiet)
    except (kconfiglib.KconfigError, OSError) as error:
        fail(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
