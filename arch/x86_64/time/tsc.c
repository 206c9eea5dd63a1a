// SPDX-License-Identifier: MIT
/*
 * The cycle counter: its rate, and the clock source.
 *
 * Calibration: one window of 2 ms, measured by the HPET or else the PIT, in which both the cycle counter
 * and the local APIC's timer run. Each end of the window is read several times and the reading with
 * the least time around it is taken, so that a hypervisor that took the CPU away in between does
 * not spoil the result. CPUID leaf 0x15, where it says all, is more exact than any measurement.
 *
 * It is trusted as a clock if the CPU calls it invariant, or under a hypervisor (which answers for it).
 */
#include <exo/clocksource.h>
#include <exo/log.h>
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

static u64 hz __ro_after_init;

u64 tsc_hz(void)
{
	return hz;
}

struct reading {
	u64 cycles, hpet;
	u32 timer;
};

/* All three at one moment, as nearly as it can be had. */
static struct reading reading_take(void)
{
	struct reading best = { 0 };
	u64 least = U64_MAX;

	for (int i = 0; i < READINGS; i++) {
		struct reading r;
		u64 before = cycles_read_ordered(), after;

		r.hpet = hpet_present() ? hpet_read() : 0;
		r.timer = lapic_timer_elapsed();
		after = cycles_read_ordered();
		r.cycles = before + (after - before) / 2;
		if (after - before < least) {
			least = after - before;
			best = r;
		}
	}
	return best;
}

/* Waits the window out. Its true length in ns; 0: what should have measured it stands still. */
static u64 window_hpet(struct reading *from, struct reading *to)
{
	u64 period = hpet_period_fs(), mask = hpet_mask();
	u64 ticks = WINDOW_NS * 1000000 / period;

	*from = reading_take();
	while (((hpet_read() - from->hpet) & mask) < ticks)
		if (cycles_read() - from->cycles > WINDOW_MAX_CYCLES)
			return 0;
	*to = reading_take();
	return ((to->hpet - from->hpet) & mask) * period / 1000000;
}

static u64 window_pit(struct reading *from, struct reading *to)
{
	u16 ticks = WINDOW_NS * PIT_HZ / 1000000000;

	pit_countdown_start(ticks);
	*from = reading_take();
	while (!pit_countdown_done())
		if (cycles_read() - from->cycles > WINDOW_MAX_CYCLES)
			return 0;
	*to = reading_take();
	return ticks * 1000000000ULL / PIT_HZ;
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
	struct reading from = { 0 }, to = { 0 };
	const char *by = "HPET";
	u64 ns = 0, stated = hz_stated();

	lapic_timer_measure();
	if (hpet_present())
		ns = window_hpet(&from, &to);
	if (!ns) {
		by = "PIT";
		ns = window_pit(&from, &to);
	}
	if (!ns) {
		/* Nothing to measure with: the cycle counter itself, at its word or at a guess. */
		by = "nothing";
		hz = stated ? stated : ASSUMED_HZ;
		from = reading_take();
		while (cycles_read() - from.cycles < hz / 500)
			;
		to = reading_take();
		ns = (to.cycles - from.cycles) * 1000000 / (hz / 1000);
		if (!stated)
			log_warn("tsc: neither HPET nor PIT: assuming %llu MHz", hz / 1000000);
	}
	hz = stated ? stated : (to.cycles - from.cycles) * 1000000000 / ns;
	lapic_timer_set_rate(to.timer - from.timer, ns);
	log_info("tsc: %llu.%03llu MHz, timer %llu.%03llu MHz, by %s in %llu us", hz / 1000000,
		 hz / 1000 % 1000, (to.timer - from.timer) * 1000ULL / ns,
		 (to.timer - from.timer) * 1000000ULL / ns % 1000, by, ns / 1000);
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
