// SPDX-License-Identifier: MIT
/*
 * Any bytes behind a gzip header: counting, into a buffer and through a window agree on how far
 * they came.
 */
#include <exo/inflate.h>
#include "fuzz.h"

static u8 input[1 << 16], out[1 << 18], window[INFLATE_WINDOW_BYTES];
static struct inflate z;
static u64 received;

static int receive(void *ctx, const u8 *data, size_t n)
{
	fuzz_check(received + n <= sizeof(out));
	for (size_t i = 0; i < n; i++)
		fuzz_check(out[received + i] == data[i]);
	received += n;
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 header[10] = { 0x1f, 0x8b, 8 };
	int err;
	u64 total;

	size = min(size, sizeof(input) - sizeof(header));
	memcpy(input, header, sizeof(header));
	memcpy(input + sizeof(header), data, size);
	size += sizeof(header);
	z = (struct inflate){ .in = input, .in_bytes = size, .out = out, .out_bytes = sizeof(out) };
	err = gunzip(&z);
	fuzz_check(z.used <= size && (!err || z.error));
	if (z.total > sizeof(out))
		return 0;
	total = z.total;
	received = 0;
	z = (struct inflate){ .in = input, .in_bytes = size, .out = window,
			      .out_bytes = sizeof(window), .sink = receive };
	fuzz_check(gunzip(&z) == err && z.total == total);
	z = (struct inflate){ .in = input, .in_bytes = size };
	/* without bytes there is no checksum to be wrong */
	fuzz_check((!gunzip(&z) || err) && z.total == total);
	return 0;
}
