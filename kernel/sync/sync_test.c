// SPDX-License-Identifier: MIT
/* Sleeping locks: exclusion, order of arrival, time-outs; under threads that are preempted. */
#include <exo/completion.h>
#include <exo/kthread.h>
#include <exo/ktest.h>
#include <exo/mutex.h>
#include <exo/rwsem.h>
#include <exo/semaphore.h>
#include <exo/time.h>

#define THREADS 4
#define ROUNDS 200

/* What the threads of one test share. */
struct arena {
	struct mutex mutex;
	struct rwsem rwsem;
	struct semaphore sem;
	struct completion done;
	int inside, writers, most, errors;
	int order[THREADS], nr_order;
	u64 total;
};

static void arena_init(struct arena *a)
{
	*a = (struct arena) { .inside = 0 };
	mutex_init(&a->mutex);
	rwsem_init(&a->rwsem);
	semaphore_init(&a->sem, 2);
	completion_init(&a->done);
}

/* Starts the threads and waits for them; how many could not be started. */
static int arena_run(struct arena *a, int (*fn)(void *))
{
	int i, missing = 0;

	for (i = 0; i < THREADS; i++)
		missing += IS_ERR(kthread_run(fn, a, "sync/%d", i));
	for (i = 0; i < THREADS - missing; i++)
		wait_for_completion(&a->done);
	return missing;
}

/* Somebody else runs in the middle of what must not be interrupted. */
static void linger(int round)
{
	if (round % 8 == 0)
		sched_yield_current();
	if (round % 64 == 0)
		sleep_ns(100 * NSEC_PER_USEC);
}

static int mutex_worker(void *data)
{
	struct arena *a = data;

	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(&a->mutex);
		if (a->inside++ || !mutex_is_mine(&a->mutex))
			a->errors++;
		linger(i);
		a->inside--;
		a->total++;
		mutex_unlock(&a->mutex);
	}
	complete(&a->done);
	return 0;
}

KTEST(sync, mutex_excludes)
{
	struct arena a;

	arena_init(&a);
	KTEST_ASSERT_EQ(ctx, arena_run(&a, mutex_worker), 0);
	KTEST_ASSERT_EQ(ctx, a.errors, 0);
	KTEST_ASSERT_EQ(ctx, a.total, (u64)THREADS * ROUNDS);
	KTEST_ASSERT(ctx, !mutex_is_locked(&a.mutex));
}

KTEST(sync, mutex_trylock)
{
	struct mutex m;

	mutex_init(&m);
	KTEST_ASSERT(ctx, mutex_trylock(&m));
	KTEST_ASSERT(ctx, mutex_is_mine(&m));
	KTEST_ASSERT(ctx, !mutex_trylock(&m));
	mutex_unlock(&m);
	KTEST_ASSERT_EQ(ctx, mutex_lock_interruptible(&m), 0);
	mutex_unlock(&m);
	KTEST_ASSERT(ctx, !mutex_is_locked(&m));
}

static int order_worker(void *data)
{
	struct arena *a = data;
	int self = current->comm[5] - '0';	/* "sync/N" */

	mutex_lock(&a->mutex);
	a->order[a->nr_order++] = self;
	mutex_unlock(&a->mutex);
	complete(&a->done);
	return 0;
}

KTEST(sync, mutex_in_order_of_arrival)
{
	struct arena a;
	int i;

	arena_init(&a);
	mutex_lock(&a.mutex);
	for (i = 0; i < THREADS; i++) {
		KTEST_ASSERT(ctx, !IS_ERR(kthread_run(order_worker, &a, "sync/%d", i)));
		sleep_ns(2 * NSEC_PER_MSEC);
	}
	mutex_unlock(&a.mutex);
	for (i = 0; i < THREADS; i++)
		wait_for_completion(&a.done);
	for (i = 0; i < THREADS; i++)
		KTEST_ASSERT_EQ(ctx, a.order[i], i);
}

static int rwsem_worker(void *data)
{
	struct arena *a = data;

	for (int i = 0; i < ROUNDS; i++) {
		if (i % 4 == 0) {
			down_write(&a->rwsem);
			if (a->writers++ || a->inside)
				a->errors++;
			linger(i);
			a->writers--;
			if (i % 8 == 0) {
				a->inside++;
				downgrade_write(&a->rwsem);
				linger(i);
				a->inside--;
				up_read(&a->rwsem);
			} else {
				up_write(&a->rwsem);
			}
		} else {
			down_read(&a->rwsem);
			a->inside++;
			if (a->writers)
				a->errors++;
			if (a->inside > a->most)
				a->most = a->inside;
			linger(i + 1);
			sched_yield_current();
			a->inside--;
			up_read(&a->rwsem);
		}
	}
	complete(&a->done);
	return 0;
}

KTEST(sync, rwsem_readers_together_writers_alone)
{
	struct arena a;

	arena_init(&a);
	KTEST_ASSERT_EQ(ctx, arena_run(&a, rwsem_worker), 0);
	KTEST_ASSERT_EQ(ctx, a.errors, 0);
	KTEST_ASSERT_GT(ctx, a.most, 1);
	KTEST_ASSERT(ctx, !rwsem_is_locked(&a.rwsem));
}

KTEST(sync, rwsem_trylock)
{
	struct rwsem s;

	rwsem_init(&s);
	KTEST_ASSERT(ctx, down_read_trylock(&s));
	KTEST_ASSERT(ctx, down_read_trylock(&s));
	KTEST_ASSERT(ctx, !down_write_trylock(&s));
	up_read(&s);
	up_read(&s);
	KTEST_ASSERT(ctx, down_write_trylock(&s));
	KTEST_ASSERT(ctx, !down_read_trylock(&s));
	downgrade_write(&s);
	KTEST_ASSERT(ctx, down_read_trylock(&s));
	up_read(&s);
	up_read(&s);
	KTEST_ASSERT(ctx, !rwsem_is_locked(&s));
}

static int sem_worker(void *data)
{
	struct arena *a = data;

	for (int i = 0; i < ROUNDS; i++) {
		down(&a->sem);
		if (++a->inside > 2)
			a->errors++;
		linger(i);
		a->inside--;
		up(&a->sem);
	}
	complete(&a->done);
	return 0;
}

KTEST(sync, semaphore_counts)
{
	struct arena a;

	arena_init(&a);
	KTEST_ASSERT_EQ(ctx, arena_run(&a, sem_worker), 0);
	KTEST_ASSERT_EQ(ctx, a.errors, 0);
	KTEST_ASSERT(ctx, down_trylock(&a.sem));
	KTEST_ASSERT(ctx, down_trylock(&a.sem));
	KTEST_ASSERT(ctx, !down_trylock(&a.sem));
}

KTEST(sync, completion_timeout)
{
	struct completion c;
	u64 start = ktime_get_ns();

	completion_init(&c);
	KTEST_ASSERT_EQ(ctx, wait_for_completion_timeout_ns(&c, 5 * NSEC_PER_MSEC), 0ULL);
	KTEST_ASSERT_GE(ctx, ktime_get_ns() - start, 5 * NSEC_PER_MSEC);
	complete(&c);
	KTEST_ASSERT(ctx, completion_done(&c));
	KTEST_ASSERT_GT(ctx, wait_for_completion_timeout_ns(&c, NSEC_PER_SEC), 0ULL);
	KTEST_ASSERT(ctx, !completion_done(&c));
	complete_all(&c);
	wait_for_completion(&c);
	wait_for_completion(&c);
	KTEST_ASSERT(ctx, completion_done(&c));
}
