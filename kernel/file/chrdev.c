// SPDX-License-Identifier: MIT
/*
 * Character devices: which file operations stand behind a device number, and under which name devfs
 * shows it. Drivers register during start-up; devices never leave.
 *
 * Invariant: ranges of device numbers do not overlap; the list is in the order of registration, and
 * so are the ids (1, 2, ...).
 * Locking: `lock` guards the list; entries are immutable once on it.
 */
#include <exo/chrdev.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/kdev.h>
#include <exo/list.h>
#include <exo/spinlock.h>

struct chrdev {
	struct list_head link;
	u32 id;
	struct chrdev_info info;
	const struct file_ops *ops;
};

static LIST_HEAD(chrdevs);
static DEFINE_SPINLOCK(lock);

static bool overlaps(const struct chrdev *c, dev_t first, unsigned int count)
{
	unsigned int minor = MINOR(first), other = MINOR(c->info.dev);

	return MAJOR(first) == MAJOR(c->info.dev) && minor < other + c->info.count &&
	       other < minor + count;
}

/* 0, or -EBUSY if a number is taken. `lock` held. */
static int chrdev_insert(struct chrdev *new)
{
	struct chrdev *c;

	new->id = 1;
	list_for_each_entry(c, &chrdevs, link) {
		if (overlaps(c, new->info.dev, new->info.count))
			return -EBUSY;
		new->id = c->id + 1;
	}
	list_add_tail(&new->link, &chrdevs);
	return 0;
}

int chrdev_register(dev_t dev, unsigned int count, const char *name, umode_t mode,
		    const struct file_ops *ops)
{
	struct chrdev *new;
	int err;

	if (!count || !ops)
		return -EINVAL;
	new = kmalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->info = (struct chrdev_info){
		.dev = dev, .count = count, .name = name, .mode = mode,
	};
	new->ops = ops;
	spin_lock(&lock);
	err = chrdev_insert(new);
	spin_unlock(&lock);
	if (err)
		kfree(new);
	return err;
}

const struct file_ops *chrdev_find(dev_t dev)
{
	const struct file_ops *ops = NULL;
	struct chrdev *c;

	spin_lock(&lock);
	list_for_each_entry(c, &chrdevs, link)
		if (overlaps(c, dev, 1)) {
			ops = c->ops;
			break;
		}
	spin_unlock(&lock);
	return ops;
}

loff_t chrdev_llseek_zero(struct file *f, loff_t offset, int whence)
{
	return 0;
}

bool chrdev_next(u32 *cursor, struct chrdev_info *info)
{
	bool found = false;
	struct chrdev *c;

	spin_lock(&lock);
	list_for_each_entry(c, &chrdevs, link)
		if (c->id > *cursor) {
			*cursor = c->id;
			*info = c->info;
			found = true;
			break;
		}
	spin_unlock(&lock);
	return found;
}
