/* SPDX-License-Identifier: MIT */
/*
 * ChaCha20 block function (RFC 8439): the core of the random number generator. Pure: any context.
 */
#ifndef EXO_CHACHA_H
#define EXO_CHACHA_H

#include <exo/types.h>

#define CHACHA_KEY_BYTES	32
#define CHACHA_NONCE_BYTES	12
#define CHACHA_BLOCK_BYTES	64

struct chacha_state {
	u32 word[16];	/* constants, key, block counter (word 12), nonce */
};

void chacha_init(struct chacha_state *s, const u8 key[CHACHA_KEY_BYTES], u32 counter,
		 const u8 nonce[CHACHA_NONCE_BYTES]);
/* The key stream of the current block; counts the block. */
void chacha_block(struct chacha_state *s, u8 out[CHACHA_BLOCK_BYTES]);

#endif
