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
u64 hpet_read(void);		/* of hpet_mask() significant bits */
u64 hpet_mask(void);
u64 hpet_period_fs(void);	/* 0: not there */

/* ---- time/pit.c ---- */
void pit_init(void);
u64 pit_read(void);		/* 16 significant bits */
u64 pit_period_fs(void);	/* 0: not there */

/* ---- time/rtc.c ---- */
void rtc_century_register(u8 reg);	/* from the FADT; 0: none */

#endif
