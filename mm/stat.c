// SPDX-License-Identifier: MIT
/*
 * The figures of the memory system, in Linux's formats: /proc/{meminfo,buddyinfo,slabinfo,vmstat},
 * our own /proc/exo/heap, and the settings below /proc/sys/vm that are read here and nowhere else.
 *
 * There are no active and inactive lists: anonymous pages count as active, as do pages of files
 * that are mapped; other pages of files count as inactive. Fields of mechanisms that do not exist
 * (swap, bounce buffers) are 0.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/memblock.h>
#include <exo/mm_stat.h>
#include <exo/parse.h>
#include <exo/reclaim.h>
#include <exo/vmalloc.h>
#include "heap/slab.h"
#include "internal.h"

DEFINE_PERCPU(struct mm_counters, mm_counters);

static_assert(NR_CPUS == 1, "mm_count_read() has to sum over the CPUs");

u64 mm_count_read(enum mm_counter counter)
{
	return (u64)max(this_cpu_read(mm_counters.n[counter]), (s64)0);
}

/* ---- Summary ---- */

/* Linux's estimate: what is free beyond the reserves, and most of what can be dropped. */
static u64 available_pages(u64 free)
{
	u64 reserve = zone_reserve_pages(), cache = reclaim_available_pages();
	u64 slab = mm_count_read(MM_SLAB_RECLAIMABLE);

	free -= min(free, reserve);
	return free + cache - min(cache / 2, reserve) + slab - min(slab / 2, reserve);
}

void mm_sysinfo(struct mm_sysinfo *info)
{
	u64 ram = memblock_ram_bytes() >> PAGE_SHIFT;

	*info = (struct mm_sysinfo){
		.total = buddy_total_pages(),
		.free = buddy_free_pages(),
		.shared = mm_count_read(MM_SHMEM),
		.cached = mm_count_read(MM_FILE),
	};
	info->reserved = ram - min(ram, info->total);
	info->available = available_pages(info->free);
}

static void line_kb(struct seq *s, const char *name, u64 kb)
{
	char label[20];
	struct seq l;

	seq_init(&l, label, sizeof(label));
	seq_printf(&l, "%s:", name);
	seq_printf(s, "%-16s%8llu kB\n", label, kb);
}

static void line_pages(struct seq *s, const char *name, u64 pages)
{
	line_kb(s, name, pages << (PAGE_SHIFT - 10));
}

static void lines_caches(struct seq *s)
{
	u64 anon = mm_count_read(MM_ANON), shmem = mm_count_read(MM_SHMEM);
	u64 file = mm_count_read(MM_FILE), mapped = mm_count_read(MM_MAPPED);
	u64 store = file - min(file, shmem), active = min(mapped, store);

	line_pages(s, "Active", anon + shmem + active);
	line_pages(s, "Inactive", store - active);
	line_pages(s, "Active(anon)", anon + shmem);
	line_pages(s, "Inactive(anon)", 0);
	line_pages(s, "Active(file)", active);
	line_pages(s, "Inactive(file)", store - active);
	line_pages(s, "Unevictable", mm_count_read(MM_LOCKED));
	line_pages(s, "Mlocked", mm_count_read(MM_LOCKED));
	line_kb(s, "SwapTotal", 0);
	line_kb(s, "SwapFree", 0);
	line_pages(s, "Dirty", mm_count_read(MM_DIRTY));
	line_pages(s, "Writeback", mm_count_read(MM_WRITEBACK));
	line_pages(s, "AnonPages", anon);
	line_pages(s, "Mapped", mapped);
	line_pages(s, "Shmem", shmem);
}

