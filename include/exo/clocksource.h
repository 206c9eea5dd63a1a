/* SPDX-License-Identifier: MIT */
/* A free-running counter; arch and drivers publish, kernel/time/clocksource.c chooses by rating. */
#ifndef EXO_CLOCKSOURCE_H
#define EXO_CLOCKSOURCE_H

#include <exo/sections.h>

struct clocksource {
	const char *name;
	int rating;			/* Linux's scale: 300 TSC, 250 HPET, 110 PIT */
	u64 (*freq_hz)(void);		/* 0: not usable; asked once, after arch start-up */
	u64 (*read)(void);		/* any context */
	u64 mask;			/* of the valid bits */
};

#define CLOCKSOURCE(name) SECTION_ENTRY(clocksource, struct clocksource, name)

#endif
