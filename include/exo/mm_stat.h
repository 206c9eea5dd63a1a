/* SPDX-License-Identifier: MIT */
/*
 * Figures of the whole memory system. mm/stat.c prints them, everybody in mm/ counts. A counter is
 * per CPU and its value their sum, so that counting is one instruction; single values may be
 * negative.
 */
#ifndef EXO_MM_STAT_H
#define EXO_MM_STAT_H

#include <exo/percpu.h>

enum mm_counter {
	/* Amounts, in pages unless the name says otherwise. */
	MM_ANON,		/* private memory of processes */
	MM_FILE,		/* in the page cache, MM_SHMEM included */
	MM_SHMEM,		/* of these: with no store behind */
	MM_MAPPED,		/* of these: mapped by somebody */
	MM_DIRTY, MM_WRITEBACK,	/* of these: with a store, not yet written; being written */
	MM_PAGE_TABLES,
	MM_KSTACK_BYTES,
	MM_SLAB, MM_SLAB_RECLAIMABLE,
	MM_VMALLOC,
	MM_LOCKED,		/* mlock */
	/* Events since boot. */
	MM_PGALLOC, MM_PGFREE,
	MM_PGFAULT, MM_PGMAJFAULT,
	MM_COW_COPIED, MM_COW_REUSED,
	MM_PGSCAN, MM_PGSTEAL,
	MM_SLABS_SCANNED,
	MM_ALLOC_STALL,		/* allocations that had to reclaim */
	MM_OOM_KILL,
	MM_COUNTERS
};

struct mm_counters {
	s64 n[MM_COUNTERS];
};
DECLARE_PERCPU(struct mm_counters, mm_counters);

/* Any context. */
#define mm_count_add(counter, delta)	this_cpu_add(mm_counters.n[counter], (s64)(delta))
#define mm_count_inc(counter)		mm_count_add(counter, 1)
#define mm_count_dec(counter)		mm_count_add(counter, -1)
/* Never negative. */
u64 mm_count_read(enum mm_counter counter);

/* What sysinfo(2) and /proc/meminfo say; in pages. */
struct mm_sysinfo {
	u64 total, free, available;
	u64 shared;			/* shmem */
	u64 cached;			/* page cache */
	u64 reserved;			/* RAM that never was in the allocator: image, page array */
};
void mm_sysinfo(struct mm_sysinfo *info);

#endif
