# SPDX-License-Identifier: MIT
#
# Goals that need neither tools nor a configuration.

.PHONY: help clean mrproper
help:
	@echo 'make                    exo.elf, initramfs.cpio and exo.iso in $$(O)'
	@echo 'make run                build and start in QEMU; the exo shell is at the end of it'
	@echo '     APP=file ARGS=...    a static Linux program instead of the shell; make fails if it does'
	@echo '     BOOT=grub|uefi|direct  through BIOS and GRUB (default), EFI and GRUB, or as qemu -kernel'
	@echo '     APPEND=... INITRD=file MEM=256 SMP=1 ICOUNT=1 SEED=1 QEMU_ARGS=...'
	@echo 'make debug              the same, stopped at the first instruction, in gdb'
	@echo 'make check              all tests; TESTS="tests/build -k floors" for some of them'
	@echo 'make check-long         also the ones that take hours'
	@echo 'make hosttest           the unit tests as a Linux process, under the sanitizers'
	@echo 'make floors|headers|style   one structure check'
	@echo 'make deps               install the Debian packages that all this needs'
	@echo
	@echo 'make menuconfig         choose; also oldconfig olddefconfig savedefconfig allnoconfig allyesconfig'
	@for f in configs/*; do printf 'make %-18s %s\n' "$${f#configs/}" "$$(sed -n 's/^# Help: //p' $$f)"; done
	@echo
	@echo 'make clean              remove what was built; mrproper: also the configuration'
	@echo
	@echo 'O=dir  V=1  W=1  C=1|2 (sparse)  LLVM=1  CROSS_COMPILE=  ARCH=x86_64|host  SAN=address,undefined|thread'

products := exo.elf exo.iso initramfs.cpio exo.objs exo-host exo-host-* test-results.xml host host-*
top-dirs := $(patsubst %/,%,$(wildcard */))
clean:
	@rm -rf $(addprefix $(out),$(products)) $(out)include/config $(out)include/generated $(out).exo.0.elf
	@for d in $(addprefix $(out),arch lib base kernel sched mm ipc security drivers fs net init usr); do \
		[ ! -d $$d ] || find $$d \( -name '*.o' -o -name '.*.cmd' -o -name '.*.d' -o -name ksyms_table*.c \) -delete; \
	done
	@rm -f $(out).*.cmd $(out)..*.cmd
mrproper: clean
	@rm -f $(out).config $(out).config.old $(out).tools.mk
