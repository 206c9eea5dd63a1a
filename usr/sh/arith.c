// SPDX-License-Identifier: MIT
/*
 * $((...)): C's integer expressions over longs.
 *
 * Binary operators go by precedence climbing over one table. `skip` counts the branches that are
 * parsed but not taken (after && || ?:): there nothing is assigned and a division by zero is no
 * error. Arithmetic wraps; a shift takes its count modulo 64. A variable's value may itself be an
 * expression.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"
#include "sh.h"
#include "var.h"

#define NESTING_MAX	64	/* brackets and unary operators within one another */
#define VARIABLES_MAX	16	/* variables whose values name variables */

struct arith {
	const char *at;
	unsigned int skip, nesting, variables;
	bool failed;
};

enum arith_op {
	OP_NONE, OP_COMMA, OP_OR, OP_AND, OP_BIT_OR, OP_BIT_XOR, OP_BIT_AND, OP_EQ, OP_NE, OP_LE,
	OP_GE, OP_LT, OP_GT, OP_SHL, OP_SHR, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD,
};

/* Longer texts before their heads. */
static const struct operator {
	char text[3];
	enum arith_op op;
	int precedence;
} operators[] = {
	{ "||", OP_OR, 2 },    { "&&", OP_AND, 3 },    { "==", OP_EQ, 7 },     { "!=", OP_NE, 7 },
	{ "<<", OP_SHL, 9 },   { ">>", OP_SHR, 9 },    { "<=", OP_LE, 8 },     { ">=", OP_GE, 8 },
	{ "|", OP_BIT_OR, 4 }, { "^", OP_BIT_XOR, 5 }, { "&", OP_BIT_AND, 6 }, { "<", OP_LT, 8 },
	{ ">", OP_GT, 8 },     { "+", OP_ADD, 10 },    { "-", OP_SUB, 10 },    { "*", OP_MUL, 11 },
	{ "/", OP_DIV, 11 },   { "%", OP_MOD, 11 },    { ",", OP_COMMA, 0 },
};

static long assignment(struct arith *a);
static long binary(struct arith *a, int lowest);

static long fail(struct arith *a, const char *why)
{
	if (!a->failed)
		sh_warn("%s at `%s'", why, a->at);
	a->failed = true;
	return 0;
}

static void skip_blanks(struct arith *a)
{
	a->at += strspn(a->at, " \t\n");
}

static bool accept(struct arith *a, const char *text)
{
	size_t len = strlen(text);

	skip_blanks(a);
	if (strncmp(a->at, text, len) != 0)
		return false;
	a->at += len;
	return true;
}

/* The name at the cursor, NULL for none; only `*len` bytes of it count. */
static const char *name_at(struct arith *a, size_t *len)
{
	skip_blanks(a);
	for (*len = 0; is_name(a->at, *len + 1); (*len)++)
		;
	return *len ? a->at : NULL;
}

/* ---- operators ---- */

static long divide(struct arith *a, enum arith_op op, long x, long y)
{
	if (!y)
		return a->skip ? 0 : fail(a, "division by zero");
	if (y == -1)	/* the machine traps on LONG_MIN / -1 */
		return op == OP_DIV ? (long)(0 - (unsigned long)x) : 0;
	return op == OP_DIV ? x / y : x % y;
}

static long apply(struct arith *a, enum arith_op op, long x, long y)
{
	unsigned long ux = (unsigned long)x, uy = (unsigned long)y;

	switch (op) {
	case OP_NONE: case OP_COMMA: return y;
	case OP_OR: return x || y;
	case OP_AND: return x && y;
	case OP_BIT_OR: return x | y;
	case OP_BIT_XOR: return x ^ y;
	case OP_BIT_AND: return x & y;
	case OP_EQ: return x == y;
	case OP_NE: return x != y;
	case OP_LE: return x <= y;
	case OP_GE: return x >= y;
	case OP_LT: return x < y;
	case OP_GT: return x > y;
	case OP_SHL: return (long)(ux << (uy & 63));
	case OP_SHR: return x >> (uy & 63);
	case OP_ADD: return (long)(ux + uy);
	case OP_SUB: return (long)(ux - uy);
	case OP_MUL: return (long)(ux * uy);
	case OP_DIV: case OP_MOD: return divide(a, op, x, y);
	}
	return 0;
}

/* The binary operator at the cursor, NULL for none; `+=` and its like are assignments. */
static const struct operator *operator_at(struct arith *a)
{
	skip_blanks(a);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t len = strlen(operators[i].text);

		if (strncmp(a->at, operators[i].text, len) != 0)
			continue;
		if (a->at[len] == '=' && strchr("|^&+-*/%<>", operators[i].text[len - 1]))
			return NULL;
		return &operators[i];
	}
	return NULL;
}

/* ---- operands ---- */

static long number(struct arith *a)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(a->at, &end, 0);
	if (end == a->at || is_name(end, 1) || (*end >= '0' && *end <= '9'))
		return fail(a, "not a number");
	if (errno == ERANGE)
		value = LONG_MAX;
	a->at = end;
	return (long)value;
}

