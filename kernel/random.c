// SPDX-License-Identifier: MIT
/*
 * Random numbers: a ChaCha20 generator with fast key erasure over a pool.
 *
 * Output: a request takes one block under the current key; its first half becomes the next key,
 * before any byte is given out, so that what was given out cannot be computed from what is in
 * memory later. A request of more than half a block uses the other half as the key of a stream of
 * its own, made outside the lock.
 *
 * Input: the pool is 32 bytes. Data are xored into it and it is replaced by the first half of the
 * ChaCha block under it: not to be undone, and without knowing the pool nobody can choose data that
 * lead anywhere. The generator's key is mixed from pool and old key as soon as 256 bits have been
 * credited, and every five minutes after.
 *
 * Sources: the CPU's generator (credited fully unless random.trust_cpu=off), the jitter of the
 * cycle counter at boot, the moments of device interrupts. Who must have good numbers before enough
 * was credited waits; waiting itself makes jitter, so it ends.
 *
 * `lock` guards all of it, with interrupts off.
 */
#include <exo/chacha.h>
#include <exo/err.h>
#include <exo/expose.h>
#include <exo/iov.h>
#include <exo/log.h>
#include <exo/parse.h>
#include <exo/random.h>
#include <exo/sched.h>
#include <exo/signal.h>
#include <exo/string.h>
#include <exo/syscall.h>
#include <exo/time.h>
#include <exo/uaccess.h>
#include <exo/waitqueue.h>
#include <asm/cpu.h>
#include <asm/cycles.h>

#define HALF		CHACHA_KEY_BYTES	/* of a block */
#define READY_BITS	256
#define RESEED_NS	(300 * NSEC_PER_SEC)

static_assert(CHACHA_BLOCK_BYTES == 2 * HALF, "a block is a key and as much output");

static DEFINE_SPINLOCK(lock);
static u8 pool[HALF];			/* [lock] */
static u8 key[HALF];			/* [lock] */
static unsigned int credited_bits;	/* [lock]; stops at READY_BITS */
static u64 reseed_at_ns;		/* [lock] */
static DEFINE_WAITQUEUE(ready_wait);
static bool trust_cpu = true;

static int trust_cpu_set(const char *value)
{
	return *value ? kstrtobool(value, &trust_cpu) : 0;
}
BOOT_PARAM_EARLY(random_trust_cpu, "random.trust_cpu", trust_cpu_set,
	   "on: the CPU's generator is believed; off: it is mixed in only");

/* One block under `k`; its halves go to `first` and `second`. */
static void block_split(const u8 *k, u8 *first, u8 *second)
{
	static const u8 nonce[CHACHA_NONCE_BYTES];
	u8 block[CHACHA_BLOCK_BYTES];
	struct chacha_state s;

	chacha_init(&s, k, 0, nonce);
	chacha_block(&s, block);
	memcpy(first, block, HALF);
	if (second)
		memcpy(second, block + HALF, HALF);
	memzero_explicit(block, sizeof(block));
	memzero_explicit(&s, sizeof(s));
}

static void pool_mix(const void *data, size_t n)
{
	const u8 *p = data;

	do {
		size_t part = min(n, (size_t)HALF);

		for (size_t i = 0; i < part; i++)
			pool[i] ^= p[i];
		block_split(pool, pool, NULL);
		p += part;
		n -= part;
	} while (n);
}

/* The new key depends on the pool and on the old key. Lock held. */
static void reseed(void)
{
	u64 cpu;

	if (arch_random_u64(&cpu))
		pool_mix(&cpu, sizeof(cpu));
	pool_mix(key, sizeof(key));
	block_split(pool, pool, key);
	reseed_at_ns = ktime_get_ns() + RESEED_NS;
}

void entropy_add(const void *data, size_t n, unsigned int bits)
{
	u64 now = cycles_read();
	bool became_ready = false;
	irqflags_t flags = spin_lock_irqsave(&lock);

	pool_mix(&now, sizeof(now));
	pool_mix(data, n);
	if (credited_bits < READY_BITS && bits) {
		credited_bits = min(credited_bits + bits, (unsigned int)READY_BITS);
		became_ready = credited_bits == READY_BITS;
		if (became_ready)
			reseed();
	}
	spin_unlock_irqrestore(&lock, flags);
	if (became_ready)
		waitqueue_wake_all(&ready_wait);
}

void random_bytes(void *buf, size_t n)
{
	static const u8 nonce[CHACHA_NONCE_BYTES];
	u8 block[CHACHA_BLOCK_BYTES], second[HALF];
	struct chacha_state s;
	irqflags_t flags = spin_lock_irqsave(&lock);

	if (unlikely(credited_bits < READY_BITS || ktime_get_ns() >= reseed_at_ns))
		reseed();
	block_split(key, key, second);
	spin_unlock_irqrestore(&lock, flags);
	if (n <= HALF) {
		memcpy(buf, second, n);
		memzero_explicit(second, sizeof(second));
		return;
	}
	chacha_init(&s, second, 0, nonce);
	memzero_explicit(second, sizeof(second));
	for (u8 *p = buf; n; ) {
		size_t part = min(n, sizeof(block));

		chacha_block(&s, block);
		memcpy(p, block, part);
		p += part;
		n -= part;
	}
	memzero_explicit(block, sizeof(block));
	memzero_explicit(&s, sizeof(s));
}

