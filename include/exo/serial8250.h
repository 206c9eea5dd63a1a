/* SPDX-License-Identifier: MIT */
/* The first serial port as a console before there are drivers. drivers/tty/serial8250.c. */
#ifndef EXO_SERIAL8250_H
#define EXO_SERIAL8250_H

/* Registers it as early console if it answers. Boot, before memory, interrupts off. */
void serial8250_early_init(void);

#endif
