/* SPDX-License-Identifier: MIT */
/*
 * Sessions and process groups: the rules of job control. kernel/task/session.c.
 *
 * The tty layer stores the controlling terminal in group->tty and the foreground process group in
 * itself, as a referenced struct pid. A session leader's exit and setsid() reach it by the hooks
 * below.
 */
#ifndef EXO_SESSION_H
#define EXO_SESSION_H

#include <exo/group.h>
#include <exo/pid.h>

struct tty;

/*
 * What drivers/tty registers, once, at boot. Task context, no locks held, but for get.
 * disassociate: current, a session leader, exits or gives up its terminal (on_exit tells which):
 * hang up, clear the tty of the session.
 * get: one more reference; called under spin locks, so it only counts. put: drops one.
 */
struct session_tty_ops {
	void (*disassociate)(bool on_exit);
	void (*get)(struct tty *tty);
	void (*put)(struct tty *tty);
	/* For /proc/PID/stat: device number (called under spin locks), foreground group or -1. */
	dev_t (*device)(struct tty *tty);
	pid_t (*foreground)(struct tty *tty);
};
void session_tty_register(const struct session_tty_ops *ops);
/* NULL before a tty layer registered. */
const struct session_tty_ops *session_tty_ops(void);

/* Referenced; NULL if there is none or the task is gone. Takes tasklist_lock. */
struct pid *task_pgrp_get(struct task *t);

/* current's own, valid while it does not change them itself and no reference is kept. */
static inline struct pid *current_pgrp(void)
{
	return READ_ONCE(current->group->pids[PID_PGRP]);
}
static inline struct pid *current_session(void)
{
	return READ_ONCE(current->group->pids[PID_SESSION]);
}

static inline bool session_leader(const struct task *t)
{
	return READ_ONCE(t->group->flags) & GROUP_SESSION_LEADER;
}

/*
 * A process group is orphaned if no member has a parent outside the group but inside the session:
 * then nobody could continue its stopped members. Takes tasklist_lock.
 */
bool pgrp_is_orphaned(struct pid *pgrp);
/* Is there a process of this group in that session? For TIOCSPGRP. Takes tasklist_lock. */
bool pgrp_in_session(struct pid *pgrp, struct pid *session);

/* The controlling terminal of current with a reference by ops->get, or NULL. Any task context. */
struct tty *current_tty_get(void);
/* Sets or clears it for current's process; the reference moves with it. Returns the old one, whose
 * reference is the caller's. Takes sighand->lock. */
struct tty *current_tty_set(struct tty *tty);
/*
 * Takes `tty` away from every process of the session. Returns how many had it: the caller drops
 * that many references.
 */
unsigned int session_clear_tty(struct pid *session, struct tty *tty);

#endif
