// SPDX-License-Identifier: MIT
/*
 * Consoles and who feeds them. There is no lock around printing but a flag, `printing`, that is
 * only ever tried: whoever gets it prints until every console has every record, whoever does not
 * leaves the record to the holder. So a record that is written in the middle of printing (by an
 * interrupt, by another CPU, by the console driver itself) cannot wait for the printer.
 *
 * `printing` guards: the line buffers, console.seq, and entry into console.write().
 * `registry` guards: the list's tail, the selection, console.flags. The list only grows: readers
 * take no lock.
 */
#include <asm/barrier.h>
#include <exo/atomic.h>
#include <exo/console.h>
#include <exo/expose.h>
#include <exo/log.h>
#include <exo/parse.h>
#include <exo/spinlock.h>
#include <exo/string.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/errno.h>

#define SELECT_MAX	8
#define NAME_MAX	16
#define LEVEL_DEFAULT	7	/* Linux's: all but debug */

struct selection {
	char name[NAME_MAX];
	char options[24];
};

static u32 printing;
static char record_text[LOG_TEXT_MAX + 1];
static char line[LOG_TEXT_MAX + 32];

static DEFINE_SPINLOCK(registry);
static struct console *consoles;
static struct selection selected[SELECT_MAX];
static unsigned int nr_selected;

static int show_below = LEVEL_DEFAULT;

int log_level_get(void)
{
	return READ_ONCE(show_below);
}

void log_level_set(int level)
{
	WRITE_ONCE(show_below, clamp(level, 0, 8));
}

/* ---- Printing: with `printing` held ---- */

/* Each line of a record gets the time in front, as dmesg shows it. */
static void show_record(struct console *con, const struct log_record *r)
{
	const char *p = record_text;
	unsigned int us = (unsigned int)(r->time_ns / 1000 % 1000000);

	do {
		size_t part = (size_t)(strchrnul(p, '\n') - p);
		int n = scnprintf(line, sizeof(line), "[%5llu.%06u] %.*s\n",
				  r->time_ns / 1000000000, us, (int)part, p);

		con->write(con, line, (size_t)n);
		p += part;
	} while (*p++);
}

static void show_lost(struct console *con, u64 n)
{
	int len = scnprintf(line, sizeof(line), "** %llu messages lost **\n", n);

	con->write(con, line, (size_t)len);
}

/* Shows what there is. console.seq moves first: what a panic inside write() breaks off stays so. */
static void show_all(struct console *con)
{
	struct log_record r;

	for (;;) {
		int err = log_read(con->seq, &r, record_text, sizeof(record_text));

		if (err == -EAGAIN)
			return;
		if (err == -EPIPE) {
			u64 first = log_first_seq();

			if (first > con->seq)
				show_lost(con, first - con->seq);
			con->seq = first;
			continue;
		}
		con->seq++;
		if (r.level < log_level_get())
			show_record(con, &r);
	}
}

static bool all_shown(void)
{
	for (struct console *con = console_next(NULL); con; con = console_next(con)) {
		struct log_record r;

		if ((READ_ONCE(con->flags) & CONSOLE_ENABLED) &&
		    log_read(READ_ONCE(con->seq), &r, NULL, 0) != -EAGAIN)
			return false;
	}
	return true;
}

static void show_everywhere(void)
{
	for (struct console *con = console_next(NULL); con; con = console_next(con))
		if (READ_ONCE(con->flags) & CONSOLE_ENABLED)
			show_all(con);
}

void console_flush(void)
{
	if (in_nmi())
		return;	/* it may have interrupted a driver that holds its lock */
	do {
		if (__atomic_exchange_n(&printing, 1, __ATOMIC_ACQUIRE))
			return;
		show_everywhere();
		/*
		 * A full barrier: give the flag up, then look once more. Its partner is a writer's
		 * commit, then its exchange above: one of the two sees the other.
		 */
		__atomic_exchange_n(&printing, 0, __ATOMIC_SEQ_CST);
		smp_mb();
	} while (!all_shown());
}

void console_flush_panic(void)
{
	/* it stays taken: nobody else may print any more */
	__atomic_store_n(&printing, 1, __ATOMIC_RELAXED);
	show_everywhere();
}

