// SPDX-License-Identifier: MIT
/*
 * The controlling terminal: which session a terminal belongs to, which of its process groups is in
 * the foreground, and what happens to the others (credentials(7), termios(3), POSIX 11.1).
 *
 * tty->session and tty->pgrp are set together and cleared together, under tty->lock; every process
 * of that session has group->tty pointing here. kernel/task/session.c keeps the second half; the
 * two are changed one after the other, terminal first on the way in, processes first on the way
 * out, so that a process never points at a terminal that has forgotten its session.
 *
 * Locking: tty->lock, never held over a call into kernel/task that takes tasklist_lock.
 */
#include <exo/cred.h>
#include <exo/errno_internal.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/pid.h>
#include <exo/session.h>
#include <exo/signal.h>
#include <exo/task.h>
#include <exo/uaccess.h>
#include <uapi/linux/capability.h>

#include "tty_internal.h"

/* The terminal's foreground group or session, with a reference, or NULL. */
static struct pid *get_locked(struct tty *tty, struct pid **which)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);
	struct pid *pid = pid_get(*which);

	spin_unlock_irqrestore(&tty->lock, flags);
	return pid;
}

/* Replaces both; takes the references. Drops the old ones. */
static void set_owner(struct tty *tty, struct pid *session, struct pid *pgrp)
{
	irqflags_t flags = spin_lock_irqsave(&tty->lock);

	swap(tty->session, session);
	swap(tty->pgrp, pgrp);
	spin_unlock_irqrestore(&tty->lock, flags);
	pid_put(session);
	pid_put(pgrp);
}

static bool is_current_tty(struct tty *tty)
{
	return READ_ONCE(current->group->tty) == tty;
}

int job_check(struct tty *tty, int sig)
{
	struct pid *pgrp;
	int err = 0;

	if (!is_current_tty(tty))
		return 0;
	pgrp = get_locked(tty, &tty->pgrp);
	if (!pgrp || pgrp == current_pgrp())
		goto out_put;
	/* Background. Whoever ignores or blocks the signal may write, but not read. */
	if (signal_is_blocked_or_ignored(current, sig)) {
		err = sig == SIGTTIN ? -EIO : 0;
	} else if (pgrp_is_orphaned(current_pgrp())) {
		err = -EIO;
	} else {
		signal_send_pgrp(current_pgrp(), sig, true);
		thread_work_set(&current->thread, THREAD_SIGNAL);
		err = -ERESTARTSYS;
	}
out_put:
	pid_put(pgrp);
	return err;
}

/* Gives the terminal to current's session. current leads it and has no terminal. */
static void take_terminal(struct tty *tty)
{
	set_owner(tty, pid_get(current_session()), pid_get(current_pgrp()));
	current_tty_set(tty);
}

void job_open(struct tty *tty)
{
	if (session_leader(current) && !current->group->tty && !READ_ONCE(tty->session))
		take_terminal(tty);
}

