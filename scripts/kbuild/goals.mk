# SPDX-License-Identifier: MIT
#
# What people type.

# ---- Images ----
iso := $(o)exo.iso
quiet_iso = ISO     $(patsubst $(o)%,%,$@)
cmd_iso = $(PYTHON) scripts/image/mkiso.py --output $@ --kernel $(exo) --initrd $(initramfs) \
	--append "console=tty0 console=ttyS0"
$(iso): $(exo) $(initramfs) scripts/image/mkiso.py FORCE
	$(call if_changed,iso)
targets += $(iso)

.PHONY: all iso initramfs
all: $(exo) $(initramfs) $(iso) $(o)exo.objs
iso: $(iso)
# With O= the products may still be named without it: make O=x exo.elf lib/string.o
ifneq ($(o),)
plain-files := $(filter %.o %.elf %.iso %.cpio,$(filter-out $(o)%,$(goals)))
.PHONY: $(plain-files)
$(plain-files): %: $(o)%
endif
initramfs: $(initramfs)

# ---- Running ----
# scripts/qemu.py reads APP ARGS APPEND BOOT ICOUNT INITRD MEM QEMU_ARGS SEED SMP from the
# environment.
export APP ARGS APPEND BOOT ICOUNT INITRD MEM QEMU_ARGS SEED SMP
.PHONY: run debug
own-iso := $(APP)$(APPEND)$(INITRD)$(filter direct,$(BOOT))
run: $(exo) $(if $(INITRD),,$(initramfs)) $(if $(own-iso),,$(iso))
	@$(PYTHON) scripts/qemu.py run $(odir)
debug: $(exo) $(initramfs)
	@$(PYTHON) scripts/qemu.py debug $(odir)

# ---- Checking ----
.PHONY: check check-long hosttest floors headers style budgets
check check-long:
	@mkdir -p $(odir)
	@$(PYTHON) scripts/check/run.py $(if $(filter check-long,$@),--long) $(odir) $(TESTS)
hosttest:
	@$(MAKE) ARCH=host SAN=address,undefined hosttest
	@$(MAKE) ARCH=host SAN=thread hosttest
floors: $(objs) $(o)exo.objs
	@$(PYTHON) scripts/check/floors.py --nm $(NM) $(odir)
headers:
	@$(PYTHON) scripts/check/headers.py -- $(CC) $(cflags)
style:
	@$(PYTHON) scripts/check/style.py
# Always of the minimal configuration, whatever the present one is.
budgets:
	@$(MAKE) O=$(odir)check/minimal minimal_defconfig
	@$(MAKE) O=$(odir)check/minimal exo.elf initramfs.cpio
	@$(PYTHON) scripts/budget.py --update $(odir)check/minimal
