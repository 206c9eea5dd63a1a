// SPDX-License-Identifier: MIT
/*
 * Task hooks: walks the section `task_hooks` by rank. There are few of them, so each step searches
 * for the next rank instead of keeping a sorted copy. The section is constant: no lock.
 */
#include <exo/expose.h>
#include <exo/hooks.h>
#include <exo/types.h>

DECLARE_SECTION(task_hooks, struct task_hooks);

/* The entry with the lowest rank above `rank`, or NULL. */
static const struct task_hooks *hook_above(int rank)
{
	const struct task_hooks *h, *best = NULL;

	for_each_section_entry(task_hooks, h)
		if (h->rank > rank && (!best || h->rank < best->rank))
			best = h;
	return best;
}

/* The entry with the highest rank below `rank`, or NULL. */
static const struct task_hooks *hook_below(int rank)
{
	const struct task_hooks *h, *best = NULL;

	for_each_section_entry(task_hooks, h)
		if (h->rank < rank && (!best || h->rank > best->rank))
			best = h;
	return best;
}

static void hooks_exit_below(struct task *t, int rank)
{
	const struct task_hooks *h;

	for (h = hook_below(rank); h; h = hook_below(h->rank))
		if (h->exit)
			h->exit(t);
}

int hooks_clone(struct task *parent, struct task *child, u64 clone_flags)
{
	const struct task_hooks *h;

	for (h = hook_above(INT_MIN); h; h = hook_above(h->rank)) {
		int err = h->clone ? h->clone(parent, child, clone_flags) : 0;

		if (err) {
			hooks_exit_below(child, h->rank);
			return err;
		}
	}
	return 0;
}

void hooks_exec(struct task *t)
{
	const struct task_hooks *h;

	for (h = hook_above(INT_MIN); h; h = hook_above(h->rank))
		if (h->exec)
			h->exec(t);
}

void hooks_exit(struct task *t)
{
	hooks_exit_below(t, INT_MAX);
}

static void hooks_show(struct seq *s)
{
	const struct task_hooks *h;

	seq_printf(s, "exo hooks 1\nrank name clone exec exit\n");
	for (h = hook_above(INT_MIN); h; h = hook_above(h->rank))
		seq_printf(s, "%d %s %d %d %d\n", h->rank, h->name, !!h->clone, !!h->exec,
			   !!h->exit);
}
PROC_FILE(exo_hooks, "exo/hooks", 0444, hooks_show);
