// SPDX-License-Identifier: MIT
/*
 * The cycle counter: its rate, and the clock source.
 *
 * Calibration: one window of 2 ms, measured by the HPET or else the PIT, in which both the cycle
 * counter and the local APIC's timer run. Each end of the window is read several times and the
 * reading with the least time around it is taken, so that a hypervisor that took the CPU away in
 * between does not spoil the result. CPUID leaf 0x15, where it says all, is more exact than any
 * measurement.
 *
 * It is trusted as a clock if the CPU calls it invariant, or under a hypervisor (which answers for
 * it).
 */
#include <exo/clocksource.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <asm/cycles.h>
#include "../cpu/cpu.h"
#include "../irq/irq.h"
#include "time.h"

#define WINDOW_NS	2000000ULL
#define READINGS	4
#define HZ_MIN		1000000ULL
/* No window takes longer than this many cycles: 2 ms at 100 GHz. */
#define WINDOW_MAX_CYCLES 200000000ULL
#define ASSUMED_HZ	1000000000ULL
#define NS_PER_S	1000000000ULL
#define FS_PER_NS	1000000ULL
#define FS_PER_S	1000000000000000ULL

static u64 hz __ro_after_init;

u64 tsc_hz(void)
{
	return hz;
}

/* What time is taken from: an up-counter of `mask` significant bits. */
struct reference {
	const char *name;
	u64 (*read)(void);
	u64 mask;
	u64 period_fs;
};

struct reading {
	u64 cycles, reference;
	u32 timer;
};

/* All three at one moment, as nearly as it can be had. */
static struct reading reading_take(const struct reference *ref)
{
	struct reading best = { 0 };
	u64 least = U64_MAX;

	for (int i = 0; i < READINGS; i++) {
		struct reading r;
		u64 before = cycles_read_ordered(), after;

		r.timer = lapic_timer_elapsed();
		r.reference = ref->read();
		after = cycles_read_ordered();
		r.cycles = before + (after - before) / 2;
		if (after - before < least) {
			least = after - before;
			best = r;
		}
	}
	return best;
}

/* Waits the window out. Its true length in ns; 0: the reference stands still. */
static u64 window_wait(const struct reference *ref, struct reading *from, struct reading *to)
{
	u64 ticks = WINDOW_NS * FS_PER_NS / ref->period_fs;

	*from = reading_take(ref);
	while (((ref->read() - from->reference) & ref->mask) < ticks)
		if (cycles_read() - from->cycles > WINDOW_MAX_CYCLES)
			return 0;
	*to = reading_take(ref);
	return ((to->reference - from->reference) & ref->mask) * ref->period_fs / FS_PER_NS;
}

/* Cycles per second as CPUID states it; 0: it does not. */
static u64 hz_stated(void)
{
	struct cpuid_regs r;

	if (cpuid(0, 0).a < 0x15)
		return 0;
	r = cpuid(0x15, 0);
	return r.a && r.b && r.c ? (u64)r.c * r.b / r.a : 0;
}

void clocks_calibrate(void)
{
	struct reference refs[] = {
		{ "HPET", hpet_read, hpet_mask(), hpet_period_fs() },
		{ "PIT", pit_read, U16_MAX, pit_period_fs() },
		{ "itself", cycles_read, U64_MAX, 0 },
	}, *ref = refs;
	struct reading from = { 0 }, to = { 0 };
	u64 ns = 0, stated = hz_stated(), timer_khz;

	refs[2].period_fs = FS_PER_S / (stated ? stated : ASSUMED_HZ);
	lapic_timer_measure();
	for (ref = refs; ref < refs + ARRAY_SIZE(refs); ref++) {
		ns = ref->period_fs ? window_wait(ref, &from, &to) : 0;
		if (ns)
			break;
	}
	/* The cycle counter itself cannot stand still for as long as that. */
	if (!ns)
		panic("CPU: no counter counts: HPET, PIT and time stamp counter stand still");
	if (ref->read == cycles_read && !stated)
		log_warn("tsc: neither HPET nor PIT: assuming %llu MHz", ASSUMED_HZ / 1000000);
	hz = stated ? stated : (to.cycles - from.cycles) * NS_PER_S / ns;
	lapic_timer_set_rate(to.timer - from.timer, ns);
	timer_khz = (to.timer - from.timer) * 1000000ULL / ns;
	log_info("tsc: %llu.%03llu MHz, timer %llu.%03llu MHz, by %s in %llu us", hz / 1000000,
		 hz / 1000 % 1000, timer_khz / 1000, timer_khz % 1000, ref->name, ns / 1000);
}

static u64 tsc_clock_hz(void)
{
	bool trusted = cpu_has(CPU_INVARIANT_TSC) || cpu_has(CPU_HYPERVISOR);

	return trusted && hz >= HZ_MIN ? hz : 0;
}

CLOCKSOURCE(tsc) = {
	.name = "tsc",
	.rating = 300,
	.freq_hz = tsc_clock_hz,
	.read = cycles_read,
	.mask = U64_MAX,
};
