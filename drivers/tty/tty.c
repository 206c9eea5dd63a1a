// SPDX-License-Identifier: MIT
/*
 * Terminal devices: opening, reading, writing, settings.
 *
 * Data flows driver -> tty_receive() -> ldisc -> input buffer -> read(2), and write(2) -> ldisc ->
 * output buffer -> tty_output_pull() -> driver. Echo goes from the ldisc into the output buffer.
 *
 * Invariant: while output is waiting and not stopped, the driver has been started (tty_out_start)
 * after the last byte was put; it pulls until it gets nothing. A driver that was refused bytes by
 * tty_receive() is told by unthrottle once a read made room.
 *
 * Locking: exo/tty.h. Sleeping happens with no lock but write_mutex.
 * Does not: other line disciplines, modem lines, virtual terminals' ioctls.
 */
#include <exo/chrdev.h>
#include <exo/console.h>
#include <exo/cred.h>
#include <exo/driver.h>
#include <exo/errno_internal.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/kdev.h>
#include <exo/poll.h>
#include <exo/session.h>
#include <exo/signal.h>
#include <exo/string.h>
#include <exo/task.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <uapi/linux/capability.h>
#include <uapi/linux/fcntl.h>

#include "tty_internal.h"

#define DEV_TTY		MKDEV(5, 0)	/* /dev/tty: the caller's controlling terminal */
#define DEV_CONSOLE	MKDEV(5, 1)

/* Output below this wakes writers: half a buffer, so that they run in long turns. */
#define WAKE_ROOM (TTY_BUF_BYTES / 2)

static LIST_HEAD(ttys);		/* grows during start-up only */

static struct tty_file *private(const struct file *f)
{
	return f->private;
}

static bool hung_up(const struct tty_file *tf)
{
	return !tf->console && READ_ONCE(tf->tty->hangups) != tf->hangups;
}

/* ---- For drivers ---- */

struct tty *tty_find(dev_t dev)
{
	struct tty *t;

	list_for_each_entry(t, &ttys, link)
		if (t->dev == dev)
			return t;
	return NULL;
}

void tty_out_start(struct tty *tty)
{
	if (!tty->stopped && tty->out.head != tty->out.tail)
		tty->ops->start(tty);
}

size_t tty_output_pull(struct tty *tty, u8 *to, size_t n)
{
	size_t done = 0;

	if (tty->stopped)
		return 0;
	while (done < n && tty->out.tail != tty->out.head)
		to[done++] = tty->out.data[tty->out.tail++ % TTY_BUF_BYTES];
	if (tty_out_room(tty) >= WAKE_ROOM && waitqueue_active(&tty->writable))
		waitqueue_wake(&tty->writable, 0, POLLOUT | POLLWRNORM);
	return done;
}

/* Sends the signals of a set to the foreground group. No lock held. */
static void signal_foreground(struct tty *tty, u64 signals)
{
	irqflags_t flags;
	struct pid *pgrp;
	int sig;

	flags = spin_lock_irqsave(&tty->lock);
	pgrp = pid_get(tty->pgrp);
	spin_unlock_irqrestore(&tty->lock, flags);
	for (sig = 1; pgrp && sig <= NSIG; sig++)
		if (sigset_has(signals, sig))
			signal_send_pgrp(pgrp, sig, true);
	pid_put(pgrp);
}

size_t tty_receive(struct tty *tty, const u8 *data, size_t n)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	bool canonical = tty->termios.c_lflag & ICANON;
	u64 signals = 0;
	size_t done = 0;
	bool wake;

	while (done < n && ldisc_has_room(tty))
		ldisc_receive(tty, data[done++], &signals);
	tty->throttled = done < n;
	tty_out_start(tty);
	wake = canonical ? ldisc_readable(tty) : tty->in.head != tty->in.tail;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (signals)
		signal_foreground(tty, signals);
	if (wake)
		waitqueue_wake(&tty->readable, 0, POLLIN | POLLRDNORM);
	return done;
}

bool tty_has_room(struct tty *tty)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	bool room = ldisc_has_room(tty);

	tty->throttled = !room;
	spin_unlock_irqrestore(&tty->lock, flags);
	return room;
}

void tty_resize(struct tty *tty, const struct winsize *size)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	bool same = !memcmp(&tty->winsize, size, sizeof(*size));

	tty->winsize = *size;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!same)
		signal_foreground(tty, sigmask(SIGWINCH));
}

/* ---- Reading ---- */

