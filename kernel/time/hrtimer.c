// SPDX-License-Identifier: MIT
/*
 * High-resolution timers: on each CPU one red-black tree per clock, ordered by expiry, with its
 * first entry cached.
 *
 * Invariants, whenever base->lock is free: t->queued iff t is in trees[t->clock] of the base of
 * t->cpu; first[c] is the leftmost of trees[c], first_ns[c] when it expires; `running` is the timer
 * whose function runs right now on that CPU. A timer is moved to the CPU that starts it, unless its
 * function runs elsewhere at that moment. The lock is taken with interrupts off, inside everything
 * but run-queue locks; the function is called without it.
 *
 * CLOCK_REALTIME is CLOCK_MONOTONIC plus an offset: when the clock is set, nothing in the tree
 * moves, but all CPUs look again at what is due.
 */
#include <exo/clockevent.h>
#include <exo/hrtimer.h>
#include <exo/percpu.h>
#include <exo/spinlock.h>
#include <exo/time.h>

struct hrtimer_base {
	struct spinlock lock;
	struct rb_root trees[HRTIMER_CLOCKS];
	struct hrtimer *first[HRTIMER_CLOCKS];
	u64 first_ns[HRTIMER_CLOCKS];	/* its expiry, U64_MAX without one; read without the lock */
	struct hrtimer *running;
};

static struct hrtimer_base bases[NR_CPUS] = {
	[0 ... NR_CPUS - 1] = { .first_ns = { U64_MAX, U64_MAX } },
};

void hrtimer_init(struct hrtimer *t, enum hrtimer_clock clock,
		  enum hrtimer_restart (*fn)(struct hrtimer *))
{
	*t = (struct hrtimer) { .fn = fn, .clock = clock };
}

u64 hrtimer_now_ns(const struct hrtimer *t)
{
	return ktime_get_ns() + (t->clock == HRTIMER_REALTIME ? ktime_real_offset_ns() : 0);
}

static struct hrtimer_base *base_lock(struct hrtimer *t, irqflags_t *flags) __acquires(&base->lock)
{
	for (;;) {
		u32 cpu = READ_ONCE(t->cpu);
		struct hrtimer_base *base = &bases[cpu];

		*flags = spin_lock_irqsave(&base->lock);
		if (likely(t->cpu == cpu))
			return base;
		spin_unlock_irqrestore(&base->lock, *flags);
	}
}

static bool timer_less(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct hrtimer, node)->expires_ns <
	       rb_entry(b, struct hrtimer, node)->expires_ns;
}

static void base_set_first(struct hrtimer_base *base, unsigned int clock, struct hrtimer *t)
{
	base->first[clock] = t;
	WRITE_ONCE(base->first_ns[clock], t ? t->expires_ns : U64_MAX);
}

static void base_insert(struct hrtimer_base *base, struct hrtimer *t)
{
	rb_insert(&base->trees[t->clock], &t->node, timer_less);
	t->queued = true;
	if (t->expires_ns < base->first_ns[t->clock])
		base_set_first(base, t->clock, t);
}

static bool base_remove(struct hrtimer_base *base, struct hrtimer *t)
{
	if (!t->queued)
		return false;
	if (base->first[t->clock] == t)
		base_set_first(base, t->clock,
			       rb_entry_or_null(rb_next(&t->node), struct hrtimer, node));
	rb_erase(&base->trees[t->clock], &t->node);
	t->queued = false;
	return true;
}

void hrtimer_start(struct hrtimer *t, u64 expires_ns)
{
	struct hrtimer_base *base;
	irqflags_t flags;

	for (;;) {
		base = base_lock(t, &flags);
		base_remove(base, t);
		if (NR_CPUS == 1 || t->cpu == smp_cpu() || base->running == t)
			break;
		WRITE_ONCE(t->cpu, smp_cpu());
		spin_unlock_irqrestore(&base->lock, flags);
	}
	t->expires_ns = expires_ns;
	if (expires_ns != U64_MAX) {
		base_insert(base, t);
		/* A function that runs is followed by a look at what comes next anyway. */
		if (base->first[t->clock] == t && !base->running)
			clockevent_program();
	}
	spin_unlock_irqrestore(&base->lock, flags);
}

int hrtimer_try_cancel(struct hrtimer *t)
{
	irqflags_t flags;
	struct hrtimer_base *base = base_lock(t, &flags);
	int result = base->running == t ? -1 : 0;

	if (base_remove(base, t) && !result)
		result = 1;
	spin_unlock_irqrestore(&base->lock, flags);
	return result;
}

bool hrtimer_cancel(struct hrtimer *t)
{
	int result;

	while ((result = hrtimer_try_cancel(t)) < 0)
		cpu_relax();
	return result;
}

u64 hrtimer_forward(struct hrtimer *t, u64 interval_ns)
{
	u64 now = hrtimer_now_ns(t), missed;

	if (now < t->expires_ns || !interval_ns)
		return 0;
	missed = (now - t->expires_ns) / interval_ns + 1;
	t->expires_ns += missed * interval_ns;
	return missed;
}

u64 hrtimer_remaining_ns(struct hrtimer *t)
{
	irqflags_t flags;
	struct hrtimer_base *base = base_lock(t, &flags);
	u64 now = hrtimer_now_ns(t), left = 0;

	if (t->queued && t->expires_ns > now)
		left = t->expires_ns - now;
	spin_unlock_irqrestore(&base->lock, flags);
	return left;
}

bool hrtimer_active(const struct hrtimer *t)
{
	return READ_ONCE(t->queued) || READ_ONCE(bases[READ_ONCE(t->cpu)].running) == t;
}

/* Calls the function of `t` without the lock. */
static void timer_fire(struct hrtimer_base *base, struct hrtimer *t) __must_hold(&base->lock)
{
	enum hrtimer_restart restart;

	base_remove(base, t);
	base->running = t;
	raw_spin_unlock(&base->lock);
	restart = t->fn(t);
	raw_spin_lock(&base->lock);
	base->running = NULL;
	if (restart == HRTIMER_RESTART && !t->queued)
		base_insert(base, t);
}

void hrtimer_run(void)
{
	struct hrtimer_base *base = &bases[smp_cpu()];
	u64 now = ktime_get_ns();

	raw_spin_lock(&base->lock);
	/* `now` stays: what becomes due meanwhile gets an interrupt of its own. */
	for (int clock = 0; clock < HRTIMER_CLOCKS; clock++) {
		u64 offset = clock == HRTIMER_REALTIME ? ktime_real_offset_ns() : 0;

		while (base->first_ns[clock] <= now + offset)
			timer_fire(base, base->first[clock]);
	}
	raw_spin_unlock(&base->lock);
}

u64 hrtimer_next_ns(void)
{
	const struct hrtimer_base *base = &bases[smp_cpu()];
	u64 real = READ_ONCE(base->first_ns[HRTIMER_REALTIME]), offset;

	if (real != U64_MAX) {
		offset = ktime_real_offset_ns();
		real = real > offset ? real - offset : 0;
	}
	return min(real, READ_ONCE(base->first_ns[HRTIMER_MONOTONIC]));
}

void hrtimer_clock_was_set(void)
{
	irqflags_t flags = irq_save();

	clockevent_program();
	irq_restore(flags);
}
