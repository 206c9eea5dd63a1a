// SPDX-License-Identifier: MIT
/*
 * The CMOS clock, read once at boot. It may change while it is read, so a reading counts only if no
 * update was in progress and a second one is the same.
 *
 * Does not: set the clock, alarms, time zones (it is taken to be UTC).
 */
#include <asm/io.h>
#include <asm/time.h>
#include "time.h"

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define RTC_SECONDS	0x00
#define RTC_MINUTES	0x02
#define RTC_HOURS	0x04
#define RTC_DAY		0x07
#define RTC_MONTH	0x08
#define RTC_YEAR	0x09
#define RTC_STATUS_A	0x0a
#define RTC_STATUS_B	0x0b
#define STATUS_A_UPDATING 0x80
#define STATUS_B_24H	0x02
#define STATUS_B_BINARY	0x04
#define HOURS_PM	0x80

struct rtc_time {
	u8 second, minute, hour, day, month, year, century;
};

static u8 century_register __ro_after_init;

void rtc_century_register(u8 reg)
{
	/* The standard registers end at 0x0d, the bank at 0x7f. */
	century_register = reg > 0x0d && reg < 0x80 ? reg : 0;
}

static u8 cmos_read(u8 reg)
{
	outb(reg, CMOS_INDEX);
	return inb(CMOS_DATA);
}

static struct rtc_time rtc_raw(void)
{
	/* An update takes 2 ms; a clock that never gets done has stopped. */
	for (unsigned int i = 0; i < 10000 && (cmos_read(RTC_STATUS_A) & STATUS_A_UPDATING); i++)
		io_delay();
	return (struct rtc_time){
		.second = cmos_read(RTC_SECONDS), .minute = cmos_read(RTC_MINUTES),
		.hour = cmos_read(RTC_HOURS), .day = cmos_read(RTC_DAY),
		.month = cmos_read(RTC_MONTH), .year = cmos_read(RTC_YEAR),
		.century = century_register ? cmos_read(century_register) : 0,
	};
}

static u8 from_bcd(u8 v)
{
	return (v >> 4) * 10 + (v & 0xf);
}

static void rtc_decode(struct rtc_time *t, u8 status_b)
{
	bool pm = t->hour & HOURS_PM;

	t->hour &= ~HOURS_PM;
	if (!(status_b & STATUS_B_BINARY)) {
		t->second = from_bcd(t->second);
		t->minute = from_bcd(t->minute);
		t->hour = from_bcd(t->hour);
		t->day = from_bcd(t->day);
		t->month = from_bcd(t->month);
		t->year = from_bcd(t->year);
		t->century = from_bcd(t->century);
	}
	if (!(status_b & STATUS_B_24H))
		t->hour = t->hour % 12 + (pm ? 12 : 0);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so that the leap
 * day is the last one. */
static u64 days_from_civil(u32 year, u32 month, u32 day)
{
	u32 y = month <= 2 ? year - 1 : year;
	u32 m = month <= 2 ? month + 9 : month - 3;

	return 365ULL * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

u64 arch_rtc_read_seconds(void)
{
	struct rtc_time t = rtc_raw(), again;
	u32 year;

	for (unsigned int i = 0; i < 5; i++) {
		again = rtc_raw();
		if (memcmp(&t, &again, sizeof(t)) == 0)
			break;
		t = again;
	}
	rtc_decode(&t, cmos_read(RTC_STATUS_B));
	year = t.century >= 19 && t.century <= 29 ? t.century * 100 + t.year : 2000 + t.year;
	if (t.second > 60 || t.minute > 59 || t.hour > 23 || !t.day || t.day > 31 || !t.month ||
	    t.month > 12 || t.year > 99 || year < 1970)
		return 0;
	return days_from_civil(year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 +
	       t.second;
}
