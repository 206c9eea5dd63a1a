// SPDX-License-Identifier: MIT
/*
 * The two 8259 interrupt controllers: moved away from the exception vectors, since even a masked
 * one may raise a spurious interrupt, and masked for good.
 */
#include <asm/io.h>
#include "../entry/trap.h"
#include "irq.h"

#define PIC1	0x20
#define PIC2	0xa0
#define ICW1_INIT_ICW4	0x11
#define ICW4_8086	0x01

void pic_mask(void)
{
	static const u16 base[2] = { PIC1, PIC2 };
	/* Spurious ones arrive at a vector of which nobody believes anything. */
	static const u8 vectors[2] = { VECTOR_SPURIOUS & 0xf8, VECTOR_SPURIOUS & 0xf8 };
	static const u8 cascade[2] = { 1 << 2, 2 };

	for (int i = 0; i < 2; i++) {
		outb(ICW1_INIT_ICW4, base[i]);
		io_delay();
		outb(vectors[i], base[i] + 1);
		io_delay();
		outb(cascade[i], base[i] + 1);
		io_delay();
		outb(ICW4_8086, base[i] + 1);
		io_delay();
		outb(0xff, base[i] + 1);
	}
}
