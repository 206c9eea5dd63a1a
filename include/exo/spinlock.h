/* SPDX-License-Identifier: MIT */
/*
 * Spin locks. Context: any, never sleeps while held; a lock that an interrupt handler takes is
 * taken with _irqsave everywhere else.
 *
 * raw_*: the lock alone, for base/ and arch/ and for code that already is non-preemptible; the
 * caller guarantees that it cannot be preempted (interrupts off). Everybody else uses spin_*,
 * which hold preemption off.
 *
 * A ticket lock: `next` is drawn, `owner` is served; held iff owner != next. With one CPU the lock
 * word is not touched: holding preemption (or interrupts) off is the whole lock.
 */
#ifndef EXO_SPINLOCK_H
#define EXO_SPINLOCK_H

#include <exo/preempt.h>
#include <asm/cpu.h>
#include <asm/irq.h>

struct spinlock {
	u16 owner;	/* ticket being served; written by the holder only */
	u16 next;	/* next ticket to draw; fetched and added by contenders */
};

#define SPINLOCK_INIT { 0, 0 }
#define DEFINE_SPINLOCK(name) struct spinlock name = SPINLOCK_INIT

static inline void spinlock_init(struct spinlock *l)
{
	*l = (struct spinlock)SPINLOCK_INIT;
}

static inline void raw_spin_lock(struct spinlock *l) __acquires(l)
{
	__acquire(l);
	if (CONFIG_NR_CPUS > 1) {
		u16 ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);

		/* acquire: pairs with the release in raw_spin_unlock() of the previous holder */
		while (__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != ticket)
			cpu_relax();
	}
	barrier();
}

static inline void raw_spin_unlock(struct spinlock *l) __releases(l)
{
	barrier();
	if (CONFIG_NR_CPUS > 1)
		/* release: pairs with the acquire in raw_spin_lock() of the next holder */
		__atomic_store_n(&l->owner, (u16)(l->owner + 1), __ATOMIC_RELEASE);
	__release(l);
}

static inline irqflags_t raw_spin_lock_irqsave(struct spinlock *l) __acquires(l)
{
	irqflags_t flags = irq_save();

	raw_spin_lock(l);
	return flags;
}

static inline void raw_spin_unlock_irqrestore(struct spinlock *l, irqflags_t flags) __releases(l)
{
	raw_spin_unlock(l);
	irq_restore(flags);
}

static inline void spin_lock(struct spinlock *l) __acquires(l)
{
	preempt_disable();
	raw_spin_lock(l);
}

static inline void spin_unlock(struct spinlock *l) __releases(l)
{
	raw_spin_unlock(l);
	preempt_enable();
}

static inline irqflags_t spin_lock_irqsave(struct spinlock *l) __acquires(l)
{
	irqflags_t flags;

	if (IS_ENABLED(CONFIG_CC_OPTIMIZE_FOR_SIZE)) {
		flags = preempt_disable_irqsave_call();
	} else {
		flags = irq_save();
		preempt_disable();
	}
	raw_spin_lock(l);
	return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *l, irqflags_t flags) __releases(l)
{
	raw_spin_unlock(l);
	if (IS_ENABLED(CONFIG_CC_OPTIMIZE_FOR_SIZE)) {
		preempt_enable_irqrestore_call(flags);
	} else {
		irq_restore(flags);
		preempt_enable();
	}
}

#endif
