/* SPDX-License-Identifier: MIT */
/* A pipe, as the files of ipc/ see it: pipe.c moves data, fifo.c opens. */
#ifndef IPC_PIPE_H
#define IPC_PIPE_H

#include <exo/file.h>
#include <exo/mutex.h>
#include <exo/pipe.h>
#include <exo/waitqueue.h>

#include "pipe_ring.h"

struct cred;

struct pipe {
	struct mutex mutex;
	struct pipe_ring ring;		/* [mutex] */
	/* [mutex] Open files by mode; openings by mode, which only grow. */
	unsigned int readers, writers;
	u32 r_opens, w_opens;
	/* An exclusive sleeper passes its wake-up on while there is something to do. */
	struct waitqueue readable, writable;

	unsigned int files;		/* references: [fifo_lock], of a nameless pipe [mutex] */
	struct pipe **fifo_slot;	/* [I] NULL: a nameless pipe */
	struct spinlock *fifo_lock;	/* [I] */
	const struct cred *owner;	/* [I] of the creator; one reference */
	s64 ctime_ns;			/* [I] */
};

extern const struct file_ops pipe_ops;	/* a nameless pipe's */
extern const struct file_ops fifo_ops;

/* Without files; NULL: no memory. Task context. */
struct pipe *__must_check pipe_alloc(void);
void pipe_free(struct pipe *p);
/* Drops one of `files`; the last frees the pipe and empties a FIFO's slot. No lock held. */
void pipe_put(struct pipe *p);

/* Counts an opened file in, p->mutex held; out, no lock held, which tells the other side. */
void pipe_count_in(struct pipe *p, u32 mode);
void pipe_count_out(struct pipe *p, u32 mode);
/* Makes `f` an open file on `p`, which it is counted in. */
void pipe_attach(struct pipe *p, struct file *f, const struct file_ops *ops);
/* file_ops.reopen of a nameless pipe. */
int pipe_reopen(struct file *old, struct file *f);

#endif
