// SPDX-License-Identifier: MIT
/*
 * Numbers out of text. One digit loop (parse_u64_prefix); everything else adds a sign, a limit or
 * a suffix and insists that nothing is left over.
 */
#include <exo/parse.h>
#include <exo/string.h>
#include <uapi/linux/errno.h>

static unsigned int digit_value(char c)
{
	if (isdigit(c))
		return (unsigned int)(c - '0');
	if (isalpha(c))
		return (unsigned int)(tolower(c) - 'a' + 10);
	return 255;
}

/* Resolves base 0 and skips the 0x of base 16, if a digit follows it. */
static const char *skip_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && digit_value(s[2]) < 16;

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && hex ? s + 2 : s;
}

int parse_u64_prefix(const char *s, unsigned int base, const char **end, u64 *out)
{
	const char *p = skip_prefix(s, &base), *first = p;
	bool overflow = false;
	u64 v = 0;

	for (; digit_value(*p) < base; p++) {
		if (__builtin_mul_overflow(v, (u64)base, &v))
			overflow = true;
		if (__builtin_add_overflow(v, (u64)digit_value(*p), &v))
			overflow = true;
	}
	if (p == first) {
		*end = s;
		return -EINVAL;
	}
	*end = p;
	*out = overflow ? U64_MAX : v;
	return overflow ? -ERANGE : 0;
}

static bool is_end(const char *s)
{
	return *s == '\0' || (*s == '\n' && s[1] == '\0');
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *out)
{
	const char *end;
	u64 v;
	int err;

	if (*s == '+')
		s++;
	err = parse_u64_prefix(s, base, &end, &v);
	if (err == -EINVAL || !is_end(end))
		return -EINVAL;
	if (!err)
		*out = v;
	return err;
}

int kstrtoll(const char *s, unsigned int base, long long *out)
{
	bool negative = *s == '-';
	unsigned long long v;
	int err;

	if (negative && s[1] == '+')
		return -EINVAL;
	err = kstrtoull(s + negative, base, &v);
	if (err)
		return err;
	if (v > (u64)S64_MAX + negative)
		return -ERANGE;
	*out = negative ? (long long)(0 - v) : (long long)v;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *out)
{
	unsigned long long v;
	int err = kstrtoull(s, base, &v);

	if (!err)
		*out = v;
	return err;
}

int kstrtol(const char *s, unsigned int base, long *out)
{
	long long v;
	int err = kstrtoll(s, base, &v);

	if (!err)
		*out = v;
	return err;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *out)
{
	unsigned long long v;
	int err = kstrtoull(s, base, &v);

	if (err)
		return err;
	if (v > U32_MAX)
		return -ERANGE;
	*out = (unsigned int)v;
	return 0;
}

int kstrtoint(const char *s, unsigned int base, int *out)
{
	long long v;
	int err = kstrtoll(s, base, &v);

	if (err)
		return err;
	if (v < INT_MIN || v > INT_MAX)
		return -ERANGE;
	*out = (int)v;
	return 0;
}

int kstrtobool(const char *s, bool *out)
{
	switch (tolower(*s)) {
	case 'y': case 't': case '1':
		*out = true;
		return 0;
	case 'n': case 'f': case '0':
		*out = false;
		return 0;
	case 'o':
		if (tolower(s[1]) != 'n' && tolower(s[1]) != 'f')
			return -EINVAL;
		*out = tolower(s[1]) == 'n';
		return 0;
	default:
		return -EINVAL;
	}
}

int parse_size(const char *s, u64 *bytes)
{
	static const char suffixes[] = "kmgtpe";
	const char *end, *suffix;
	unsigned int shift = 0;
	u64 v;
	int err = parse_u64_prefix(s, 0, &end, &v);

	if (err == -EINVAL)
		return err;
	suffix = *end ? strchr(suffixes, tolower(*end)) : NULL;
	if (suffix) {
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
		end++;
	}
	if (!is_end(end))
		return -EINVAL;
	if (err || v > U64_MAX >> shift)
		return -ERANGE;
	*bytes = v << shift;
	return 0;
}
