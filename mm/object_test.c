// SPDX-License-Identifier: MIT
/*
 * The page cache over a store of our own: a page is filled with its index, and the test counts
 * how often it was asked for and what was reserved.
 */
#include <exo/buddy.h>
#include <exo/err.h>
#include <exo/file.h>
#include <exo/iov.h>
#include <exo/ktest.h>
#include <exo/reclaim.h>
#include <exo/string.h>
#include "internal.h"

static unsigned int reads, writes;
static int reserved;
static int read_result;

static int store_read(struct mapping *m __unused, struct page *page)
{
	reads++;
	memset(page_address(page), (int)(page->index & 0xff), PAGE_SIZE);
	return read_result;
}

static int store_write(struct mapping *m __unused, struct page *page __unused)
{
	writes++;
	return 0;
}

static int store_reserve(struct mapping *m __unused, loff_t pos __unused, size_t n __unused)
{
	if (reserved == 4)
		return -ENOSPC;
	reserved++;
	return 0;
}

static void store_removed(struct mapping *m __unused, struct page *page __unused)
{
	reserved--;
}

static const struct mapping_ops store_ops = { .read_page = store_read, .write_page = store_write };
static const struct mapping_ops memory_ops = {
	.reserve = store_reserve, .page_removed = store_removed,
};

KTEST(object, pages_are_filled_once)
{
	struct mapping m;
	struct page *page;

	reads = 0;
	mapping_init(&m, &store_ops, NULL);
	m.size_bytes = 100 * PAGE_SIZE;
	for (unsigned int round = 0; round < 3; round++)
		for (u64 i = 0; i < 100; i += 7) {
			page = mapping_read_page(&m, i);
			KTEST_ASSERT(ctx, !IS_ERR(page));
			KTEST_ASSERT_EQ(ctx, *(u8 *)page_address(page), i);
			KTEST_ASSERT_EQ(ctx, refcount_read(&page->refs), 2);
			page_put(page);
		}
	KTEST_ASSERT_EQ(ctx, reads, 15U);
	KTEST_ASSERT_EQ(ctx, m.nr_pages, 15UL);
	KTEST_ASSERT_NULL(ctx, mapping_find_page(&m, 1));
	mapping_truncate(&m, 50 * PAGE_SIZE + 10);
	KTEST_ASSERT_NULL(ctx, mapping_find_page(&m, 56));
	page = mapping_find_page(&m, 49);
	KTEST_ASSERT_NOT_NULL(ctx, page);
	page_put(page);
	mapping_destroy(&m);
	KTEST_ASSERT_EQ(ctx, m.nr_pages, 0UL);
}

KTEST(object, errors_are_not_kept)
{
	struct mapping m;
	struct page *page;

	mapping_init(&m, &store_ops, NULL);
	m.size_bytes = PAGE_SIZE;
	read_result = -EIO;
	page = mapping_read_page(&m, 0);
	read_result = 0;
	KTEST_ASSERT_EQ(ctx, PTR_ERR(page), (long)-EIO);
	page = mapping_read_page(&m, 0);
	KTEST_ASSERT(ctx, !IS_ERR(page));
	page_put(page);
	mapping_destroy(&m);
}

static ssize_t write_at(struct file *f, loff_t pos, const void *data, size_t n)
{
	struct iov_iter it;

	iov_iter_kernel(&it, true, (void *)data, n);
	return filemap_write_iter(f, &it, &pos);
}

static ssize_t read_at(struct file *f, loff_t pos, void *data, size_t n)
{
	struct iov_iter it;

	iov_iter_kernel(&it, false, data, n);
	return filemap_read_iter(f, &it, &pos);
}

