// SPDX-License-Identifier: MIT
/*
 * What the compiler calls when a check of -fsanitize=undefined fails. The structs are its own
 * (compiler-rt, ubsan_handlers.h; gcc, ubsan.cc). A place is reported once: the top bit of its
 * column is then set, as compiler-rt does it. Reports are warnings, since the code goes on as
 * it would have without the check.
 *
 * Does not: checks of alignment, null and object size (the build leaves them off: x86 reads at any
 * address, and page tables and ACPI want it so); overflow of additions, which -fwrapv defines.
 */
#include <exo/backtrace.h>
#include <exo/log.h>
#include <exo/panic.h>

struct ubsan_place {
	const char *file;
	u32 line, column;
};

struct ubsan_type {
	u16 kind;	/* 0: integer */
	u16 info;	/* bit 0: signed; above: log2 of the width */
	char name[];
};

struct ubsan_place_type {
	struct ubsan_place place;
	const struct ubsan_type *type;
};

struct ubsan_bounds {
	struct ubsan_place place;
	const struct ubsan_type *array, *index;
};

struct ubsan_shift {
	struct ubsan_place place;
	const struct ubsan_type *left, *right;
};

#define REPORTED (1U << 31)

/* A value is passed in the word itself if it fits. */
static long long value_of(const struct ubsan_type *type, unsigned long value)
{
	unsigned int bits = 1U << (type->info >> 1);

	if (type->kind || bits > 64)
		return 0;
	if (bits == 64 || !(type->info & 1))
		return (long long)value;
	return (long long)(value << (64 - bits)) >> (64 - bits);
}

static bool first_time(struct ubsan_place *place)
{
	return !(__atomic_fetch_or(&place->column, REPORTED, __ATOMIC_RELAXED) & REPORTED);
}

static void __printf(2, 3) report(struct ubsan_place *place, const char *fmt, ...)
{
	va_list args;

	if (!first_time(place))
		return;
	log_warn("WARNING: undefined behaviour at %s:%u:%u", place->file, place->line,
		 place->column & ~REPORTED);
	va_start(args, fmt);
	log_vprintf(LOG_WARN, fmt, args);
	va_end(args);
	backtrace_log(LOG_WARN);
}

void __ubsan_handle_out_of_bounds(struct ubsan_bounds *data, unsigned long index);
void __ubsan_handle_out_of_bounds(struct ubsan_bounds *data, unsigned long index)
{
	report(&data->place, "index %lld is outside %s", value_of(data->index, index),
	       data->array->name);
}

void __ubsan_handle_shift_out_of_bounds(struct ubsan_shift *data, unsigned long left,
					unsigned long right);
void __ubsan_handle_shift_out_of_bounds(struct ubsan_shift *data, unsigned long left,
					unsigned long right)
{
	report(&data->place, "%lld of type %s is shifted by %lld", value_of(data->left, left),
	       data->left->name, value_of(data->right, right));
}

void __ubsan_handle_divrem_overflow(struct ubsan_place_type *data, unsigned long left,
				    unsigned long right);
void __ubsan_handle_divrem_overflow(struct ubsan_place_type *data, unsigned long left,
				    unsigned long right)
{
	report(&data->place, "%lld is divided by %lld", value_of(data->type, left),
	       value_of(data->type, right));
}

void __ubsan_handle_load_invalid_value(struct ubsan_place_type *data, unsigned long value);
void __ubsan_handle_load_invalid_value(struct ubsan_place_type *data, unsigned long value)
{
	report(&data->place, "%lld is no value of type %s", value_of(data->type, value),
	       data->type->name);
}

/* There is nothing to go on with. */
void __ubsan_handle_builtin_unreachable(struct ubsan_place *place) __noreturn;
void __ubsan_handle_builtin_unreachable(struct ubsan_place *place)
{
	panic("%s:%u: code is reached that the compiler was told is not", place->file, place->line);
}
