// SPDX-License-Identifier: MIT
/*
 * Walks the chain of saved frame pointers: at fp lie the caller's fp and the return address.
 * Without CONFIG_FRAME_POINTER there is no chain: every word of the stack that could be a return
 * address is taken, stale ones included.
 *
 * The chain is not trusted. A frame is read only if it lies whole inside a known stack; inside one
 * stack fp must rise; the walk may step to another known stack (from an exception stack to
 * the one it interrupted), a few times only. So it ends, and it never faults.
 */
#include <asm/page.h>
#include <asm/ptregs.h>
#include <exo/backtrace.h>
#include <exo/ksyms.h>
#include <exo/sections.h>

#define STACKS_MAX	16
#define HOPS_MAX	4	/* thread, soft interrupt, exception, NMI */

struct stack {
	uintptr_t lo, hi;
};

static struct stack known[STACKS_MAX * NR_CPUS];	/* written at boot only */
static unsigned int nr_known;

void backtrace_stack_add(const void *start, const void *end)
{
	if (nr_known < ARRAY_SIZE(known))
		known[nr_known++] = (struct stack){ (uintptr_t)start, (uintptr_t)end };
}

static bool contains(struct stack s, uintptr_t fp)
{
	return fp >= s.lo && fp < s.hi && s.hi - fp >= 2 * sizeof(uintptr_t) &&
	       fp % sizeof(uintptr_t) == 0;
}

/* The known stack that holds a frame at `fp`; an empty one if there is none. */
static struct stack stack_of(uintptr_t fp)
{
	uintptr_t top = this_cpu_read(cpu_hot.kernel_stack_top);
	struct stack thread = { top - CONFIG_KSTACK_PAGES * PAGE_SIZE, top };

	if (top && contains(thread, fp))
		return thread;
	for (unsigned int i = 0; i < nr_known; i++)
		if (contains(known[i], fp))
			return known[i];
	return (struct stack){ 0, 0 };
}

/* Stores return addresses until the chain leaves the stack; *fp is where it went then. */
static unsigned int walk_stack(struct stack s, uintptr_t *fp, uintptr_t *pcs, unsigned int max)
{
	unsigned int n = 0;

	while (n < max && contains(s, *fp)) {
		const uintptr_t *frame = (const uintptr_t *)*fp;
		uintptr_t caller = READ_ONCE(frame[0]), pc = READ_ONCE(frame[1]);

		if (!pc) {
			*fp = 0;
			break;
		}
		pcs[n++] = pc;
		if (caller <= *fp && contains(s, caller))
			caller = 0;	/* downwards: a loop */
		*fp = caller;
	}
	return n;
}

unsigned int backtrace_walk(uintptr_t fp, uintptr_t lo, uintptr_t hi, uintptr_t *pcs,
			    unsigned int max)
{
	return walk_stack((struct stack){ lo, hi }, &fp, pcs, max);
}

/* Stores what looks like a return address from `sp` up to the end of its stack. */
static unsigned int scan_stack(uintptr_t sp, uintptr_t *pcs, unsigned int max)
{
	unsigned int n = 0;

	for (struct stack s = stack_of(sp); n < max && contains(s, sp); sp += sizeof(uintptr_t)) {
		uintptr_t word = READ_ONCE(*(const uintptr_t *)sp);

		if (word > (uintptr_t)__text_start && word < (uintptr_t)__text_end)
			pcs[n++] = word;
	}
	return n;
}

unsigned int backtrace_collect(uintptr_t fp, uintptr_t *pcs, unsigned int max)
{
	unsigned int n = 0;

	if (!IS_ENABLED(CONFIG_FRAME_POINTER))
		return scan_stack(fp, pcs, max);
	for (int hops = 0; hops < HOPS_MAX && n < max; hops++) {
		struct stack s = stack_of(fp);

		if (!s.hi)
			break;
		n += walk_stack(s, &fp, pcs + n, max - n);
	}
	return n;
}

/* A return address may be the first of the next function, if the call was the last of its own. */
static void log_pc(enum log_level level, uintptr_t pc, bool is_return)
{
	const char *name;
	size_t offset;

	if (ksyms_lookup(pc - is_return, &name, &offset))
		log_printf(level, " [<%016lx>] %s+%#zx", pc, name, offset + is_return);
	else
		log_printf(level, " [<%016lx>]", pc);
}

static void log_trace(enum log_level level, uintptr_t ip, uintptr_t fp)
{
	uintptr_t pcs[BACKTRACE_MAX];
	unsigned int n = backtrace_collect(fp, pcs, BACKTRACE_MAX);

	log_printf(level, "Call trace:");
	if (ip)
		log_pc(level, ip, false);
	for (unsigned int i = 0; i < n; i++)
		log_pc(level, pcs[i], true);
}

void backtrace_log(enum log_level level)
{
	log_trace(level, 0, (uintptr_t)__builtin_frame_address(0));
}

void backtrace_log_regs(enum log_level level, const struct ptregs *regs)
{
	uintptr_t fp = IS_ENABLED(CONFIG_FRAME_POINTER) ? regs_bp(regs) : regs_sp(regs);

	/* a program's frame pointer says nothing about the kernel */
	log_trace(level, regs_ip(regs), regs_user_mode(regs) ? 0 : fp);
}
