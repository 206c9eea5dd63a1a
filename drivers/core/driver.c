// SPDX-License-Identifier: MIT
/*
 * Starting the drivers, and telling which are in service (/proc/exo/drivers).
 *
 * The section is walked once per rank present, lowest first; there are few drivers, so no sorted
 * copy is kept. `in_service` has a bit for each entry of the section.
 * Locking: none; written by the boot thread only, before anyone can read.
 */
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/log.h>

DECLARE_SECTION(driver, struct driver);

#define DRIVERS_MAX 64

static u64 in_service;

static unsigned int entry_index(const struct driver *d)
{
	return (unsigned int)(d - __start_exo_driver);
}

static void driver_start(const struct driver *d, const struct boot_info *info)
{
	int err = d->probe(info);

	if (!err)
		in_service |= 1ULL << entry_index(d);
	else if (err != -ENODEV)
		log_err("driver %s: cannot start: error %d", d->name, -err);
}

/* The lowest rank above `rank`, or INT_MAX. */
static int next_rank(int rank)
{
	const struct driver *d;
	int next = INT_MAX;

	for_each_section_entry(driver, d)
		if (d->rank > rank && d->rank < next)
			next = d->rank;
	return next;
}

void drivers_init(const struct boot_info *info)
{
	const struct driver *d;
	int rank;

	for (rank = next_rank(INT_MIN); rank != INT_MAX; rank = next_rank(rank))
		for_each_section_entry(driver, d)
			if (d->rank == rank && entry_index(d) < DRIVERS_MAX)
				driver_start(d, info);
}

static void drivers_show(struct seq *s)
{
	const struct driver *d;

	seq_puts(s, "exo-drivers 1\n");
	for_each_section_entry(driver, d)
		seq_printf(s, "%s %s\n", d->name,
			   in_service >> entry_index(d) & 1 ? "active" : "absent");
}
PROC_FILE(exo_drivers, "exo/drivers", 0444, drivers_show);
