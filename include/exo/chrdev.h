/* SPDX-License-Identifier: MIT */
/*
 * Character devices: device numbers to file operations. Drivers register, fs/ opens by number,
 * devfs lists. kernel/file/chrdev.c. A registration is for ever.
 */
#ifndef EXO_CHRDEV_H
#define EXO_CHRDEV_H

#include <exo/kdev.h>

struct file;
struct file_ops;

/* One registration as devfs sees it. */
struct chrdev_info {
	dev_t dev;		/* the first number */
	unsigned int count;	/* consecutive minors */
	const char *name;	/* of the node below /dev; NULL: none is shown */
	umode_t mode;		/* permission bits of the node */
};

/*
 * Makes [dev, dev + count) of one major answer with `ops`. `name` (which must stay valid) is the
 * node below /dev and may hold directories ("pts/ptmx"); with count > 1 each node gets its index
 * appended ("tty0", "tty1"). NULL: no node. 0, -EBUSY if a number is taken, -ENOMEM, -EINVAL.
 * Task context.
 */
int __must_check chrdev_register(dev_t dev, unsigned int count, const char *name, umode_t mode,
				 const struct file_ops *ops);
/* NULL if nobody registered the number. Any context. */
const struct file_ops *chrdev_find(dev_t dev);
/* file_ops.llseek of a device where every position is the same: 0, whatever is asked. */
loff_t chrdev_llseek_zero(struct file *f, loff_t offset, int whence);
/*
 * Iteration in the order of registration: fills `info` with the first registration after *cursor
 * (0 to begin) and moves *cursor there; false if there is none. A cursor kept over time sees
 * exactly the registrations that came later. Any context.
 */
bool chrdev_next(u32 *cursor, struct chrdev_info *info);

#endif
