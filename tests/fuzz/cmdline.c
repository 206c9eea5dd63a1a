// SPDX-License-Identifier: MIT
/* Any text as a command line: its words lie inside it, and finding agrees with cutting. */
#include <exo/cmdline.h>
#include <exo/string.h>
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char text[512], copy[512], value[512], *at = text;
	ssize_t expected = -1, found;
	struct cmdline_word w;

	size = min(size, sizeof(text) - 1);
	memcpy(text, data, size);
	text[size] = '\0';
	memcpy(copy, text, sizeof(text));
	found = cmdline_find(copy, "key", value, sizeof(value));
	while (cmdline_next(&at, &w)) {
		fuzz_check(w.key >= text && w.key + strlen(w.key) <= text + size);
		fuzz_check(!w.value || w.value + strlen(w.value) <= text + size);
		if (!w.value && streq(w.key, "--"))
			break;
		if (cmdline_key_equal(w.key, "key"))
			expected = w.value ? (ssize_t)strlen(w.value) : 0;
	}
	fuzz_check(expected < 0 ? found < 0 : found == expected);
	return 0;
}