KTEST(filemap, read_and_write)
{
	static u8 data[3 * PAGE_SIZE], back[3 * PAGE_SIZE];
	struct mapping m;
	struct file f = { .mapping = &m };

	reserved = 0;
	mapping_init(&m, &memory_ops, NULL);
	memset(data, 'd', sizeof(data));
	KTEST_ASSERT_EQ(ctx, write_at(&f, 100, data, 2 * PAGE_SIZE), (ssize_t)(2 * PAGE_SIZE));
	KTEST_ASSERT_EQ(ctx, m.size_bytes, (loff_t)(2 * PAGE_SIZE + 100));
	KTEST_ASSERT_EQ(ctx, reserved, 3);
	KTEST_ASSERT_EQ(ctx, read_at(&f, 0, back, sizeof(back)), (ssize_t)(2 * PAGE_SIZE + 100));
	KTEST_ASSERT_NULL(ctx, memchr_inv(back, 0, 100));
	KTEST_ASSERT_NULL(ctx, memchr_inv(back + 100, 'd', 2 * PAGE_SIZE));
	/* A hole reads as zeroes and takes no page. */
	KTEST_ASSERT_EQ(ctx, write_at(&f, 50 * PAGE_SIZE, data, 1), 1L);
	KTEST_ASSERT_EQ(ctx, read_at(&f, 20 * PAGE_SIZE, back, PAGE_SIZE), (ssize_t)PAGE_SIZE);
	KTEST_ASSERT_NULL(ctx, memchr_inv(back, 0, PAGE_SIZE));
	KTEST_ASSERT_EQ(ctx, m.nr_pages, 4UL);
	/* The store is full: what was written counts, the rest is told. */
	KTEST_ASSERT_EQ(ctx, write_at(&f, 60 * PAGE_SIZE, data, PAGE_SIZE), (ssize_t)-ENOSPC);
	KTEST_ASSERT_EQ(ctx, reserved, 4);
	KTEST_ASSERT_EQ(ctx, m.nr_pages, 4UL);
	mapping_punch(&m, 50, 2 * PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, reserved, 3);
	KTEST_ASSERT_EQ(ctx, read_at(&f, 0, back, 3 * PAGE_SIZE), (ssize_t)(3 * PAGE_SIZE));
	KTEST_ASSERT_NULL(ctx, memchr_inv(back, 0, 2 * PAGE_SIZE));
	KTEST_ASSERT_EQ(ctx, back[2 * PAGE_SIZE], 'd');
	/* Shrinking and growing shows zeroes. */
	mapping_truncate(&m, 2 * PAGE_SIZE + 10);
	mapping_truncate(&m, 3 * PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, read_at(&f, 2 * PAGE_SIZE, back, PAGE_SIZE), (ssize_t)PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, back[9], 'd');
	KTEST_ASSERT_NULL(ctx, memchr_inv(back + 10, 0, PAGE_SIZE - 10));
	mapping_destroy(&m);
	KTEST_ASSERT_EQ(ctx, reserved, 0);
}

KTEST(filemap, dirty_pages_are_written_back)
{
	static u8 data[PAGE_SIZE];
	struct mapping m;
	struct file f = { .mapping = &m };

	reads = writes = 0;
	mapping_init(&m, &store_ops, NULL);
	m.size_bytes = 8 * PAGE_SIZE;
	/* A whole page is not read before it is written, a part is. */
	KTEST_ASSERT_EQ(ctx, write_at(&f, PAGE_SIZE, data, PAGE_SIZE), (ssize_t)PAGE_SIZE);
	KTEST_ASSERT_EQ(ctx, reads, 0U);
	KTEST_ASSERT_EQ(ctx, write_at(&f, 2 * PAGE_SIZE + 5, data, 5), 5L);
	KTEST_ASSERT_EQ(ctx, reads, 1U);
	KTEST_ASSERT_EQ(ctx, mapping_sync(&m, 0, S64_MAX), 0);
	KTEST_ASSERT_EQ(ctx, writes, 2U);
	KTEST_ASSERT_EQ(ctx, mapping_sync(&m, 0, S64_MAX), 0);
	KTEST_ASSERT_EQ(ctx, writes, 2U);
	mapping_destroy(&m);
}

/* Clean pages that can be read again go when memory is wanted; dirty and used ones stay. */
KTEST(reclaim, drops_clean_pages)
{
	struct page *kept, *dirty, *page;
	struct mapping m;

	reads = 0;
	mapping_init(&m, &store_ops, NULL);
	m.size_bytes = 100 * PAGE_SIZE;
	for (u64 i = 0; i < 64; i++) {
		page = mapping_read_page(&m, i);
		KTEST_ASSERT(ctx, !IS_ERR(page));
		page_put(page);
	}
	kept = mapping_find_page(&m, 3);
	dirty = mapping_find_page(&m, 4);
	page_lock(dirty);
	KTEST_ASSERT_EQ(ctx, mapping_dirty_page(&m, dirty), 0);
	page_unlock(dirty);
	page_put(dirty);
	KTEST_ASSERT_GE(ctx, reclaim_available_pages(), 64UL);
	reclaim_pages(~0ULL >> PAGE_SHIFT);
	KTEST_ASSERT_EQ(ctx, m.nr_pages, 2UL);
	KTEST_ASSERT_EQ(ctx, refcount_read(&kept->refs), 2);
	page_put(kept);
	mapping_destroy(&m);
}
