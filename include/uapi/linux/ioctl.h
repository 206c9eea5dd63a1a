/* SPDX-License-Identifier: MIT */
/* ioctl(2) requests that are about descriptors themselves; those of ttys are in termios.h. */
#ifndef UAPI_LINUX_IOCTL_H
#define UAPI_LINUX_IOCTL_H

#define FIONREAD	0x541B
#define FIONBIO		0x5421
#define FIONCLEX	0x5450
#define FIOCLEX		0x5451
#define FIOASYNC	0x5452
#define FIOQSIZE	0x5460

#endif
