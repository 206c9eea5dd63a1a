/* SPDX-License-Identifier: MIT */
/* Counters, between their files. */
#ifndef X86_TIME_TIME_H
#define X86_TIME_TIME_H

#include <exo/types.h>

/* ---- time/tsc.c ---- */
u64 tsc_hz(void);	/* 0 before calibration */
/* Measures the cycle counter and the local APIC's timer in one window of 2 ms. */
void clocks_calibrate(void);

/* ---- time/hpet.c ---- */
void hpet_init(phys_addr_t base);
bool hpet_present(void);
u64 hpet_read(void);		/* of hpet_mask() significant bits */
u64 hpet_mask(void);
u64 hpet_period_fs(void);

/* ---- time/pit.c ---- */
void pit_init(void);
/* Counts `ticks` of PIT_HZ down on channel 2, once; and has it got there? */
#define PIT_HZ 1193182
void pit_countdown_start(u16 ticks);
bool pit_countdown_done(void);

/* ---- time/rtc.c ---- */
void rtc_century_register(u8 reg);	/* from the FADT; 0: none */

#endif
