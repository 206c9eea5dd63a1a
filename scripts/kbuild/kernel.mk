# SPDX-License-Identifier: MIT
#
# exo.elf: linked once without symbols to learn the addresses, and again with the table that
# base/ksyms.c searches. The linker script puts the table behind all code, so that the second link
# moves no function; ksyms.py checks that.

quiet_syscalls = GEN     $(patsubst $(o)%,%,$@)
cmd_syscalls = $(PYTHON) scripts/gen/syscalltbl.py --config $(o)include/config/auto.conf $< > $@
$(o)init/syscall_table.c: init/syscalls.tbl scripts/gen/syscalltbl.py \
		$(call options-in,init/syscalls.tbl) FORCE
	$(call if_changed,syscalls)
targets += $(o)init/syscall_table.c

quiet_font = GEN     $(patsubst $(o)%,%,$@)
cmd_font = $(PYTHON) scripts/gen/font.py $< > $@
$(o)drivers/video/font.c: /usr/share/consolefonts/Unifont-APL8x16.psf.gz scripts/gen/font.py FORCE
	$(call if_changed,font)
targets += $(o)drivers/video/font.c

exo := $(o)exo.elf
lds := $(o)arch/$(ARCH)/kernel.lds
ksyms := $(o)base/ksyms_table

quiet_lds = LDS     $(patsubst $(o)%,%,$@)
cmd_lds = $(CC) -E -P -x assembler-with-cpp $(includes) -MD -MF $(dep) $< -o $@
$(lds): arch/$(ARCH)/kernel.lds.S FORCE
	$(call if_changed_dep,lds)

ldflags := -nostdlib -static -z noexecstack -n --build-id=none --no-relax \
	--gc-sections --orphan-handling=error

# ksyms_table.0.o is an empty table of the same shape.
quiet_ksyms = KSYMS   $(patsubst $(o)%,%,$@)
cmd_ksyms = $(PYTHON) scripts/gen/ksyms.py $(NM) $(or $(filter %.elf,$^),none) > $@
$(ksyms).0.c: scripts/gen/ksyms.py FORCE
	$(call if_changed,ksyms)
$(ksyms).c: $(o).exo.0.elf scripts/gen/ksyms.py FORCE
	$(call if_changed,ksyms)

quiet_link = LD      $(patsubst $(o)%,%,$@)
cmd_link = $(LD) $(ldflags) -T $(lds) -o $@ $(filter %.o,$^)
ifeq ($(CONFIG_KSYMS),y)
$(o).exo.0.elf: $(objs) $(ksyms).0.o $(lds) FORCE
	$(call if_changed,link)
cmd_link_final = $(cmd_link) && $(PYTHON) scripts/gen/ksyms.py --verify $(NM) $(o).exo.0.elf $@
quiet_link_final = $(quiet_link)
$(exo): $(objs) $(ksyms).o $(lds) FORCE
	$(call if_changed,link_final)
targets += $(o).exo.0.elf $(ksyms).0.c $(ksyms).0.o $(ksyms).c $(ksyms).o
else
$(exo): $(objs) $(lds) FORCE
	$(call if_changed,link)
endif
targets += $(exo) $(lds)

# The ramdisk inside (init/builtin.asm).
$(o)init/builtin.o: $(o)initramfs.cpio
flags-$(o)init/builtin.o += -DINITRAMFS='"$(o)initramfs.cpio"'

# What is in the image, for scripts/check/: one object per line, relative to $(o).
quiet_list =
cmd_list = printf '%s\n' $(patsubst $(o)%,%,$(objs))
$(o)exo.objs: FORCE
	$(call if_changed_text,list)
targets += $(o)exo.objs
