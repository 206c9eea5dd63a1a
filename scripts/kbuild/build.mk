# SPDX-License-Identifier: MIT
#
# What is built: flags, the rules for one file, the kernel image, and the goals that use it. host.mk
# and usr.mk continue it.

# ---- Tools ----
ifeq ($(LLVM),1)
CC := clang --target=x86_64-linux-gnu
LD := ld.lld
else
CC := $(CROSS_COMPILE)gcc
LD := $(CROSS_COMPILE)ld
endif
NM := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
NASM := nasm
SPARSE := sparse
is-clang := $(findstring clang,$(CC))

# ---- Flags ----
# The compiler's own headers only (stdarg, stdbool, stddef); everything else is ours.
where := $(if $(is-clang),-print-resource-dir,-print-file-name=include)
compiler-include := $(shell $(CC) $(where))$(if $(is-clang),/include)
# Generated headers first: a tree that was built in place must not lend its own to another output.
includes := -nostdinc -isystem $(compiler-include) -I$(o)include -Iinclude -Iarch/$(ARCH)/include \
	-iquote . -include include/exo/kconfig.h -D__KERNEL__

warnings := -Wall -Wextra -Werror -Wundef -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
# W=1: what the usual set keeps quiet about, as warnings.
warnings += $(if $(filter 1,$(W)),-Wunused-parameter -Wsign-compare -Wshadow -Wno-error)

# Two's complement wraps, pointers may alias, address 0 is an address: a kernel relies on all three.
language := -std=gnu11 -ffreestanding -fno-strict-aliasing -fwrapv -fno-delete-null-pointer-checks \
	-fno-common -fno-asynchronous-unwind-tables

# No path of this machine may reach the image: two builds in two places give the same bytes.
places := -ffile-prefix-map=$(CURDIR)=. $(if $(o),-ffile-prefix-map=$(o)=) \
	$(if $(is-clang),,-gno-record-gcc-switches)

# For size: -Oz where the compiler has it (gcc 12, clang). A jump table costs 4 or 8 bytes a case
# and saves few of code; gcc aligns data for speed if it is not told otherwise.
size-flags = $(shell $(CC) -Oz -E -x c /dev/null >/dev/null 2>&1 && echo -Oz || echo -Os) \
	-fno-jump-tables $(if $(is-clang),,-fno-caller-saves -malign-data=abi)
optimise := $(if $(CONFIG_CC_OPTIMIZE_FOR_SIZE),$(size-flags),-O2)
optimise += $(if $(CONFIG_DEBUG_INFO),-g)
optimise += -f$(if $(CONFIG_FRAME_POINTER),no-)omit-frame-pointer

# What base/ubsan.c can report.
ubsan := bounds,shift,integer-divide-by-zero,bool,enum,unreachable

# Interrupts use the stack below the stack pointer (no red zone). Vector registers belong to user
# space, so nothing needs a stack aligned to more than a word.
machine-x86_64 := -mno-red-zone -mgeneral-regs-only -mcmodel=kernel -fno-pie -fcf-protection=none \
	$(if $(is-clang),-mstack-alignment=8,-mpreferred-stack-boundary=3 -mskip-rax-setup) \
	-ffunction-sections -fdata-sections \
	$(if $(CONFIG_STACKPROTECTOR),-fstack-protector-strong,-fno-stack-protector) \
	$(if $(CONFIG_UBSAN),-fsanitize=$(ubsan)) \
	$(if $(is-clang),,-Wframe-larger-than=$(CONFIG_FRAME_WARN))

ifeq ($(ARCH),host)
include scripts/kbuild/host.mk
endif
# KCFLAGS: what the user adds on the command line, last.
cflags := $(includes) $(warnings) $(language) $(places) $(optimise) $(machine-$(ARCH)) $(KCFLAGS)

# ---- One file ----
quiet_cc = CC      $(patsubst $(o)%,%,$@)
cmd_cc = $(CC) $(cflags) $(flags-$@) -MD -MF $(dep) -c $< -o $@

# C=1 checks what is compiled, C=2 all; either way a word from sparse is an error.
quiet_sparse = CHECK   $<
cmd_sparse = $(SPARSE) -Wsparse-error -Wno-decl $(includes) $(language) $(machine-$(ARCH)) \
	$(flags-$@) $<
sparse-wanted = $(filter 2,$(C))$(and $(filter 1,$(C)),$(call stale,cc))
sparse = $(if $(sparse-wanted),@$(call say,sparse) $(cmd_sparse))

quiet_asm = ASM     $(patsubst $(o)%,%,$@)
cmd_asm = $(NASM) -f elf64 -Werror -I$(o)include/ -Iinclude/ -Iarch/$(ARCH)/ \
	-P$(o)include/generated/autoconf.inc $(flags-$@) -MD $(dep) -MQ $@ -o $@ $<

# Generated sources lie beside the objects; they come first, lest a tree that was built in place
# lend its own.
ifneq ($(o),)
$(o)%.o: $(o)%.c FORCE
	$(call if_changed_dep,cc)
endif
$(o)%.o: %.c FORCE
	$(call if_changed_dep,cc)
	$(sparse)
$(o)%.o: %.asm FORCE
	$(call if_changed_dep,asm)

# A list names an object that has no source; without this rule make would say so only at the link.
$(o)%.o: FORCE
	@echo '$@: there is no $*.c or $*.asm' >&2; false

# Offsets for assembly: the compiler prints `->NAME value` lines, nasm reads %defines. (Such a line
# is no assembly, which clang's own assembler would mind.)
quiet_offsets = GEN     $(patsubst $(o)%,%,$@)
cmd_offsets = $(CC) $(cflags) $(if $(is-clang),-fno-integrated-as) -MD -MF $(dep) -S $< -o $@.s && \
	sed -n 's/.*->\([A-Za-z0-9_]*\) [$$]*\(-*[0-9]*\).*/%define \1 \2/p' $@.s > $@ && rm $@.s
$(o)include/generated/asm-offsets.inc: arch/$(ARCH)/offsets.c FORCE
	$(call if_changed_dep,offsets)

# ---- The directories, in link order; one that has no code yet has no Makefile ----
kernel-dirs := arch/$(ARCH)/ lib/ base/ kernel/ sched/ mm/ ipc/ security/ drivers/ fs/ net/ init/
dirs := $(if $(filter host,$(ARCH)),$(host-dirs),$(kernel-dirs))
objs :=
generated :=
ignore := $(foreach m,$(wildcard $(addsuffix Makefile,$(dirs))),$(call read-dir,$(dir $m)))

generated += $(if $(wildcard arch/$(ARCH)/offsets.c),$(o)include/generated/asm-offsets.inc)
$(objs): | $(generated)
targets += $(objs) $(generated)

ifeq ($(ARCH),host)
$(eval $(host-rules))
else
include scripts/kbuild/kernel.mk
include scripts/kbuild/usr.mk
include scripts/kbuild/goals.mk
endif

# ---- What was remembered ----
-include $(foreach t,$(wildcard $(sort $(targets))),$(dir $t).$(notdir $t).cmd)
