// SPDX-License-Identifier: MIT
/*
 * /dev/kmsg: the log, a record a read (Linux's Documentation/ABI/testing/dev-kmsg describes the
 * format), and a way for user space to add to it.
 *
 * Each open file has its own place in the log. A reader that was overtaken gets -EPIPE once and
 * goes on with the oldest record that is left. A record that the reader has no room for is gone.
 *
 * Locking: `lock` keeps a second reader of one open file away while the first formats or waits; it
 * is given up to signals. The place itself is one word, so that lseek(2) and poll(2) need no lock.
 */
#include <exo/chrdev.h>
#include <exo/driver.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/kdev.h>
#include <exo/log.h>
#include <exo/log_wait.h>
#include <exo/mutex.h>
#include <exo/poll.h>
#include <exo/vsnprintf.h>
#include <uapi/linux/fcntl.h>

struct kmsg {
	struct mutex lock;
	u64 seq;			/* [a] the next record to read */
	char text[LOG_TEXT_MAX];	/* [lock] of that record */
	char line[4 * LOG_TEXT_MAX + 64];	/* [lock] as it is read: each byte may become 4 */
};

/* What is no printable ASCII, and the backslash, is written as \xHH. */
static size_t escape(char *to, size_t room, const char *text, size_t n)
{
	size_t done = 0, i;

	for (i = 0; i < n; i++) {
		u8 c = (u8)text[i];

		if (c < ' ' || c >= 127 || c == '\\')
			done += (size_t)scnprintf(to + done, room - done, "\\x%02x", c);
		else
			to[done++] = (char)c;
	}
	return done;
}

/* "level,sequence,microseconds,-;text\n" into k->line; its length, -EAGAIN, -EPIPE. */
static ssize_t next_line(struct kmsg *k)
{
	u64 seq = READ_ONCE(k->seq);
	struct log_record r;
	size_t n;
	int err = log_read(seq, &r, k->text, sizeof(k->text));

	if (err == -EPIPE)
		WRITE_ONCE(k->seq, log_first_seq());
	if (err)
		return err;
	n = (size_t)scnprintf(k->line, sizeof(k->line), "%u,%llu,%llu,-;",
			      r.facility << 3 | r.level, (unsigned long long)r.seq,
			      (unsigned long long)r.time_ns / 1000);
	n += escape(k->line + n, sizeof(k->line) - 1 - n, k->text,
		    min((size_t)r.len, sizeof(k->text) - 1));
	k->line[n++] = '\n';
	WRITE_ONCE(k->seq, seq + 1);
	return (ssize_t)n;
}

static ssize_t kmsg_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct kmsg *k = f->private;
	ssize_t n;
	int err;

	err = mutex_lock_interruptible(&k->lock);
	if (err)
		return err;
	while ((n = next_line(k)) == -EAGAIN && !(READ_ONCE(f->flags) & O_NONBLOCK)) {
		n = wait_event_interruptible(&log_waitqueue, log_next_seq() > READ_ONCE(k->seq));
		if (n)
			break;
	}
	if (n > 0 && (size_t)n > it->count)
		n = -EINVAL;
	if (n > 0 && copy_to_iter(k->line, (size_t)n, it) != (size_t)n)
		n = -EFAULT;
	mutex_unlock(&k->lock);
	return n;
}

/*
 * "<N>text": N is facility * 8 + level; what user space writes is never of the kernel's facility.
 */
static const char *parse_prefix(const char *text, unsigned int *level, unsigned int *facility)
{
	const char *p = text + 1;
	unsigned int n = 0;

	*level = LOG_WARN;
	*facility = 1;
	if (*text != '<')
		return text;
	while (*p >= '0' && *p <= '9')
		n = n * 10 + (unsigned int)(*p++ - '0');
	if (*p != '>')
		return text;
	*level = n & 7;
	if ((u8)(n >> 3))
		*facility = (u8)(n >> 3);
	return p + 1;
}

static ssize_t kmsg_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t n = it->count;
	unsigned int level, facility;
	const char *text;
	char *buf;

	if (n >= LOG_TEXT_MAX)
		return -EINVAL;
	buf = kmalloc(n + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (copy_from_iter(buf, n, it) != n) {
		kfree(buf);
		return -EFAULT;
	}
	buf[n] = '\0';
	text = parse_prefix(buf, &level, &facility);
	log_write(level, facility, text, n - (size_t)(text - buf));
	kfree(buf);
	return (ssize_t)n;
}

static loff_t kmsg_llseek(struct file *f, loff_t offset, int whence)
{
	struct kmsg *k = f->private;
	u64 seq;

	if (offset)
		return -ESPIPE;
	switch (whence) {
	case SEEK_SET:
		seq = log_first_seq();
		break;
	case SEEK_DATA:
		seq = log_cleared_seq();
		break;
	case SEEK_END:
		seq = log_next_seq();
		break;
	default:
		return -EINVAL;
	}
	WRITE_ONCE(k->seq, seq);
	return 0;
}

static u32 kmsg_poll(struct file *f, struct poll_table *table)
{
	struct kmsg *k = f->private;
	u64 seq;

	poll_wait(f, &log_waitqueue, table);
	seq = READ_ONCE(k->seq);
	if (seq < log_first_seq())
		return POLLIN | POLLRDNORM | POLLERR | POLLPRI;
	return seq < log_next_seq() ? POLLIN | POLLRDNORM : 0;
}

static int kmsg_open(struct inode *inode, struct file *f)
{
	struct kmsg *k;

	k = kmalloc(sizeof(*k), GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	mutex_init(&k->lock);
	k->seq = log_first_seq();
	f->private = k;
	return 0;
}

static void kmsg_release(struct file *f)
{
	kfree(f->private);
}

static const struct file_ops kmsg_ops = {
	.name = "kmsg",
	.read_iter = kmsg_read,
	.write_iter = kmsg_write,
	.llseek = kmsg_llseek,
	.poll = kmsg_poll,
	.open = kmsg_open,
	.release = kmsg_release,
};

static int kmsg_probe(const struct boot_info *info)
{
	return chrdev_register(MKDEV(1, 11), 1, "kmsg", 0644, &kmsg_ops);
}

DRIVER(kmsg) = { .name = "kmsg", .rank = DRIVER_RANK_CORE, .probe = kmsg_probe };
