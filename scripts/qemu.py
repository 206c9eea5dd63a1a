#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The one place that knows how QEMU is started, and what its exit status means.

    qemu.py run DIR      start what was built in DIR; the serial line is this terminal
    qemu.py debug DIR    the same, stopped before the first instruction, under gdb

Read from the environment (set by make): APP ARGS APPEND BOOT ICOUNT INITRD MEM QEMU_ARGS SEED SMP.
Tests import this module and describe what they want as a Machine.

Exit status of `run`: the program's with APP; else 0 when the machine was powered off or reported
success, 1 when it reported failure, QEMU's own otherwise. A guest ends QEMU through isa-debug-exit
at port 0xf4: written value v gives status 2v + 1.
"""
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "image"))
import mkinitramfs  # noqa: E402
import mkiso  # noqa: E402

EXIT_PASS = 33
EXIT_FAIL = 35
FIRMWARE_EFI = ("/usr/share/ovmf/OVMF.fd", "/usr/share/qemu/OVMF.fd")
APP_STATUS = re.compile(rb"init: app exited with status (\d+)")
BOOTS = ("grub", "uefi", "direct")


def fail(text):
    sys.exit("qemu.py: " + text)


def kvm_usable():
    """Both must be true: there are hosts whose /dev/kvm opens and whose guests then hang."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        if not re.search(r"^flags\s*:.*\b(vmx|svm)\b", file.read(), re.MULTILINE):
            return False
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC))
        return True
    except OSError:
        return False


@dataclass
class Machine:
    """What to start. `objects` is the directory with exo.elf, initramfs.cpio and exo.iso."""
    objects: str
    boot: str = "grub"
    mem: str = "256"
    smp: int = 1
    append: str = ""            # after the console words
    initrd: str = None          # instead of initramfs.cpio; "" for none
    kernel: str = None          # instead of exo.elf
    app: str = None             # a program to lay over the ramdisk and run
    args: str = ""              # its arguments
    icount: bool = False        # one instruction is one cycle, and runs repeat bit for bit
    seed: int = 1
    reboot: bool = False        # a reset restarts the guest; else it ends QEMU
    extra: list = field(default_factory=list)
    log: str = None             # also write the serial line to this file
    scratch: str = None         # for files made on the way; a temporary directory if None

    def __post_init__(self):
        if self.boot not in BOOTS:
            fail(f"BOOT={self.boot}: one of {' '.join(BOOTS)}")
        if self.smp != 1 and self.icount:
            fail("ICOUNT=1 works with one CPU only")

    def path(self, name):
        return os.path.join(self.objects, name)

    def file_scratch(self, name):
        if self.scratch is None:
            self.temporary = tempfile.TemporaryDirectory()
            self.scratch = self.temporary.name
        return os.path.join(self.scratch, name)

    def kernel_path(self):
        return self.kernel or self.path("exo.elf")

    def initrd_path(self):
        """The archive to boot with; concatenated archives are unpacked in that order."""
        base = self.path("initramfs.cpio") if self.initrd is None else self.initrd
        if not self.app:
            return base
        with open(base, "rb") as file:
            data = file.read()
        data += bytes(-len(data) % 512)
        path = self.file_scratch("app.cpio")
        with open(path, "wb") as file:
            file.write(data + mkinitramfs.app_archive(self.app, os.path.basename(self.app)))
        return path

    def command_line(self):
        # The log goes to the screen too; the last one named is /dev/console.
        words = ["console=tty0", "console=ttyS0", "quiet" if self.app else "", self.append]
        if self.app:
            # Behind `--` are arguments of init: it gets them with or without /proc.
            words += ["--", f"exo.app=/app/{os.path.basename(self.app)}", self.args]
        return " ".join(word for word in words if word)

    def iso_path(self):
        if not (self.append or self.app or self.kernel) and self.initrd is None:
            return self.path("exo.iso")
        path = self.file_scratch("run.iso")
        mkiso.iso_make(path, self.kernel_path(), self.initrd_path(), self.command_line())
        return path

    def boot_arguments(self):
        if self.boot == "direct":
            initrd = self.initrd_path()
            return ["-kernel", self.kernel_path(), "-append", self.command_line(),
                    *(["-initrd", initrd] if initrd else [])]
        arguments = ["-cdrom", self.iso_path(), "-boot", "d"]
        if self.boot == "uefi":
            firmware = next((path for path in FIRMWARE_EFI if os.path.exists(path)), None)
            if not firmware:
                fail("no EFI firmware; Debian has it in the package ovmf")
            arguments += ["-bios", firmware]
        return arguments

    def cpu_arguments(self):
        if self.icount:
            return ["-accel", "tcg", "-icount", "shift=0,sleep=off,align=off",
                    "-seed", str(self.seed), "-cpu", "max,-erms",
                    "-rtc", "base=2024-01-01T00:00:00,clock=vm"]
        if kvm_usable():
            return ["-accel", "kvm", "-cpu", "host"]
        return ["-accel", "tcg", "-cpu", "max"]

    def command(self):
        """QEMU's argument vector; its standard input and output are the serial line."""
        log = f",logfile={self.log}" if self.log else ""
        return ["qemu-system-x86_64", "-m", self.mem, "-smp", str(self.smp), *self.cpu_arguments(),
                "-nodefaults", "-display", "none", "-vga", "std",
                "-chardev", "stdio,id=console,mux=on,signal=off" + log,
                "-serial", "chardev:console", "-mon", "chardev=console",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                *([] if self.reboot else ["-no-reboot"]), *self.boot_arguments(), *self.extra]


