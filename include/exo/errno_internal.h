/* SPDX-License-Identifier: MIT */
/*
 * Results that mean "interrupted by a signal" inside the kernel and never reach user space: on the
 * way out, kernel/task/signal.c turns each into a restarted call or into EINTR (signal(7),
 * "Interruption of system calls").
 */
#ifndef EXO_ERRNO_INTERNAL_H
#define EXO_ERRNO_INTERNAL_H

#include <uapi/linux/errno.h>

#define ERESTARTSYS		512	/* restart with SA_RESTART, or if no handler ran */
#define ERESTARTNOINTR		513	/* always restart */
#define ERESTARTNOHAND		514	/* restart only if no handler ran */
#define ERESTART_RESTARTBLOCK	516	/* the same through task->restart: time-outs */
#define ENOIOCTLCMD		515	/* no such ioctl here: user space sees ENOTTY */

#endif
