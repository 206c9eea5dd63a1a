# SPDX-License-Identifier: MIT
#
# Tools and configuration: what has to be known before a build graph can be read.

# ---- Tools ----
# deps.sh looks for every program and package once, writes down the python3 that has what we need,
# and is asked again only when its list changes. It may install what is missing for the goals that
# promise so.
include $(o).tools.mk
installs := $(filter deps run debug check check-% budgets,$(goals))
$(o).tools.mk: scripts/deps.sh
	@mkdir -p $(@D)
	@scripts/deps.sh $(if $(installs),install,require) $@

.PHONY: deps
deps:
	@scripts/deps.sh install $(o).tools.mk

# ---- Configuration goals ----
export ARCH
conf = $(PYTHON) scripts/kconfig/conf.py

.PHONY: menuconfig oldconfig olddefconfig defconfig savedefconfig allnoconfig allyesconfig
menuconfig oldconfig olddefconfig allnoconfig allyesconfig:
	@mkdir -p $(odir)
	@$(conf) $@
savedefconfig:
	@$(conf) $@ $(o)defconfig
defconfig: desktop_defconfig ;
%_defconfig: FORCE
	@mkdir -p $(odir)
	@$(conf) load configs/$@
# A fragment is laid over the present configuration: `make debug.config`.
%.config: FORCE
	@$(conf) merge configs/$@

# ---- The configuration in force ----
# Without a .config the desktop one is taken; the hosted build wants every option, since it is there
# to test. (When the tools have just been found, make reads everything again: that pass comes
# first.)
ifeq ($(solo),)
ifneq ($(PYTHON),)
include $(o)include/config/auto.conf
endif
-include $(o)include/config/auto.conf.cmd

autoconf := $(o)include/generated/autoconf.h $(o)include/generated/autoconf.inc
ifeq ($(ARCH),host)
$(KCONFIG_CONFIG): | $(o).tools.mk
	@mkdir -p $(odir)
	@$(conf) --quiet allyesconfig
else
$(KCONFIG_CONFIG): | $(o).tools.mk
	@mkdir -p $(odir)
	@echo "  no $@: using configs/desktop_defconfig"
	@$(conf) --quiet load configs/desktop_defconfig
endif
# auto.conf is written last, and always: its time says when all three were right.
$(o)include/config/auto.conf: $(KCONFIG_CONFIG) scripts/kconfig/conf.py | $(o).tools.mk
	@$(conf) syncconfig $(o)include
$(autoconf): $(o)include/config/auto.conf ;
endif
