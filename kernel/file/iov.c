// SPDX-License-Identifier: MIT
/*
 * Iterators over the memory of one I/O.
 *
 * Invariants: `count` is the sum of what is left in the segments; offset < length of the first
 * segment, unless count is 0. Segments of length 0 are skipped as they come up.
 * No locking: an iterator belongs to one call.
 */
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/iov.h>
#include <exo/string.h>
#include <exo/uaccess.h>
#include <asm/uaccess.h>

#define UIO_MAXIOV 1024

void iov_iter_user(struct iov_iter *it, bool source, void __user *buf, size_t n)
{
	it->kind = IOV_USER;
	it->source = source;
	it->offset = 0;
	it->count = n;
	it->nr = 1;
	it->single.base = buf;
	it->single.len = n;
	it->iov = &it->single;
}

void iov_iter_kernel(struct iov_iter *it, bool source, void *buf, size_t n)
{
	it->kind = IOV_KERNEL;
	it->source = source;
	it->offset = 0;
	it->count = n;
	it->nr = 1;
	it->kernel = buf;
}

/* Copies and checks the vector: the sum is cut to the largest transfer as Linux does. */
static ssize_t iov_copy(struct iovec_k *iov, const struct iovec_k __user *uvec, unsigned long nr)
{
	size_t total = 0;
	unsigned long i;

	if (copy_from_user(iov, (const void __user *)uvec, nr * sizeof(*iov)))
		return -EFAULT;
	for (i = 0; i < nr; i++)
		if ((ssize_t)iov[i].len < 0)
			return -EINVAL;
	for (i = 0; i < nr; i++) {
		if (!user_range_ok(iov[i].base, iov[i].len))
			return -EFAULT;
		if (iov[i].len > IO_MAX_BYTES - total)
			iov[i].len = IO_MAX_BYTES - total;
		total += iov[i].len;
	}
	return (ssize_t)total;
}

ssize_t iov_iter_import(struct iov_iter *it, bool source, const struct iovec_k __user *uvec,
			unsigned long nr, struct iovec_k *fast, unsigned int nr_fast,
			struct iovec_k **heap)
{
	struct iovec_k *iov = fast;
	ssize_t total;

	*heap = NULL;
	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > nr_fast) {
		iov = kmalloc_array(nr, sizeof(*iov), GFP_KERNEL);
		if (!iov)
			return -ENOMEM;
		*heap = iov;
	}
	total = iov_copy(iov, uvec, nr);
	if (total < 0)
		return total;
	it->kind = IOV_USER;
	it->source = source;
	it->offset = 0;
	it->count = (size_t)total;
	it->nr = (unsigned int)nr;
	it->iov = iov;
	return total;
}

/* The piece of the current segment that a step of at most n bytes may use; 0 at the end. */
static size_t piece(struct iov_iter *it, size_t n)
{
	n = min(n, it->count);
	if (it->kind == IOV_KERNEL || !n)
		return n;
	while (it->offset == it->iov->len) {
		it->iov++;
		it->nr--;
		it->offset = 0;
	}
	return min(n, it->iov->len - it->offset);
}

static void step(struct iov_iter *it, size_t n)
{
	it->offset += n;
	it->count -= n;
}

static void __user *user_at(const struct iov_iter *it)
{
	return (char __user *)it->iov->base + it->offset;
}

/*
 * Moves one piece; returns the bytes moved. `kernel` is the kernel side, NULL to zero. User ranges
 * were checked on import; those of iov_iter_user() are checked here, cheaply, each time.
 */
static size_t move(struct iov_iter *it, void *kernel, size_t n, bool to_iter)
{
	unsigned long left;

	if (it->kind == IOV_KERNEL) {
		char *p = (char *)it->kernel + it->offset;

		if (!to_iter)
			memcpy(kernel, p, n);
		else if (kernel)
			memcpy(p, kernel, n);
		else
			memset(p, 0, n);
		return n;
	}
	if (unlikely(!user_range_ok(user_at(it), n)))
		return 0;
	if (!to_iter)
		left = arch_user_copy_in(kernel, user_at(it), n);
	else if (kernel)
		left = arch_user_copy_out(user_at(it), kernel, n);
	else
		left = arch_user_clear(user_at(it), n);
	return n - left;
}

static size_t transfer(struct iov_iter *it, char *kernel, size_t n, bool to_iter)
{
	size_t done = 0;

	while (done < n) {
		size_t want = piece(it, n - done);
		size_t got = want ? move(it, kernel ? kernel + done : NULL, want, to_iter) : 0;

		step(it, got);
		done += got;
		if (got < want || !want)
			break;
	}
	return done;
}

size_t copy_to_iter(const void *src, size_t n, struct iov_iter *it)
{
	return transfer(it, (char *)src, n, true);
}

size_t copy_from_iter(void *dst, size_t n, struct iov_iter *it)
{
	return transfer(it, dst, n, false);
}

size_t iov_iter_zero(size_t n, struct iov_iter *it)
{
	return transfer(it, NULL, n, true);
}

void iov_iter_advance(struct iov_iter *it, size_t n)
{
	while (n) {
		size_t got = piece(it, n);

		if (!got)
			return;
		step(it, got);
		n -= got;
	}
}

void iov_iter_revert(struct iov_iter *it, size_t n)
{
	it->count += n;
	while (n > it->offset) {
		n -= it->offset;
		it->iov--;
		it->nr++;
		it->offset = it->iov->len;
	}
	it->offset -= n;
}

int iov_iter_fault_in(struct iov_iter *it, size_t n)
{
	const char __user *p;
	size_t offset;
	char c;

	n = piece(it, n);
	if (it->kind == IOV_KERNEL || !n)
		return 0;
	p = user_at(it);
	for (offset = 0; offset < n; offset += PAGE_SIZE)
		if (get_user(c, p + offset))
			return offset ? 0 : -EFAULT;
	(void)!get_user(c, p + n - 1);
	return 0;
}
