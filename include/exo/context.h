/* SPDX-License-Identifier: MIT */
/*
 * Who may do what. The counters are in cpu_hot.preempt_count (exo/preempt.h).
 *
 *	context		may sleep	may allocate		may be switched
 *	task		yes		yes			yes
 *	task, no preemption (spin lock)	no	GFP_ATOMIC	no
 *	soft interrupt	no		GFP_ATOMIC		no
 *	hard interrupt	no		GFP_ATOMIC		no
 *	NMI		no		no			no (nor take any lock)
 */
#ifndef EXO_CONTEXT_H
#define EXO_CONTEXT_H

#include <exo/preempt.h>

enum context {
	CONTEXT_TASK, CONTEXT_TASK_ATOMIC, CONTEXT_SOFTIRQ, CONTEXT_HARDIRQ, CONTEXT_NMI,
};

enum context context_current(void);
const char *context_name(enum context c);

void context_check_sleep(const char *file, int line);

/*
 * Stands where a function may sleep. With CONFIG_DEBUG_CONTEXT it warns, with a backtrace, if the
 * context forbids it.
 */
#define might_sleep() do { \
	if (IS_ENABLED(CONFIG_DEBUG_CONTEXT)) \
		context_check_sleep(__FILE__, __LINE__); \
} while (0)

#endif