u64 random_u64(void)
{
	u64 v;

	random_bytes(&v, sizeof(v));
	return v;
}

u32 random_below(u32 limit)
{
	/* Without the first 2^32 mod limit values, all remainders are equally frequent. */
	u32 unfair = -limit % limit, v;

	do {
		v = (u32)random_u64();
	} while (v < unfair);
	return v % limit;
}

/* ---- Sources ---- */

void entropy_add_interrupt(unsigned int irq)
{
	/* Of one CPU; a lost update among several costs nothing. */
	static u64 fast[4];
	static u32 count;
	u64 moment = cycles_read() ^ ((u64)irq << 56);
	unsigned int i = count++ % 4;

	/* Rotation by a prime spreads what lies in the low bits. */
	fast[i] = (fast[i] << 13 | fast[i] >> 51) ^ moment;
	if (count % 64 == 0)
		entropy_add(fast, sizeof(fast), 1);
}

/* The spread of the cycle counter around memory accesses. Not credited. */
static void jitter_add(void)
{
	u64 sample[32];

	for (unsigned int i = 0; i < ARRAY_SIZE(sample); i++) {
		for (unsigned int j = 0; j < ARRAY_SIZE(pool); j++)
			(void)READ_ONCE(pool[(i + j * 7) % ARRAY_SIZE(pool)]);
		sample[i] = cycles_read();
	}
	entropy_add(sample, sizeof(sample), 0);
}

bool random_ready(void)
{
	return READ_ONCE(credited_bits) == READY_BITS;
}

int random_wait_ready(void)
{
	while (!random_ready()) {
		u64 moment;
		s64 left = wait_event_interruptible_timeout_ns(&ready_wait, random_ready(),
							       NSEC_PER_MSEC);

		if (left < 0)
			return (int)left;
		/* When a sleep ends to the cycle depends on everything else: one bit. */
		moment = cycles_read();
		entropy_add(&moment, sizeof(moment), 1);
	}
	return 0;
}

void random_init(void)
{
	u64 word, seconds = ktime_get_real_ns();
	unsigned int n;

	entropy_add(&seconds, sizeof(seconds), 0);
	jitter_add();
	for (n = 0; n < READY_BITS / 64 && arch_random_u64(&word); n++)
		entropy_add(&word, sizeof(word), trust_cpu ? 64 : 0);
	log_info("random: %s", random_ready() ? "seeded by the CPU" :
		 "not seeded yet, collecting jitter when somebody waits");
}

/* ---- getrandom(2), /proc/sys/kernel/random ---- */

#define GRND_NONBLOCK	1U
#define GRND_RANDOM	2U
#define GRND_INSECURE	4U

static long getrandom_do(u8 __user *ubuf, size_t n)
{
	struct iov_iter it;
	u8 chunk[256];

	iov_iter_user(&it, false, ubuf, n);
	while (it.count) {
		size_t part = min(it.count, sizeof(chunk));

		random_bytes(chunk, part);
		/* What fits before memory ends counts. */
		if (copy_to_iter(chunk, part, &it) < part)
			break;
		/* Up to 256 bytes come whole, whatever happens. */
		if (it.count && signal_pending(current))
			break;
		cond_resched();
	}
	memzero_explicit(chunk, sizeof(chunk));
	return it.count == n && n ? -EFAULT : (long)(n - it.count);
}

SYSCALL_DEFINE3(getrandom, u8 __user *, ubuf, size_t, n, unsigned int, flags)
{
	int err;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
		return -EINVAL;
	if (!random_ready() && !(flags & GRND_INSECURE)) {
		if (flags & GRND_NONBLOCK)
			return -EAGAIN;
		err = random_wait_ready();
		if (err)
			return err;
	}
	return getrandom_do(ubuf, min(n, (size_t)INT_MAX));
}

static void uuid_print(struct seq *s, const u8 uuid[16])
{
	for (unsigned int i = 0; i < 16; i++)
		seq_printf(s, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
	seq_putc(s, '\n');
}

/* RFC 4122, version 4. */
static void uuid_make(u8 uuid[16])
{
	random_bytes(uuid, 16);
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

static void uuid_show(struct seq *s)
{
	u8 uuid[16];

	uuid_make(uuid);
	uuid_print(s, uuid);
}
PROC_FILE(random_uuid, "sys/kernel/random/uuid", 0444, uuid_show);

static void boot_id_show(struct seq *s)
{
	static DEFINE_SPINLOCK(boot_id_lock);
	static u8 boot_id[16];
	irqflags_t flags = spin_lock_irqsave(&boot_id_lock);

	if (!boot_id[6])
		uuid_make(boot_id);
	spin_unlock_irqrestore(&boot_id_lock, flags);
	uuid_print(s, boot_id);
}
PROC_FILE(random_boot_id, "sys/kernel/random/boot_id", 0444, boot_id_show);

static void entropy_show(struct seq *s)
{
	seq_printf(s, "%u\n", READ_ONCE(credited_bits));
}
PROC_FILE(random_entropy, "sys/kernel/random/entropy_avail", 0444, entropy_show);
