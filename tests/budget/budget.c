// SPDX-License-Identifier: MIT
/*
 * What the basic operations cost, in ticks of the cycle counter: under `-icount shift=0` that is
 * one per instruction. Prints `figure NAME VALUE` lines; scripts/budget.py reads them.
 *
 * Each figure is the least of many rounds, so that a timer interrupt in one does not count; what an
 * empty loop costs is taken off. Runs on Linux as well.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 30

static unsigned long ticks(void)
{
	unsigned int low, high;

	__asm__ __volatile__("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (unsigned long)high << 32 | low;
}

static void null_call(void)
{
	long result = SYS_getpid;

	__asm__ __volatile__("syscall" : "+a"(result) : : "rcx", "r11", "memory");
}

static void nothing(void)
{
	__asm__ __volatile__("" : : : "memory");
}

/* Ticks of `n` times `work`, the least of all rounds. */
static unsigned long least(void (*work)(void), unsigned int n)
{
	unsigned long best = ~0UL;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		unsigned long start = ticks();

		for (unsigned int i = 0; i < n; i++)
			work();
		start = ticks() - start;
		if (start < best)
			best = start;
	}
	return best;
}

static unsigned long per_call(void (*work)(void), unsigned int n)
{
	return (least(work, n) - least(nothing, n)) / n;
}

static void yield(void)
{
	sched_yield();
}

/* Two processes that do nothing but yield to each other: each call of ours is two switches. */
static unsigned long one_switch(void)
{
	unsigned long cost;
	pid_t child = fork();

	if (!child)
		for (;;)
			sched_yield();
	cost = per_call(yield, 20) / 2;
	kill(child, 9);
	waitpid(child, NULL, 0);
	return cost;
}

static void fork_exit(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

#define FAULT_PAGES 64

static void touch(void)
{
	char *area = mmap(NULL, FAULT_PAGES * 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		exit(1);
	for (unsigned int i = 0; i < FAULT_PAGES; i++)
		*(volatile char *)(area + i * 4096) = 1;
	munmap(area, FAULT_PAGES * 4096);
}

/*
 * From its first instruction to its first program, as the kernel itself counted it and wrote into
 * its log. (/proc/exo/boot has it too, but not every configuration has /proc.)
 */
static void boot_figure(void)
{
	static const char words[] = "first program after ";
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);
	char *at = n > 0 ? strstr(log, words) : NULL;

	if (at)
		printf("figure boot %lu\n", strtoul(at + strlen(words), NULL, 10));
}

int main(void)
{
	boot_figure();
	printf("figure null_call %lu\n", per_call(null_call, 100));
	printf("figure switch %lu\n", one_switch());
	printf("figure fork_exit %lu\n", per_call(fork_exit, 1));
	printf("figure fault %lu\n", per_call(touch, 1) / FAULT_PAGES);
	return 0;
}
