/* SPDX-License-Identifier: MIT */
/*
 * Consoles: where the log is shown. Each enabled console gets every record once, in order, from
 * the oldest that is in the ring when it registers; each has its own place in the log.
 *
 * Whoever writes a record shows it, unless another CPU (or what was interrupted) is showing
 * records already: then that one goes on until all is shown. So write() is never entered twice at
 * a time, except by a panic, which takes the consoles by force.
 */
#ifndef EXO_CONSOLE_H
#define EXO_CONSOLE_H

#include <exo/types.h>

#define CONSOLE_EARLY	BIT(0)	/* a polled stand-in: leaves when a console registers that is not */
#define CONSOLE_ENABLED	BIT(1)	/* set by console_register() if console= allows */

struct console {
	const char *name;	/* as in console=: "ttyS0", "tty0" */
	/*
	 * Any context except NMI, interrupts on or off; must not sleep or log. `text` is whole
	 * lines ending in '\n'; the console adds '\r' if it needs that. In a panic it must not
	 * wait for its own lock.
	 */
	void (*write)(struct console *con, const char *text, size_t n);
	dev_t dev;		/* what /dev/console opens if this one is preferred; 0: nothing */
	int rank;		/* the highest is preferred if console= names none */
	void *data;		/* the driver's */

	/* Of base/console.c. */
	unsigned int flags;	/* the driver may set CONSOLE_EARLY */
	u64 seq;		/* the next record to show */
	char options[24];	/* what followed the comma in console= */
	struct console *next;
};

/*
 * Takes the console into service and shows it the log so far. A second one of the same name takes
 * the place of an early one where that stopped. Context: boot or task; the struct stays for ever.
 */
void console_register(struct console *con);
/*
 * `console=` (may be given several times): "ttyS0,115200". From the first call on only those
 * named are enabled; the last one named is preferred. 0, or -EINVAL: more than 8, or too long.
 */
int console_select(const char *spec);
/* The one behind /dev/console, or NULL. */
struct console *console_preferred(void);
/* All of them in turn; NULL starts, NULL ends. Never removed, so no lock. */
struct console *console_next(const struct console *con);

/* Shows what has not been shown: after an interrupt or NMI only left a record. */
void console_flush(void);
/* By force, whoever is printing: for panic only. */
void console_flush_panic(void);

#endif
