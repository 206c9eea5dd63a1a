// SPDX-License-Identifier: MIT
/*
 * The log's ring of records. Two arrays: descriptors, indexed by sequence number modulo their
 * count, and text, addressed by a position that only grows, modulo its size. A writer draws a
 * sequence number and a stretch of text, each with one atomic addition, fills both, and commits.
 * So writers never wait, for each other or for anybody: not in an interrupt, not in an NMI.
 *
 * Invariants
 *	desc[s % DESCS].commit == s + 1	record s is complete (until the slot is drawn again)
 *	text_head - desc.pos <= TEXT_BYTES	its text has not been overwritten
 *
 * A reader copies first and then checks both: what it copied was valid if they still hold, because
 * whoever overwrites has drawn (text_head) or withdrawn (commit) before.
 *
 * A text that begins before the end of the array runs on into a margin behind it, so that no text
 * is ever in two pieces.
 *
 * The one way to see a spoiled record: a writer that is stopped between drawing and committing
 * for so long that the others go round the whole ring. It runs with interrupts off, so only an
 * NMI or a host that takes the CPU away can do that; readers still stay inside the arrays.
 *
 * Does not: continue lines (one call is one record); rate limits.
 */
#include <asm/barrier.h>
#include <asm/irq.h>
#include <exo/atomic.h>
#include <exo/console.h>
#include <exo/ksyms.h>
#include <exo/log.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/errno.h>

#define TEXT_BYTES	(CONFIG_LOG_BUF_KB * KiB)
#define DESCS		(TEXT_BYTES / 64)	/* about the length of a record with its time */
static_assert((TEXT_BYTES & (TEXT_BYTES - 1)) == 0, "CONFIG_LOG_BUF_KB must be a power of two");

struct desc {
	u64 commit;	/* [a] */
	u64 pos;	/* of the text */
	u64 time_ns;
	u16 len;	/* at most LOG_TEXT_MAX */
	u8 level, facility;
};

static struct desc descs[DESCS];
static char text[TEXT_BYTES + LOG_TEXT_MAX + 1];
static u64 next_seq, text_head;				/* [a] only ever added to */
static u64 (*log_clock)(void);				/* [a] */
static void (*log_wake)(void);				/* [a] */

/* Draws a record with room for `n` bytes and a NUL. Interrupts are off until record_commit(). */
static struct desc *record_draw(size_t n, u64 *seq)
{
	u64 (*clock)(void) = READ_ONCE(log_clock);
	struct desc *d;

	*seq = __atomic_fetch_add(&next_seq, 1, __ATOMIC_RELAXED);
	d = &descs[*seq % DESCS];
	/* withdraw the old record before its text or fields change: pairs with log_read() */
	__atomic_store_n(&d->commit, 0, __ATOMIC_RELAXED);
	WRITE_ONCE(d->pos, __atomic_fetch_add(&text_head, n + 1, __ATOMIC_SEQ_CST));
	WRITE_ONCE(d->time_ns, clock ? clock() : 0);
	return d;
}

static void record_commit(struct desc *d, u64 seq)
{
	/* release: the fields and the text come first; pairs with the acquire in log_read() */
	__atomic_store_n(&d->commit, seq + 1, __ATOMIC_RELEASE);
}

static char *text_of(u64 pos)
{
	return &text[pos % TEXT_BYTES];
}

static void record_announce(void)
{
	this_cpu_write(cpu_hot.log_pending, 1);
	console_flush();
}

/* Names that users chose may be in it: they do not get to command terminals. */
static void controls_replace(char *p, size_t n)
{
	for (; n; n--, p++)
		if (((u8)*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
			*p = '?';
}

void log_vprintf(enum log_level level, const char *fmt, va_list args)
{
	irqflags_t flags;
	struct desc *d;
	va_list copy;
	size_t n;
	u64 seq;

	va_copy(copy, args);
	n = (size_t)vsnprintf_ext(NULL, 0, fmt, copy, ksyms_format);
	va_end(copy);
	n = min(n, (size_t)LOG_TEXT_MAX);

	flags = irq_save();
	d = record_draw(n, &seq);
	/* the arguments may have changed since they were measured */
	n = min(n, (size_t)vsnprintf_ext(text_of(d->pos), n + 1, fmt, args, ksyms_format));
	if (n && text_of(d->pos)[n - 1] == '\n')
		n--;
	controls_replace(text_of(d->pos), n);
	d->len = (u16)n;
	d->level = (u8)level;
	d->facility = 0;
	record_commit(d, seq);
	irq_restore(flags);
	record_announce();
}

void log_printf(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_vprintf(level, fmt, args);
	va_end(args);
}

void log_write(enum log_level level, unsigned int facility, const char *from, size_t n)
{
	irqflags_t flags;
	struct desc *d;
	u64 seq;

	n = min(n, (size_t)LOG_TEXT_MAX);
	if (n && from[n - 1] == '\n')
		n--;
	flags = irq_save();
	d = record_draw(n, &seq);
	memcpy(text_of(d->pos), from, n);
	d->len = (u16)n;
	d->level = (u8)level;
	d->facility = (u8)facility;
	record_commit(d, seq);
	irq_restore(flags);
	record_announce();
}

int log_read(u64 seq, struct log_record *record, char *to, size_t size)
{
	const struct desc *d = &descs[seq % DESCS];
	u64 next = log_next_seq(), pos;
	size_t n;

	if (seq >= next)
		return -EAGAIN;
	if (next - seq > DESCS)
		return -EPIPE;
	/* acquire: fields and text are read after it; pairs with record_commit() */
	if (__atomic_load_n(&d->commit, __ATOMIC_ACQUIRE) != seq + 1)
		return log_next_seq() - seq > DESCS ? -EPIPE : -EAGAIN;
	pos = READ_ONCE(d->pos);
	*record = (struct log_record){
		.seq = seq, .time_ns = READ_ONCE(d->time_ns),
		.level = d->level, .facility = d->facility,
		.len = min(d->len, (u16)LOG_TEXT_MAX),
	};
	if (size) {
		n = min((size_t)record->len, size - 1);
		memcpy(to, text_of(pos), n);
		to[n] = '\0';
	}
	/* the copy before the checks; pairs with the order in record_draw() */
	smp_rmb();
	if (__atomic_load_n(&d->commit, __ATOMIC_RELAXED) != seq + 1 ||
	    __atomic_load_n(&text_head, __ATOMIC_RELAXED) - pos > TEXT_BYTES)
		return -EPIPE;
	return 0;
}

u64 log_next_seq(void)
{
	return __atomic_load_n(&next_seq, __ATOMIC_ACQUIRE);
}

u64 log_first_seq(void)
{
	u64 next = log_next_seq(), seq = next > DESCS ? next - DESCS : 0;

	/* long texts may use up the ring before the descriptors do */
	for (; seq < next; seq++) {
		struct log_record record;

		if (log_read(seq, &record, NULL, 0) != -EPIPE)
			break;
	}
	return seq;
}

void log_clock_set(u64 (*now_ns)(void))
{
	WRITE_ONCE(log_clock, now_ns);
}

void log_wake_set(void (*wake)(void))
{
	WRITE_ONCE(log_wake, wake);
}

void log_wake_readers(void)
{
	void (*wake)(void) = READ_ONCE(log_wake);

	if (!log_wake_pending())
		return;
	this_cpu_write(cpu_hot.log_pending, 0);
	console_flush();
	if (wake)
		wake();
}
