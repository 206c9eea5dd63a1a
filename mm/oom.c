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
#include <exo/mm_stat.h>
#include <exo/mutex.h>
#include <exo/oom.h>
#include <exo/pid.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/vma.h>

/* How long the killed one may take before who waits tries again (and perhaps chooses again). */
#define OOM_STEP_NS	2000000ULL
#define OOM_STEPS	50

static DEFINE_MUTEX(oom_lock);

struct victim {
	struct task *leader;		/* referenced, or NULL: nobody */
	struct mm_figures figures;
	unsigned long pages;
	bool dying;			/* it is on its way already */
};

/* Of any thread: the leader may have left before the others. With a user reference, or NULL. */
static struct mm *process_mm(struct task *leader)
{
	struct mm *mm = mm_of_task(leader);
	struct task *t, *next;

	for (t = mm ? NULL : thread_next(leader, 1); t && !mm; t = next) {
		mm = mm_of_task(t);
		next = mm ? NULL : thread_next(leader, task_pid_nr(t) + 1);
		task_put(t);
	}
	return mm;
}

static bool is_dying(struct task *leader)
{
	return (READ_ONCE(leader->group->flags) & GROUP_EXITING) || fatal_signal_pending(leader);
}

/* Is `leader` a better choice than the best one so far? Then it takes its place. */
static void consider(struct victim *best, struct task *leader)
{
	struct mm_figures f;
	unsigned long pages;
	struct mm *mm;

	if (best->dying || (leader->flags & TASK_KTHREAD) ||
	    (READ_ONCE(leader->group->flags) & GROUP_UNKILLABLE))
		return;
	mm = process_mm(leader);
	if (!mm)
		return;
	mm_figures(mm, &f);
	mm_put_user(mm);
	pages = f.rss + (f.pgtable_bytes >> PAGE_SHIFT);
	if (pages <= best->pages && !is_dying(leader))
		return;
	if (best->leader)
		task_put(best->leader);
	*best = (struct victim){
		.leader = task_get(leader), .figures = f, .pages = pages, .dying = is_dying(leader),
	};
}

static void pick_victim(struct victim *best)
{
	struct task *p, *next;

	*best = (struct victim){ .leader = NULL };
	for (p = process_next(1); p; p = next) {
		consider(best, p);
		next = process_next(task_tgid_nr(p) + 1);
		task_put(p);
	}
}

static void kill_victim(const struct victim *v)
{
	const unsigned int kb = PAGE_SHIFT - 10;

	log_err("Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, "
		"file-rss:%lukB, shmem-rss:%lukB, pgtables:%lukB; asked by %s",
		task_tgid_nr(v->leader), v->leader->comm, v->figures.total << kb,
		v->figures.rss_anon << kb, v->figures.rss_file << kb, v->figures.rss_shmem << kb,
		v->figures.pgtable_bytes >> 10, current->comm);
	mm_count_inc(MM_OOM_KILL);
	(void)signal_send_group(SIGKILL, NULL, v->leader);
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
	struct victim v;

	if (!current || preempt_count() || irqs_disabled())
		return false;
	mutex_lock(&oom_lock);
	pick_victim(&v);
	if (v.leader && !v.dying)
		kill_victim(&v);
	mutex_unlock(&oom_lock);
	if (!v.leader) {
		log_warn_once("memory: exhausted, and there is no process to kill");
		return false;
	}
	wait_for_memory(v.leader);
	task_put(v.leader);
	return true;
}
