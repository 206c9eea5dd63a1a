# SPDX-License-Identifier: MIT
"""Every defconfig comes up through every way a machine may be started, and goes down again."""
import ktap
import pytest
import qemu
from tree import make
from shell import Shell

DEFCONFIGS = ["minimal", "desktop", "bench"]


@pytest.mark.parametrize("way", qemu.BOOTS)
@pytest.mark.parametrize("config", DEFCONFIGS)
def test_boots_to_prompt(boot, config, way):
    """To the prompt, a command, and off by the machine's own switch."""
    guest = boot(config, boot=way, timeout=120)
    shell = Shell(guest, timeout=120)
    assert shell.ok("uname -s") == "Linux\n"
    guest.line("poweroff")
    assert guest.wait() == 0


def test_minimal_in_16_megabytes(boot):
    shell = Shell(boot("minimal", boot="direct", mem="16"))
    assert shell.ok("echo alive") == "alive\n"


def test_builtin_ramdisk(images, boot):
    """One file boots: no ramdisk is passed."""
    where = images.directory("builtin")
    make("O=" + where, "minimal_defconfig")
    make("O=" + where, "builtin.config")
    make("O=" + where, "exo.elf")
    images.built["builtin"] = where
    Shell(boot("builtin", boot="direct", initrd="", mem="16"))


def test_reboot(boot):
    """A reset ends QEMU, since it was told not to start again."""
    guest = boot("desktop", boot="direct")
    guest.prompt()
    guest.line("reboot")
    assert guest.wait() == 0


def test_kernel_unit_tests(boot):
    """The tests beside the code, in the kernel; the exit status says the same as the report."""
    guest = boot("bench", boot="direct", append="ktest ktest.exit")
    status = guest.wait(timeout=300)
    report = ktap.parse(guest.log_text())
    assert report.complete() and not report.failures(), report.describe()
    assert status == qemu.EXIT_PASS
