// SPDX-License-Identifier: MIT
/* Looks addresses up in the generated symbol table: see exo/ksyms.h. The table never changes. */
#include <exo/ksyms.h>
#include <exo/sections.h>
#include <exo/vsnprintf.h>

bool ksyms_lookup(uintptr_t addr, const char **name, size_t *offset)
{
	uintptr_t start = (uintptr_t)__text_start;
	u32 low = 0, high, at;

	if (!IS_ENABLED(CONFIG_KSYMS) || addr < start || addr >= (uintptr_t)__text_end)
		return false;
	at = (u32)(addr - start);
	high = ksyms_count;
	if (!high || at < ksyms_offset[0])
		return false;
	/* ksyms_offset[low] <= at < ksyms_offset[high], taking the end for infinity */
	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (ksyms_offset[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	*name = ksyms_names + ksyms_name[low];
	*offset = at - ksyms_offset[low];
	return true;
}

bool ksyms_format(char *buf, size_t size, char kind, const void *p)
{
	const char *name;
	size_t offset;

	if (!ksyms_lookup((uintptr_t)p, &name, &offset))
		return false;
	if (kind == 's')
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s+%#zx", name, offset);
	return true;
}
