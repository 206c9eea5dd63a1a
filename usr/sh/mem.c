// SPDX-License-Identifier: MIT
/*
 * Arenas and growing strings.
 *
 * An arena is a list of blocks, newest first; an allocation never moves. arena_release() frees the
 * blocks that are newer than the mark's. One process, one thread: there is no lock.
 */
#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARENA_BLOCK_BYTES	2000	/* with malloc's header a little under half a page */
#define ARENA_ALIGN		16

struct arena_block {
	struct arena_block *older;
	size_t size_bytes, used_bytes;
	_Alignas(ARENA_ALIGN) char data[];
};

struct arena {
	unsigned int refs;
	struct arena_block *newest;
};

static void *check(void *p)
{
	static const char msg[] = "exosh: out of memory\n";

	if (p)
		return p;
	if (write(STDERR_FILENO, msg, sizeof(msg) - 1) < 0)
		_exit(3);
	_exit(2);
}

void *xmalloc(size_t bytes)
{
	return check(malloc(bytes ? bytes : 1));
}

void *xrealloc(void *p, size_t bytes)
{
	return check(realloc(p, bytes ? bytes : 1));
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

struct arena *arena_new(void)
{
	struct arena *a = xmalloc(sizeof(*a));

	a->refs = 1;
	a->newest = NULL;
	return a;
}

struct arena *arena_get(struct arena *a)
{
	a->refs++;
	return a;
}

void arena_put(struct arena *a)
{
	if (--a->refs)
		return;
	arena_release(a, (struct arena_mark){ 0 });
	free(a);
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	struct arena_block *b = a->newest;
	size_t need = (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	void *p;

	if (!b || b->size_bytes - b->used_bytes < need) {
		size_t size = need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES;

		b = xmalloc(sizeof(*b) + size);
		b->older = a->newest;
		b->size_bytes = size;
		b->used_bytes = 0;
		a->newest = b;
	}
	p = b->data + b->used_bytes;
	b->used_bytes += need;
	return memset(p, 0, need);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	return memcpy(arena_alloc(a, len + 1), s, len);
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

struct arena_mark arena_mark(const struct arena *a)
{
	struct arena_mark mark = { .block = a->newest };

	if (a->newest)
		mark.used_bytes = a->newest->used_bytes;
	return mark;
}

void arena_release(struct arena *a, struct arena_mark mark)
{
	while (a->newest != mark.block) {
		struct arena_block *b = a->newest;

		a->newest = b->older;
		free(b);
	}
	if (a->newest)
		a->newest->used_bytes = mark.used_bytes;
}

static void buf_reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1;

	if (need <= b->cap)
		return;
	b->cap = need < 64 ? 64 : need + need / 2;
	b->s = xrealloc(b->s, b->cap);
}

void buf_add(struct buf *b, char c)
{
	if (b->len + 2 > b->cap)
		buf_reserve(b, 1);
	b->s[b->len++] = c;
	b->s[b->len] = '\0';
}

void buf_fill(struct buf *b, char c, size_t len)
{
	buf_reserve(b, len);
	memset(b->s + b->len, c, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void buf_addn(struct buf *b, const char *s, size_t len)
{
	buf_insert(b, b->len, s, len);
}

void buf_adds(struct buf *b, const char *s)
{
	buf_addn(b, s, strlen(s));
}

void buf_insert(struct buf *b, size_t at, const char *s, size_t len)
{
	buf_reserve(b, len);
	memmove(b->s + at + len, b->s + at, b->len - at);
	memcpy(b->s + at, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void buf_remove(struct buf *b, size_t at, size_t len)
{
	if (!len)
		return;
	memmove(b->s + at, b->s + at + len, b->len - at - len);
	b->len -= len;
	b->s[b->len] = '\0';
}

const char *buf_str(const struct buf *b)
{
	return b->s ? b->s : "";
}

char *buf_steal(struct buf *b)
{
	char *s = b->s ? b->s : xstrdup("");

	*b = (struct buf){ 0 };
	return s;
}

void buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ 0 };
}