/* Takes what is there into `buf`; tells a throttled driver that there is room. */
static size_t take(struct tty *tty, u8 *buf, size_t n, bool *line_end)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);

	n = ldisc_take(tty, buf, n, line_end);
	if (tty->throttled && ldisc_has_room(tty) && tty->ops->unthrottle) {
		tty->throttled = false;
		tty->ops->unthrottle(tty);
	}
	spin_unlock_irqrestore(&tty->lock, flags);
	return n;
}

static bool is_canonical(const struct tty *tty)
{
	return READ_ONCE(tty->termios.c_lflag) & ICANON;
}

/* How a read waits: termios(3), "Canonical and noncanonical mode". */
struct read_rule {
	size_t min;		/* bytes that end it */
	u64 first_ns;		/* longest wait for the first byte; U64_MAX: for ever */
	u64 next_ns;		/* for each further one */
};

static struct read_rule read_rule(const struct tty *tty, size_t n)
{
	size_t vmin = tty->termios.c_cc[VMIN];
	u64 vtime_ns = tty->termios.c_cc[VTIME] * (NSEC_PER_SEC / 10);

	if (is_canonical(tty))
		return (struct read_rule){ .min = 1, .first_ns = U64_MAX, .next_ns = U64_MAX };
	if (vmin)
		return (struct read_rule){
			.min = min(vmin, n), .first_ns = U64_MAX,
			.next_ns = vtime_ns ? vtime_ns : U64_MAX,
		};
	return (struct read_rule){ .min = 1, .first_ns = vtime_ns, .next_ns = vtime_ns };
}

/* Waits for input. > 0: there may be some; 0: time is over or hung up; -ERESTARTSYS, -EAGAIN. */
static s64 wait_input(struct file *f, u64 timeout_ns)
{
	struct tty_file *tf = private(f);

	if (!timeout_ns)
		return ldisc_readable(tf->tty) ? 1 : 0;
	if (ldisc_readable(tf->tty) || hung_up(tf))
		return 1;
	if (READ_ONCE(f->flags) & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible_timeout_ns(&tf->tty->readable,
						   ldisc_readable(tf->tty) || hung_up(tf),
						   timeout_ns);
}

#define READ_CHUNK 128

static ssize_t tty_read_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct tty_file *tf = private(f);
	struct tty *tty = tf->tty;
	struct read_rule rule = read_rule(tty, it->count);
	u8 buf[READ_CHUNK];
	ssize_t done = 0;

	while (it->count) {
		bool line_end;
		size_t n;
		s64 left;
		int err;

		if (hung_up(tf))
			break;
		err = job_check(tty, SIGTTIN);
		if (err)
			return done ? done : err;
		/* Once enough is there, only what is ready is added. */
		left = wait_input(f, (size_t)done >= rule.min ? 0 :
				     done ? rule.next_ns : rule.first_ns);
		if (left <= 0)
			return done ? done : (ssize_t)left;
		n = take(tty, buf, min(it->count, sizeof(buf)), &line_end);
		if (copy_to_iter(buf, n, it) != n)
			return done ? done : -EFAULT;
		done += (ssize_t)n;
		if (line_end)
			break;
	}
	return done;
}

/* ---- Writing ---- */

static size_t put_output(struct tty *tty, const u8 *data, size_t n)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	size_t done = ldisc_output(tty, data, n);

	tty_out_start(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return done;
}

/* Writes one chunk; bytes written, less than n only with an error in *err. write_mutex held. */
static size_t write_chunk(struct file *f, const u8 *data, size_t n, int *err)
{
	struct tty_file *tf = private(f);
	struct tty *tty = tf->tty;
	size_t done = 0;

	*err = 0;
	for (;;) {
		if (hung_up(tf)) {
			*err = -EIO;
			return done;
		}
		done += put_output(tty, data + done, n - done);
		if (done == n)
			return done;
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			*err = -EAGAIN;
		else
			*err = wait_event_interruptible(&tty->writable,
							tty_out_room(tty) >= WAKE_ROOM ||
							hung_up(tf));
		if (*err)
			return done;
	}
}

#define WRITE_CHUNK 256

static ssize_t tty_write_iter(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct tty_file *tf = private(f);
	struct tty *tty = tf->tty;
	u8 buf[WRITE_CHUNK];
	ssize_t done = 0;
	int err = 0;

	if (READ_ONCE(tty->termios.c_lflag) & TOSTOP) {
		err = job_check(tty, SIGTTOU);
		if (err)
			return err;
	}
	err = mutex_lock_interruptible(&tty->write_mutex);
	if (err)
		return err;
	while (it->count && !err) {
		size_t n = copy_from_iter(buf, min(it->count, sizeof(buf)), it);

		if (!n) {
			err = -EFAULT;
			break;
		}
		done += (ssize_t)write_chunk(f, buf, n, &err);
	}
	mutex_unlock(&tty->write_mutex);
	return done ? done : err;
}

