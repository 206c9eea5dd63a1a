/* SPDX-License-Identifier: MIT */
/* Between the files of drivers/tty/ only. */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <exo/tty.h>

struct file;
struct iov_iter;

/* file->private of an open terminal. */
struct tty_file {
	struct tty *tty;
	u32 hangups;		/* tty->hangups at open */
	bool console;		/* opened as /dev/console: survives hang-ups */
};

/* ---- ldisc.c; all with tty->lock held ---- */

void ldisc_init(struct tty *tty);
/* The mode or the special characters changed: what is buffered is seen in the new way. */
void ldisc_set_termios(struct tty *tty, const struct ktermios *old);
/* One received byte. Signals to send are collected in *signals (a set). */
void ldisc_receive(struct tty *tty, u8 c, u64 *signals);
/* May another byte be taken without loss? */
bool ldisc_has_room(const struct tty *tty);
/* Bytes that a read would get now (canonical: up to the end of the last whole line). */
size_t ldisc_readable(const struct tty *tty);
/*
 * Takes up to n bytes, in canonical mode at most one line; *line_end says that the line was taken
 * to its end. Returns the bytes; 0 with *line_end: end of file (VEOF on an empty line).
 */
size_t ldisc_take(struct tty *tty, u8 *to, size_t n, bool *line_end);
void ldisc_flush_input(struct tty *tty);
/* Puts bytes of user data into the output, processed as c_oflag says; how many were consumed. */
size_t ldisc_output(struct tty *tty, const u8 *data, size_t n);

/* ---- output, tty.c; tty->lock held ---- */

static inline size_t tty_out_room(const struct tty *tty)
{
	return TTY_BUF_BYTES - (tty->out.head - tty->out.tail);
}

static inline void tty_out_put(struct tty *tty, u8 c)
{
	tty->out.data[tty->out.head++ % TTY_BUF_BYTES] = c;
}

/* Hands the driver what is there. */
void tty_out_start(struct tty *tty);

/* ---- job.c; task context, no lock held ---- */

/* Registers with kernel/task. Boot. */
void job_init(void);

/* open(2): makes the terminal current's if it is a session leader without one. */
void job_open(struct tty *tty);
/* May current read (or change, or, with TOSTOP, write)? 0, -EIO, -ERESTARTSYS after a signal. */
int __must_check job_check(struct tty *tty, int sig);
/* The requests of job control; -ENOIOCTLCMD: not one of them. */
long job_ioctl(struct tty *tty, struct file *f, unsigned int cmd, unsigned long arg);
/* Ends every use of the terminal: SIGHUP and SIGCONT to its session's leader and foreground. */
void tty_hangup(struct tty *tty);

#endif
