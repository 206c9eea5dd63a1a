// SPDX-License-Identifier: MIT
/*
 * Device interrupts: a line, its handlers, its figures.
 *
 * The list of handlers is changed under line->lock and read without it by upcall_irq(): a new
 * handler is linked last and complete; a removed one is freed only after no CPU is inside the line
 * (`inside` is zero once after it was unlinked). irq_mutex keeps requests and releases apart.
 *
 * A line whose interrupts nobody claims would be a storm that stops the machine: after
 * STORM_LIMIT of them in a row it is masked for good, and the log says so.
 *
 * Does not: run handlers in threads, or tell CPUs apart (every line goes to the boot CPU).
 */
#include <exo/atomic.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/heap.h>
#include <exo/irq.h>
#include <exo/log.h>
#include <exo/mutex.h>
#include <exo/random.h>
#include <exo/spinlock.h>
#include <exo/upcall.h>

#define STORM_LIMIT 100000

struct irq_action {
	struct irq_action *next;
	irq_handler_t handler;
	void *dev;
	const char *name;
	unsigned int flags;
};

struct irq_line {
	struct spinlock lock;
	struct irq_action *actions;	/* [lock] writes */
	unsigned int disabled;		/* [lock] depth of irq_disable_line() */
	atomic_t inside;		/* CPUs that run its handlers */
	u32 unclaimed;			/* in a row; the line's CPU only */
	u64 count;			/* the line's CPU only */
};

static struct irq_line lines[NR_IRQS];
static u64 timer_count;
static u64 stray_count;			/* interrupts on lines without a handler */
static DEFINE_MUTEX(irq_mutex);

static void line_storm(struct irq_line *line, unsigned int irq)
{
	arch_irq_mask(irq);
	line->unclaimed = 0;
	log_err("irq %u: %u interrupts that no handler claims, the line is turned off", irq,
		STORM_LIMIT);
}

void upcall_irq(unsigned int irq)
{
	struct irq_line *line = &lines[irq];
	enum irq_return claimed = IRQ_NONE;
	struct irq_action *a;

	line->count++;
	(void)atomic_inc_return(&line->inside);
	for (a = smp_load_acquire(&line->actions); a; a = smp_load_acquire(&a->next))
		if (a->handler(irq, a->dev) == IRQ_HANDLED)
			claimed = IRQ_HANDLED;
	if (!line->actions)
		stray_count++;
	if (claimed == IRQ_HANDLED)
		line->unclaimed = 0;
	else if (++line->unclaimed >= STORM_LIMIT)
		line_storm(line, irq);
	(void)atomic_dec_return(&line->inside);
	entropy_add_interrupt(irq);
	arch_irq_eoi(irq);
}

/* Can `new` share the line with those that are there? Lock held. */
static bool line_shareable(const struct irq_line *line, const struct irq_action *new)
{
	const struct irq_action *a = line->actions;

	return !a || (a->flags == new->flags && (new->flags & IRQ_SHARED));
}

static int line_add(struct irq_line *line, unsigned int irq, struct irq_action *new)
{
	struct irq_action **end;
	irqflags_t flags;
	bool first;
	int err;

	if (!line_shareable(line, new))
		return -EBUSY;
	first = !line->actions;
	if (first) {
		err = arch_irq_setup(irq, new->flags & IRQ_LEVEL, new->flags & IRQ_ACTIVE_LOW);
		if (err)
			return err;
	}
	flags = spin_lock_irqsave(&line->lock);
	for (end = &line->actions; *end; end = &(*end)->next)
		;
	smp_store_release(end, new);
	if (first) {
		line->disabled = 0;
		line->unclaimed = 0;
		arch_irq_unmask(irq);
	}
	spin_unlock_irqrestore(&line->lock, flags);
	return 0;
}

int irq_request(unsigned int irq, irq_handler_t handler, unsigned int flags, const char *name,
		void *dev)
{
	struct irq_action *new;
	int err;

	if (irq >= NR_IRQS || ((flags & IRQ_SHARED) && !dev))
		return -EINVAL;
	new = kmalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	*new = (struct irq_action) {
		.handler = handler, .dev = dev, .name = name, .flags = flags,
	};
	mutex_lock(&irq_mutex);
	err = line_add(&lines[irq], irq, new);
	mutex_unlock(&irq_mutex);
	if (err)
		kfree(new);
	return err;
}

void irq_free(unsigned int irq, void *dev)
{
	struct irq_line *line = &lines[irq];
	struct irq_action **link, *a;
	irqflags_t flags;

	mutex_lock(&irq_mutex);
	flags = spin_lock_irqsave(&line->lock);
	for (link = &line->actions; (a = *link); link = &a->next)
		if (a->dev == dev)
			break;
	if (a) {
		smp_store_release(link, a->next);
		if (!line->actions)
			arch_irq_mask(irq);
	}
	spin_unlock_irqrestore(&line->lock, flags);
	mutex_unlock(&irq_mutex);
	if (!a) {
		log_err("irq %u: freed by somebody who has no handler there", irq);
		return;
	}
	while (atomic_add_return(&line->inside, 0))
		cpu_relax();
	kfree(a);
}

void irq_disable_line(unsigned int irq)
{
	struct irq_line *line = &lines[irq];
	irqflags_t flags = spin_lock_irqsave(&line->lock);

	if (!line->disabled++)
		arch_irq_mask(irq);
	spin_unlock_irqrestore(&line->lock, flags);
}

void irq_enable_line(unsigned int irq)
{
	struct irq_line *line = &lines[irq];
	irqflags_t flags = spin_lock_irqsave(&line->lock);

	if (!line->disabled)
		log_err("irq %u: enabled more often than disabled", irq);
	else if (!--line->disabled)
		arch_irq_unmask(irq);
	spin_unlock_irqrestore(&line->lock, flags);
}

void irq_count_timer(void)
{
	timer_count++;
}

u64 irq_count_total(void)
{
	u64 total = READ_ONCE(timer_count);

	for (unsigned int irq = 0; irq < NR_IRQS; irq++)
		total += READ_ONCE(lines[irq].count);
	return total;
}

static void interrupts_show(struct seq *s)
{
	const struct irq_action *a;

	seq_puts(s, "           CPU0\n");
	mutex_lock(&irq_mutex);
	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		if (!lines[irq].actions)
			continue;
		seq_printf(s, "%3u: %10llu   IO-APIC  %4u-%s", irq, READ_ONCE(lines[irq].count),
			   irq, lines[irq].actions->flags & IRQ_LEVEL ? "fasteoi" : "edge");
		for (a = lines[irq].actions; a; a = a->next)
			seq_printf(s, "%s %s", a == lines[irq].actions ? "     " : ",", a->name);
		seq_putc(s, '\n');
	}
	mutex_unlock(&irq_mutex);
	seq_printf(s, "LOC: %10llu   Local timer interrupts\n", READ_ONCE(timer_count));
	seq_printf(s, "ERR: %10llu\n", READ_ONCE(stray_count));
}
PROC_FILE(interrupts, "interrupts", 0444, interrupts_show);
