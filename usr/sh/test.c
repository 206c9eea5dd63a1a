// SPDX-License-Identifier: MIT
/*
 * test and [: POSIX's rules for up to four arguments, and ! ( ) -a -o for more.
 *
 * A short expression is told by its number of arguments, so that no operand is taken for an
 * operator: `[ "$x" = "$y" ]` is safe for any values.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builtin.h"
#include "sh.h"

struct test {
	char **argv;
	int argc, at;
	bool failed;
};

static bool or_expression(struct test *t);

static bool fail(struct test *t, const char *arg, const char *why)
{
	if (!t->failed)
		sh_warn("test: %s%s%s", arg ? arg : "", arg ? ": " : "", why);
	t->failed = true;
	return false;
}

/* ---- operators ---- */

static long number(struct test *t, const char *text)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	while (*end == ' ' || *end == '\t')
		end++;
	if (end == text || *end || errno)
		fail(t, text, "not a number");
	return value;
}

static bool is_unary(const char *op)
{
	return op[0] == '-' && op[1] && !op[2] && strchr("bcdefghknprstuwxzGLOS", op[1]);
}

static bool mode_test(char op, const struct stat *st)
{
	switch (op) {
	case 'b': return S_ISBLK(st->st_mode);
	case 'c': return S_ISCHR(st->st_mode);
	case 'd': return S_ISDIR(st->st_mode);
	case 'e': return true;
	case 'f': return S_ISREG(st->st_mode);
	case 'g': return st->st_mode & S_ISGID;
	case 'k': return st->st_mode & S_ISVTX;
	case 'p': return S_ISFIFO(st->st_mode);
	case 's': return st->st_size > 0;
	case 'u': return st->st_mode & S_ISUID;
	case 'G': return st->st_gid == getegid();
	case 'O': return st->st_uid == geteuid();
	case 'S': return S_ISSOCK(st->st_mode);
	}
	return false;
}

static bool unary(struct test *t, const char *op, const char *arg)
{
	struct stat st;

	switch (op[1]) {
	case 'n': return *arg;
	case 'z': return !*arg;
	case 't': return isatty((int)number(t, arg));
	case 'r': return access(arg, R_OK) == 0;
	case 'w': return access(arg, W_OK) == 0;
	case 'x': return access(arg, X_OK) == 0;
	case 'h': case 'L': return lstat(arg, &st) == 0 && S_ISLNK(st.st_mode);
	}
	return stat(arg, &st) == 0 && mode_test(op[1], &st);
}

enum binary_op {
	OP_EQ, OP_EQ2, OP_NE, OP_LESS, OP_GREATER, OP_NUM_EQ, OP_NUM_NE, OP_NUM_LT, OP_NUM_LE,
	OP_NUM_GT, OP_NUM_GE, OP_NT, OP_OT, OP_EF,
};

static bool binary_find(const char *text, enum binary_op *op)
{
	static const char names[][4] = { "=",	"==",  "!=",  "<",   ">",   "-eq", "-ne",
					 "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], text) == 0) {
			*op = (enum binary_op)i;
			return true;
		}
	}
	return false;
}

static bool newer(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static bool files_compare(const char *left, enum binary_op op, const char *right)
{
	struct stat a, b;
	bool has_a = stat(left, &a) == 0, has_b = stat(right, &b) == 0;

	if (op == OP_EF)
		return has_a && has_b && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	if (op == OP_NT)
		return has_a && (!has_b || newer(&a, &b));
	return has_b && (!has_a || newer(&b, &a));
}

static bool binary(struct test *t, const char *left, enum binary_op op, const char *right)
{
	long a, b;

	switch (op) {
	case OP_EQ: case OP_EQ2: return strcmp(left, right) == 0;
	case OP_NE: return strcmp(left, right) != 0;
	case OP_LESS: return strcmp(left, right) < 0;
	case OP_GREATER: return strcmp(left, right) > 0;
	case OP_NT: case OP_OT: case OP_EF: return files_compare(left, op, right);
	default: break;
	}
	a = number(t, left);
	b = number(t, right);
	switch (op) {
	case OP_NUM_EQ: return a == b;
	case OP_NUM_NE: return a != b;
	case OP_NUM_LT: return a < b;
	case OP_NUM_LE: return a <= b;
	case OP_NUM_GT: return a > b;
	default: return a >= b;
	}
}

/* ---- long expressions ---- */

static bool primary(struct test *t)
{
	enum binary_op op;
	const char *arg;
	bool result;

	if (t->at >= t->argc)
		return fail(t, NULL, "want an operand");
	arg = t->argv[t->at++];
	if (t->at + 1 < t->argc && binary_find(t->argv[t->at], &op)) {
		t->at += 2;
		return binary(t, arg, op, t->argv[t->at - 1]);
	}
	if (strcmp(arg, "(") == 0) {
		result = or_expression(t);
		if (t->at >= t->argc || strcmp(t->argv[t->at++], ")") != 0)
			return fail(t, NULL, "want `)'");
		return result;
	}
	if (is_unary(arg) && t->at < t->argc)
		return unary(t, arg, t->argv[t->at++]);
	return *arg;
}

static bool accept(struct test *t, const char *text)
{
	if (t->at >= t->argc || strcmp(t->argv[t->at], text) != 0)
		return false;
	t->at++;
	return true;
}

static bool not_expression(struct test *t)
{
	bool negated = false;

	while (t->at + 1 < t->argc && accept(t, "!"))
		negated = !negated;
	return primary(t) != negated;
}

static bool and_expression(struct test *t)
{
	bool result = not_expression(t);

	while (accept(t, "-a"))
		result &= not_expression(t);
	return result;
}

static bool or_expression(struct test *t)
{
	bool result = and_expression(t);

	while (accept(t, "-o"))
		result |= and_expression(t);
	return result;
}

/* ---- short ones ---- */

static bool by_count(struct test *t, int argc, char **argv, bool *result)
{
	enum binary_op op;

	switch (argc) {
	case 0:
		*result = false;
		return true;
	case 1:
		*result = *argv[0];
		return true;
	case 2:
		if (strcmp(argv[0], "!") == 0)
			*result = !*argv[1];
		else if (is_unary(argv[0]))
			*result = unary(t, argv[0], argv[1]);
		else
			*result = fail(t, argv[0], "not an operator");
		return true;
	case 3:
		if (binary_find(argv[1], &op))
			*result = binary(t, argv[0], op, argv[2]);
		else if (strcmp(argv[0], "!") == 0 && by_count(t, 2, argv + 1, result))
			*result = !*result;
		else if (strcmp(argv[0], "(") == 0 && strcmp(argv[2], ")") == 0)
			*result = *argv[1];
		else
			return false;
		return true;
	case 4:
		if (strcmp(argv[0], "!") != 0 || !by_count(t, 3, argv + 1, result))
			return false;
		*result = !*result;
		return true;
	}
	return false;
}

int builtin_test(int argc, char **argv)
{
	struct test t = { .argv = argv + 1, .argc = argc - 1 };
	bool result;

	if (strcmp(argv[0], "[") == 0 && (!t.argc || strcmp(argv[argc - 1], "]") != 0)) {
		sh_warn("[: want `]' at the end");
		return 2;
	}
	t.argc -= strcmp(argv[0], "[") == 0;
	if (!by_count(&t, t.argc, t.argv, &result)) {
		result = or_expression(&t);
		if (t.at < t.argc)
			fail(&t, t.argv[t.at], "unexpected");
	}
	return t.failed ? 2 : !result;
}
