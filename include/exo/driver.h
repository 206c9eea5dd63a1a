/* SPDX-License-Identifier: MIT */
/*
 * Drivers: each is a constant struct in the section `driver`, started once in order of rank.
 * drivers/core/driver.c. A driver that finds its hardware registers what it serves (character
 * devices, consoles, ...) from its probe.
 */
#ifndef EXO_DRIVER_H
#define EXO_DRIVER_H

#include <exo/boot.h>
#include <exo/sections.h>

enum driver_rank {
	DRIVER_RANK_CORE = 100,		/* what other drivers build on */
	DRIVER_RANK_DEVICE = 200,
	DRIVER_RANK_LATE = 300,		/* what joins the others: /dev/console */
};

struct driver {
	const char *name;
	int rank;			/* enum driver_rank plus an offset; ties go by name */
	/*
	 * Task context on the boot thread, interrupts on. 0: in service; -ENODEV: not there, which
	 * is not worth a word; other -errno: logged.
	 */
	int (*probe)(const struct boot_info *info);
};

#define DRIVER(name) SECTION_ENTRY(driver, struct driver, name)

void drivers_init(const struct boot_info *info);

#endif
