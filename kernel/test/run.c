// SPDX-License-Identifier: MIT
/*
 * Runs the unit tests that were linked in: boot word `ktest`, or `ktest=SUITE` or
 * `ktest=SUITE.NAME` for some of them. The result is KTAP (the kernel's dialect of TAP 13) in the
 * log, one line a record, so the consoles show it. With the word `ktest.exit` the machine then ends
 * with the exit status that tells pass from fail; `ktest.seed=N` fixes what random tests draw.
 *
 * Tests run one after the other in the boot's own thread, in task context, in a system that is
 * complete but for the first program. A test that hangs is the business of who waits for the
 * output.
 */
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/heap.h>
#include <exo/ktest.h>
#include <exo/ktest_run.h>
#include <exo/log.h>
#include <exo/panic.h>
#include <exo/parse.h>
#include <exo/random.h>
#include <exo/string.h>
#include <asm/power.h>

DECLARE_SECTION(ktest, struct ktest_case);

static bool wanted, exit_after;
static char filter[64];
static unsigned long long seed;

static int ktest_param(const char *value)
{
	wanted = true;
	return strscpy(filter, value, sizeof(filter)) < 0 ? -EINVAL : 0;
}
BOOT_PARAM(ktest, "ktest", ktest_param, "run the unit tests: all, SUITE, or SUITE.NAME");

static int ktest_exit_param(const char *value)
{
	exit_after = true;
	return 0;
}
BOOT_PARAM(ktest_exit, "ktest.exit", ktest_exit_param, "end the machine after the unit tests");

static int ktest_seed_param(const char *value)
{
	return kstrtoull(value, 0, &seed);
}
BOOT_PARAM(ktest_seed, "ktest.seed", ktest_seed_param, "seed of random unit tests");

static bool case_selected(const struct ktest_case *c)
{
	size_t n = strlen(c->suite);

	if (!filter[0] || streq(filter, "all") || streq(filter, c->suite))
		return true;
	return !strncmp(filter, c->suite, n) && filter[n] == '.' && streq(filter + n + 1, c->name);
}

/* True if it passed. A test in which the kernel complained has failed, whatever it asserts. */
static bool case_run(struct ktest *ctx, const struct ktest_case *c, unsigned int nr)
{
	unsigned int warnings = warn_count();

	ktest_run_case(ctx, c, seed);
	if (!ctx->failed && warn_count() != warnings)
		ktest_fail(ctx, __FILE__, __LINE__, "the kernel warned during the test");
	if (ctx->failed) {
		log_info("# %s.%s: %s:%d: %s (ktest.seed=%llu)", c->suite, c->name, ctx->file,
			 ctx->line, ctx->message, seed);
		log_info("not ok %u %s.%s", nr, c->suite, c->name);
	} else if (ctx->skipped) {
		log_info("ok %u %s.%s # SKIP %s", nr, c->suite, c->name, ctx->message);
	} else {
		log_info("ok %u %s.%s", nr, c->suite, c->name);
	}
	return !ctx->failed;
}

void ktest_run_wanted(void)
{
	unsigned int total = 0, nr = 0, failed = 0;
	const struct ktest_case *c;
	struct ktest *ctx;

	if (!wanted)
		return;
	ctx = kmalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx) {
		log_err("ktest: no memory");
		return;
	}
	if (!seed)
		seed = random_u64();
	for_each_section_entry(ktest, c)
		total += case_selected(c);
	log_info("KTAP version 1");
	log_info("1..%u", total);
	for_each_section_entry(ktest, c)
		if (case_selected(c))
			failed += !case_run(ctx, c, ++nr);
	kfree(ctx);
	log_info("# %u passed, %u failed", total - failed, failed);
	if (exit_after)
		arch_test_exit(total && !failed);
}