static void lines_kernel(struct seq *s)
{
	u64 slab = mm_count_read(MM_SLAB), reclaimable = mm_count_read(MM_SLAB_RECLAIMABLE);

	line_pages(s, "KReclaimable", reclaimable);
	line_pages(s, "Slab", slab);
	line_pages(s, "SReclaimable", reclaimable);
	line_pages(s, "SUnreclaim", slab - min(slab, reclaimable));
	line_kb(s, "KernelStack", mm_count_read(MM_KSTACK_BYTES) >> 10);
	line_pages(s, "PageTables", mm_count_read(MM_PAGE_TABLES));
	line_kb(s, "NFS_Unstable", 0);
	line_kb(s, "Bounce", 0);
	line_kb(s, "WritebackTmp", 0);
	line_pages(s, "CommitLimit", commit_limit_pages());
	line_pages(s, "Committed_AS", commit_promised_pages());
	line_kb(s, "VmallocTotal", (VMALLOC_END - VMALLOC_START) >> 10);
	line_pages(s, "VmallocUsed", vmalloc_pages());
	line_kb(s, "VmallocChunk", 0);
	line_kb(s, "Percpu", (u64)(__percpu_end - __percpu_start) * NR_CPUS >> 10);
}

static void meminfo_show(struct seq *s)
{
	struct mm_sysinfo info;

	mm_sysinfo(&info);
	line_pages(s, "MemTotal", info.total);
	line_pages(s, "MemFree", info.free);
	line_pages(s, "MemAvailable", info.available);
	line_kb(s, "Buffers", 0);
	line_pages(s, "Cached", info.cached);
	line_kb(s, "SwapCached", 0);
	lines_caches(s);
	lines_kernel(s);
}

PROC_FILE(meminfo, "meminfo", 0444, meminfo_show);

/* ---- Blocks ---- */

static void buddyinfo_show(struct seq *s)
{
	struct zone_figures f;

	for (unsigned int id = 0; zone_figures(id, &f); id++) {
		if (!f.total_pages)
			continue;
		seq_printf(s, "Node 0, zone %8s ", f.name);
		for (unsigned int order = 0; order < BUDDY_ORDERS; order++)
			seq_printf(s, "%6llu ", f.nr_free[order]);
		seq_putc(s, '\n');
	}
}

PROC_FILE(buddyinfo, "buddyinfo", 0400, buddyinfo_show);

/* ---- Caches ---- */

static void slabinfo_line(const struct kcache *c, void *arg)
{
	struct seq *s = arg;
	u64 per_slab = c->nr_slabs ? c->nr_objects / c->nr_slabs : 0;
	u64 pages = c->nr_slabs ? c->slab_pages / c->nr_slabs : 0;

	seq_printf(s, "%-17s %6llu %6llu %6u %4llu %4llu", c->name, c->nr_objects - c->nr_free,
		   c->nr_objects, c->object_bytes, per_slab, pages);
	seq_printf(s, " : tunables %4u %4u %4u : slabdata %6llu %6llu %6u\n", 0U, 0U, 0U,
		   c->nr_slabs - c->nr_empty, c->nr_slabs, 0U);
}

