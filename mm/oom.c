// SPDX-License-Identifier: MIT
/*
 * Out of memory: the process that uses most goes, so that the others can go on. Use is what its end
 * would give back: resident pages and page tables. Process 1 and kernel threads are never chosen; a
 * process that is dying already is waited for instead of killing another one.
 *
 * oom_lock lets one task choose at a time; the others wait for the memory that comes of it.
 */
#include <exo/buddy.h>
#include <exo/context.h>
#include <exo/fork.h>
#include <exo/log.h>
#include <exo/mm.h>
#include <exo/mm_stat.h>
#include <exo/mutex.h>
#include <exo/oom.h>
#include <exo/pid.h>
#include <exo/sched.h>
#include <exo/signal.h>

/* How long the killed one may take before who waits tries again (and perhaps chooses again). */
#define OOM_STEP_NS	2000000ULL
#define OOM_STEPS	50

static DEFINE_MUTEX(oom_lock);

static unsigned long badness(struct mm *mm)
{
	return mm_rss_pages(mm) + ((unsigned long)atomic_read(&mm->pgtable_bytes) >> PAGE_SHIFT);
}

/* Any thread's address space: the leader may have left before the others. */
static unsigned long process_badness(struct task *leader)
{
	unsigned long points = 0;
	struct task *t;

	for_each_thread(leader, t) {
		spin_lock(&t->lock);
		if (t->mm && !(t->flags & TASK_KTHREAD))
			points = badness(t->mm);
		spin_unlock(&t->lock);
		if (points)
			break;
	}
	return points;
}

static bool is_dying(struct task *leader)
{
	return leader->group->flags & GROUP_EXITING || fatal_signal_pending(leader);
}

/* The largest process, with a reference; *dying: it is on its way already. */
static struct task *pick_victim(unsigned long *points, bool *dying)
{
	irqflags_t flags = tasklist_lock();
	struct task *p, *victim = NULL;

	*points = 0;
	*dying = false;
	for_each_process(p) {
		unsigned long n;

		if ((p->flags & TASK_KTHREAD) || (p->group->flags & GROUP_UNKILLABLE))
			continue;
		n = process_badness(p);
		if (!n)
			continue;
		if (is_dying(p)) {
			victim = p;
			*dying = true;
			break;
		}
		if (n > *points) {
			*points = n;
			victim = p;
		}
	}
	if (victim)
		task_get(victim);
	tasklist_unlock(flags);
	return victim;
}

static void kill_victim(struct task *victim, unsigned long points)
{
	log_err("Out of memory: Killed process %d (%s) using %lu KiB, for %s", task_tgid_nr(victim),
		victim->comm, points << (PAGE_SHIFT - 10), current->comm);
	mm_count_inc(MM_OOM_KILL);
	(void)signal_send_group(SIGKILL, NULL, victim);
}

/* Waits until there is memory again, the victim is gone, or the caller is to die itself. */
static void wait_for_memory(struct task *victim)
{
	u64 before = buddy_free_pages();

	for (unsigned int i = 0; i < OOM_STEPS; i++) {
		if (victim->group == current->group || fatal_signal_pending(current))
			return;
		sleep_ns(OOM_STEP_NS);
		if (buddy_free_pages() > before)
			return;
	}
}

bool oom_relieve(void)
{
	unsigned long points;
	struct task *victim;
	bool dying;

	if (!current || preempt_count() || irqs_disabled())
		return false;
	mutex_lock(&oom_lock);
	victim = pick_victim(&points, &dying);
	if (victim && !dying)
		kill_victim(victim, points);
	mutex_unlock(&oom_lock);
	if (!victim) {
		log_warn_once("memory: exhausted, and there is no process to kill");
		return false;
	}
	wait_for_memory(victim);
	task_put(victim);
	return true;
}
