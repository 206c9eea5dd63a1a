// SPDX-License-Identifier: MIT
/* ChaCha20 as in RFC 8439, section 2.3. */
#include <exo/byteorder.h>
#include <exo/chacha.h>

static u32 rol32(u32 v, unsigned int n)
{
	return v << n | v >> (32 - n);
}

static void quarter_round(u32 w[16], int a, int b, int c, int d)
{
	w[a] += w[b];
	w[d] = rol32(w[d] ^ w[a], 16);
	w[c] += w[d];
	w[b] = rol32(w[b] ^ w[c], 12);
	w[a] += w[b];
	w[d] = rol32(w[d] ^ w[a], 8);
	w[c] += w[d];
	w[b] = rol32(w[b] ^ w[c], 7);
}

void chacha_init(struct chacha_state *s, const u8 key[CHACHA_KEY_BYTES], u32 counter,
		 const u8 nonce[CHACHA_NONCE_BYTES])
{
	static const char constant[] = "expand 32-byte k";

	for (int i = 0; i < 4; i++)
		s->word[i] = get_le32(constant + 4 * i);
	for (int i = 0; i < 8; i++)
		s->word[4 + i] = get_le32(key + 4 * i);
	s->word[12] = counter;
	for (int i = 0; i < 3; i++)
		s->word[13 + i] = get_le32(nonce + 4 * i);
}

void chacha_block(struct chacha_state *s, u8 out[CHACHA_BLOCK_BYTES])
{
	u32 w[16];

	memcpy(w, s->word, sizeof(w));
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 4; i++)		/* columns */
			quarter_round(w, i, 4 + i, 8 + i, 12 + i);
		for (int i = 0; i < 4; i++)		/* diagonals */
			quarter_round(w, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
	}
	for (int i = 0; i < 16; i++)
		put_le32(out + 4 * i, w[i] + s->word[i]);
	s->word[12]++;
}
