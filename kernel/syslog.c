// SPDX-License-Identifier: MIT
/*
 * syslog(2), klogctl(3): dmesg's way to the log.
 *
 * Each line of a record is given with its priority and time: "<6>[    1.234567] text". The position
 * of the reading (consuming) user and of the last clear are one for the whole system, guarded by
 * `mutex`; reading all and reading sizes goes by sequence numbers alone.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/log.h>
#include <exo/log_wait.h>
#include <exo/mutex.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <exo/vsnprintf.h>

enum syslog_action {
	SYSLOG_CLOSE, SYSLOG_OPEN, SYSLOG_READ, SYSLOG_READ_ALL, SYSLOG_READ_CLEAR, SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF, SYSLOG_CONSOLE_ON, SYSLOG_CONSOLE_LEVEL, SYSLOG_SIZE_UNREAD,
	SYSLOG_SIZE_BUFFER,
};

/* One record as text: each of its lines gets a prefix of at most PREFIX_MAX. */
#define PREFIX_MAX	40
#define OUT_MAX		(2 * LOG_TEXT_MAX)

struct printer {
	struct log_record record;
	char text[LOG_TEXT_MAX];
	char out[OUT_MAX];
	size_t len;		/* of out */
};

static DEFINE_MUTEX(mutex);
static u64 read_seq;		/* [mutex] next for SYSLOG_READ */
static size_t read_offset;	/* [mutex] bytes of it that were read already */
static u64 clear_seq;		/* [mutex] */
static int saved_level = -1;	/* [mutex] before SYSLOG_CONSOLE_OFF */

u64 log_cleared_seq(void)
{
	return READ_ONCE(clear_seq);
}

static void record_print(struct printer *p)
{
	u64 us = p->record.time_ns / NSEC_PER_USEC;
	char *line = p->text, *next;

	p->len = 0;
	do {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (p->len + PREFIX_MAX + strlen(line) >= OUT_MAX)
			return;
		p->len += (size_t)scnprintf(p->out + p->len, OUT_MAX - p->len,
					    "<%u>[%5llu.%06llu] %s\n",
					    p->record.facility << 3 | p->record.level,
					    us / USEC_PER_SEC, us % USEC_PER_SEC, line);
		line = next;
	} while (line);
}

/* Prints record *seq, or the first one after it that is still there; false at the end. */
static bool record_get(struct printer *p, u64 *seq)
{
	for (;;) {
		switch (log_read(*seq, &p->record, p->text, sizeof(p->text))) {
		case 0:
			record_print(p);
			return true;
		case -EPIPE:
			*seq = log_first_seq();
			break;
		default:
			return false;
		}
	}
}

/* What is there, at least one byte of it unless there is nothing. Mutex held. */
static long read_some(struct printer *p, char __user *ubuf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		u64 seq = read_seq;
		size_t part;

		if (!record_get(p, &seq))
			break;
		if (seq != read_seq)
			read_offset = 0;
		read_seq = seq;
		read_offset = min(read_offset, p->len);
		part = min(p->len - read_offset, n - done);
		if (copy_to_user(ubuf + done, p->out + read_offset, part))
			return done ? (long)done : -EFAULT;
		done += part;
		read_offset += part;
		if (read_offset == p->len) {
			read_seq++;
			read_offset = 0;
		}
	}
	return (long)done;
}

static long syslog_read(struct printer *p, char __user *ubuf, size_t n)
{
	long done;

	do {
		int err = wait_event_interruptible(&log_waitqueue,
						   READ_ONCE(read_seq) < log_next_seq());

		if (err)
			return err;
		mutex_lock(&mutex);
		done = read_some(p, ubuf, n);
		mutex_unlock(&mutex);
	} while (!done);	/* somebody else was faster */
	return done;
}

/* The last records since the last clear that fit into n bytes. Mutex held. */
static long read_last(struct printer *p, char __user *ubuf, size_t n)
{
	u64 seq, end = log_next_seq();
	size_t total = 0, done = 0;

	for (seq = clear_seq; seq < end && record_get(p, &seq); seq++)
		total += p->len;
	for (seq = clear_seq; total > n && seq < end && record_get(p, &seq); seq++)
		total -= p->len;
	for (; seq < end && record_get(p, &seq); seq++) {
		if (p->len > n - done)
			break;
		if (copy_to_user(ubuf + done, p->out, p->len))
			return -EFAULT;
		done += p->len;
	}
	return (long)done;
}

static long syslog_read_all(struct printer *p, char __user *ubuf, size_t n, bool clear)
{
	long done;

	mutex_lock(&mutex);
	done = read_last(p, ubuf, n);
	if (clear && done >= 0)
		clear_seq = log_next_seq();
	mutex_unlock(&mutex);
	return done;
}

static long syslog_size_unread(struct printer *p)
{
	long total = 0;
	u64 seq;

	mutex_lock(&mutex);
	for (seq = read_seq; record_get(p, &seq); seq++)
		total += (long)p->len - (seq == read_seq ? (long)read_offset : 0);
	mutex_unlock(&mutex);
	return total;
}

/* The actions that need a record's worth of memory. */
static long syslog_text(int action, char __user *ubuf, int n)
{
	struct printer *p;
	long result;

	if (action != SYSLOG_SIZE_UNREAD) {
		if (!ubuf || n < 0)
			return -EINVAL;
		if (!n)
			return 0;
		if (!user_range_ok(ubuf, (size_t)n))
			return -EFAULT;
	}
	p = kmalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	if (action == SYSLOG_READ)
		result = syslog_read(p, ubuf, (size_t)n);
	else if (action == SYSLOG_SIZE_UNREAD)
		result = syslog_size_unread(p);
	else
		result = syslog_read_all(p, ubuf, (size_t)n, action == SYSLOG_READ_CLEAR);
	kfree(p);
	return result;
}

/* level < 0: back to what it was before the console was turned off; 1: off. */
static void console_level(int level)
{
	mutex_lock(&mutex);
	if (level == 1 && saved_level < 0)
		saved_level = log_level_get();
	if (level < 0)
		level = saved_level < 0 ? log_level_get() : saved_level;
	if (level != 1)
		saved_level = -1;
	log_level_set(level);
	mutex_unlock(&mutex);
}

SYSCALL_DEFINE3(syslog, int, action, char __user *, ubuf, int, n)
{
	if (action != SYSLOG_READ_ALL && action != SYSLOG_SIZE_BUFFER && !capable(CAP_SYSLOG) &&
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (action) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ:
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
	case SYSLOG_SIZE_UNREAD:
		return syslog_text(action, ubuf, n);
	case SYSLOG_CLEAR:
		mutex_lock(&mutex);
		clear_seq = log_next_seq();
		mutex_unlock(&mutex);
		return 0;
	case SYSLOG_CONSOLE_OFF:
		console_level(1);
		return 0;
	case SYSLOG_CONSOLE_ON:
		console_level(-1);
		return 0;
	case SYSLOG_CONSOLE_LEVEL:
		if (n < 1 || n > 8)
			return -EINVAL;
		console_level(n);
		return 0;
	case SYSLOG_SIZE_BUFFER:
		return CONFIG_LOG_BUF_KB * 1024;
	}
	return -EINVAL;
}
