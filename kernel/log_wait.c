// SPDX-License-Identifier: MIT
/* The queue of those who wait for log records; exo/log_wait.h says why it is not in base/. */
#include <exo/log.h>
#include <exo/log_wait.h>
#include <uapi/linux/poll.h>

DEFINE_WAITQUEUE(log_waitqueue);

static void log_wait_wake(void)
{
	waitqueue_wake(&log_waitqueue, 0, POLLIN | POLLRDNORM);
}

void log_wait_init(void)
{
	log_wake_set(log_wait_wake);
}
