# SPDX-License-Identifier: MIT
#
# Goals that need neither tools nor a configuration.

.PHONY: help clean mrproper
help:
	@sed -n 's/^#: \{0,1\}//p' scripts/kbuild/help.mk
	@for f in configs/*; do \
		printf '  make %-18s %s\n' "$${f#configs/}" "$$(sed -n 's/^# Help: //p' $$f)"; \
	done

#: Build and run
#:   make                  exo.elf, initramfs.cpio and exo.iso in $(O)
#:   make run              build, start in QEMU, and end at the exo shell
#:     APP=file ARGS=...     a static Linux program instead of the shell; make fails if it does
#:     BOOT=grub|uefi|direct GRUB by BIOS (default), GRUB by EFI, or as qemu -kernel
#:     APPEND=words  INITRD=archive  MEM=256  SMP=1  QEMU_ARGS=...
#:     ICOUNT=1 SEED=1       one instruction is one cycle; a run repeats bit for bit
#:   make debug            the same, stopped before the first instruction, in gdb
#: Check
#:   make check            all tests; TESTS="tests/build -k floors" for some of them
#:   make check-long       also the ones that take long
#:   make hosttest         the unit tests as a Linux process, under the sanitizers
#:   make floors headers style   one structure check each
#:   make budgets          measure tests/budgets.json for this compiler
#: Other
#:   make deps             install the Debian packages that all this needs
#:   make clean            remove what was built; mrproper: the configuration too
#:   O=dir  V=1  W=1  C=1|2 (sparse)  LLVM=1  CROSS_COMPILE=  ARCH=x86_64|host
#:   SAN=address,undefined|thread (with ARCH=host)
#: Configure
#:   make menuconfig       choose; also oldconfig olddefconfig savedefconfig allnoconfig
#:                         allyesconfig; a .config fragment is laid over what is there

products := exo.elf .exo.0.elf exo.iso initramfs.cpio exo.objs exo-host exo-host-* \
	test-results.xml defconfig check host host-* usr/bin include/config include/generated
built-in := arch lib base kernel sched mm ipc security drivers fs net init usr
products += arch/x86_64/kernel.lds base/ksyms_table.c base/ksyms_table.0.c init/syscall_table.c \
	drivers/video/font.c
leftovers := -name '*.o' -o -name '.*.cmd' -o -name '.*.d' -o -name '*.new'
clean:
	@rm -rf $(addprefix $(out),$(products)) $(out).*.cmd $(out)..*.cmd
	@for d in $(addprefix $(out),$(built-in)); do \
		[ ! -d $$d ] || find $$d \( $(leftovers) \) -delete; \
	done
mrproper: clean
	@rm -f $(out).config $(out).config.old $(out).tools.mk
