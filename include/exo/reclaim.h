/* SPDX-License-Identifier: MIT */
/*
 * Getting memory back before anybody is refused it. mm/reclaim.c. Caches register a shrinker;
 * clean pages of the page cache that can be read again are dropped, least recently used first.
 */
#ifndef EXO_RECLAIM_H
#define EXO_RECLAIM_H

#include <exo/gfp.h>
#include <exo/list.h>

/*
 * Both functions run in task context inside somebody's allocation, with locks of that caller held:
 * so they may only try locks that are held around allocations, and must not allocate with
 * __GFP_SLEEP.
 */
struct shrinker {
	const char *name;
	u64 (*count)(void);		/* objects that could be dropped now; an estimate */
	u64 (*scan)(u64 nr);		/* drops up to nr; how many it dropped */
	u32 objects_per_page;		/* 0: 1 */
	struct list_head link;		/* [shrinkers' lock] */
};

void shrinker_register(struct shrinker *s);
/* Returns when no call to it is under way. May sleep. */
void shrinker_unregister(struct shrinker *s);

/* Tries to free `nr_pages`; how many it thinks it freed. Task context that may sleep, else 0. */
u64 reclaim_pages(u64 nr_pages);
/* Pages that reclaim could free at best; for MemAvailable. */
u64 reclaim_available_pages(void);

#endif
