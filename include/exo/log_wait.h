/* SPDX-License-Identifier: MIT */
/*
 * Where readers of the log sleep until there is a new record. The log itself (base/) cannot wake
 * anybody: the tick does it, so a reader may be late by one. kernel/log_wait.c.
 */
#ifndef EXO_LOG_WAIT_H
#define EXO_LOG_WAIT_H

#include <exo/waitqueue.h>

extern struct waitqueue log_waitqueue;

/* The first record since the log was last cleared (dmesg -C). kernel/syslog.c. Any context. */
u64 log_cleared_seq(void);

/* Registers with the log. Boot, once. */
void log_wait_init(void);

#endif
