// SPDX-License-Identifier: MIT
/*
 * Loaders that lie. Whatever they say, the result keeps what exo/boot.h promises; where a lie has
 * an obvious truth behind it, the result is that. Runs before the init sections are given back.
 */
#include <exo/ktest.h>
#include <exo/string.h>
#include "boot.h"

#define BLOB_BYTES	4096

/* In the image, so that the loader's physical addresses can be told. */
static u64 blob[BLOB_BYTES / 8];
static struct boot_info result;
static u32 blob_used;

static void blob_put(const void *p, u32 bytes)
{
	memcpy((char *)blob + blob_used, p, bytes);
	blob_used += bytes;
}

static void blob_start(void)
{
	memset(blob, 0, sizeof(blob));
	blob_used = 8;
}

static void tag_put(u32 type, const void *body, u32 bytes)
{
	u32 head[2] = { type, bytes + 8 };

	blob_put(head, sizeof(head));
	blob_put(body, bytes);
	blob_used = ALIGN_UP(blob_used, 8U);
}

struct map_entry {
	u64 start, bytes;
	u32 type, reserved;
};

static void map_put(const struct map_entry *e, u32 n)
{
	u32 body[2 + 6 * 16] = { sizeof(*e), 0 };

	memcpy(body + 2, e, n * sizeof(*e));
	tag_put(6, body, 8 + n * sizeof(*e));
}

static void module_put(u32 start, u32 end)
{
	u32 body[3] = { start, end, 0 };

	tag_put(3, body, sizeof(body));
}

static void blob_run(u32 total)
{
	((u32 *)blob)[0] = total;
	memset(&result, 0, sizeof(result));
	bootinfo_fill(&result, BOOT_MULTIBOOT2, virt_to_phys(blob));
}

static void blob_end_and_run(void)
{
	tag_put(0, NULL, 0);
	blob_run(blob_used);
}

static void check_ranges(struct ktest *ctx)
{
	for (unsigned int i = 0; i < result.nr_ranges; i++) {
		const struct boot_range *r = &result.ranges[i];

		KTEST_ASSERT_LT(ctx, r->start, r->end);
		if (i)
			KTEST_ASSERT_LE(ctx, r[-1].end, r->start);
		if (r->kind != BOOT_RANGE_RAM)
			continue;
		KTEST_ASSERT(ctx, IS_ALIGNED(r->start | r->end, PAGE_SIZE));
		KTEST_ASSERT_LE(ctx, r->end, DIRECT_MAP_BYTES);
	}
}

static bool in_ram(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < result.nr_ranges; i++)
		if (result.ranges[i].kind == BOOT_RANGE_RAM && start >= result.ranges[i].start &&
		    end <= result.ranges[i].end)
			return true;
	return false;
}

