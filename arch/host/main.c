// SPDX-License-Identifier: MIT
/*
 * The process around the hosted core: options, output, time. Compiled against the C library.
 *
 *	exo-host [--seed=N] [--list] [suite | suite.test]...
 *
 * Exit status: 0 if at least one test ran and none failed, 1 if not, 2 for a wrong option.
 */
#include <host.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void host_write(const char *text, unsigned long n)
{
	fwrite(text, 1, n, stdout);
}

void host_abort(void)
{
	fflush(stdout);
	abort();
}

unsigned long long host_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000000000 + (unsigned long long)t.tv_nsec;
}

static int usage(const char *argument)
{
	fprintf(stderr, "exo-host: unknown option %s\n"
			"usage: exo-host [--seed=N] [--list] [suite | suite.test]...\n", argument);
	return 2;
}

int main(int argc, char **argv)
{
	struct host_options o = {
		.seed = host_clock_ns() ^ ((unsigned long long)getpid() << 32),
		.filters = (const char *const *)argv + 1,
	};
	int status;

	for (int i = 1; i < argc; i++) {
		char *end = "";

		if (!strncmp(argv[i], "--seed=", 7))
			o.seed = strtoull(argv[i] + 7, &end, 0);
		else if (!strcmp(argv[i], "--list"))
			o.list_only = 1;
		else if (argv[i][0] == '-')
			return usage(argv[i]);
		else
			argv[1 + o.nr_filters++] = argv[i];
		if (*end)
			return usage(argv[i]);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = exo_run(&o);
	return fflush(stdout) || ferror(stdout) ? 1 : status;
}
