// SPDX-License-Identifier: MIT
/*
 * The 8254 timer: channel 0 runs freely, as the clock source of last resort, and measures the
 * calibration window where there is no HPET. Its interrupt stays masked.
 *
 * Reading channel 0 is latch, low byte, high byte: pit_lock makes that one access.
 */
#include <exo/clocksource.h>
#include <exo/spinlock.h>
#include <asm/io.h>
#include "time.h"

#define PIT_CHANNEL0	0x40
#define PIT_HZ		1193182
#define PIT_MODE	0x43
#define MODE_CH0_RATE	0x34		/* both bytes, mode 2 */
#define MODE_CH0_LATCH	0x00

static DEFINE_SPINLOCK(pit_lock);
static bool present __ro_after_init;

static u16 pit_latch_read(void)
{
	irqflags_t flags = raw_spin_lock_irqsave(&pit_lock);
	u16 count;

	outb(MODE_CH0_LATCH, PIT_MODE);
	count = inb(PIT_CHANNEL0);
	count |= (u16)inb(PIT_CHANNEL0) << 8;
	raw_spin_unlock_irqrestore(&pit_lock, flags);
	return count;
}

/* There if it counts: an absent one reads all ones. */
void pit_init(void)
{
	u16 first;

	outb(MODE_CH0_RATE, PIT_MODE);
	outb(0, PIT_CHANNEL0);
	outb(0, PIT_CHANNEL0);
	first = pit_latch_read();
	for (unsigned int i = 0; i < 1000 && !present; i++)
		present = pit_latch_read() != first;
}

u64 pit_period_fs(void)
{
	return present ? 1000000000000000ULL / PIT_HZ : 0;
}

static u64 pit_hz(void)
{
	return present ? PIT_HZ : 0;
}

/* It counts down from 65536; a clock counts up. */
u64 pit_read(void)
{
	return (u16)-pit_latch_read();
}

CLOCKSOURCE(pit) = {
	.name = "pit",
	.rating = 110,
	.freq_hz = pit_hz,
	.read = pit_read,
	.mask = U16_MAX,
};