/* Without VTIME a read waits for VMIN bytes; then fewer are not worth waking a poll for. */
static bool poll_readable(const struct tty *tty)
{
	struct read_rule rule = read_rule(tty, SIZE_MAX);

	return ldisc_readable(tty) >= (rule.next_ns == U64_MAX ? rule.min : 1);
}

static u32 tty_poll(struct file *f, struct poll_table *table)
{
	struct tty_file *tf = private(f);
	struct tty *tty = tf->tty;
	u32 mask = 0;

	poll_wait(f, &tty->readable, table);
	poll_wait(f, &tty->writable, table);
	if (hung_up(tf))
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLHUP | POLLERR;
	if (poll_readable(tty))
		mask |= POLLIN | POLLRDNORM;
	if (tty_out_room(tty) >= WAKE_ROOM)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

/* ---- Settings ---- */

/* Waits until the driver has taken all output. 0 or -ERESTARTSYS. */
static int drain(struct tty *tty)
{
	return wait_event_interruptible(&tty->writable, READ_ONCE(tty->out.head) ==
					READ_ONCE(tty->out.tail));
}

static long set_termios(struct tty *tty, unsigned int cmd, unsigned long arg)
{
	struct ktermios new, old;
	irqflags_t flags;
	int err;

	if (copy_from_user(&new, (const void __user *)arg, sizeof(new)))
		return -EFAULT;
	err = job_check(tty, SIGTTOU);
	if (!err && cmd != TCSETS)
		err = drain(tty);
	if (err)
		return err;
	flags = spin_lock_irqsave(&tty->lock);
	old = tty->termios;
	new.c_line = old.c_line;
	tty->termios = new;
	if (cmd == TCSETSF)
		ldisc_flush_input(tty);
	ldisc_set_termios(tty, &old);
	if (!(new.c_iflag & IXON))
		tty->stopped = false;
	if (tty->ops->set_termios)
		tty->ops->set_termios(tty, &old);
	tty_out_start(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	waitqueue_wake(&tty->readable, 0, POLLIN | POLLRDNORM);
	return 0;
}

static long get_termios(struct tty *tty, unsigned long arg)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	struct ktermios t = tty->termios;

	spin_unlock_irqrestore(&tty->lock, flags);
	return copy_to_user((void __user *)arg, &t, sizeof(t));
}

static long flush(struct tty *tty, unsigned long what)
{
	irqflags_t flags;
	int err;

	if (what > TCIOFLUSH)
		return -EINVAL;
	err = job_check(tty, SIGTTOU);
	if (err)
		return err;
	flags = spin_lock_irqsave(&tty->lock);
	if (what != TCOFLUSH)
		ldisc_flush_input(tty);
	if (what != TCIFLUSH)
		tty->out.tail = tty->out.head;
	spin_unlock_irqrestore(&tty->lock, flags);
	waitqueue_wake(&tty->writable, 0, POLLOUT | POLLWRNORM);
	return 0;
}

/* TCXONC: output stops and goes on; input is asked of the other end by its characters. */
static long flow(struct tty *tty, unsigned long what)
{
	irqflags_t flags;
	u8 c;
	int err;

	if (what > TCION)
		return -EINVAL;
	err = job_check(tty, SIGTTOU);
	if (err)
		return err;
	flags = spin_lock_irqsave(&tty->lock);
	if (what == TCOOFF || what == TCOON) {
		tty->stopped = what == TCOOFF;
	} else {
		c = tty->termios.c_cc[what == TCIOFF ? VSTOP : VSTART];
		if (c && tty_out_room(tty))
			tty_out_put(tty, c);
	}
	tty_out_start(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

static long set_winsize(struct tty *tty, unsigned long arg)
{
	struct winsize size;

	if (copy_from_user(&size, (const void __user *)arg, sizeof(size)))
		return -EFAULT;
	tty_resize(tty, &size);
	return 0;
}

/* TIOCSTI: a byte as if typed, for root or on one's own terminal. */
static long type_input(struct tty *tty, unsigned long arg)
{
	u8 c;

	if (current->group->tty != tty && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, (const u8 __user *)arg))
		return -EFAULT;
	tty_receive(tty, &c, 1);
	return 0;
}

static long set_exclusive(struct tty *tty, bool on)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);

	tty->exclusive = on;
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

/* TIOCSETD: there is one line discipline, number 0. */
static long set_discipline(unsigned long arg)
{
	int number;

	if (get_user(number, (const int __user *)arg))
		return -EFAULT;
	return number ? -EINVAL : 0;
}

static long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tty_file *tf = private(f);
	struct tty *tty = tf->tty;

	if (hung_up(tf))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(tty, cmd, arg);
	case TCSBRK:
	case TCSBRKP:
		/* There is no line to hold at zero: a break is only the drain that precedes it. */
		return drain(tty);
	case TCXONC:
		return flow(tty, arg);
	case TCFLSH:
		return flush(tty, arg);
	case TIOCGWINSZ:
		return copy_to_user((void __user *)arg, &tty->winsize, sizeof(tty->winsize));
	case TIOCSWINSZ:
		return set_winsize(tty, arg);
	case TIOCOUTQ:
		return put_user((int)(tty->out.head - tty->out.tail), (int __user *)arg);
	case TIOCINQ:
		return put_user((int)ldisc_readable(tty), (int __user *)arg);
	case TIOCSTI:
		return type_input(tty, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(tty, cmd == TIOCEXCL);
	case TIOCGEXCL:
		return put_user((int)tty->exclusive, (int __user *)arg);
	case TIOCGETD:
		return put_user(0, (int __user *)arg);
	case TIOCSETD:
		return set_discipline(arg);
	}
	return job_ioctl(tty, f, cmd, arg);
}

