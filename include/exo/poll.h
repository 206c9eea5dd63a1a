/* SPDX-License-Identifier: MIT */
/*
 * Waiting for files to become ready. A file's poll() first calls poll_wait() for every queue whose
 * wake-up could change the answer, then computes the answer: so a wake-up between the two is seen.
 * With table->queue NULL it is a question without waiting.
 */
#ifndef EXO_POLL_H
#define EXO_POLL_H

#include <exo/file.h>
#include <exo/waitqueue.h>
#include <uapi/linux/poll.h>

struct poll_table {
	void (*queue)(struct poll_table *, struct file *, struct waitqueue *);	/* or NULL */
	u32 events;		/* what the caller asks for; a hint */
};

static inline void poll_wait(struct file *f, struct waitqueue *wq, struct poll_table *table)
{
	if (table && table->queue)
		table->queue(table, f, wq);
}

/* The file's answer, or "always ready" where it has no poll. */
static inline u32 file_poll(struct file *f, struct poll_table *table)
{
	if (!f->ops->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f, table);
}

#endif
