// SPDX-License-Identifier: MIT
/*
 * What an address space looks like from outside: for /proc/PID/{maps,smaps,statm,status}. Nothing
 * here changes anything.
 */
#include <exo/atomic.h>
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/spinlock.h>
#include "internal.h"

int mm_for_each_vma(struct mm *mm, unsigned long from, int (*fn)(const struct vma *v, void *arg),
		    void *arg)
{
	struct vma *v;
	int ret = 0;

	if (down_read_killable(&mm->mmap_lock))
		return -EINTR;
	for (v = vma_find(mm, from); v && !ret; v = vma_next(v))
		ret = fn(v, arg);
	mmap_read_unlock(mm);
	return ret;
}

const char *vma_name(const struct vma *v)
{
	const struct mm *mm = v->mm;

	if (v->ops && v->ops->name)
		return v->ops->name((struct vma *)v);
	if (v->file)
		return NULL;
	if (v->start < mm->brk && v->end > mm->start_brk)
		return "[heap]";
	if (v->start <= mm->start_stack && mm->start_stack < v->end)
		return "[stack]";
	return NULL;
}

void mm_figures(struct mm *mm, struct mm_figures *f)
{
	unsigned long text = (ALIGN_UP(mm->end_code, PAGE_SIZE) -
			      ALIGN_DOWN(mm->start_code, PAGE_SIZE)) >> PAGE_SHIFT;

	*f = (struct mm_figures){
		.total = READ_ONCE(mm->total_pages),
		.rss_anon = (unsigned long)max(atomic_read(&mm->rss_anon), 0L),
		.rss_file = (unsigned long)max(atomic_read(&mm->rss_file), 0L),
		.rss_shmem = (unsigned long)max(atomic_read(&mm->rss_shmem), 0L),
		.locked = READ_ONCE(mm->locked_pages),
		.data = READ_ONCE(mm->data_pages),
		.stack = READ_ONCE(mm->stack_pages),
		.pgtable_bytes = (unsigned long)atomic_read(&mm->pgtable_bytes),
	};
	/* As Linux: executable memory that is not the program's own text is its libraries'. */
	f->text = min(text, READ_ONCE(mm->exec_pages));
	f->lib = READ_ONCE(mm->exec_pages) - f->text;
	f->rss = f->rss_anon + f->rss_file + f->rss_shmem;
	f->rss_peak = max(mm->rss_peak, f->rss);
	f->total_peak = max(mm->total_peak, f->total);
}

static void count_entry(pte_t e, struct vma_figures *f)
{
	const struct page *page = phys_to_page(pte_phys(e));
	unsigned int users;

	if (page->flags & PAGE_ANON) {
		users = (unsigned int)refcount_read(&page->refs);
		f->anon += PAGE_SIZE;
	} else {
		users = (unsigned int)READ_ONCE(page->mapcount);
	}
	f->rss += PAGE_SIZE;
	if (users > 1)
		f->shared += PAGE_SIZE;
	else
		f->private += PAGE_SIZE;
	f->pss += PAGE_SIZE / max(users, 1U);
}

void vma_figures(const struct vma *v, struct vma_figures *f)
{
	unsigned long addr = v->start;
	struct mm *mm = v->mm;
	pte_t *pte;

	*f = (struct vma_figures){ 0 };
	if (v->flags & VMA_IO)
		return;
	spin_lock(&mm->page_table_lock);
	while ((pte = user_leaf_next(mm, &addr, v->end))) {
		unsigned long stop = min(v->end, ALIGN_DOWN(addr, LEAF_SPAN) + LEAF_SPAN);

		for (; addr < stop; addr += PAGE_SIZE, pte++) {
			pte_t e = pte_read(pte);

			if (!pte_none(e) && pte_phys(e) != zero_page_phys())
				count_entry(e, f);
		}
	}
	spin_unlock(&mm->page_table_lock);
}
