// SPDX-License-Identifier: MIT
/*
 * Per-CPU stacks of single pages in front of the zones: a page that was freed a moment ago, and is
 * in the cache still, serves the next request without a lock.
 *
 * Invariants: a page on a stack has PAGE_PCP, order 0 and no reference; it counts as free. A stack
 * holds at most PCP_MAX pages; an empty one takes PCP_BATCH from the zones at once, in one piece if
 * there is one, a full one gives the PCP_BATCH oldest back.
 *
 * Interrupts are off while a stack is touched, which also keeps the thread on its CPU. Requests for
 * low memory or for more than one page pass by. When memory is short, zone.c empties the stack.
 *
 * Does not: reach the stacks of other CPUs (comes with them).
 */
#include <exo/panic.h>
#include <exo/percpu.h>
#include <asm/irq.h>
#include "internal.h"

#define PCP_MAX		64U
#define PCP_BATCH	16U

struct pcp {
	u32 nr;
	u32 reserved;
	struct page *pages[PCP_MAX];
};

static DEFINE_PERCPU(struct pcp, pcp);

struct page *pcp_alloc(gfp_t gfp)
{
	irqflags_t flags = irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);
	struct page *page = NULL;

	if (unlikely(!p->nr))
		p->nr = zones_take_batch(gfp, p->pages, PCP_BATCH);
	if (likely(p->nr)) {
		page = p->pages[--p->nr];
		page->flags = 0;
		page->mapping = NULL;
		page->private = 0;
		refcount_set(&page->refs, 1);
	}
	irq_restore(flags);
	return page;
}

/* The oldest go: what was freed last is likely to be in the cache. */
static void give_back(struct pcp *p, u32 nr)
{
	zones_give_batch(p->pages, nr);
	p->nr -= nr;
	memmove(p->pages, p->pages + nr, p->nr * sizeof(*p->pages));
}

void pcp_free(struct page *page)
{
	irqflags_t flags = irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);

	if (unlikely(p->nr == PCP_MAX))
		give_back(p, PCP_BATCH);
	page->flags = PAGE_PCP;
	refcount_set(&page->refs, 0);
	p->pages[p->nr++] = page;
	irq_restore(flags);
}

bool pcp_drain(void)
{
	irqflags_t flags = irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);
	u32 nr = p->nr;

	give_back(p, nr);
	irq_restore(flags);
	return nr;
}

u64 pcp_pages(void)
{
	static_assert(NR_CPUS == 1, "pcp_pages() has to sum over the CPUs");

	return this_cpu_read(pcp.nr);
}
