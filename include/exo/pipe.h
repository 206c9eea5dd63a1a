/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs. ipc/pipe.c moves data, ipc/fifo.c opens. */
#ifndef EXO_PIPE_H
#define EXO_PIPE_H

#include <exo/file.h>
#include <exo/spinlock.h>

struct pipe;

/*
 * Opens a FIFO: `*slot` is where the owner (an inode) keeps the pipe while somebody has it open,
 * guarded by `slot_lock`. Blocks until the other side is there as fifo(7) says; gives `f` its
 * operations. 0, -ENXIO (writing end, O_NONBLOCK, no reader), -EINVAL (neither reading nor
 * writing), -ENOMEM, -ERESTARTSYS.
 */
int __must_check fifo_open(struct pipe **slot, struct spinlock *slot_lock, struct file *f);

#endif