/* ---- Registration and choice ---- */

struct console *console_next(const struct console *con)
{
	return __atomic_load_n(con ? &con->next : &consoles, __ATOMIC_ACQUIRE);
}

static struct console *find(const char *name, bool early)
{
	for (struct console *con = console_next(NULL); con; con = console_next(con))
		if (streq(con->name, name) && !!(con->flags & CONSOLE_EARLY) == early)
			return con;
	return NULL;
}

/* Sets ENABLED by what console= says. An early console is not asked: it serves until replaced. */
static void selection_apply(struct console *con)
{
	bool enabled = !nr_selected;

	if (con->flags & CONSOLE_EARLY)
		return;
	for (unsigned int i = 0; i < nr_selected; i++) {
		if (!streq(selected[i].name, con->name))
			continue;
		enabled = true;
		strscpy(con->options, selected[i].options, sizeof(con->options));
	}
	WRITE_ONCE(con->flags, enabled ? con->flags | CONSOLE_ENABLED
				       : con->flags & ~CONSOLE_ENABLED);
}

static void early_retire(void)
{
	for (struct console *con = console_next(NULL); con; con = console_next(con))
		if (con->flags & CONSOLE_EARLY)
			WRITE_ONCE(con->flags, con->flags & ~CONSOLE_ENABLED);
}

void console_register(struct console *con)
{
	struct console *early, **link;
	irqflags_t flags;

	con->next = NULL;
	con->seq = 0;		/* the first look finds the oldest record */
	flags = raw_spin_lock_irqsave(&registry);
	early = find(con->name, true);
	if (early)
		con->seq = READ_ONCE(early->seq);
	else
		con->seq = log_first_seq();
	if (con->flags & CONSOLE_EARLY)
		con->flags |= CONSOLE_ENABLED;
	selection_apply(con);
	if ((con->flags & CONSOLE_ENABLED) && !(con->flags & CONSOLE_EARLY))
		early_retire();
	for (link = &consoles; *link; link = &(*link)->next)
		;
	/* release: the fields first; pairs with console_next() */
	__atomic_store_n(link, con, __ATOMIC_RELEASE);
	raw_spin_unlock_irqrestore(&registry, flags);
	console_flush();
}

int console_select(const char *spec)
{
	size_t name_len = strcspn(spec, ",");
	const char *options = spec[name_len] ? spec + name_len + 1 : "";
	struct selection *s = &selected[nr_selected];
	irqflags_t flags;

	if (!name_len || name_len >= NAME_MAX || nr_selected == SELECT_MAX ||
	    strlen(options) >= sizeof(s->options))
		return -EINVAL;
	flags = raw_spin_lock_irqsave(&registry);
	strscpy_mem(s->name, NAME_MAX, spec, name_len);
	strscpy(s->options, options, sizeof(s->options));
	nr_selected++;
	for (struct console *con = consoles; con; con = con->next)
		selection_apply(con);
	raw_spin_unlock_irqrestore(&registry, flags);
	return 0;
}

struct console *console_preferred(void)
{
	struct console *best = NULL;

	for (unsigned int i = nr_selected; i-- && !best; )
		best = find(selected[i].name, false);
	if (best)
		return best;
	for (struct console *con = console_next(NULL); con; con = console_next(con))
		if (!(con->flags & CONSOLE_EARLY) && (!best || con->rank > best->rank))
			best = con;
	return best;
}

/* ---- Boot words ---- */

static int loglevel_set(const char *value)
{
	int level, err = kstrtoint(value, 10, &level);

	if (err)
		return -EINVAL;
	log_level_set(level);
	return 0;
}

static int quiet_set(const char *value)
{
	log_level_set(LOG_WARN);
	return 0;
}

static int debug_set(const char *value)
{
	log_level_set(LOG_DEBUG + 1);
	return 0;
}

BOOT_PARAM_EARLY(console, "console", console_select, "show the log on this device (repeatable)");
BOOT_PARAM_EARLY(loglevel, "loglevel", loglevel_set, "show records below this level, 0 to 8");
BOOT_PARAM_EARLY(quiet, "quiet", quiet_set, "show only errors and worse");
BOOT_PARAM_EARLY(debug, "debug", debug_set, "show everything");
