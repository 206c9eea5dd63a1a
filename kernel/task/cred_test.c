// SPDX-License-Identifier: MIT
/*
 * What happens to capabilities when ids change, and membership in groups: the pure part of
 * credentials.
 */
#include <exo/cred.h>
#include <exo/ktest.h>

#define SOME_UID 1000

static struct cred root_cred(void)
{
	return (struct cred){ .cap_effective = CAP_FULL_SET, .cap_permitted = CAP_FULL_SET,
			      .cap_bset = CAP_FULL_SET };
}

KTEST(cred, leaving_root_for_good_drops_all)
{
	struct cred old = root_cred(), new = root_cred();

	new.uid = new.euid = new.suid = SOME_UID;
	new.cap_ambient = 1;
	cred_fixup_uid(&new, &old);
	KTEST_ASSERT_EQ(ctx, new.cap_permitted, 0ULL);
	KTEST_ASSERT_EQ(ctx, new.cap_effective, 0ULL);
	KTEST_ASSERT_EQ(ctx, new.cap_ambient, 0ULL);
}

KTEST(cred, effective_id_switches_effective_set)
{
	struct cred root = root_cred(), away = root_cred(), back;

	away.euid = SOME_UID;
	cred_fixup_uid(&away, &root);
	KTEST_ASSERT_EQ(ctx, away.cap_effective, 0ULL);
	KTEST_ASSERT_EQ(ctx, away.cap_permitted, CAP_FULL_SET);
	back = away;
	back.euid = 0;
	cred_fixup_uid(&back, &away);
	KTEST_ASSERT_EQ(ctx, back.cap_effective, CAP_FULL_SET);
}

KTEST(cred, keepcaps_keeps_permitted_only)
{
	struct cred old = root_cred(), new = root_cred();

	new.uid = new.euid = new.suid = SOME_UID;
	new.securebits = SECBIT_KEEP_CAPS;
	cred_fixup_uid(&new, &old);
	KTEST_ASSERT_EQ(ctx, new.cap_permitted, CAP_FULL_SET);
	KTEST_ASSERT_EQ(ctx, new.cap_effective, 0ULL);
}

KTEST(cred, fsuid_switches_file_capabilities)
{
	struct cred old = root_cred(), new = root_cred(), again;

	new.fsuid = SOME_UID;
	cred_fixup_fsuid(&new, &old);
	KTEST_ASSERT(ctx, !cred_capable(&new, CAP_DAC_OVERRIDE));
	KTEST_ASSERT(ctx, cred_capable(&new, CAP_KILL));
	again = new;
	again.fsuid = 0;
	cred_fixup_fsuid(&again, &new);
	KTEST_ASSERT_EQ(ctx, again.cap_effective, CAP_FULL_SET);
}

KTEST(cred, groups_are_found_by_search)
{
	static const gid_t gids[] = { 3, 7, 8, 100, 65534 };
	struct groups *g = groups_alloc(ARRAY_SIZE(gids));
	struct cred c = { .fsgid = 42 };

	KTEST_ASSERT_NOT_NULL(ctx, g);
	memcpy(g->gid, gids, sizeof(gids));
	c.groups = g;
	for (size_t i = 0; i < ARRAY_SIZE(gids); i++)
		KTEST_ASSERT(ctx, cred_in_group(&c, gids[i]));
	KTEST_ASSERT(ctx, cred_in_group(&c, 42));
	KTEST_ASSERT(ctx, !cred_in_group(&c, 0));
	KTEST_ASSERT(ctx, !cred_in_group(&c, 9));
	KTEST_ASSERT(ctx, !cred_in_group(&c, 65535));
	c.groups = NULL;
	KTEST_ASSERT(ctx, !cred_in_group(&c, 3));
	groups_put(g);
}
