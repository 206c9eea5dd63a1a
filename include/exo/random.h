/* SPDX-License-Identifier: MIT */
/*
 * Random numbers. kernel/random.c. Any context, also before random_init() (then only as good as
 * what the CPU gives); after it they are fit for keys as soon as random_ready() says so.
 */
#ifndef EXO_RANDOM_H
#define EXO_RANDOM_H

#include <exo/types.h>

void random_bytes(void *buf, size_t n);
u64 random_u64(void);
/* Uniform in 0..limit-1; limit > 0. */
u32 random_below(u32 limit);

/* Mixes something in that an attacker may not know; credits `bits` of it (0: none). */
void entropy_add(const void *data, size_t n, unsigned int bits);
/* The moment of an interrupt: cheap, hard interrupt context. */
void entropy_add_interrupt(unsigned int irq);

/* 256 bits have been credited. */
bool random_ready(void);
/* Sleeps until then; 0 or -ERESTARTSYS. */
int __must_check random_wait_ready(void);

void random_init(void);

#endif
