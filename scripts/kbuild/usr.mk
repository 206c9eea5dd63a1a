# SPDX-License-Identifier: MIT
#
# Our own programs and the ramdisk. Each directory of usr/ that has a Makefile says
#
#   prog-y := ls cat                 the programs it makes, each $(o)usr/bin/<program>
#   ls-objs := ls.o                  what one is made of (default: its own name)
#   ccflags-y                        flags for this directory
#
# They are plain static Linux programs; the same files run on the build machine.

USRCC := musl-gcc
usr-cflags := -std=gnu11 -O2 -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-fno-pie -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections $(places) \
	-idirafter include/uapi
usr-ldflags := -static -no-pie -s -Wl,--gc-sections -Wl,--build-id=none

define read-usr
$(foreach w,prog-y ccflags-y,$(eval $w :=))
$(eval here := $1)
$(eval include $1Makefile)
$(foreach p,$(prog-y),$(eval made-of := $(addprefix $(o)$1,$(or $($p-objs),$p.o)))
$(eval progs += $(o)usr/bin/$p)
$(eval usr-objs += $(made-of))
$(eval $(o)usr/bin/$p: $(made-of))
$(foreach w,$(made-of),$(eval flags-$w := $(ccflags-y))))
endef

progs :=
usr-objs :=
ignore := $(foreach m,$(sort $(wildcard usr/*/Makefile)),$(call read-usr,$(dir $m)))
usr-objs := $(sort $(usr-objs))

quiet_usrcc = USRCC   $(patsubst $(o)%,%,$@)
cmd_usrcc = $(USRCC) $(usr-cflags) $(flags-$@) -MD -MF $(dep) -c $< -o $@
$(usr-objs): $(o)%.o: %.c FORCE
	$(call if_changed_dep,usrcc)

quiet_usrld = USRLD   $(patsubst $(o)%,%,$@)
cmd_usrld = $(USRCC) $(usr-ldflags) -o $@ $(filter %.o,$^)
$(progs): FORCE
	$(call if_changed,usrld)
targets += $(usr-objs) $(progs)

.PHONY: usr
usr: $(progs)

# ---- The ramdisk ----
# usr/initramfs.list says what is in it; lines may depend on options.
initramfs := $(o)initramfs.cpio
quiet_initramfs = CPIO    $(patsubst $(o)%,%,$@)
cmd_initramfs = $(PYTHON) scripts/image/mkinitramfs.py --config $(o)include/config/auto.conf \
	--objects $(odir) --output $@ usr/initramfs.list
$(initramfs): usr/initramfs.list $(call options-in,usr/initramfs.list) \
		scripts/image/mkinitramfs.py $(progs) $(wildcard usr/etc/*) \
		$(if $(CONFIG_IMAGE_BUSYBOX),/bin/busybox) FORCE
	$(call if_changed,initramfs)
targets += $(initramfs)
