// SPDX-License-Identifier: MIT
/*
 * Page faults.
 *
 * upcall_page_fault() is the door from arch: it finds the area, checks the access against it, has
 * the page made present, and turns what cannot be into a signal:
 *	no area there				SIGSEGV, SEGV_MAPERR
 *	the area forbids it			SIGSEGV, SEGV_ACCERR
 *	the object has nothing there		SIGBUS, BUS_ADRERR
 * An access by the kernel is served only if the instruction is one that may fault (user copies), in
 * task context with sleeping allowed; then the result is "no", and the exception table goes on.
 *
 * mm_fault() is the core, which also serves remote access, MAP_POPULATE and mlock. It runs with
 * mmap_lock held for reading, so areas and tables stay; each entry changes under page_table_lock,
 * and whoever finds it changed by another thread lets the access be tried again.
 *
 * When there is no memory, the lock is dropped, mm/oom.c makes room, and the access is tried again.
 *
 * Does not: userfaultfd, protection keys, faults without mmap_lock.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/extable.h>
#include <exo/mm_stat.h>
#include <exo/oom.h>
#include <exo/rlimit.h>
#include <exo/signal.h>
#include <exo/task.h>
#include <exo/upcall.h>
#include <asm/irq.h>
#include <asm/ptregs.h>
#include "internal.h"

/* ---- The core ---- */

/* May a shared entry be writable before it is written? If nobody wants to hear of the write. */
static bool dirty_already(const struct vma *v, const struct page *page)
{
	if (!v->ops->page_mkwrite)
		return true;
	return v->mapping && !v->mapping->ops->write_page && page_test(page, PAGE_DIRTY);
}

/* The object's own page; takes the reference over, whatever happens. */
static int install_object_page(struct vma *v, pte_t *ptep, struct page *page, bool write)
{
	u32 prot = vma_pt_prot(v);
	struct mm *mm = v->mm;
	int err = 0;

	if (!(v->flags & VMA_SHARED)) {
		prot &= ~PT_WRITE;
	} else if (write) {
		if (v->ops->page_mkwrite)
			err = v->ops->page_mkwrite(v, page);
		if (err)
			goto out_put;
	} else if (!dirty_already(v, page)) {
		prot &= ~PT_WRITE;
	}
	spin_lock(&mm->page_table_lock);
	if (!pte_none(pte_read(ptep)))
		goto out_unlock;
	if (v->mapping && page->mapping != v->mapping) {
		err = -EAGAIN;
		goto out_unlock;
	}
	pte_set(ptep, write ? pte_mkdirty(pte_make(page_to_phys(page), prot)) :
			      pte_make(page_to_phys(page), prot));
	file_page_mapped(page);
	rss_add(mm, page, 1);
	spin_unlock(&mm->page_table_lock);
	return 0;
out_unlock:
	spin_unlock(&mm->page_table_lock);
out_put:
	page_put(page);
	return err;
}

static int fault_object(struct vma *v, unsigned long addr, pte_t *ptep, bool write)
{
	u64 index = v->pgoff + ((addr - v->start) >> PAGE_SHIFT);
	int err;

	if (!v->ops->fault)
		return -EIO;
	do {
		struct page *page = v->ops->fault(v, index, write);

		if (IS_ERR(page))
			return (int)PTR_ERR(page);
		if (write && !(v->flags & VMA_SHARED)) {
			err = fault_copy_private(v, addr, ptep, page);
			page_put(page);
			if (err == -EAGAIN && !pte_none(pte_read(ptep)))
				return 0;
		} else {
			err = install_object_page(v, ptep, page, write);
		}
		/* The page was truncated meanwhile: what is there now? */
	} while (err == -EAGAIN && !fatal_signal_pending(current));
	if (!err && !write && v->ops == &filemap_vma_ops)
		filemap_map_around(v, addr);
	return err == -EAGAIN ? 0 : err;
}

int mm_fault(struct vma *v, unsigned long addr, unsigned int flags)
{
	bool write = flags & MM_FAULT_WRITE;
	pte_t *ptep;
	pte_t e;

	addr &= PAGE_MASK;
	ptep = user_pte_alloc(v->mm, addr);
	if (unlikely(!ptep))
		return -ENOMEM;
	e = pte_read(ptep);
	if (pte_none(e) && !v->ops)
		return fault_anon(v, addr, ptep, write);
	if (pte_none(e))
		return fault_object(v, addr, ptep, write);
	if (write && !pte_write(e))
		return fault_write_protected(v, addr, ptep, e);
	/* Another thread has served it, or a cached entry was older than the table. */
	tlb_flush_page(v->mm, addr);
	return 0;
}