static long value_of(struct arith *a, const char *name)
{
	const char *text = var_get(name);
	struct arith inner = { .at = text, .variables = a->variables + 1 };
	long value;

	if (!text) {
		if (sh.options & OPT_NOUNSET)
			return fail(a, "a variable is not set");
		return 0;
	}
	if (!text[strspn(text, " \t\n")] || a->failed)
		return 0;
	if (inner.variables > VARIABLES_MAX)
		return fail(a, "variables refer to one another");
	value = binary(&inner, 0);
	skip_blanks(&inner);
	if (!inner.failed && *inner.at)
		fail(&inner, "unexpected text");
	a->failed |= inner.failed;
	return value;
}

static void store(struct arith *a, const char *name, long value)
{
	char text[24];

	if (a->skip || a->failed)
		return;
	snprintf(text, sizeof(text), "%ld", value);
	if (!var_set(name, text, 0))
		a->failed = true;
}

/* x, x++, x = ..., x += ...; the name is at the cursor. */
static long variable(struct arith *a, size_t len)
{
	static const char *const compound[] = { "|=", "^=", "&=", "+=",	 "-=",
						"*=", "/=", "%=", "<<=", ">>=" };
	static const enum arith_op ops[] = { OP_BIT_OR, OP_BIT_XOR, OP_BIT_AND, OP_ADD, OP_SUB,
					     OP_MUL,	OP_DIV,	    OP_MOD,	OP_SHL, OP_SHR };
	const char *name = arena_strndup(sh.scratch, a->at, len);
	long value;

	a->at += len;
	skip_blanks(a);
	if (a->at[0] == '=' && a->at[1] != '=') {
		a->at++;
		value = assignment(a);
		store(a, name, value);
		return value;
	}
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (!accept(a, compound[i]))
			continue;
		value = assignment(a);
		value = apply(a, ops[i], value_of(a, name), value);
		store(a, name, value);
		return value;
	}
	value = value_of(a, name);
	if (accept(a, "++"))
		store(a, name, value + 1);
	else if (accept(a, "--"))
		store(a, name, value - 1);
	return value;
}

/* ++x and --x; -- before anything else is two minus signs. */
static bool prefix(struct arith *a, long *value)
{
	const char *start = a->at;
	bool up = accept(a, "++");
	const char *name;
	size_t len;

	if (!up && !accept(a, "--"))
		return false;
	name = name_at(a, &len);
	if (!name) {
		a->at = start;
		return false;
	}
	name = arena_strndup(sh.scratch, name, len);
	a->at += len;
	*value = value_of(a, name) + (up ? 1 : -1);
	store(a, name, *value);
	return true;
}

static long operand(struct arith *a)
{
	size_t len;
	long value;

	skip_blanks(a);
	if (prefix(a, &value))
		return value;
	if (accept(a, "("))	{
		value = binary(a, 0);
		if (!accept(a, ")"))
			return fail(a, "want `)'");
		return value;
	}
	if (name_at(a, &len))
		return variable(a, len);
	return number(a);
}

static long unary(struct arith *a)
{
	long value;

	if (++a->nesting > NESTING_MAX)
		return fail(a, "too deeply nested");
	skip_blanks(a);
	switch (a->failed ? '\0' : *a->at) {
	case '!':
		a->at++;
		value = !unary(a);
		break;
	case '~':
		a->at++;
		value = ~unary(a);
		break;
	case '+':
	case '-':
		if (!prefix(a, &value)) {
			bool minus = *a->at++ == '-';

			value = unary(a);
			if (minus)
				value = (long)(0 - (unsigned long)value);
		}
		break;
	default:
		value = operand(a);
	}
	a->nesting--;
	return value;
}

/* The right side of a && or || whose left side is x. */
static long logical(struct arith *a, enum arith_op op, long x, int precedence)
{
	bool decided = op == OP_AND ? !x : !!x;
	long y;

	a->skip += decided;
	y = binary(a, precedence + 1);
	a->skip -= decided;
	return apply(a, op, x, y);
}

static long conditional(struct arith *a, long condition)
{
	long yes, no;

	a->skip += !condition;
	yes = binary(a, 0);
	a->skip -= !condition;
	if (!accept(a, ":"))
		return fail(a, "want `:'");
	a->skip += !!condition;
	no = binary(a, 1);
	a->skip -= !!condition;
	return condition ? yes : no;
}

/*
 * An expression of operators that bind at least as tightly as `lowest`: 0 with commas, 1 with ?:.
 */
static long binary(struct arith *a, int lowest)
{
	const struct operator *op;
	long x = unary(a);

	while (!a->failed) {
		if (lowest <= 1 && accept(a, "?")) {
			x = conditional(a, x);
			continue;
		}
		op = operator_at(a);
		if (!op || op->precedence < lowest)
			break;
		a->at += strlen(op->text);
		if (op->op == OP_AND || op->op == OP_OR)
			x = logical(a, op->op, x, op->precedence);
		else
			x = apply(a, op->op, x, binary(a, op->precedence + 1));
	}
	return x;
}

static long assignment(struct arith *a)
{
	return binary(a, 1);
}

bool arith_eval(const char *text, long *value)
{
	struct arith a = { .at = text };

	skip_blanks(&a);
	*value = 0;
	if (!*a.at)
		return true;
	*value = binary(&a, 0);
	skip_blanks(&a);
	if (!a.failed && *a.at)
		fail(&a, "unexpected text");
	return !a.failed;
}
