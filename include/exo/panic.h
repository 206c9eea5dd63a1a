/* SPDX-License-Identifier: MIT */
/*
 * When an invariant of the kernel's own does not hold. Nothing that a user, a disk or a packet
 * says may lead here.
 */
#ifndef EXO_PANIC_H
#define EXO_PANIC_H

#include <exo/types.h>

struct ptregs;

/* What the machine adds, in the order of the calls; each may be NULL. Registered once by arch. */
struct panic_ops {
	void (*stop_others)(void);
	void (*show_registers)(const struct ptregs *regs);
	/* The end that panic= asks for failed or is not set: exit codes for tests, then halt. */
	void (*exit)(void);
};

void panic_ops_set(const struct panic_ops *ops);

/*
 * Says the object, the value and the rule that it breaks, a backtrace, and ends the machine as
 * panic= says. Any context. If it is entered again by its own work it says so and stops.
 */
void panic(const char *fmt, ...) __noreturn __printf(1, 2) __cold;
/* The same for a trap: shows these registers and unwinds from them. */
void panic_regs(const struct ptregs *regs, const char *fmt, ...) __noreturn __printf(2, 3) __cold;
/* Is a panic under way? For consoles, which then take no lock. */
bool panic_in_progress(void);

/*
 * panic=N: 0 stop for ever (the default), > 0 restart after N seconds, < 0 at once. `end`
 * restarts the machine and is registered by kernel/reboot.c; `delay_ms` waits without interrupts.
 */
void panic_timeout_set(int seconds);
int panic_timeout_get(void);
void panic_end_set(void (*end)(void), void (*delay_ms)(unsigned int ms));

struct warn_site {
	const char *file;
	const char *condition;
	int line;
	bool warned;
};

void warn_at(struct warn_site *site) __cold;
void bug_at(const struct warn_site *site) __noreturn __cold;

/* Warns, with a backtrace, the first time that it happens here. Returns the condition. */
#define WARN_ON(cond) ({ \
	static struct warn_site __site = { \
		.file = __FILE__, .condition = #cond, .line = __LINE__ }; \
	bool __warn = !!(cond); \
	if (unlikely(__warn)) \
		warn_at(&__site); \
	unlikely(__warn); })
#define WARN_ON_ONCE(cond) WARN_ON(cond)

#define BUG_ON(cond) do { \
	static const struct warn_site __site = { \
		.file = __FILE__, .condition = #cond, .line = __LINE__ }; \
	if (unlikely(cond)) \
		bug_at(&__site); \
} while (0)
#define BUG() BUG_ON(1)

/* How many WARN_ONs have warned: a test that expects none looks here. */
unsigned int warn_count(void);

#endif
