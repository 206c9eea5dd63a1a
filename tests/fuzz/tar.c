// SPDX-License-Identifier: MIT
/*
 * Any bytes as a tar archive. The checksums would keep the fuzzer out: every block that looks
 * like a header (it says ustar) is given the right one first.
 */
#include <exo/string.h>
#include <exo/tar.h>
#include <exo/vsnprintf.h>
#include "fuzz.h"

static u8 archive[1 << 16];

static void seal(u8 *h)
{
	u32 sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct tar_reader r;
	struct tar_entry e;
	int result;

	size = min(size, sizeof(archive));
	memcpy(archive, data, size);
	for (size_t at = 0; at + TAR_BLOCK <= size; at += TAR_BLOCK)
		if (!memcmp(archive + at + 257, "ustar", 5))
			seal(archive + at);
	tar_open(&r, archive, size);
	while ((result = tar_next(&r, &e)) > 0) {
		fuzz_check(*e.path && strlen(e.path) < TAR_PATH_MAX);
		fuzz_check(strlen(e.link) < TAR_PATH_MAX);
		fuzz_check(e.offset <= size && e.bytes <= size - e.offset && e.mode <= 07777);
		fuzz_check(e.offset % TAR_BLOCK == 0);
	}
	fuzz_check(r.pos <= size && (result == 0 || r.error));
	return 0;
}
