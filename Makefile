# SPDX-License-Identifier: MIT
#
# The front door. This file parses what was asked for and enters scripts/kbuild/; no rule here
# builds anything.
#
#   one make process   every directory's Makefile is read by scripts/kbuild/lib.mk into this one
#                      graph, so that -j sees all of it
#   $(o)               output prefix: empty, or ends in a slash. Sources are always named relative
#                      to the tree, so that no path of the build machine reaches the image
#   $(o).tools.mk      which tools were found; made by scripts/deps.sh before anything else
#   $(o)include/config/auto.conf
#                      the configuration as make sees it; made from $(o).config by
#                      scripts/kconfig/conf.py
#
# `make help` lists the targets.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
unexport GREP_OPTIONS CDPATH
export LC_ALL := C

ifneq ($(realpath $(lastword $(MAKEFILE_LIST))),$(CURDIR)/Makefile)
$(error run make in the tree itself, or: make -C $(dir $(lastword $(MAKEFILE_LIST))))
endif

# As many jobs as CPUs; a -j on the command line is stronger. A make within make shares the outer
# one's jobs.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

# ---- What may be set on the command line ----
O ?= .
ARCH ?= x86_64
SAN ?=
CROSS_COMPILE ?=
LLVM ?=
C ?= 0
V ?= 0
W ?=

ifeq ($(wildcard arch/$(ARCH)/include),)
$(error ARCH=$(ARCH): no such port; there is $(wildcard arch/*))
endif

comma := ,
out := $(if $(filter-out .,$(O:/=)),$(O:/=)/)
host-variant := host$(if $(SAN),-$(subst $(comma),-,$(SAN)))
o := $(out)$(if $(filter host,$(ARCH)),$(host-variant)/)
odir := $(or $(o),./)
export KCONFIG_CONFIG := $(o).config

# ---- Goals ----
config-goals := menuconfig oldconfig olddefconfig defconfig savedefconfig allnoconfig allyesconfig \
	%_defconfig %.config
plain-goals := help clean mrproper
goals := $(or $(MAKECMDGOALS),all)
# These change what the others are built from, so they run alone, in the order given.
solo := $(filter $(config-goals) $(plain-goals) deps,$(goals))

ifeq ($(and $(solo),$(word 2,$(goals))),)
include scripts/kbuild/lib.mk
ifneq ($(filter $(plain-goals),$(goals)),)
include scripts/kbuild/help.mk
else
include scripts/kbuild/config.mk
ifeq ($(solo),)
include scripts/kbuild/build.mk
endif
endif
else
.PHONY: $(goals) in-turn
$(goals): in-turn
	@:
in-turn:
	@set -e; for goal in $(goals); do $(MAKE) $$goal; done
endif
