#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a bootable image that GRUB starts on BIOS and on EFI machines.

    mkiso.py --output FILE --kernel EXO.ELF [--initrd ARCHIVE] [--append WORDS]

grub-mkrescue puts a serial number made from the time into the image, so two ISOs differ even if
their contents are the same. Debug information stays behind: the loader would only carry it past.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

CONFIG = """\
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=0
set gfxpayload=keep
{video}
menuentry "Exo-OS" {{
	multiboot2 /boot/exo.elf {append}
	{module}
	boot
}}
"""


def grub_quote(text):
    """One word for GRUB's shell-like language, whatever stands in it."""
    return "'" + text.replace("'", "'\\''") + "'"


def grub_config(append, has_initrd):
    words = " ".join(grub_quote(word) for word in append.split())
    module = "module2 /boot/initramfs.cpio" if has_initrd else ""
    return CONFIG.format(append=words, module=module, video="insmod all_video")


def iso_make(output, kernel, initrd, append):
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(f"{root}/boot/grub")
        subprocess.run(["objcopy", "--strip-debug", kernel, f"{root}/boot/exo.elf"], check=True)
        if initrd:
            shutil.copy(initrd, f"{root}/boot/initramfs.cpio")
        with open(f"{root}/boot/grub/grub.cfg", "w", encoding="utf-8") as file:
            file.write(grub_config(append, bool(initrd)))
        # No themes, fonts or translations: they triple the time it takes.
        command = ["grub-mkrescue", "--fonts=", "--themes=", "--locales=", "--compress=no",
                   "-o", output, root]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mkiso.py: grub-mkrescue failed:\n{done.stderr}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--initrd")
    parser.add_argument("--append", default="")
    args = parser.parse_args()
    iso_make(args.output, args.kernel, args.initrd, args.append)


if __name__ == "__main__":
    main()
