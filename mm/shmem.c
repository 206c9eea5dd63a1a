// SPDX-License-Identifier: MIT
/*
 * Shared anonymous memory: a nameless file whose contents live in the page cache alone. mmap(2)
 * with MAP_SHARED | MAP_ANONYMOUS makes one; so the areas of all processes that inherit it are
 * areas of one object, and nothing else in mm/ needs to know of it.
 *
 * The whole size is promised when the object is made (mm/commit.c), unless MAP_NORESERVE says not
 * to, and taken back with the last reference.
 */
#include <exo/anon_file.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/sched.h>
#include <exo/string.h>
#include "internal.h"

#define SHMEM_NAME_LEN 32

struct shmem {
	struct mapping mapping;
	unsigned long pages;		/* [I] promised */
	char name[SHMEM_NAME_LEN];	/* [I] */
};

static const struct mapping_ops shmem_mapping_ops;

static void shmem_release(struct file *f)
{
	struct shmem *s = f->private;

	mapping_destroy(&s->mapping);
	commit_uncharge(s->pages);
	kfree(s);
}

static int shmem_describe(struct file *f, char *buf, size_t n)
{
	struct shmem *s = f->private;

	return (int)strscpy(buf, s->name, n);
}

static const struct file_ops shmem_file_ops = {
	.name = "shmem",
	.mmap = filemap_mmap,
	.release = shmem_release,
	.describe = shmem_describe,
};

struct file *shmem_file_create(const char *name, u64 bytes, bool reserve)
{
	struct shmem *s = kmalloc(sizeof(*s), GFP_KERNEL);
	struct file *f;
	int err = -ENOMEM;

	if (!s)
		return ERR_PTR(-ENOMEM);
	mapping_init(&s->mapping, &shmem_mapping_ops, s);
	s->mapping.size_bytes = (loff_t)bytes;
	s->pages = reserve ? DIV_ROUND_UP(bytes, PAGE_SIZE) : 0;
	strscpy(s->name, name, sizeof(s->name));
	err = commit_charge(current->mm, s->pages);
	if (err)
		goto out_free;
	f = anon_file_create(&shmem_file_ops, s, FMODE_READ | FMODE_WRITE, 0);
	if (IS_ERR(f)) {
		err = (int)PTR_ERR(f);
		goto out_uncharge;
	}
	f->mapping = &s->mapping;
	return f;
out_uncharge:
	commit_uncharge(s->pages);
out_free:
	kfree(s);
	return ERR_PTR(err);
}
