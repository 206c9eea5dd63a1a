// SPDX-License-Identifier: MIT
/*
 * The timer wheel: time-outs that are started and stopped often and fire rarely. Starting and
 * stopping take constant time, and no timer is ever moved from slot to slot.
 *
 * LEVELS rings of 64 slots. A slot of level n stands for a span of 8^n ticks. A timer whose delay
 * is below 63 * 8^n ticks goes into level n, with its expiry rounded up to that level's grain; so
 * it fires late by less than 8^n ticks, which is below an eighth of its delay (the delay is at
 * least 63 * 8^(n-1)). Longer delays than the last level holds (about 16 hours at 250 Hz) are cut
 * to it: time-outs of that length do not exist, and the callers look at the clock.
 *
 * Invariants, whenever base->lock is free: every pending timer is in slots[t->slot] of the base of
 * t->cpu and occupied has that slot's bit; all timers with expires_ticks <= base->now have been
 * taken off. `running` is the timer whose function runs now.
 *
 * The lock is taken with interrupts off; functions run in soft interrupt context without it.
 */
#include <exo/atomic.h>
#include <exo/clockevent.h>
#include <exo/percpu.h>
#include <exo/softirq.h>
#include <exo/spinlock.h>
#include <exo/time.h>
#include <exo/timer.h>

#define LEVELS		7
#define SLOT_BITS	6
#define SLOTS		(1U << SLOT_BITS)
#define LEVEL_SHIFT	3			/* 8 times coarser per level */
#define level_shift(n)	((n) * LEVEL_SHIFT)
#define level_max(n)	((u64)(SLOTS - 1) << level_shift(n))

struct timer_base {
	struct spinlock lock;
	u64 now;			/* ticks up to which all is done */
	u64 next;			/* not later than the first expiry; U64_MAX: empty */
	u64 occupied[LEVELS];		/* a bit per slot */
	struct timer *running;
	struct hlist_head slots[LEVELS * SLOTS];
};

static struct timer_base bases[NR_CPUS];

static u64 ticks_now(void)
{
	return ktime_get_ns() / TICK_NS;
}

void timer_setup(struct timer *t, void (*fn)(struct timer *))
{
	*t = (struct timer) { .fn = fn };
}

static struct timer_base *base_lock(struct timer *t, irqflags_t *flags) __acquires(&base->lock)
{
	for (;;) {
		u32 cpu = READ_ONCE(t->cpu);
		struct timer_base *base = &bases[cpu];

		*flags = spin_lock_irqsave(&base->lock);
		if (likely(t->cpu == cpu))
			return base;
		spin_unlock_irqrestore(&base->lock, *flags);
	}
}

static bool base_remove(struct timer_base *base, struct timer *t)
{
	if (!timer_pending(t))
		return false;
	hlist_del_init(&t->link);
	if (!base->slots[t->slot].first)
		base->occupied[t->slot / SLOTS] &= ~(1ULL << (t->slot % SLOTS));
	return true;
}

static void base_insert(struct timer_base *base, struct timer *t, u64 expires)
{
	u64 delay = expires > base->now ? expires - base->now : 1;
	unsigned int level = 0, slot;

	while (level < LEVELS - 1 && delay >= level_max(level))
		level++;
	delay = min(delay, level_max(level) - 1);
	/* Rounded up to the grain of the level: late, never early. */
	expires = (base->now + delay + (1ULL << level_shift(level)) - 1) >> level_shift(level);
	slot = expires % SLOTS;
	t->expires_ticks = expires << level_shift(level);
	t->slot = (u16)(level * SLOTS + slot);
	hlist_add_head(&t->link, &base->slots[t->slot]);
	base->occupied[level] |= 1ULL << slot;
	base->next = min(base->next, t->expires_ticks);
}

/* The first expiry behind base->now, by the bit maps; U64_MAX if there is none. Lock held. */
static u64 base_first(const struct timer_base *base)
{
	u64 first = U64_MAX;

	for (unsigned int level = 0; level < LEVELS; level++) {
		u64 clock = (base->now >> level_shift(level)) + 1, turned;
		unsigned int shift = clock % SLOTS;

		if (!base->occupied[level])
			continue;
		/* Bit 0 becomes the slot of `clock`. */
		turned = base->occupied[level] >> shift |
			 (shift ? base->occupied[level] << (SLOTS - shift) : 0);
		clock += (unsigned int)__builtin_ctzll(turned);
		first = min(first, clock << level_shift(level));
	}
	return first;
}