static void slabinfo_show(struct seq *s)
{
	seq_puts(s, "slabinfo - version: 2.1\n");
	seq_puts(s, "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		    "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> "
		    ": slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	kcache_for_each(slabinfo_line, s);
}

PROC_FILE(slabinfo, "slabinfo", 0400, slabinfo_show);

static void heap_line(const struct kcache *c, void *arg)
{
	seq_printf(arg, "%-17s %6u %8llu %8llu %8llu %10llu %10llu %8llu\n", c->name,
		   c->object_bytes, c->nr_objects - c->nr_free, c->nr_objects, c->slab_pages,
		   c->allocs, c->frees, c->slabs_made);
}

static void heap_show(struct seq *s)
{
	seq_puts(s, "exo heap 1\n");
	seq_puts(s, "# cache            bytes     used    total    pages     allocs      frees "
		    "   slabs\n");
	kcache_for_each(heap_line, s);
}

PROC_FILE(exo_heap, "exo/heap", 0444, heap_show);

/* ---- Counters ---- */

static const struct {
	const char *name;
	enum mm_counter counter;
} vmstat_lines[] = {
	{ "nr_anon_pages", MM_ANON }, { "nr_mapped", MM_MAPPED }, { "nr_file_pages", MM_FILE },
	{ "nr_dirty", MM_DIRTY }, { "nr_writeback", MM_WRITEBACK }, { "nr_shmem", MM_SHMEM },
	{ "nr_mlock", MM_LOCKED }, { "nr_page_table_pages", MM_PAGE_TABLES },
	{ "nr_slab_reclaimable", MM_SLAB_RECLAIMABLE }, { "pgalloc_normal", MM_PGALLOC },
	{ "pgfree", MM_PGFREE }, { "pgfault", MM_PGFAULT }, { "pgmajfault", MM_PGMAJFAULT },
	{ "pgscan_direct", MM_PGSCAN }, { "pgsteal_direct", MM_PGSTEAL },
	{ "slabs_scanned", MM_SLABS_SCANNED }, { "allocstall_normal", MM_ALLOC_STALL },
	{ "oom_kill", MM_OOM_KILL }, { "exo_cow_copied", MM_COW_COPIED },
	{ "exo_cow_reused", MM_COW_REUSED },
};

static void vmstat_show(struct seq *s)
{
	u64 slab = mm_count_read(MM_SLAB), reclaimable = mm_count_read(MM_SLAB_RECLAIMABLE);

	seq_printf(s, "nr_free_pages %llu\n", buddy_free_pages());
	seq_printf(s, "nr_kernel_stack %llu\n", mm_count_read(MM_KSTACK_BYTES) >> 10);
	seq_printf(s, "nr_slab_unreclaimable %llu\n", slab - min(slab, reclaimable));
	for (unsigned int i = 0; i < ARRAY_SIZE(vmstat_lines); i++)
		seq_printf(s, "%s %llu\n", vmstat_lines[i].name,
			   mm_count_read(vmstat_lines[i].counter));
}

PROC_FILE(vmstat, "vmstat", 0444, vmstat_show);

/* ---- Settings ---- */

static void max_map_count_show(struct seq *s)
{
	seq_printf(s, "%u\n", mm_max_vmas);
}

static int max_map_count_write(const char *text, size_t len __unused)
{
	unsigned int n;

	if (kstrtouint(text, 0, &n) || n > INT_MAX)
		return -EINVAL;
	mm_max_vmas = n;
	return 0;
}

PROC_FILE_RW(max_map_count, "sys/vm/max_map_count", 0644, max_map_count_show, max_map_count_write);

static void min_addr_show(struct seq *s)
{
	seq_printf(s, "%lu\n", mm_min_addr);
}

/* Page 0 stays out of reach: a null pointer is never valid, for the kernel's own sake. */
static int min_addr_write(const char *text, size_t len __unused)
{
	unsigned long n;

	if (kstrtoul(text, 0, &n) || n > USER_END)
		return -EINVAL;
	mm_min_addr = max(ALIGN_UP(n, PAGE_SIZE), PAGE_SIZE);
	return 0;
}

PROC_FILE_RW(mmap_min_addr, "sys/vm/mmap_min_addr", 0644, min_addr_show, min_addr_write);

/* Bit 0: page cache, bit 1: other caches; here one way to drop them all. */
static int drop_caches_write(const char *text, size_t len __unused)
{
	unsigned int n;

	if (kstrtouint(text, 0, &n) || n < 1 || n > 4)
		return -EINVAL;
	while (n != 4 && reclaim_pages(~0ULL >> PAGE_SHIFT))
		;
	return 0;
}

static void drop_caches_show(struct seq *s)
{
	seq_puts(s, "0\n");
}

PROC_FILE_RW(drop_caches, "sys/vm/drop_caches", 0200, drop_caches_show, drop_caches_write);
