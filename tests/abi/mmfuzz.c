// SPDX-License-Identifier: MIT
/*
 * Random sequences of mmap, munmap, mprotect, mremap, madvise and fork over one window of
 * addresses, against a model that knows for each page whether it is there, what may be done to it
 * and what it holds. `mmfuzz [SEED [STEPS]]`; a failure prints both. Prints the same on Linux and
 * here.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "check.h"

#define P	4096UL
#define PAGES	1400		/* more than two page tables */
#define MAX_RUN	600

struct shadow {
	unsigned char there, prot, shared, value;
};

static struct shadow model[PAGES];
static char *window;
static uint64_t state;
static unsigned long step_nr, seed;
static sigjmp_buf jump;

static uint64_t rnd(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

static void fail(const char *what, int page)
{
	printf("FAIL %s: page %d, seed %lu, step %lu\n", what, page, seed, step_nr);
	fflush(stdout);
	_exit(1);
}

static void on_fault(int sig)
{
	siglongjmp(jump, sig);
}

/* -1: fault, else the byte; a write stores v. */
static int look(int page, int write, int v)
{
	volatile unsigned char *p = (unsigned char *)window + page * P + 8;

	if (sigsetjmp(jump, 0))
		return -1;
	if (write)
		*p = (unsigned char)v;
	return *p;
}

static void check_page(int page)
{
	struct shadow *m = &model[page];
	int got = look(page, 0, 0), can_read = m->there && m->prot;

	if (got != (can_read ? m->value : -1))
		fail("read", page);
	if (rnd(2))
		return;
	got = look(page, 1, (int)(step_nr & 0x7f) + 1);
	if (m->there && (m->prot & PROT_WRITE)) {
		m->value = (unsigned char)((step_nr & 0x7f) + 1);
		if (got != m->value)
			fail("write", page);
	} else if (got != -1) {
		fail("write to what is read-only or missing", page);
	}
}

static int pick_prot(void)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC };
	return prots[rnd(5)];
}

static void do_map(int at, int n)
{
	int prot = pick_prot(), shared = rnd(4) == 0;
	void *p = mmap(window + at * P, n * P, prot,
		       (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p != window + at * P)
		fail("mmap", at);
	for (int i = at; i < at + n; i++)
		model[i] = (struct shadow){ 1, (unsigned char)prot, (unsigned char)shared, 0 };
}

static void do_unmap(int at, int n)
{
	if (munmap(window + at * P, n * P))
		fail("munmap", at);
	memset(&model[at], 0, n * sizeof(*model));
}

static void do_protect(int at, int n)
{
	int prot = pick_prot(), done = 0, r;

	while (done < n && model[at + done].there)
		done++;
	r = mprotect(window + at * P, n * P, prot);
	if (r != (done == n ? 0 : -1))
		fail("mprotect", at);
	for (int i = at; i < at + done; i++)
		model[i].prot = (unsigned char)prot;
}

static void do_dontneed(int at, int n)
{
	madvise(window + at * P, n * P, MADV_DONTNEED);
	for (int i = at; i < at + n; i++)
		if (model[i].there && !model[i].shared)
			model[i].value = 0;
}

/* A run of one kind moves elsewhere: it may cover several areas, then the call fails. */
static void do_remap(int at, int n)
{
	struct shadow moved[MAX_RUN];
	int to = (int)rnd(PAGES - n);
	void *p;

	if (to < at + n && at < to + n)
		return;
	/* Newer kernels move several areas and holes at once. */
	for (int i = at; i < at + n; i++)
		if (!model[i].there)
			return;
	p = mremap(window + at * P, n * P, n * P, MREMAP_MAYMOVE | MREMAP_FIXED, window + to * P);
	if (p == MAP_FAILED) {
		/* Kernels differ in whether the target is gone then. */
		do_unmap(to, n);
		return;
	}
	memcpy(moved, &model[at], n * sizeof(*model));
	memset(&model[at], 0, n * sizeof(*model));
	memcpy(&model[to], moved, n * sizeof(*model));
}

/* The child writes everywhere; the parent must not see it, except where it is shared. */
static void do_fork(void)
{
	int st;
	pid_t pid = fork();

	if (!pid) {
		for (int i = 0; i < PAGES; i++) {
			if (model[i].there && model[i].prot && look(i, 0, 0) != model[i].value)
				_exit(1);
			if (model[i].there && !model[i].shared && (model[i].prot & PROT_WRITE))
				look(i, 1, 0x80 | i);
		}
		_exit(0);
	}
	if (waitpid(pid, &st, 0) != pid || st)
		fail("fork", st);
}

static void step(void)
{
	int n = (int)(rnd(4) ? 1 + rnd(8) : 1 + rnd(MAX_RUN - 1)), at = (int)rnd(PAGES - n);

	switch (rnd(16)) {
	case 0: case 1: case 2: case 3:
		do_map(at, n);
		break;
	case 4: case 5:
		do_unmap(at, n);
		break;
	case 6: case 7: case 8:
		do_protect(at, n);
		break;
	case 9:
		do_dontneed(at, n);
		break;
	case 10: case 11:
		do_remap(at, n);
		break;
	case 12:
		if (!rnd(8))
			do_fork();
		break;
	}
	for (int i = 0; i < 16; i++)
		check_page((int)rnd(PAGES));
}

int main(int argc, char **argv)
{
	unsigned long steps = argc > 2 ? strtoul(argv[2], NULL, 0) : 3000;

	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	state = seed * 0x9e3779b97f4a7c15ULL + 1;
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	window = mmap(NULL, PAGES * P, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(window, PAGES * P);
	for (step_nr = 0; step_nr < steps; step_nr++)
		step();
	for (int i = 0; i < PAGES; i++)
		check_page(i);
	printf("mmfuzz: passed\n");
	return 0;
}
