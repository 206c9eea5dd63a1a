// SPDX-License-Identifier: MIT
/*
 * The 8254 timer. Channel 0 runs freely as the clock source of last resort, channel 2 (the speaker's)
 * measures the calibration window where there is no HPET. No interrupts.
 *
 * Reading channel 0 is latch, low byte, high byte: pit_lock makes that one access.
 */
#include <exo/clocksource.h>
#include <exo/spinlock.h>
#include <asm/io.h>
#include "time.h"

#define PIT_CHANNEL0	0x40
#define PIT_CHANNEL2	0x42
#define PIT_MODE	0x43
#define MODE_CH0_RATE	0x34		/* both bytes, mode 2 */
#define MODE_CH2_ONESHOT 0xb0		/* both bytes, mode 0 */
#define MODE_CH0_LATCH	0x00

#define PORT_B		0x61
#define PORT_B_GATE2	0x01
#define PORT_B_SPEAKER	0x02
#define PORT_B_OUT2	0x20

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

void pit_countdown_start(u16 ticks)
{
	/* The gate starts the count; the speaker stays silent. */
	outb((inb(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE2, PORT_B);
	outb(MODE_CH2_ONESHOT, PIT_MODE);
	outb((u8)ticks, PIT_CHANNEL2);
	outb((u8)(ticks >> 8), PIT_CHANNEL2);
}

bool pit_countdown_done(void)
{
	return inb(PORT_B) & PORT_B_OUT2;
}

static u64 pit_hz(void)
{
	return present ? PIT_HZ : 0;
}

/* It counts down from 65536; a clock counts up. */
static u64 pit_clock_read(void)
{
	return (u16)-pit_latch_read();
}

CLOCKSOURCE(pit) = {
	.name = "pit",
	.rating = 110,
	.freq_hz = pit_hz,
	.read = pit_clock_read,
	.mask = U16_MAX,
};
