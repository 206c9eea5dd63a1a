/* SPDX-License-Identifier: MIT */
/*
 * Where readers of the log sleep until there is a new record. The log itself (base/) cannot wake
 * anybody: the tick does it, so a reader may be late by one. kernel/log_wait.c.
 */
#ifndef EXO_LOG_WAIT_H
#define EXO_LOG_WAIT_H

#include <exo/waitqueue.h>

extern struct waitqueue log_waitqueue;

/* Registers with the log. Boot, once. */
void log_wait_init(void);

#endif
