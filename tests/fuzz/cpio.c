// SPDX-License-Identifier: MIT
/* Any bytes as a cpio archive: every entry lies inside it, and the reader comes to an end. */
#include <exo/cpio.h>
#include <exo/string.h>
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct cpio_reader r;
	struct cpio_entry e;
	int result;

	cpio_open(&r, data, size);
	while ((result = cpio_next(&r, &e)) > 0) {
		if (result != CPIO_ENTRY)
			continue;
		fuzz_check(strlen(e.name) == e.name_len && e.name_len < CPIO_NAME_MAX);
		fuzz_touch(e.data, e.bytes);
	}
	fuzz_check(r.pos <= size && (result == CPIO_END || r.error));
	return 0;
}