/*
 * Brings base->now up to the clock, or to just before the first expiry: after an idle stretch, new
 * timers would else go into needlessly coarse slots. Not while functions run: the slots of
 * base->now are not all done then. Lock held.
 */
static void base_forward(struct timer_base *base)
{
	u64 now = ticks_now();

	if (now > base->now && !base->running)
		base->now = max(base->now, min(now, base_first(base) - 1));
}

bool timer_mod_ns(struct timer *t, u64 delay_ns)
{
	u64 deadline = deadline_ns(delay_ns);
	/* The first tick that is not before it. */
	u64 expires = deadline / TICK_NS + (deadline % TICK_NS != 0);
	struct timer_base *base;
	irqflags_t flags;
	bool pending = false;

	for (;;) {
		base = base_lock(t, &flags);
		pending |= base_remove(base, t);
		if (NR_CPUS == 1 || t->cpu == smp_cpu() || base->running == t)
			break;
		WRITE_ONCE(t->cpu, (u16)smp_cpu());
		spin_unlock_irqrestore(&base->lock, flags);
	}
	base_forward(base);
	base_insert(base, t, expires);
	spin_unlock_irqrestore(&base->lock, flags);
	return pending;
}

bool timer_del(struct timer *t)
{
	irqflags_t flags;
	struct timer_base *base = base_lock(t, &flags);
	bool pending = base_remove(base, t);

	spin_unlock_irqrestore(&base->lock, flags);
	return pending;
}

bool timer_del_sync(struct timer *t)
{
	bool pending = false;

	for (;;) {
		irqflags_t flags;
		struct timer_base *base = base_lock(t, &flags);
		bool running = base->running == t;

		pending |= base_remove(base, t);
		spin_unlock_irqrestore(&base->lock, flags);
		if (!running)
			return pending;
		cpu_relax();
	}
}

/* Calls the functions of a slot whose time has come. */
static void slot_run(struct timer_base *base, unsigned int index, irqflags_t *flags)
	__must_hold(&base->lock)
{
	struct hlist_head *slot = &base->slots[index];

	while (slot->first) {
		struct timer *t = container_of(slot->first, struct timer, link);

		base_remove(base, t);
		base->running = t;
		spin_unlock_irqrestore(&base->lock, *flags);
		t->fn(t);
		*flags = spin_lock_irqsave(&base->lock);
		base->running = NULL;
	}
}

/*
 * Soft interrupt. Goes from expiry to expiry; base->now is moved first, so that what a function
 * starts goes behind it.
 */
static void timer_softirq(void)
{
	struct timer_base *base = &bases[smp_cpu()];
	irqflags_t flags = spin_lock_irqsave(&base->lock);
	u64 until = ticks_now(), due;

	while ((due = base_first(base)) <= until) {
		base->now = due;
		for (unsigned int level = 0; level < LEVELS; level++) {
			u64 clock = due >> level_shift(level);

			if (clock << level_shift(level) == due)
				slot_run(base, level * SLOTS + clock % SLOTS, &flags);
		}
	}
	base->now = max(base->now, until);
	base->next = due;
	spin_unlock_irqrestore(&base->lock, flags);
}

void timer_tick(void)
{
	if (READ_ONCE(bases[smp_cpu()].next) * TICK_NS <= ktime_get_coarse_ns())
		softirq_raise(SOFTIRQ_TIMER);
}

u64 timer_next_ns(void)
{
	struct timer_base *base = &bases[smp_cpu()];
	u64 first;

	raw_spin_lock(&base->lock);
	first = base_first(base);
	base->next = first;
	raw_spin_unlock(&base->lock);
	return first == U64_MAX ? U64_MAX : first * TICK_NS;
}

void timer_init(void)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		bases[cpu].next = U64_MAX;
	softirq_open(SOFTIRQ_TIMER, timer_softirq);
}
