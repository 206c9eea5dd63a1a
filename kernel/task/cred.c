// SPDX-License-Identifier: MIT
/*
 * Credentials: the objects, their exchange, and what exec makes of them. The system calls are in
 * idcalls.c and capcalls.c.
 *
 * Invariants: cap_effective is a subset of cap_permitted; cap_ambient is a subset of cap_permitted
 * and of cap_inheritable; cred->user counts cred->uid. A task counts in cred->user->processes of
 * the credentials it has, so cred_commit() moves the count.
 *
 * cred_commit() exchanges the pointer under tasklist_lock and sighand->lock: either is enough to
 * read another task's credentials. user_lock guards the table of users.
 *
 * Does not: user name spaces, file capabilities.
 */
#include <exo/cred.h>
#include <exo/err.h>
#include <exo/heap.h>
#include <exo/mm.h>
#include <exo/rlimit.h>
#include "internal.h"

#define USER_HASH_SIZE 64

static DEFINE_SPINLOCK(user_lock);
static struct hlist_head user_hash[USER_HASH_SIZE];

static struct user_counts root_counts = { .refs = REFCOUNT_INIT(2) };

struct cred cred_boot = {
	.refs = REFCOUNT_INIT(1),
	.cap_effective = CAP_FULL_SET,
	.cap_permitted = CAP_FULL_SET,
	.cap_bset = CAP_FULL_SET,
	.user = &root_counts,
};

void cred_boot_init(void)
{
	hlist_add_head(&root_counts.link, &user_hash[0]);
}

static struct user_counts *user_find(uid_t uid)
{
	struct user_counts *u;

	hlist_for_each_entry(u, &user_hash[uid % USER_HASH_SIZE], link) {
		if (u->uid == uid) {
			refcount_inc(&u->refs);
			return u;
		}
	}
	return NULL;
}

/* The counts of a user, made if there are none; NULL: no memory. May sleep. */
static struct user_counts *user_counts_get(uid_t uid)
{
	irqflags_t flags = spin_lock_irqsave(&user_lock);
	struct user_counts *u = user_find(uid), *new;

	spin_unlock_irqrestore(&user_lock, flags);
	if (u)
		return u;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	refcount_set(&new->refs, 1);
	new->uid = uid;
	flags = spin_lock_irqsave(&user_lock);
	u = user_find(uid);
	if (!u)
		hlist_add_head(&new->link, &user_hash[uid % USER_HASH_SIZE]);
	spin_unlock_irqrestore(&user_lock, flags);
	if (!u)
		return new;
	kfree(new);
	return u;
}

void user_counts_put(struct user_counts *u)
{
	irqflags_t flags = spin_lock_irqsave(&user_lock);
	bool last = refcount_dec_and_test(&u->refs);

	if (last)
		hlist_del_init(&u->link);
	spin_unlock_irqrestore(&user_lock, flags);
	if (last)
		kfree(u);
}

struct cred *cred_prepare(void)
{
	const struct cred *old = current_cred();
	struct cred *new = kmemdup(old, sizeof(*old), GFP_KERNEL);

	if (!new)
		return NULL;
	refcount_set(&new->refs, 1);
	refcount_inc(&new->user->refs);
	if (new->groups)
		refcount_inc(&new->groups->refs);
	return new;
}

void cred_put(const struct cred *cred)
{
	struct cred *c = (struct cred *)cred;

	if (!c || !refcount_dec_and_test(&c->refs))
		return;
	groups_put(c->groups);
	user_counts_put(c->user);
	kfree(c);
}

void cred_abort(struct cred *new)
{
	cred_put(new);
}

const struct cred *task_cred_get(struct task *t)
{
	irqflags_t flags = tasklist_lock();
	const struct cred *cred = cred_get(t->cred);

	tasklist_unlock(flags);
	return cred;
}

/* Has the change made current somebody whose memory others must not look at? */
static bool cred_change_hides(const struct cred *old, const struct cred *new)
{
	return old->euid != new->euid || old->egid != new->egid || old->fsuid != new->fsuid ||
	       old->fsgid != new->fsgid || new->cap_permitted & ~old->cap_permitted;
}

