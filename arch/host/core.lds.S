/* SPDX-License-Identifier: MIT */
/* Gathers the section tables of the hosted core (ld -r); everything else stays as it is. */
#include <exo/tables.h>

#define TABLE(name) \
	exo_##name : { \
		__start_exo_##name = .; \
		KEEP(*(SORT_BY_NAME(exo.name.*))) \
		__stop_exo_##name = .; \
	}

SECTIONS
{
	EXO_TABLES(TABLE)
	EXO_PROC_TABLES(TABLE)

	exo_extable : {
		__start_extable = .;
		KEEP(*(extable))
		__stop_extable = .;
	}
	exo_percpu : ALIGN(64) {
		__percpu_start = .;
		KEEP(*(.percpu.hot))
		*(.percpu.data)
		__percpu_end = .;
	}
}