def machine_from_environment(objects):
    env = os.environ.get
    app = env("APP") or None
    if app and not os.access(app, os.X_OK):
        fail(f"APP={app}: not an executable file")
    return Machine(
        objects=objects, boot=env("BOOT") or ("direct" if app else "grub"),
        mem=env("MEM") or "256", smp=int(env("SMP") or 1), append=env("APPEND") or "",
        initrd=env("INITRD") or None, app=app, args=env("ARGS") or "",
        icount=env("ICOUNT") == "1", seed=int(env("SEED") or 1), reboot=not app,
        extra=shlex.split(env("QEMU_ARGS") or ""))


def app_status(log):
    with open(log, "rb") as file:
        found = APP_STATUS.findall(file.read())
    if not found:
        print("qemu.py: the machine ended before the program did", file=sys.stderr)
        return 1
    return int(found[-1])


def run(objects):
    machine = machine_from_environment(objects)
    if machine.app:
        # QEMU's own status cannot carry the program's.
        machine.log = machine.file_scratch("serial.log")
    print("  QEMU: Ctrl-A X leaves, Ctrl-A C switches to its monitor", flush=True)
    status = subprocess.run(machine.command()).returncode
    if machine.app:
        return app_status(machine.log)
    return {EXIT_PASS: 0, EXIT_FAIL: 1}.get(status, status)


def debug(objects):
    """gdb gets this terminal; the guest's serial line is a terminal device of its own."""
    machine = machine_from_environment(objects)
    if not os.environ.get("BOOT"):
        machine.boot = "direct"
    command = ["pty,id=console,mux=on" if word.startswith("stdio,") else word
               for word in machine.command()]
    stub = machine.file_scratch("gdb.socket")
    command += ["-S", "-chardev", f"socket,id=gdb,path={stub},server=on,wait=off",
                "-gdb", "chardev:gdb"]
    # A session of its own, so that Ctrl-C reaches gdb and not QEMU.
    qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while not os.path.exists(stub) and qemu.poll() is None:
            time.sleep(0.05)
        print("  The serial line: `screen` in another terminal, on the /dev/pts that QEMU names.",
              flush=True)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.run(["gdb", "-q", machine.kernel_path(), "-ex", f"target remote {stub}",
                               "-ex", "hbreak upcall_start_kernel"]).returncode
    finally:
        qemu.terminate()
        qemu.wait()


def main(argv):
    if len(argv) != 2 or argv[0] not in ("run", "debug"):
        sys.exit(__doc__)
    sys.exit({"run": run, "debug": debug}[argv[0]](argv[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
