/* SPDX-License-Identifier: MIT */
/*
 * Device numbers: 12 bits of major, 20 of minor, kept in the encoding that stat(2) and mknod(2)
 * show, so that nothing is converted at the boundary.
 */
#ifndef EXO_KDEV_H
#define EXO_KDEV_H

#include <exo/types.h>

#define MINOR_BITS	20
#define MINOR_MASK	((1U << MINOR_BITS) - 1)

static inline dev_t MKDEV(unsigned int major, unsigned int minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12;
}

static inline unsigned int MAJOR(dev_t dev)
{
	return (dev >> 8) & 0xfff;
}

static inline unsigned int MINOR(dev_t dev)
{
	return (dev & 0xff) | ((dev >> 12) & 0xfff00);
}

#endif
