# SPDX-License-Identifier: MIT
#
# ARCH=host: the pure floors as an ordinary Linux process, $(O)/exo-host; with SAN=address,undefined
# or SAN=thread under those sanitizers, $(O)/exo-host-address-undefined and so on, each with objects
# of its own.
#
# Our names collide with the C library's (poll, signal, log), so the core is linked by itself and
# every symbol but exo_run is made local. What it then still asks for is the machine contract, which
# arch/host's hosted-y objects provide: they alone are compiled against the C library, and see no
# kernel header but those of arch/host.

host-dirs := lib/ base/ mm/ arch/host/
sanitize := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)

# The switch code runs here too: no red zone.
machine-host := -mno-red-zone -fno-stack-protector -Wframe-larger-than=4096 $(sanitize)
hosted-cflags := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
	-fno-omit-frame-pointer $(places) $(sanitize) -idirafter arch/host/include

exo-host := $(out)exo-$(host-variant)
core := $(o)core.o

# The section tables get their bounds from a linker script, as in the kernel.
quiet_core_lds = LDS     $(patsubst $(o)%,%,$@)
cmd_core_lds = $(CC) -E -P -x assembler-with-cpp -Iinclude -MD -MF $(dep) $< -o $@
$(o)core.lds: arch/host/core.lds.S FORCE
	$(call if_changed_dep,core_lds)

quiet_core = LD      $(patsubst $(o)%,%,$@)
cmd_core = $(LD) -r -T $(o)core.lds -o $@ $(filter %.o,$^) && \
	$(OBJCOPY) --keep-global-symbol=exo_run $@

quiet_host = LINK    $(patsubst $(out)%,%,$@)
cmd_host = $(CC) -g $(sanitize) -pthread -o $@ $(filter %.o,$^)

define host-rules
$(core): $(objs) $(o)core.lds FORCE
	$$(call if_changed,core)
$(exo-host): $(core) $(hosted-objs) FORCE
	$$(call if_changed,host)
$(hosted-objs): $(o)%.o: %.c FORCE
	$$(call if_changed_dep,hosted)
targets += $(core) $(o)core.lds $(exo-host) $(hosted-objs)
endef
quiet_hosted = CC      $(patsubst $(o)%,%,$@)
cmd_hosted = $(CC) $(hosted-cflags) -MD -MF $(dep) -c $< -o $@

.PHONY: all hosttest
all: $(exo-host)
# TESTS= names suites; the runner takes them as arguments.
hosttest: $(exo-host)
	@echo "  RUN     $(patsubst $(out)%,%,$(exo-host))"
	@timeout 600 $(abspath $(exo-host)) $(TESTS)