/* ---- Growing stacks ---- */

struct vma *vma_grow_down(struct mm *mm, unsigned long addr)
{
	struct vma *v = vma_find(mm, addr), *below;
	unsigned long start = addr & PAGE_MASK, pages;

	if (!v || v->start <= addr)
		return v;
	if (!(v->flags & VMA_GROWSDOWN) || start < mm_min_addr)
		return NULL;
	below = vma_prev(v);
	if (below && !(below->flags & VMA_GROWSDOWN) && (below->flags & VMA_ACCESS) &&
	    start - below->end < MM_STACK_GUARD_BYTES)
		return NULL;
	pages = (v->start - start) >> PAGE_SHIFT;
	if (v->end - start > rlimit(RLIMIT_STACK) || !mm_may_expand(mm, v->flags, pages) ||
	    ((v->flags & VMA_LOCKED) && !mm_may_lock(mm, pages)))
		return NULL;
	if ((v->flags & VMA_ACCOUNT) && commit_charge(mm, pages))
		return NULL;
	vma_resize(mm, v, start, v->end);
	return v;
}

/* Not in an area: perhaps just below a stack. mmap_lock held for reading, before and after. */
static noinline struct vma *fault_grow(struct mm *mm, struct vma *above, unsigned long addr)
{
	struct vma *v;

	if (!above || !(above->flags & VMA_GROWSDOWN))
		return NULL;
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	v = vma_grow_down(mm, addr);
	downgrade_write(&mm->mmap_lock);
	return v;
}

/* ---- From arch ---- */

static bool access_allowed(const struct vma *v, unsigned int fault)
{
	if (fault & FAULT_WRITE)
		return v->flags & VMA_WRITE;
	if (fault & FAULT_EXEC)
		return v->flags & VMA_EXEC;
	/* Every right lets the hardware read. */
	return v->flags & VMA_ACCESS;
}

/* 0, -ENOMEM, -EFAULT (*code says why), others: SIGBUS. */
static int fault_once(struct mm *mm, unsigned long addr, unsigned int fault, int *code)
{
	struct vma *v;
	int err = -EFAULT;

	mmap_read_lock(mm);
	v = vma_find(mm, addr);
	if (unlikely(!v || addr < v->start)) {
		*code = SEGV_MAPERR;
		v = fault_grow(mm, v, addr);
		if (!v)
			goto out;
	}
	*code = SEGV_ACCERR;
	if (likely(access_allowed(v, fault)))
		err = mm_fault(v, addr, fault & FAULT_WRITE ? MM_FAULT_WRITE : 0);
out:
	mmap_read_unlock(mm);
	return err;
}

/* May this access by the kernel be served at all? */
static bool kernel_may_fault(const struct ptregs *regs, const struct task *t)
{
	return t && t->mm && !t->pagefault_disabled && !preempt_count() && !irqs_disabled() &&
	       extable_search(regs_ip(regs));
}

static noinline bool fault_failed(int err, int code, unsigned long addr, unsigned int fault)
{
	if (!(fault & FAULT_USER))
		return false;
	if (err == -EFAULT)
		signal_force_fault(SIGSEGV, code, addr, fault);
	else if (err == -ENOMEM)
		signal_force_kill();
	else
		signal_force_fault(SIGBUS, BUS_ADRERR, addr, fault);
	return true;
}

bool upcall_page_fault(struct ptregs *regs, unsigned long addr, unsigned int fault)
{
	struct task *t = current;
	bool user = fault & FAULT_USER;
	int err, code = SEGV_MAPERR;

	if (!user && !kernel_may_fault(regs, t))
		return false;
	if (unlikely(addr >= USER_END))
		return fault_failed(-EFAULT, SEGV_MAPERR, addr, fault);
	mm_count_inc(MM_PGFAULT);
	t->minor_faults++;
	do {
		err = fault_once(t->mm, addr, fault, &code);
		if (likely(!err))
			return true;
		/* Who was chosen to make room dies instead of going on. */
		if (err == -ENOMEM && fatal_signal_pending(t))
			return user;
	} while (err == -ENOMEM && oom_relieve());
	return fault_failed(err, code, addr, fault);
}
