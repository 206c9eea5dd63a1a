// SPDX-License-Identifier: MIT
/*
 * Promised memory: what private writable areas and shared memory could come to need. The policy is
 * Linux's vm.overcommit_memory: 0 refuses only what the whole machine could not hold, 1 refuses
 * nothing, 2 keeps all promises below CommitLimit (overcommit_ratio percent of RAM).
 *
 * `promised` is atomic; a charge that is refused is taken back at once.
 */
#include <exo/atomic.h>
#include <exo/buddy.h>
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/parse.h>
#include "internal.h"

enum overcommit { OVERCOMMIT_GUESS, OVERCOMMIT_ALWAYS, OVERCOMMIT_NEVER };

static unsigned int overcommit = OVERCOMMIT_GUESS;
static unsigned int overcommit_ratio = 50;
static atomic_long_t promised;		/* in pages */

/* As Linux: for an administrator who has to clean up; so that one process cannot take all. */
#define ADMIN_RESERVE_PAGES	(8 * MiB >> PAGE_SHIFT)
#define USER_RESERVE_PAGES	(128 * MiB >> PAGE_SHIFT)

u64 commit_limit_pages(void)
{
	return buddy_total_pages() * overcommit_ratio / 100;
}

u64 commit_promised_pages(void)
{
	return (u64)max(atomic_read(&promised), 0L);
}

bool commit_counts(u32 flags, bool noreserve)
{
	return vma_is_private_writable(flags) && !(noreserve && overcommit != OVERCOMMIT_NEVER);
}

static bool promise_kept(const struct mm *mm, unsigned long pages)
{
	u64 limit;

	if (overcommit == OVERCOMMIT_ALWAYS)
		return true;
	if (overcommit == OVERCOMMIT_GUESS)
		return pages <= buddy_total_pages();
	limit = commit_limit_pages();
	if (!capable(CAP_SYS_ADMIN))
		limit -= min(limit, (u64)ADMIN_RESERVE_PAGES);
	if (mm)
		limit -= min(limit, min((u64)mm->total_pages / 32, (u64)USER_RESERVE_PAGES));
	return (u64)atomic_read(&promised) <= limit;
}

int commit_charge(struct mm *mm, unsigned long pages)
{
	atomic_add(&promised, (long)pages);
	if (likely(promise_kept(mm, pages)))
		return 0;
	commit_uncharge(pages);
	return -ENOMEM;
}

void commit_force(unsigned long pages)
{
	atomic_add(&promised, (long)pages);
}

void commit_uncharge(unsigned long pages)
{
	atomic_sub(&promised, (long)pages);
}

static void overcommit_show(struct seq *s)
{
	seq_printf(s, "%u\n", overcommit);
}

static int overcommit_write(const char *text, size_t len __unused)
{
	unsigned int n;

	if (kstrtouint(text, 0, &n) || n > OVERCOMMIT_NEVER)
		return -EINVAL;
	overcommit = n;
	return 0;
}

static void ratio_show(struct seq *s)
{
	seq_printf(s, "%u\n", overcommit_ratio);
}

static int ratio_write(const char *text, size_t len __unused)
{
	unsigned int n;

	if (kstrtouint(text, 0, &n) || n > 10000)
		return -EINVAL;
	overcommit_ratio = n;
	return 0;
}

PROC_FILE_RW(overcommit_memory, "sys/vm/overcommit_memory", 0644, overcommit_show,
	     overcommit_write);
PROC_FILE_RW(overcommit_ratio, "sys/vm/overcommit_ratio", 0644, ratio_show, ratio_write);
