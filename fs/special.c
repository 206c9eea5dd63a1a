// SPDX-License-Identifier: MIT
/*
 * Opening what is not data: character devices, FIFOs, sockets, block devices. The operations here
 * only have open(), which puts the real ones in their place.
 *
 * Does not: block devices (no drivers yet) and sockets (they are reached by connect(2)): -ENXIO,
 * which is what Linux says where nobody answers.
 */
#include <exo/chrdev.h>
#include <exo/err.h>
#include <exo/inode.h>
#include <exo/pipe.h>
#include "internal.h"

static int chrdev_open(struct inode *inode, struct file *f)
{
	const struct file_ops *ops = chrdev_find(inode->i_rdev);

	if (!ops)
		return -ENXIO;
	f->ops = ops;
	f->rdev = inode->i_rdev;
	f->mapping = NULL;
	f->mode |= FMODE_STREAM;	/* a device keeps its own place, if any */
	if (!ops->llseek)
		f->mode &= ~(u32)FMODE_SEEK;
	return ops->open ? ops->open(inode, f) : 0;
}

static int fifo_inode_open(struct inode *inode, struct file *f)
{
	f->mapping = NULL;
	f->mode = (f->mode & ~(u32)FMODE_SEEK) | FMODE_STREAM;
	return fifo_open(&inode->i_pipe, &inode->i_slot_lock, f);
}

static int no_open(struct inode *inode, struct file *f)
{
	return -ENXIO;
}

static const struct file_ops chrdev_node_ops = { .name = "chrdev", .open = chrdev_open };
static const struct file_ops fifo_node_ops = { .name = "fifo", .open = fifo_inode_open };
static const struct file_ops closed_node_ops = { .name = "node", .open = no_open };

const struct file_ops *special_file_ops(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFCHR:
		return &chrdev_node_ops;
	case S_IFIFO:
		return &fifo_node_ops;
	case S_IFBLK:
	case S_IFSOCK:
		return &closed_node_ops;
	}
	return NULL;
}