void cred_commit(struct cred *new)
{
	const struct cred *old = current_cred();
	irqflags_t flags;

	if (cred_change_hides(old, new)) {
		if (current->mm)
			current->mm->dumpable = 0;
		current->pdeath_signal = 0;
	}
	if (new->user != old->user) {
		atomic_inc(&new->user->processes);
		atomic_dec(&old->user->processes);
	}
	flags = tasklist_lock();
	spin_lock(&current->sighand->lock);
	current->cred = new;
	spin_unlock(&current->sighand->lock);
	tasklist_unlock(flags);
	cred_put(old);
}

int cred_set_uid(struct cred *new, uid_t uid)
{
	struct user_counts *user;

	if (new->uid == uid)
		return 0;
	user = user_counts_get(uid);
	if (!user)
		return -ENOMEM;
	user_counts_put(new->user);
	new->user = user;
	new->uid = uid;
	/*
	 * Too many processes: the set*uid succeeds, since programs forget to check it; exec
	 * fails.
	 */
	if (uid && (unsigned long)atomic_read(&user->processes) >= rlimit(RLIMIT_NPROC))
		current->flags |= TASK_NPROC_EXCEEDED;
	else
		current->flags &= ~TASK_NPROC_EXCEEDED;
	return 0;
}

int cred_exec_check(void)
{
	const struct cred *cred = current_cred();

	if (current->flags & TASK_NPROC_EXCEEDED &&
	    (unsigned long)atomic_read(&cred->user->processes) > rlimit(RLIMIT_NPROC))
		return -EAGAIN;
	current->flags &= ~TASK_NPROC_EXCEEDED;
	return 0;
}

/* ---- Groups ---- */

struct groups *groups_alloc(u32 count)
{
	struct groups *g = kmalloc(sizeof(*g) + count * sizeof(gid_t), GFP_KERNEL);

	if (!g)
		return NULL;
	refcount_set(&g->refs, 1);
	g->count = count;
	return g;
}

void groups_put(struct groups *g)
{
	if (g && refcount_dec_and_test(&g->refs))
		kfree(g);
}

bool groups_contain(const struct groups *g, gid_t gid)
{
	u32 lo = 0, hi = g ? g->count : 0;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (g->gid[mid] == gid)
			return true;
		if (g->gid[mid] < gid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool cred_in_group(const struct cred *cred, gid_t gid)
{
	return gid == cred->fsgid || groups_contain(cred->groups, gid);
}

/* ---- Capabilities that follow the ids: capabilities(7) ---- */

void cred_fixup_uid(struct cred *new, const struct cred *old)
{
	bool was_root = !old->uid || !old->euid || !old->suid;
	bool is_root = !new->uid || !new->euid || !new->suid;

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (was_root && !is_root) {
		if (!(new->securebits & SECBIT_KEEP_CAPS)) {
			new->cap_permitted = 0;
			new->cap_effective = 0;
		}
		new->cap_ambient = 0;
	}
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

#define CAP_BIT(cap) (1ULL << (cap))
#define CAP_FS_SET (CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_DAC_OVERRIDE) | \
		    CAP_BIT(CAP_DAC_READ_SEARCH) | CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | \
		    CAP_BIT(CAP_LINUX_IMMUTABLE) | CAP_BIT(CAP_MAC_OVERRIDE))

void cred_fixup_fsuid(struct cred *new, const struct cred *old)
{
	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (!old->fsuid && new->fsuid)
		new->cap_effective &= ~CAP_FS_SET;
	if (old->fsuid && !new->fsuid)
		new->cap_effective |= new->cap_permitted & CAP_FS_SET;
}

bool cred_exec_update(struct cred *new)
{
	const struct cred *old = current_cred();
	bool setid = new->euid != old->uid || new->egid != old->gid;
	bool root = !(new->securebits & SECBIT_NOROOT);
	bool effective = root && !new->euid;

	new->cap_permitted = 0;
	if (root && (!new->euid || !new->uid))
		new->cap_permitted = new->cap_bset | new->cap_inheritable;
	if (current->no_new_privs && (setid || new->cap_permitted & ~old->cap_permitted)) {
		new->euid = new->uid;
		new->egid = new->gid;
		new->cap_permitted &= old->cap_permitted;
	}
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	if (setid)
		new->cap_ambient = 0;
	new->cap_permitted |= new->cap_ambient;
	new->cap_effective = effective ? new->cap_permitted : new->cap_ambient;
	new->securebits &= ~SECBIT_KEEP_CAPS;
	return setid || (new->uid && (effective || new->cap_permitted & ~new->cap_ambient));
}