static void check(struct ktest *ctx)
{
	KTEST_ASSERT_LE(ctx, result.nr_ranges, BOOT_MAX_RANGES);
	KTEST_ASSERT_LE(ctx, result.nr_modules, BOOT_MAX_MODULES);
	KTEST_ASSERT_LT(ctx, strnlen(result.cmdline, BOOT_CMDLINE_MAX), BOOT_CMDLINE_MAX);
	KTEST_ASSERT_LT(ctx, strnlen(result.loader, sizeof(result.loader)), sizeof(result.loader));
	check_ranges(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	for (unsigned int i = 0; i < result.nr_modules; i++) {
		const struct boot_module *m = &result.modules[i];

		KTEST_ASSERT(ctx, m->bytes && in_ram(m->start, m->start + m->bytes));
	}
}

static enum boot_range_kind kind_at(phys_addr_t at)
{
	for (unsigned int i = 0; i < result.nr_ranges; i++)
		if (at >= result.ranges[i].start && at < result.ranges[i].end)
			return result.ranges[i].kind;
	return BOOT_RANGE_BAD + 1;
}

KTEST(bootinfo, sane_map_is_taken)
{
	static const struct map_entry map[] = {
		{ 0x100000, 0x7f00000, 1, 0 }, { 0, 0x9fc00, 1, 0 }, { 0x9fc00, 0x400, 2, 0 },
		{ 0x8000000, 0x10000, 3, 0 }, { 0x100000000, 0x40000000, 1, 0 },
	};

	blob_start();
	tag_put(1, "console=ttyS0", 14);
	tag_put(2, "a loader", 9);
	map_put(map, ARRAY_SIZE(map));
	module_put(0x4000000, 0x4000123);
	blob_end_and_run();
	check(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_STREQ(ctx, result.cmdline, "console=ttyS0");
	KTEST_ASSERT_STREQ(ctx, result.loader, "a loader");
	KTEST_ASSERT_EQ(ctx, result.nr_modules, 1);
	KTEST_ASSERT_EQ(ctx, result.modules[0].bytes, 0x123);
	KTEST_ASSERT_EQ(ctx, kind_at(0), BOOT_RANGE_RESERVED);
	KTEST_ASSERT_EQ(ctx, kind_at(0x9f000), BOOT_RANGE_RESERVED);
	KTEST_ASSERT_EQ(ctx, kind_at(0x9e000), BOOT_RANGE_RAM);
	KTEST_ASSERT_EQ(ctx, kind_at(0x8000000), BOOT_RANGE_ACPI);
	KTEST_ASSERT_EQ(ctx, kind_at(0x13fffffff), BOOT_RANGE_RAM);
}

KTEST(bootinfo, overlaps_go_to_the_less_usable)
{
	static const struct map_entry map[] = {
		{ 0x100000, 0x10000000, 1, 0 }, { 0x200000, 0x1000, 2, 0 },
		{ 0x300800, 0x10, 5, 0 }, { 0x1000000, 0x100000, 3, 0 },
		{ 0x1010000, 0x1000, 77, 0 },
		{ 0x5000000, ~0ULL, 1, 0 }, { 0x6000000, 0, 1, 0 },
	};

	blob_start();
	map_put(map, ARRAY_SIZE(map));
	blob_end_and_run();
	check(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_EQ(ctx, kind_at(0x200000), BOOT_RANGE_RESERVED);
	KTEST_ASSERT_EQ(ctx, kind_at(0x201000), BOOT_RANGE_RAM);
	KTEST_ASSERT_EQ(ctx, kind_at(0x300000), BOOT_RANGE_BAD);
	KTEST_ASSERT_EQ(ctx, kind_at(0x1000000), BOOT_RANGE_ACPI);
	KTEST_ASSERT_EQ(ctx, kind_at(0x1010000), BOOT_RANGE_RESERVED);
	/* the range that wraps reaches to the end of what can be mapped */
	KTEST_ASSERT_EQ(ctx, kind_at(DIRECT_MAP_BYTES - 1), BOOT_RANGE_RAM);
}

KTEST(bootinfo, bad_modules_are_dropped)
{
	static const struct map_entry map[] = { { 0x100000, 0x7f00000, 1, 0 } };
	u32 image = virt_to_phys(blob);

	blob_start();
	map_put(map, ARRAY_SIZE(map));
	module_put(0x9000000, 0x9001000);	/* no RAM */
	module_put(0x7fff000, 0x8001000);	/* ends outside */
	module_put(0x4001000, 0x4000000);	/* backwards */
	module_put(image, image + 1);		/* in the kernel */
	module_put(0x5000000, 0x5002000);
	module_put(0x5001000, 0x5003000);	/* overlaps the one before */
	module_put(0x6000000, 0x6000000);	/* empty */
	blob_end_and_run();
	check(ctx);
	KTEST_RETURN_IF_FAILED(ctx);
	KTEST_ASSERT_EQ(ctx, result.nr_modules, 1);
	KTEST_ASSERT_EQ(ctx, result.modules[0].start, 0x5000000);
}

KTEST(bootinfo, truncated_tags_end_the_list)
{
	static const struct map_entry map[] = { { 0x100000, 0x7f00000, 1, 0 } };
	static const u32 bytes[] = { 0, 7, 8, 11, 15, 0x7fffffff, 0xffffffff, BLOB_BYTES };

	for (unsigned int i = 0; i < ARRAY_SIZE(bytes); i++) {
		blob_start();
		map_put(map, ARRAY_SIZE(map));
		module_put(0x5000000, 0x5002000);
		((u32 *)blob)[blob_used / 4 - 5] = bytes[i];	/* the module's length */
		blob_end_and_run();
		check(ctx);
		KTEST_RETURN_IF_FAILED(ctx);
		KTEST_ASSERT_EQ(ctx, result.nr_modules, 0);
		KTEST_ASSERT_EQ(ctx, kind_at(0x200000), BOOT_RANGE_RAM);
	}
}

KTEST(bootinfo, long_command_line_is_cut)
{
	static char text[BOOT_CMDLINE_MAX + 100];
	static u64 big[(sizeof(text) + 64) / 8];

	memset(text, 'x', sizeof(text));
	memset(big, 0, sizeof(big));
	((u32 *)big)[0] = 8 + 8 + sizeof(text) + 8;
	((u32 *)big)[2] = 1;
	((u32 *)big)[3] = 8 + sizeof(text);
	memcpy(big + 2, text, sizeof(text));
	memset(&result, 0, sizeof(result));
	bootinfo_fill(&result, BOOT_MULTIBOOT2, virt_to_phys(big));
	KTEST_ASSERT_EQ(ctx, strlen(result.cmdline), BOOT_CMDLINE_MAX - 1);
}

KTEST(bootinfo, unreadable_information_gives_nothing)
{
	static const phys_addr_t places[] = { 0, 1ULL << 32, ~0ULL, ~0ULL - 3, 1ULL << 52 };

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		memset(&result, 0, sizeof(result));
		bootinfo_fill(&result, i % 2 ? BOOT_PVH : BOOT_MULTIBOOT2, places[i]);
		check(ctx);
		KTEST_RETURN_IF_FAILED(ctx);
		KTEST_ASSERT_EQ(ctx, result.nr_modules, 0);
		KTEST_ASSERT(ctx, !in_ram(0x100000, 0x101000));
	}
}

/* Everything but the total length, which is the container that all others are held against. */
KTEST(bootinfo, random_damage_keeps_the_promises)
{
	static const struct map_entry map[] = {
		{ 0, 0x9fc00, 1, 0 }, { 0x100000, 0x7f00000, 1, 0 }, { 0xf0000, 0x10000, 2, 0 },
	};
	u8 *bytes = (u8 *)blob;

	for (unsigned int round = 0; round < 300; round++) {
		blob_start();
		tag_put(1, "quiet", 6);
		tag_put(2, "a loader", 9);
		map_put(map, ARRAY_SIZE(map));
		module_put(0x4000000, 0x4000123);
		module_put(0x4100000, 0x4200000);
		tag_put(14, "RSD PTR 0123456789ab", 20);
		tag_put(0, NULL, 0);
		for (u64 n = ktest_random_below(ctx, 8) + 1; n; n--)
			bytes[8 + ktest_random_below(ctx, blob_used - 8)] = (u8)ktest_random(ctx);
		blob_run(blob_used);
		check(ctx);
		KTEST_RETURN_IF_FAILED(ctx);
	}
}