/* TIOCSCTTY; arg 1 steals it from another session, for root. */
static long set_controlling(struct tty *tty, struct file *f, unsigned long arg)
{
	struct pid *session;

	if (session_leader(current) && is_current_tty(tty))
		return 0;
	if (!session_leader(current) || current->group->tty)
		return -EPERM;
	session = get_locked(tty, &tty->session);
	if (session) {
		if (arg != 1 || !capable(CAP_SYS_ADMIN)) {
			pid_put(session);
			return -EPERM;
		}
		session_clear_tty(session, tty);
		pid_put(session);
	}
	if (!(f->mode & FMODE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	take_terminal(tty);
	return 0;
}

/*
 * Takes the terminal from current's session: its leader leaves it (TIOCNOTTY), or ends. The
 * foreground group is told that it has hung up, and woken if it is stopped.
 */
static void leave_session(struct tty *tty)
{
	struct pid *session = get_locked(tty, &tty->session);
	struct pid *pgrp = get_locked(tty, &tty->pgrp);

	if (session && session == current_session()) {
		if (pgrp) {
			signal_send_pgrp(pgrp, SIGHUP, true);
			signal_send_pgrp(pgrp, SIGCONT, true);
		}
		session_clear_tty(session, tty);
		set_owner(tty, NULL, NULL);
	}
	pid_put(pgrp);
	pid_put(session);
}

static long give_up(struct tty *tty)
{
	if (!is_current_tty(tty))
		return -ENOTTY;
	if (session_leader(current))
		leave_session(tty);
	else
		current_tty_set(NULL);
	return 0;
}

void tty_hangup(struct tty *tty)
{
	struct pid *session = get_locked(tty, &tty->session);
	struct pid *pgrp = get_locked(tty, &tty->pgrp);
	irqflags_t flags;

	flags = spin_lock_irqsave(&tty->lock);
	tty->hangups++;
	ldisc_flush_input(tty);
	tty->out.tail = tty->out.head;
	tty->stopped = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (pgrp) {
		signal_send_pgrp(pgrp, SIGHUP, true);
		signal_send_pgrp(pgrp, SIGCONT, true);
	}
	if (session)
		session_clear_tty(session, tty);
	set_owner(tty, NULL, NULL);
	pid_put(pgrp);
	pid_put(session);
	waitqueue_wake_all(&tty->readable);
	waitqueue_wake_all(&tty->writable);
}

/* ---- The requests ---- */

static long get_pgrp(struct tty *tty, unsigned long arg)
{
	struct pid *pgrp;
	int err;

	if (!is_current_tty(tty))
		return -ENOTTY;
	pgrp = get_locked(tty, &tty->pgrp);
	err = put_user(pid_nr(pgrp), (pid_t __user *)arg);
	pid_put(pgrp);
	return err;
}

static long get_session(struct tty *tty, unsigned long arg)
{
	struct pid *session;
	int err;

	if (!is_current_tty(tty))
		return -ENOTTY;
	session = get_locked(tty, &tty->session);
	err = session ? put_user(pid_nr(session), (pid_t __user *)arg) : -ENOTTY;
	pid_put(session);
	return err;
}

static long set_pgrp(struct tty *tty, unsigned long arg)
{
	struct pid *pgrp;
	irqflags_t flags;
	pid_t nr;
	int err;

	err = job_check(tty, SIGTTOU);
	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (!is_current_tty(tty) || READ_ONCE(tty->session) != current_session())
		return -ENOTTY;
	if (get_user(nr, (const pid_t __user *)arg))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	pgrp = pid_find_get(nr);
	if (!pgrp)
		return -ESRCH;
	if (!pgrp_in_session(pgrp, current_session())) {
		pid_put(pgrp);
		return -EPERM;
	}
	flags = spin_lock_irqsave(&tty->lock);
	swap(tty->pgrp, pgrp);
	spin_unlock_irqrestore(&tty->lock, flags);
	pid_put(pgrp);
	return 0;
}

long job_ioctl(struct tty *tty, struct file *f, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return set_controlling(tty, f, arg);
	case TIOCNOTTY:
		return give_up(tty);
	case TIOCGPGRP:
		return get_pgrp(tty, arg);
	case TIOCSPGRP:
		return set_pgrp(tty, arg);
	case TIOCGSID:
		return get_session(tty, arg);
	case TIOCVHANGUP:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		tty_hangup(tty);
		return 0;
	}
	return -ENOIOCTLCMD;
}

/* ---- For kernel/task ---- */

/* current, a session leader, ends or has called setsid(): exo/session.h. */
static void session_disassociate(bool on_exit)
{
	struct tty *tty = READ_ONCE(current->group->tty);

	if (!tty)
		return;
	if (on_exit)
		tty_hangup(tty);
	else
		leave_session(tty);
}

/* Terminals are never freed, so nothing is counted. */
static void session_tty_nothing(struct tty *tty)
{
}

static dev_t session_tty_device(struct tty *tty)
{
	return tty->dev;
}

static pid_t session_tty_foreground(struct tty *tty)
{
	struct pid *pgrp = get_locked(tty, &tty->pgrp);
	pid_t nr = pgrp ? pid_nr(pgrp) : -1;

	pid_put(pgrp);
	return nr;
}

static const struct session_tty_ops tty_session_ops = {
	.disassociate = session_disassociate,
	.get = session_tty_nothing,
	.put = session_tty_nothing,
	.device = session_tty_device,
	.foreground = session_tty_foreground,
};

void job_init(void)
{
	session_tty_register(&tty_session_ops);
}
