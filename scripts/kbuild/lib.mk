# SPDX-License-Identifier: MIT
#
# The build's vocabulary: quiet output, remembered commands, and the reader of directory Makefiles.

# ---- Output ----
# V=1 shows whole commands; otherwise each is one line `  CC      path`.
say = $(if $(filter 1,$(V)),$(call echo,$(cmd_$1)),$(if $(quiet_$1),$(call echo,  $(quiet_$1))))
echo = echo $(call shell-quote,$1);

pound := \#
empty :=
space := $(empty) $(empty)
quote := '
shell-quote = $(quote)$(subst $(quote),'\'',$1)$(quote)
make-quote = $(subst $(pound),$$(pound),$(subst $$,$$$$,$1))

# ---- Remembered commands ----
# Beside each product a/b.o lies a/.b.o.cmd with the command that made it and, for compiled files,
# what it was made from.
#
#   $(call if_changed,x)      run $(cmd_x) if a prerequisite is newer, or the command not the
#                             remembered one
#   $(call if_changed_dep,x)  the same; the command also wrote $(dep), which fixdep.py turns into
#                             prerequisites
#   $(call if_changed_text,x) the same; the target is what $(cmd_x) prints, and keeps its time stamp
#                             if that is no news
#
# The rule needs FORCE among its prerequisites, and its target must be in `targets`.
.PHONY: FORCE
FORCE:

dot = $(dir $@).$(notdir $@)
dep = $(dot).d
# Empty only if both texts are the same.
differ = $(subst [$(strip $1)],,[$(strip $2)])
stale = $(or $(filter-out FORCE,$?),$(call differ,$(saved-$@),$(cmd_$1)))
remember = printf '%s\n' $(call shell-quote,saved-$@ := $(call make-quote,$(strip $(cmd_$1))))
fixdep = $(PYTHON) -I -S scripts/kbuild/fixdep.py $@ $(dep) $(o)
begin = @set -e; mkdir -p $(@D);

if_changed = $(if $(call stale,$1),$(begin) $(call say,$1) $(cmd_$1); \
	$(call remember,$1) > $(dot).cmd,@:)
if_changed_dep = $(if $(call stale,$1),$(begin) $(call say,$1) $(cmd_$1); \
	{ $(call remember,$1); $(fixdep); } > $(dot).cmd; rm -f $(dep),@:)
if_changed_text = $(if $(call stale,$1),$(begin) $(cmd_$1) > $@.new; \
	if cmp -s $@.new $@; then rm $@.new; else $(call say,$1) mv $@.new $@; fi; \
	$(call remember,$1) > $(dot).cmd,@:)

# $(call options-in,list): what fixdep.py does for objects, for a list whose lines end in CONFIG_X.
# The list is remade when an option that it names has changed, and by no other.
options-in = $(wildcard $(patsubst %,$(o)include/config/%.h,\
	$(shell sed -n 's/.*[ \t]CONFIG_//p' $1 | tr A-Z_ a-z/)))

# ---- Reading the directories ----
# A directory's Makefile says:
#
#   obj-y += a.o sub/            objects and subdirectories, in link order; obj-$(CONFIG_X) for what
#                                an option chooses
#   test-y += a_test.o           unit tests for kernel and host, hosttest-y for the host alone,
#                                kerneltest-y for the kernel alone; all only with CONFIG_KTEST
#   ccflags-y, CFLAGS_a.o        flags for this directory, for one object
#   hosted-y                     only in arch/host: objects compiled against the C library (host.mk)
#   extra-y += gen.h             files to make before anything is compiled (the Makefile says how)
#
# $(call read-dir,dir/) appends to `objs`, `hosted-objs` and `generated`. While a Makefile is read,
# $(here) is its directory.
dir-lists := obj-y test-y hosttest-y kerneltest-y hosted-y ccflags-y extra-y
more-tests-y = $(if $(filter host,$(ARCH)),$(hosttest-y),$(kerneltest-y))
tests-y = $(if $(CONFIG_KTEST),$(test-y) $(more-tests-y))

define read-dir
$(foreach w,$(dir-lists),$(eval $w :=))
$(eval here := $1)
$(eval include $1Makefile)
$(eval list-$1 := $(obj-y) $(tests-y))
$(eval hosted-objs += $(addprefix $(o)$1,$(hosted-y)))
$(eval generated += $(addprefix $(o)$1,$(extra-y)))
$(foreach w,$(filter %.o,$(list-$1)),$(eval flags-$(o)$1$w := $(ccflags-y) $(CFLAGS_$w))\
	$(eval CFLAGS_$w :=))
$(foreach w,$(list-$1),$(if $(filter %/,$w),$(call read-dir,$1$w),\
	$(eval objs += $(o)$1$w)))
endef
