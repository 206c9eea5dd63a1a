/* SPDX-License-Identifier: MIT */
/*
 * The kernel log: one ring of records in memory, from which consoles, dmesg and /dev/kmsg are
 * served. A call writes one record, from any context (NMI too), without a lock; it never sleeps,
 * never fails and never allocates.
 */
#ifndef EXO_LOG_H
#define EXO_LOG_H

#include <stdarg.h>
#include <exo/percpu.h>

/* syslog(2)'s numbers. */
enum log_level {
	LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARN, LOG_NOTICE, LOG_INFO, LOG_DEBUG,
};

/* Longer texts are cut; Linux's limit. */
#define LOG_TEXT_MAX 1024

/* `fmt` needs no newline at the end; one that is there is dropped. */
void log_printf(enum log_level level, const char *fmt, ...) __printf(2, 3);
void log_vprintf(enum log_level level, const char *fmt, va_list args) __printf(2, 0);
/*
 * A record on behalf of user space (/dev/kmsg): bytes as they are, facility 1 if the writer names
 * none.
 */
void log_write(enum log_level level, unsigned int facility, const char *text, size_t n);

#define log_emerg(...)	log_printf(LOG_EMERG, __VA_ARGS__)
#define log_alert(...)	log_printf(LOG_ALERT, __VA_ARGS__)
#define log_crit(...)	log_printf(LOG_CRIT, __VA_ARGS__)
#define log_err(...)	log_printf(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_printf(LOG_WARN, __VA_ARGS__)
#define log_notice(...)	log_printf(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	log_printf(LOG_INFO, __VA_ARGS__)
/* Compiled in always, shown by loglevel=8. */
#define log_debug(...)	log_printf(LOG_DEBUG, __VA_ARGS__)
/* Once per place in the source; for what a user could otherwise repeat at will. */
#define log_once(level, ...) do { \
	static bool __logged; \
	if (!READ_ONCE(__logged)) { \
		WRITE_ONCE(__logged, true); \
		log_printf(level, __VA_ARGS__); \
	} \
} while (0)
#define log_warn_once(...) log_once(LOG_WARN, __VA_ARGS__)

/* ---- Readers ---- */

struct log_record {
	u64 seq;		/* dense, from 0 */
	u64 time_ns;		/* since the clock was registered, 0 before */
	u8 level;
	u8 facility;		/* 0: kernel */
	u16 len;		/* of the text, which may be longer than the reader's buffer */
};

/*
 * Copies record `seq` (the text cut to `size` - 1 and terminated). 0; -EAGAIN: not written yet;
 * -EPIPE: overwritten, the reader goes on at log_first_seq(). Any context.
 */
int log_read(u64 seq, struct log_record *record, char *text, size_t size);
/* The oldest that can be read; where the next will stand. */
u64 log_first_seq(void);
u64 log_next_seq(void);

/* ---- What the upper floors register and set ---- */

/* Nanoseconds since boot, callable in any context, without locks. */
void log_clock_set(u64 (*now_ns)(void));
/*
 * Wakes those who wait for records. Never called by a writer: a writer sets cpu_hot.log_pending,
 * and the owner of the tick (or of soft interrupts) calls log_wake_readers() where it may take
 * locks.
 */
void log_wake_set(void (*wake)(void));
void log_wake_readers(void);

static inline bool log_wake_pending(void)
{
	return this_cpu_read(cpu_hot.log_pending);
}

/* Consoles print records whose level is below this: 0..8; `loglevel=`, `quiet` (4), `debug` (8). */
int log_level_get(void);
void log_level_set(int level);

#endif
