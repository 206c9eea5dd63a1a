/* SPDX-License-Identifier: MIT */
/*
 * Memory for the shell: arenas for what dies together (a parse tree, the words of one command) and
 * growing strings. Nothing here returns NULL: without memory the shell says so and ends with status
 * 2.
 */
#ifndef SH_MEM_H
#define SH_MEM_H

#include <stdbool.h>
#include <stddef.h>

void *xmalloc(size_t bytes);
void *xrealloc(void *p, size_t bytes);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);

struct arena;
struct arena_block;

/*
 * A place to come back to: all that was allocated after it goes with arena_release(). Marks nest as
 * a stack.
 */
struct arena_mark {
	struct arena_block *block;
	size_t used_bytes;
};

/*
 * Born with one reference; freed with the last. A function's body keeps the arena of its parse tree
 * alive.
 */
struct arena *arena_new(void);
struct arena *arena_get(struct arena *a);
void arena_put(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t bytes);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark mark);

/* A growing string; all-zero is empty. `s` ends in NUL as soon as it is not NULL. */
struct buf {
	char *s;
	size_t len, cap;
};

void buf_add(struct buf *b, char c);
void buf_addn(struct buf *b, const char *s, size_t len);
void buf_fill(struct buf *b, char c, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_insert(struct buf *b, size_t at, const char *s, size_t len);
void buf_remove(struct buf *b, size_t at, size_t len);
/* The text, never NULL; it stays the buffer's. */
const char *buf_str(const struct buf *b);
/* The text, which is now the caller's to free; the buffer is empty. */
char *buf_steal(struct buf *b);
void buf_free(struct buf *b);

#endif
