/* SPDX-License-Identifier: MIT */
/*
 * Terminals. drivers/tty/: tty.c is the device and its calls, ldisc.c the line discipline, job.c
 * the controlling terminal. A driver supplies struct tty_ops and hands in what it receives.
 *
 * Life: a tty is made by its driver at start-up and stays for ever (no reference is counted).
 *
 * Locking: `lock` (taken with interrupts off, since drivers receive in interrupts) guards settings,
 * input and output buffers, and who the terminal belongs to. Writers of user data also hold
 * write_mutex, so that the output of two processes mixes by calls, not by bytes; it is taken first.
 * tasklist_lock and what it covers may be taken inside `lock`, never the other way round.
 */
#ifndef EXO_TTY_H
#define EXO_TTY_H

#include <exo/mutex.h>
#include <exo/spinlock.h>
#include <exo/waitqueue.h>
#include <uapi/linux/termios.h>

struct pid;
struct tty;

#define TTY_BUF_BYTES 4096	/* of input: N_TTY_BUF_SIZE on Linux; a power of two */

struct tty_ops {
	/*
	 * There is output: send it, by tty_output_pull(), now or as interrupts come. tty->lock
	 * held, interrupts off; must not call back but for the pull.
	 */
	void (*start)(struct tty *tty);
	/* Input has room again after tty_receive() took less than given. As start. May be NULL. */
	void (*unthrottle)(struct tty *tty);
	/* Settings changed. As start. May be NULL. */
	void (*set_termios)(struct tty *tty, const struct ktermios *old);
};

/* Input: bytes [tail, head) of `data`, indices run freely. */
struct tty_input {
	u32 head;		/* where the next byte goes */
	u32 canon;		/* end of the last whole line (canonical mode) */
	u32 tail;		/* what is read next */
	u32 echo_start;		/* column where the current line's echo began */
	bool literal;		/* the next character has no meaning (VLNEXT) */
	u8 data[TTY_BUF_BYTES];
	u64 ends[TTY_BUF_BYTES / 64];	/* a bit: a line ends with this byte */
};

struct tty_output {
	u32 head, tail;		/* bytes [tail, head) wait for the driver */
	u32 column;		/* where the cursor is, for tabs and erasing */
	u8 data[TTY_BUF_BYTES];
};

struct tty {
	const char *name;		/* [I] "ttyS0" */
	dev_t dev;			/* [I] */
	const struct tty_ops *ops;	/* [I] */
	void *driver_data;		/* [I] */
	struct list_head link;		/* [I] after registration */

	struct mutex write_mutex;

	struct spinlock lock;
	struct ktermios termios;	/* [lock] */
	struct winsize winsize;		/* [lock] */
	struct tty_input in;		/* [lock] */
	struct tty_output out;		/* [lock] */
	bool stopped;			/* [lock] by VSTOP or TCOOFF */
	bool throttled;			/* [lock] the driver waits for unthrottle */
	bool exclusive;			/* [lock] TIOCEXCL */
	u32 hangups;			/* [lock] files of an earlier count are dead */
	unsigned int opens;		/* [lock] */
	struct pid *session;		/* [lock] whose terminal it is; a reference, or NULL */
	struct pid *pgrp;		/* [lock] foreground process group; a reference, or NULL */

	struct waitqueue readable, writable;
};

/* Fills in and makes it known as character device and by tty_find(). 0 or -errno. Task context. */
int __must_check tty_register(struct tty *tty);
struct tty *tty_find(dev_t dev);

/*
 * What arrived. Returns how many bytes were taken; less than n: the buffer is full, keep the rest
 * and wait for ops->unthrottle. Any context but NMI.
 */
size_t tty_receive(struct tty *tty, const u8 *data, size_t n);
/*
 * May a byte be received now? False: ops->unthrottle will be called once it may. For devices that
 * can leave the byte where it is. As tty_receive().
 */
bool tty_has_room(struct tty *tty);
/* The next bytes to send, at most n; 0: none, or output is stopped. tty->lock held. */
size_t tty_output_pull(struct tty *tty, u8 *to, size_t n);

/* The window has this size now; its foreground group gets SIGWINCH. Any context but NMI. */
void tty_resize(struct tty *tty, const struct winsize *size);

#endif
