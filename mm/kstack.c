// SPDX-License-Identifier: MIT
/*
 * Kernel stacks. Each lies in an address range of its own whose lowest page is never mapped, so a
 * stack that overflows faults instead of overwriting its neighbour.
 *
 * A stack is freed by somebody who still runs with interrupts off on another one, and cannot give
 * address ranges back there. So kstack_free() only puts it on a list, through its own memory; the
 * next kstack_alloc() takes it from there, and gives back what is more than KSTACKS_KEPT.
 *
 * Invariant: a stack on the list is mapped whole. free_lock (interrupts off) guards the list.
 */
#include <exo/heap.h>
#include <exo/mm_stat.h>
#include <exo/reclaim.h>
#include <exo/spinlock.h>
#include <exo/vmalloc.h>
#include <asm/page.h>
#include "internal.h"
#include "vmalloc.h"

#define KSTACKS_KEPT 8

struct free_stack {
	struct free_stack *next;
};

static DEFINE_SPINLOCK(free_lock);
static struct free_stack *free_first;	/* [free_lock] */
static unsigned int nr_free;		/* [free_lock] */

/* Takes one off the list if there are more than `keep`. */
static void *list_take(unsigned int keep)
{
	irqflags_t flags = spin_lock_irqsave(&free_lock);
	struct free_stack *s = NULL;

	if (nr_free > keep) {
		s = free_first;
		free_first = s->next;
		nr_free--;
	}
	spin_unlock_irqrestore(&free_lock, flags);
	return s;
}

static void stack_release(void *stack)
{
	struct vm_area *a = vm_area_find(stack);

	vm_area_empty(a);
	vm_area_free(a);
	mm_count_add(MM_KSTACK_BYTES, -(s64)KSTACK_BYTES);
}

static void *stack_make(void)
{
	struct vm_area *a = vm_area_alloc(PAGE_SIZE + KSTACK_BYTES, false);

	if (!a)
		return NULL;
	if (vm_area_fill(a, a->start + PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN)) {
		vm_area_free(a);
		return NULL;
	}
	mm_count_add(MM_KSTACK_BYTES, KSTACK_BYTES);
	return (void *)(a->start + PAGE_SIZE);
}

void *kstack_alloc(void)
{
	void *stack = list_take(0), *surplus;

	while (unlikely(READ_ONCE(nr_free) > KSTACKS_KEPT) && (surplus = list_take(KSTACKS_KEPT)))
		stack_release(surplus);
	return stack ? stack : stack_make();
}

void kstack_free(void *stack)
{
	struct free_stack *s = stack;
	irqflags_t flags;

	if (!stack)
		return;
	flags = spin_lock_irqsave(&free_lock);
	s->next = free_first;
	free_first = s;
	nr_free++;
	spin_unlock_irqrestore(&free_lock, flags);
}

static u64 stacks_count(void)
{
	return READ_ONCE(nr_free);
}

static u64 stacks_scan(u64 nr)
{
	u64 done = 0;
	void *stack;

	while (done < nr && (stack = list_take(0))) {
		stack_release(stack);
		done++;
	}
	return done;
}

static struct shrinker stacks_shrinker = {
	.name = "kernel stacks", .count = stacks_count, .scan = stacks_scan,
};

void kstack_init(void)
{
	shrinker_register(&stacks_shrinker);
}