/* ---- Opening ---- */

/* Which terminal stands behind a device number for current; ERR_PTR. */
static struct tty *tty_of_device(dev_t dev)
{
	const struct console *con;
	struct tty *tty;

	if (dev == DEV_TTY) {
		tty = current_tty_get();
		return tty ? tty : ERR_PTR(-ENXIO);
	}
	if (dev == DEV_CONSOLE) {
		con = console_preferred();
		tty = con ? tty_find(con->dev) : NULL;
		return tty ? tty : ERR_PTR(-ENODEV);
	}
	tty = tty_find(dev);
	return tty ? tty : ERR_PTR(-ENXIO);
}

static int count_open(struct tty *tty, u32 *hangups)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	int err = 0;

	if (tty->exclusive && !capable(CAP_SYS_ADMIN))
		err = -EBUSY;
	else
		tty->opens++;
	*hangups = tty->hangups;
	spin_unlock_irqrestore(&tty->lock, flags);
	return err;
}

static int tty_open(struct inode *inode, struct file *f)
{
	dev_t dev = f->rdev;
	struct tty *tty = tty_of_device(dev);
	struct tty_file *tf;
	int err;

	if (IS_ERR(tty))
		return (int)PTR_ERR(tty);
	tf = kmalloc(sizeof(*tf), GFP_KERNEL);
	if (!tf)
		return -ENOMEM;
	err = count_open(tty, &tf->hangups);
	if (err) {
		kfree(tf);
		return err;
	}
	tf->tty = tty;
	tf->console = dev == DEV_CONSOLE;
	f->private = tf;
	f->mode = (f->mode & ~FMODE_SEEK) | FMODE_STREAM;
	/* Neither /dev/console nor /dev/tty makes a terminal the controlling one. */
	if (!(f->flags & O_NOCTTY) && dev != DEV_CONSOLE && dev != DEV_TTY &&
	    (f->mode & FMODE_READ))
		job_open(tty);
	return 0;
}

static void tty_release(struct file *f)
{
	struct tty_file *tf = private(f);
	struct tty *tty = tf->tty;
	irqflags_t flags = spin_lock_irqsave(&tty->lock);

	if (!--tty->opens)
		tty->exclusive = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	kfree(tf);
}

static const struct file_ops tty_file_ops = {
	.name = "tty",
	.read_iter = tty_read_iter,
	.write_iter = tty_write_iter,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.open = tty_open,
	.release = tty_release,
};

int tty_register(struct tty *tty)
{
	mutex_init(&tty->write_mutex);
	spinlock_init(&tty->lock);
	waitqueue_init(&tty->readable);
	waitqueue_init(&tty->writable);
	ldisc_init(tty);
	list_add_tail(&tty->link, &ttys);
	return chrdev_register(tty->dev, 1, tty->name, 0600, &tty_file_ops);
}

/* The two names that stand for other terminals. */
static int tty_probe(const struct boot_info *info)
{
	int err = chrdev_register(DEV_TTY, 1, "tty", 0666, &tty_file_ops);

	if (!err)
		err = chrdev_register(DEV_CONSOLE, 1, "console", 0600, &tty_file_ops);
	if (!err)
		job_init();
	return err;
}

DRIVER(tty) = { .name = "tty", .rank = DRIVER_RANK_CORE, .probe = tty_probe };
