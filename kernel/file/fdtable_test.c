// SPDX-License-Identifier: MIT
/*
 * Descriptor tables, on tables of their own that the test's thread puts in the place of its own:
 * lowest free number, growing, reserving, forking, closing. Files are counted by their release.
 */
#include <exo/anon_file.h>
#include <exo/err.h>
#include <exo/fdtable.h>
#include <exo/ktest.h>
#include <exo/task.h>
#include <uapi/linux/fcntl.h>

static int released;

static void test_release(struct file *f)
{
	released++;
}

static const struct file_ops test_ops = { .name = "test", .release = test_release };

/* A table of its own for current, whose old one is the result. */
static struct fdtable *table_begin(struct ktest *ctx)
{
	struct fdtable *old = current->files, *fresh = fdtable_create();

	released = 0;
	if (!fresh) {
		ktest_fail(ctx, __FILE__, __LINE__, "no memory");
		return old;
	}
	current->files = fresh;
	return old;
}

static void table_end(struct fdtable *old)
{
	if (current->files != old)
		fdtable_exit(current);
	current->files = old;
}

static int open_one(u32 flags)
{
	struct file *f = anon_file_create(&test_ops, NULL, FMODE_READ, 0);
	int fd;

	if (IS_ERR(f))
		return -ENOMEM;
	fd = fd_open(f, flags);
	if (fd < 0)
		file_put(f);
	return fd;
}

static void lowest(struct ktest *ctx)
{
	int i;

	for (i = 0; i < 200; i++)
		KTEST_ASSERT_EQ(ctx, open_one(0), i);
	KTEST_ASSERT_EQ(ctx, fdtable_max(current), 256U);
	KTEST_ASSERT_EQ(ctx, fd_close(150), 0);
	KTEST_ASSERT_EQ(ctx, fd_close(3), 0);
	KTEST_ASSERT_EQ(ctx, fd_close(3), -EBADF);
	KTEST_ASSERT_EQ(ctx, released, 2);
	KTEST_ASSERT_EQ(ctx, fd_reserve(100, 0), 150);
	KTEST_ASSERT_EQ(ctx, open_one(0), 3);
	KTEST_ASSERT_EQ(ctx, open_one(0), 200);
	fd_unreserve(150);
	KTEST_ASSERT_EQ(ctx, open_one(0), 150);
	KTEST_ASSERT_EQ(ctx, fd_reserve(300, 0), 300);
	KTEST_ASSERT_EQ(ctx, open_one(0), 201);
	/* A number that is only reserved is nobody's to close or to use. */
	KTEST_ASSERT_EQ(ctx, fd_close(300), -EBADF);
	KTEST_ASSERT_NULL(ctx, fd_get(300));
	KTEST_ASSERT_NULL(ctx, fd_get(-1));
	KTEST_ASSERT_NULL(ctx, fd_get(100000));
	fd_unreserve(300);
}

KTEST(fdtable, lowest_number)
{
	struct fdtable *old = table_begin(ctx);

	if (!ctx->failed)
		lowest(ctx);
	table_end(old);
	if (!ctx->failed)
		KTEST_ASSERT_EQ(ctx, released, 2 + 202);
}

static void cloexec(struct ktest *ctx)
{
	int i;

	for (i = 0; i < 130; i++)
		KTEST_ASSERT_EQ(ctx, open_one(i % 3 ? O_CLOEXEC : 0), i);
	KTEST_ASSERT_EQ(ctx, fd_flags_get(1), FD_CLOEXEC);
	fd_flags_set(1, 0);
	KTEST_ASSERT_EQ(ctx, fd_flags_get(1), 0);
	KTEST_ASSERT_EQ(ctx, fd_flags_get(500), -EBADF);
	fdtable_close_on_exec();
	for (i = 0; i < 130; i++)
		KTEST_ASSERT_EQ(ctx, fd_flags_get(i), i == 1 || i % 3 == 0 ? 0 : -EBADF);
	KTEST_ASSERT_EQ(ctx, open_one(O_CLOEXEC), 2);
	KTEST_ASSERT_EQ(ctx, fd_flags_get(2), FD_CLOEXEC);
}

KTEST(fdtable, close_on_exec)
{
	struct fdtable *old = table_begin(ctx);

	if (!ctx->failed)
		cloexec(ctx);
	table_end(old);
}

/* A copy has the files but not the reservations; the last table releases them. */
static void forked(struct ktest *ctx)
{
	struct fdtable *mine = current->files, *copy, *shared;
	int i;

	for (i = 0; i < 100; i++)
		KTEST_ASSERT_EQ(ctx, open_one(0), i);
	KTEST_ASSERT_EQ(ctx, fd_reserve(0, 0), 100);
	shared = fdtable_fork(mine, true);
	KTEST_ASSERT_EQ(ctx, shared, mine);
	copy = fdtable_fork(mine, false);
	KTEST_ASSERT(ctx, !IS_ERR(copy));
	fdtable_exit(current);		/* one of two users */
	KTEST_ASSERT_EQ(ctx, released, 0);
	current->files = copy;
	KTEST_ASSERT_EQ(ctx, open_one(0), 100);
	KTEST_ASSERT_EQ(ctx, fd_close(7), 0);
	KTEST_ASSERT_EQ(ctx, released, 0);
	fdtable_exit(current);
	KTEST_ASSERT_EQ(ctx, released, 1);	/* what only the copy had */
	current->files = mine;
	fd_unreserve(100);
}

KTEST(fdtable, fork)
{
	struct fdtable *old = table_begin(ctx);

	if (!ctx->failed)
		forked(ctx);
	table_end(old);
	if (!ctx->failed)
		KTEST_ASSERT_EQ(ctx, released, 101);
}
