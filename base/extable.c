// SPDX-License-Identifier: MIT
/*
 * Search of the exception table. Its entries lie in the order in which the linker met the objects,
 * which is mostly that of the addresses; extable_init() looks, and if it is not, the search
 * goes through all of them: a few dozen, only on a fault. The table itself is read-only.
 */
#include <exo/extable.h>
#include <exo/sections.h>

static bool sorted __ro_after_init;

static uintptr_t fault_of(const struct extable_entry *e)
{
	return (uintptr_t)&e->fault_rel + (uintptr_t)(long)e->fault_rel;
}

static uintptr_t fixup_of(const struct extable_entry *e)
{
	return (uintptr_t)&e->fixup_rel + (uintptr_t)(long)e->fixup_rel;
}

void extable_init(void)
{
	const struct extable_entry *e;

	for (e = __start_extable; e + 1 < __stop_extable; e++)
		if (fault_of(e) >= fault_of(e + 1))
			return;
	sorted = true;
}

static uintptr_t search_all(uintptr_t ip)
{
	const struct extable_entry *e;

	for (e = __start_extable; e < __stop_extable; e++)
		if (fault_of(e) == ip)
			return fixup_of(e);
	return 0;
}

uintptr_t extable_search(uintptr_t ip)
{
	const struct extable_entry *low = __start_extable, *high = __stop_extable;

	if (!sorted)
		return search_all(ip);
	while (low < high) {
		const struct extable_entry *middle = low + (high - low) / 2;

		if (fault_of(middle) == ip)
			return fixup_of(middle);
		if (fault_of(middle) < ip)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}
