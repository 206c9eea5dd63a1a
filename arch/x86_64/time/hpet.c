// SPDX-License-Identifier: MIT
/*
 * The HPET's main counter: a clock source, and what the others are measured with. Its comparators
 * stay unused.
 */
#include <exo/clocksource.h>
#include <exo/log.h>
#include <asm/io.h>
#include "../mm/fixmap.h"
#include "time.h"

#define HPET_CAPABILITIES	0x000
#define HPET_CONFIG		0x010
#define HPET_COUNTER		0x0f0
#define CAP_64BIT		BIT(13)
#define CONFIG_ENABLE		BIT(0)
#define CONFIG_LEGACY		BIT(1)
#define PERIOD_MAX_FS		100000000	/* IA-PC HPET specification 1.0a, 2.3.4 */
#define PERIOD_MIN_FS		100000		/* 10 GHz: beyond that it is nonsense */
#define FS_PER_S		1000000000000000ULL

static u8 __iomem *hpet __ro_after_init;
static u64 period_fs __ro_after_init;
static bool is_64bit __ro_after_init;

void hpet_init(phys_addr_t base)
{
	u64 cap;

	hpet = fixmap_io(FIX_HPET, base);
	cap = readq(hpet + HPET_CAPABILITIES);
	period_fs = cap >> 32;
	is_64bit = cap & CAP_64BIT;
	if (period_fs < PERIOD_MIN_FS || period_fs > PERIOD_MAX_FS) {
		log_warn("hpet: a period of %llu fs at %#llx is absurd, ignored", period_fs, base);
		period_fs = 0;
		return;
	}
	writel((readl(hpet + HPET_CONFIG) | CONFIG_ENABLE) & ~CONFIG_LEGACY, hpet + HPET_CONFIG);
}

u64 hpet_period_fs(void)
{
	return period_fs;
}

u64 hpet_mask(void)
{
	return is_64bit ? U64_MAX : U32_MAX;
}

u64 hpet_read(void)
{
	return is_64bit ? readq(hpet + HPET_COUNTER) : readl(hpet + HPET_COUNTER);
}

static u64 hpet_hz(void)
{
	return period_fs ? FS_PER_S / period_fs : 0;
}

/* 32 bits, since that many are always there and the mask is a constant. */
static u64 hpet_clock_read(void)
{
	return hpet_read() & U32_MAX;
}

CLOCKSOURCE(hpet) = {
	.name = "hpet",
	.rating = 250,
	.freq_hz = hpet_hz,
	.read = hpet_clock_read,
	.mask = U32_MAX,
};
