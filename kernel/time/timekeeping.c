// SPDX-License-Identifier: MIT
/*
 * The clocks. CLOCK_MONOTONIC is base_ns plus what the clock source has counted since `base_count`;
 * CLOCK_REALTIME is CLOCK_MONOTONIC plus one offset.
 *
 *	ns = base_ns + (((count - base_count) & mask) * mult) >> 32,  mult = 2^32 * 10^9 / freq
 *
 * The product is taken in 128 bits, so it never overflows; the base moves forward only where a
 * narrow counter would wrap.
 *
 * Reading must work in an NMI that interrupts the writer, so it cannot wait for the writer. There
 * are two copies of the base. The writer makes `sequence` odd, changes copy 0, makes it even,
 * changes copy 1; a reader takes the copy that `sequence & 1` says is at rest, and repeats only if
 * `sequence` moved meanwhile. Writers hold `lock` with interrupts off.
 *
 * Does not: slew the clock (adjtimex), know leap seconds, suspend.
 */
#include <exo/atomic.h>
#include <exo/clocksource.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/hrtimer.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/spinlock.h>
#include <exo/string.h>
#include <exo/time.h>
#include <asm/barrier.h>
#include <asm/time.h>

DECLARE_SECTION(clocksource, struct clocksource);

struct base {
	u64 count, ns;
};

static const struct clocksource *source;	/* [I] after boot; NULL before */
static u64 mask, mult, max_idle_ns;		/* [I] after boot */

static DEFINE_SPINLOCK(lock);
static u32 sequence;			/* [lock] writes */
static struct base bases[2];		/* [lock] writes */
static u64 coarse_ns;			/* [lock] writes; one word */
static u64 real_offset_ns;		/* [lock] writes; one word */

static u64 count_to_ns(const struct base *b, u64 count)
{
	return b->ns + (u64)(((unsigned __int128)((count - b->count) & mask) * mult) >> 32);
}

u64 ktime_get_ns(void)
{
	struct base b;
	u32 seq;

	if (unlikely(!source))
		return 0;
	do {
		/* acquire: the copy is read after its number; partner: bases_set() */
		seq = smp_load_acquire(&sequence);
		b = *(volatile struct base *)&bases[seq & 1];
		smp_rmb();
	} while (unlikely(READ_ONCE(sequence) != seq));
	return count_to_ns(&b, source->read());
}

/* Lock held. Each barrier orders a number against the copy that it takes out of or into use. */
static void bases_set(struct base b)
{
	WRITE_ONCE(sequence, sequence + 1);
	smp_wmb();
	bases[0] = b;
	smp_wmb();
	WRITE_ONCE(sequence, sequence + 1);
	smp_wmb();
	bases[1] = b;
}

u64 ktime_real_offset_ns(void)
{
	return READ_ONCE(real_offset_ns);
}

u64 ktime_get_real_ns(void)
{
	return ktime_get_ns() + ktime_real_offset_ns();
}

u64 ktime_get_coarse_ns(void)
{
	return READ_ONCE(coarse_ns);
}

u64 ktime_get_coarse_real_ns(void)
{
	return ktime_get_coarse_ns() + ktime_real_offset_ns();
}

s64 real_seconds(void)
{
	return (s64)(ktime_get_coarse_real_ns() / NSEC_PER_SEC);
}

void timekeeping_update(void)
{
	u64 count, now;

	raw_spin_lock(&lock);
	count = source->read();
	now = count_to_ns(&bases[0], count);
	if (((count - bases[0].count) & mask) > mask / 4)
		bases_set((struct base) { .count = count, .ns = now });
	WRITE_ONCE(coarse_ns, now);
	raw_spin_unlock(&lock);
}

u64 timekeeping_max_idle_ns(void)
{
	return max_idle_ns;
}

int ktime_set_real(u64 real_ns)
{
	irqflags_t flags;
	u64 now;

	if (real_ns > (u64)S64_MAX / 2)
		return -EINVAL;
	flags = spin_lock_irqsave(&lock);
	now = ktime_get_ns();
	if (real_ns < now) {
		/* Linux refuses it too: the offset would be negative. */
		spin_unlock_irqrestore(&lock, flags);
		return -EINVAL;
	}
	WRITE_ONCE(real_offset_ns, real_ns - now);
	spin_unlock_irqrestore(&lock, flags);
	hrtimer_clock_was_set();
	return 0;
}

/* ---- Choosing the clock source ---- */

static char wanted[16];		/* clocksource= */

static int clocksource_param(const char *value)
{
	return strscpy(wanted, value, sizeof(wanted)) > 0 ? 0 : -EINVAL;
}
BOOT_PARAM_EARLY(clocksource, "clocksource", clocksource_param,
	   "take this clock source although another is rated better");

/* The best that works; one that was asked for beats them all. */
static const struct clocksource *clocksource_choose(u64 *freq_hz)
{
	const struct clocksource *c, *best = NULL;

	for_each_section_entry(clocksource, c) {
		bool asked = streq(c->name, wanted);
		u64 freq;

		if (best && !asked && c->rating <= best->rating)
			continue;
		freq = c->freq_hz();
		if (!freq)
			continue;
		best = c;
		*freq_hz = freq;
		if (asked)
			break;
	}
	if (wanted[0] && best && !streq(best->name, wanted))
		log_warn("clocksource=%s: there is no such clock here, using %s", wanted,
			 best->name);
	return best;
}

void timekeeping_init(void)
{
	u64 freq_hz = 0, rtc_seconds;
	const struct clocksource *c = clocksource_choose(&freq_hz);
	unsigned __int128 span;

	if (!c)
		panic("time: this machine has no usable clock source, one is needed");
	mask = c->mask;
	mult = (NSEC_PER_SEC << 32) / freq_hz;
	/* Half the way around the counter: timekeeping_update() moves the base after a quarter. */
	span = ((unsigned __int128)(mask >> 1) * mult) >> 32;
	max_idle_ns = span > (u64)S64_MAX ? (u64)S64_MAX : (u64)span;
	bases_set((struct base) { .count = c->read(), .ns = 0 });
	rtc_seconds = arch_rtc_read_seconds();
	real_offset_ns = rtc_seconds * NSEC_PER_SEC;
	source = c;
	log_clock_set(ktime_get_ns);
	log_info("time: clock source %s, %llu.%03llu MHz", c->name, freq_hz / 1000000,
		 freq_hz / 1000 % 1000);
	if (!rtc_seconds)
		log_warn("time: no battery clock, the date starts at 1970-01-01");
}
